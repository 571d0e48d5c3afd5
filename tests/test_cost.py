"""Tokens, parameters and operations, against the tensors and products that there really are."""

from dataclasses import replace
from unittest import mock

import numpy as np
import pytest
import small

import tubevit_np as tv
from tubevit_np import cost, tubes
from tubevit_np.kernels import tube_kernel

FRAMES = (7, 10, 13)
MAIN = tv.PRESETS["B"]


class Counted(np.ndarray):
    """An array that counts the operations of its matrix products, 2 for each multiply-add."""

    operations = 0

    def __array_ufunc__(self, ufunc, method, *inputs, out=(), **options):
        plain = [np.asarray(x) for x in inputs]
        if out:
            options["out"] = tuple(np.asarray(x) for x in out)
        found = np.asarray(getattr(ufunc, method)(*plain, **options))
        if ufunc is np.matmul:
            Counted.operations += 2 * found.size * plain[0].shape[-1]
        return found.view(Counted)


def operations(run):
    """Those of run(); a resized kernel, which einsum makes, is handed on as Counted too."""
    Counted.operations = 0
    with mock.patch.object(tubes, "tube_kernel", lambda *args: tube_kernel(*args).view(Counted)):
        run()
    return Counted.operations


@pytest.mark.parametrize("name", small.MODELS)
@pytest.mark.parametrize("shape", [FRAMES, (1, 10, 13)])
def test_operations_equal_those_of_a_forward_pass(rng, name, shape):
    """But for resizing a shared kernel: that is done once, however many clips there are."""
    cfg = small.MODELS[name]
    params = tv.nest({name: w.view(Counted)
                      for name, w in tv.flatten(small.params(cfg, rng)).items()})
    video = small.clips(rng, 1, shape)
    flops = cost.flops(cfg, shape)
    assert flops["tubes"] == operations(lambda: tv.tokenize(params, video, cfg)) > 0
    assert sum(flops.values()) == operations(
        lambda: tv.forward(params, video, cfg, tuple(cfg.classes)))
    assert flops["heads"] == 2 * 24 * (5 + 7)


@pytest.mark.parametrize("name", small.MODELS)
def test_tokens_equal_those_that_a_forward_pass_makes(rng, name):
    cfg = small.MODELS[name]
    _, out = tv.forward(small.params(cfg, rng), small.clips(rng), cfg, "verb")
    assert sum(cost.tokens(cfg, FRAMES)) == out["tokens"].shape[1]


@pytest.mark.parametrize("cfg", [*small.MODELS.values(), *tv.PRESETS.values()])
def test_the_parts_hold_every_parameter(cfg):
    parts = cost.parameters(cfg)
    assert sum(parts.values()) == tv.count(cfg)
    assert parts["heads"] == sum((cfg.dim + 1) * count for count in cfg.classes.values())


def test_the_main_model():
    assert cost.tokens(MAIN, (32, 224, 224)) == [98, 147, 98, 196]  # 539
    assert cost.tokens(MAIN, (64, 224, 224)) == [196, 392, 196, 392]
    assert cost.tokens(MAIN, (1, 224, 224)) == [0, 0, 0, 196]
    flops = cost.flops(replace(MAIN, classes={}), (32, 224, 224))
    assert flops["encoder"] / 2e9 == pytest.approx(51.1, abs=0.05)  # multiply-adds, in paper.md
    tubes = cost.parameters(MAIN)["tubes"] - 16 * 16 * 3 * 768 - 768 * (1 / 2 + 1 / 4 + 1 + 1)
    assert tubes / 1e6 == pytest.approx(2.06, abs=0.01)  # the three video tubes
