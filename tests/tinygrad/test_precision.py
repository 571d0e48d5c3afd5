"""Lower precision: all matrix products, and no other operation."""

import os

os.environ.setdefault("DEV", "CPU")  # before tinygrad opens a device

from dataclasses import replace

import numpy as np
import pytest
import small
from tiny import copied
from tinygrad import Tensor, TinyJit, dtypes

import tubevit_np as tv
import tubevit_tg as tg
from tubevit_np.runs.open_run import open_run
from tubevit_np.training.optim import is_decayed
from tubevit_tg.training.precision import judged, lowered, new_scaling, rescale

CFG = replace(small.MODEL, pool_mlp=True, gate_layer=0)


@pytest.mark.parametrize("lower", ["bfloat16", "half"])
def test_products_are_lower_and_all_else_is_float32(lower, monkeypatch, rng):
    params, usual, seen = tg.to_tensors(tv.init(CFG, rng)), Tensor.__matmul__, []
    monkeypatch.setattr(Tensor, "__matmul__", lambda a, b: (
        seen.append((a.dtype, b.dtype)), usual(a, b))[1])
    x = small.clips(rng).astype(np.float32)
    logits, out = tg.forward(lowered(params, lower), tg.to_tensors(x), CFG, "verb")
    wanted = getattr(dtypes, lower)
    products = 3 + 6 * CFG.depth + 5 + 2 + 1  # tubes; blocks; pooling and its MLP; the head
    assert seen == products * [(wanted, wanted)]
    assert {y.dtype for y in [*out.values(), logits]} == {dtypes.float32}


def test_float32_is_left_as_it_is(rng):
    params = tg.to_tensors(small.params(CFG, rng))  # nor is float64 touched
    assert lowered(params, "float32") is params


def test_gradients_are_float32(rng):
    params = {"w": rng.standard_normal((3, 2)), "b": rng.standard_normal(2)}
    params = tg.to_tensors(params, "float32")
    low = lowered(params, "bfloat16")
    assert {name: w.dtype == dtypes.bfloat16 for name, w in low.items()} == {
        name: is_decayed(w.shape) for name, w in params.items()}
    grads = tg.autograd(params, (low["w"] * low["b"]).sum())
    assert {g.dtype for g in grads.values()} == {dtypes.float32}


def test_the_scale_falls_at_once_and_grows_after_enough_good_steps(monkeypatch):
    monkeypatch.setattr("tubevit_tg.training.precision.GROWTH_INTERVAL", 2)
    scaling, seen = tg.to_tensors(new_scaling()), []
    captured = TinyJit(lambda finite: rescale(scaling, finite))
    for finite in (True, True, False, True, False, True, True, True):
        captured(tg.to_tensors(np.array(finite)))
        seen.append(scaling["scale"].item() / 2**15)
    assert seen == [1, 2, 1, 1, 0.5, 0.5, 1, 1] and scaling["left_out"].item() == 2


@pytest.mark.parametrize("result, finite", [(1.0, True), (np.inf, False), (np.nan, False)])
def test_steps_left_out_are_not_counted(result, finite):
    scaling = {"left_out": tg.to_tensors(3.0)}
    t, found = judged(tg.to_tensors(10.0), tg.to_tensors(result), scaling)
    assert t.item() == 7 and found.item() == finite
    assert judged(10, result, {}) == (10, None)


def test_a_step_left_out_changes_nothing(rng):
    params = tg.to_tensors({"w": rng.standard_normal((3, 2)), "b": rng.standard_normal(2)})
    state = tg.adamw_state(params)
    grads = {name: w * np.nan for name, w in params.items()}
    before = tg.to_arrays({"p": params} | state)
    tg.adamw(params, grads, state, 1, 0.1, finite=tg.to_tensors(np.array(False)))
    for name, w in tg.flatten(tg.to_arrays({"p": params} | state)).items():
        assert np.array_equal(w, tg.flatten(before)[name])


def test_the_scale_survives_in_a_checkpoint(tmp_path):
    run = open_run(copied(tmp_path / "run"))
    params, moments = run.start()
    moments["scaling"] = new_scaling() | {"good": np.float32(7)}
    run.save(run.first + 1, params, moments)
    again = open_run(tmp_path / "run").start()[1]
    assert again["scaling"] == moments["scaling"] and again["m"].keys() == moments["m"].keys()
