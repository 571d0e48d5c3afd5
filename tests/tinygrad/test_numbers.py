"""tubevit_tg against tubevit_np: every intermediate, every gradient, every function, by name.

The reference is NumPy in float64 with the same input numbers. tinygrad runs unoptimized kernels,
which compile twice as fast."""

import os

os.environ.setdefault("DEV", "CPU")  # it has float64; set before tinygrad opens a device

import functools
import importlib
from dataclasses import replace

import mirrors
import numpy as np
import pytest
import small
from mirrors import LABELS, SMOOTHING
from tinygrad import Context

import tubevit_np as tv
import tubevit_tg as tg

# Largest difference as a share of the largest value of an array: ten times the worst measured.
TOLERANCE = {
    "float64": {"out": 1.5e-14, "gradients": 6e-14},  # 1.5e-15, 6e-15
    "float32": {"out": 8e-6, "gradients": 2e-5},  # 8e-7, 2e-6
}
MORE_ARGUMENTS = {"smooth_labels": {"dtype": "float64"}}


@functools.cache
def both(config, dtype):
    """{"out" and "gradients": (NumPy's, tinygrad's)} of one pass there and back, by name."""
    cfg, variant = (mirrors.CONFIGS | mirrors.VARIANTS)[config], config in mirrors.VARIANTS
    flat, x = mirrors.given(cfg, dtype, image=config == "image")
    wanted = mirrors.there_and_back(mirrors.judge(config), cfg, flat, x)

    tensors, forward = tg.to_tensors(flat, dtype), (tg.variants if variant else tg).forward
    logits, out = forward(tg.nest(tensors), tg.to_tensors(x, dtype), cfg, tuple(LABELS))
    loss = sum(tg.cross_entropy(logits[head], tg.to_tensors(labels), SMOOTHING)
               for head, labels in LABELS.items())
    with Context(NOOPT=1):
        grads = tg.autograd(tensors, loss, *out.values(), *logits.values())
    return {"out": (wanted["out"], tg.to_arrays(out | logits)),
            "gradients": (wanted["gradients"], tg.to_arrays(grads))}


@pytest.mark.parametrize("dtype", TOLERANCE)
@pytest.mark.parametrize("config", [*mirrors.CONFIGS, *mirrors.VARIANTS])
def test_every_intermediate(config, dtype):
    wanted, found = both(config, dtype)["out"]
    assert list(found) == list(wanted)
    mirrors.assert_alike(wanted, found, dtype, TOLERANCE[dtype]["out"])


@pytest.mark.parametrize("dtype", TOLERANCE)
@pytest.mark.parametrize("config", [*mirrors.CONFIGS, *mirrors.VARIANTS])
def test_every_gradient(config, dtype):
    wanted, found = both(config, dtype)["gradients"]
    assert set(found) == set(tv.shapes((mirrors.CONFIGS | mirrors.VARIANTS)[config]))
    mirrors.assert_alike(wanted, found, dtype, TOLERANCE[dtype]["gradients"])
    assert not any(found[name].any() for name in set(found) - set(wanted))  # it took no part


# Every function on its own, in float64, with numbers that show its conventions.
def cases():
    rng = np.random.default_rng(7)
    tokens, gain, shift = rng.standard_normal((2, 5, 12)), rng.random(12), rng.random(12)
    scores = np.array([[1.0, 3, 3, 2], [0, -1, 5, 5], [9, 9, 1, 9]])  # ties are no hits
    labels = np.array([1, 2, 1])
    steep = np.linspace(-7, 7, 57)  # past where the error function is 1
    clip = rng.integers(0, 256, (2, 7, 10, 13, 2), dtype=np.uint8)
    kernel = rng.standard_normal((8, 8, 8, 2, 4))
    mask = np.array([True, False, True, True, False])
    return {
        "normalize, eps shows": ("model.layers.layer_norm", 1e-3 * tokens, gain, shift, 1e-6),
        "gelu tanh": ("model.layers.gelu", steep, "tanh"),
        "gelu erf": ("model.layers.gelu", steep, "erf"),
        "erf": ("model.layers.erf", steep),
        "softmax, large": ("model.layers.softmax", 1000 * tokens),
        "split heads": ("model.layers.split_heads", tokens, 3),
        "merge heads": ("model.layers.merge_heads", rng.standard_normal((2, 3, 5, 4))),
        "labels": ("training.loss.smooth_labels", labels, 4, 0.25),
        "probabilities": ("training.loss.smooth_labels", rng.random((3, 4)), 4, 0.25),
        "cross entropy": ("training.loss.cross_entropy", 500 * scores, labels, 0.1),
        "accuracy of probabilities": ("training.loss.accuracy", np.eye(3) + scores[:, :3],
                               scores[::-1, :3].copy()),
        "accuracy": ("training.loss.accuracy", np.eye(3) + scores[:, :3], labels),
        "top 2": ("training.loss.accuracy", scores, labels, 2),
        "top 3": ("training.loss.accuracy", scores, labels, 3),
        "rank": ("training.loss.label_rank", scores, labels),
        "gate": ("model.gate.gate", tokens, tokens[::-1].copy(), np.array(0.3), mask),
        "resize": ("model.kernels.resize_kernel", kernel, (4, 12, 5)),
        "waves": ("training.cosine_basis.to_waves", kernel[:4, :5, :3]),
        "back from waves": ("training.cosine_basis.from_waves", kernel[:4, :5, :3]),
        "smoothed": ("training.cosine_basis.smooth", kernel[:4, :5, :3], 0.7),
        "pixels": ("model.model.as_video", clip, replace(small.MODEL, mean=0.45, std=0.27)),
        "linear": ("model.layers.linear", tokens, rng.standard_normal((12, 7)),
                   rng.standard_normal(7)),
    }


@pytest.mark.parametrize("case", cases())
def test_one_function(case):
    path, *arguments = cases()[case]
    module, _, name = path.rpartition(".")
    in_np, in_tg = (getattr(importlib.import_module(f"{package}.{module}"), name)
                    for package in ("tubevit_np", "tubevit_tg"))
    tensors = [tg.to_tensors(a) if isinstance(a, np.ndarray) else a for a in arguments]
    with Context(NOOPT=1):
        found = in_tg(*tensors, **MORE_ARGUMENTS.get(name, {})).numpy()
    tolerance = 1e-6 if found.dtype == np.float32 else 3e-14  # pixels and probabilities are float32
    small.assert_close(found, in_np(*arguments), tolerance)  # seen: 1e-7 and 3e-15


def test_a_closed_gate_changes_nothing(rng):
    z, z0 = rng.standard_normal((2, 2, 5, 12)).astype(np.float32)
    alpha, mask = tg.to_tensors(0.0), tg.to_tensors(np.ones(5, bool))
    assert np.array_equal(tg.gate(tg.to_tensors(z), tg.to_tensors(z0), alpha, mask).numpy(), z)


def test_a_score_that_is_no_number_is_never_right():
    scores, labels = tg.to_tensors(np.full((2, 3), np.nan)), tg.to_tensors(np.array([0, 2]))
    assert tg.accuracy(scores, labels).item() == 0
