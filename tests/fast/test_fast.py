"""The tuned mirror against the reference: the same names, arguments, intermediates, gradients."""

import importlib
import inspect
import pkgutil
from dataclasses import replace

import mirrors
import numpy as np
import pytest
import small

from tubevit_np import fast, model

# Largest difference as a share of the largest value of an array.  Measured in float32: 7.4e-7 and
# 2.8e-6, of which this is ten times; in float64 4e-15 and 8e-15.
TOLERANCE = {"float64": {"out": 1e-12, "gradients": 1e-12},
             "float32": {"out": 7.4e-6, "gradients": 2.8e-5}}
PLAIN = {name: cfg for name, cfg in small.MODELS.items() if name not in mirrors.VARIANTS}
CONFIGS = mirrors.CONFIGS | PLAIN
OPTIONAL = {"gelu": "into", "cut": "counts"} | dict.fromkeys(
    ("attention", "self_attention", "feed_forward", "attention_branch", "mlp_branch", "block"),
    "return_intermediates")


def functions(package):
    """{name: function} that the modules of a package define."""
    modules = [importlib.import_module(f"{package.__name__}.{found.name}")
               for found in pkgutil.iter_modules(package.__path__)]
    return {name: f for module in modules for name, f in vars(module).items()
            if inspect.isfunction(f) and f.__module__ == module.__name__}


REFERENCE, TUNED = functions(model), functions(fast)


@pytest.mark.parametrize("name", sorted(REFERENCE.keys() & TUNED.keys()))
def test_the_arguments_of_the_reference_come_first(name):
    wanted, found = ([*inspect.signature(f[name]).parameters.values()] for f in (REFERENCE, TUNED))
    assert found[:len(wanted)] == wanted
    assert "".join(each.name for each in found[len(wanted):]) == OPTIONAL.get(name, "")


def test_every_public_name_is_one_of_the_reference():
    public = {name for name, f in vars(fast).items() if inspect.isfunction(f)}
    assert public <= REFERENCE.keys() and {"forward", "backward", "block"} <= public


@pytest.mark.parametrize("dtype", TOLERANCE)
@pytest.mark.parametrize("config", CONFIGS)
def test_every_intermediate_and_gradient(config, dtype):
    cfg = CONFIGS[config]
    flat, x = mirrors.given(cfg, dtype, image=config == "image")
    reference = mirrors.there_and_back(mirrors.reference, cfg, flat, x)
    tuned = mirrors.there_and_back(fast, cfg, flat, x.astype(dtype))
    for kind, tolerance in TOLERANCE[dtype].items():
        assert list(tuned[kind]) == list(reference[kind])
        mirrors.assert_alike(reference[kind], tuned[kind], dtype, tolerance)


def test_pixels(rng):
    cfg = replace(small.MODEL, mean=0.45, std=0.27)
    x = rng.integers(0, 256, (2, 7, 10, 13, 2), dtype=np.uint8)
    wanted, found = (f["scale_uint8"](x, cfg) for f in (REFERENCE, TUNED))
    assert found.dtype == wanted.dtype == np.float32
    small.assert_close(found, wanted, 1e-6)  # measured: 1e-7
