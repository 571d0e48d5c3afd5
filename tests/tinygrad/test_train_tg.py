"""tubevit_tg's step on several devices, with micro-batches and in lower precision.

CPU devices are threads. Each test takes three steps: run, captured, replayed. Kernels are not
optimized, because that compiles fastest, and most models have five parameters."""

import os

os.environ.setdefault("DEV", "CPU")  # CPU has float64; must be set before tinygrad opens a device

import contextlib
import functools
from dataclasses import replace
from types import SimpleNamespace
from unittest import mock

import numpy as np
import pytest
import small
from tinygrad import Context, dtypes

import tubevit_np as tv
import tubevit_tg as tg
from tubevit_np.commands import cli
from tubevit_np.data.batch import Batch
from tubevit_np.runs.recipe import Recipe
from tubevit_np.training.dropout import TOKENS
from tubevit_np.training.step import gradients
from tubevit_tg.__main__ import ENGINE
from tubevit_tg.backend.device import devices
from tubevit_tg.backend.operations import matmul
from tubevit_tg.model.layers import linear
from tubevit_tg.training import evaluate, precision
from tubevit_tg.training import step as in_tinygrad
from tubevit_tg.training import train as loop
from tubevit_tg.training.cosine_basis import to_waves

HEADS, COUNTS = [("verb", "noun"), ("noun",)], [8, 4]
CFG = tv.Config((small.PATCH, replace(small.OVERLAPPING, s2d=(1, 1, 2))), dim=12, depth=1, heads=2,
                mlp_dim=5, classes={"verb": 5, "noun": 7}, channels=2, gate_layer=0,
                shared_kernel=True)
SHAPES = {"up.w": (2, 6), "up.b": (6,), "pool.probe": (6,), "heads.verb.w": (6, 5),
          "heads.noun.w": (6, 7)}
# Ten times the largest measured relative errors: 2e-16, 1e-7, 1e-3, 2e-4.
ROUNDING = {"float64": 2e-15, "float32": 1e-6, "bfloat16": 1e-2, "half": 2e-3}


def few(params, x, cfg, heads, drop=None, num_frozen_blocks=0):
    """Replaces forward: one layer on the mean pixel, then the heads."""
    pixels = x.reshape(x.shape[0], -1, x.shape[-1]).mean(1)
    z = linear(pixels, **params["up"]).tanh() * params["pool"]["probe"]
    z = drop(0, TOKENS, z[:, None])[:, 0] if drop else z
    return {head: matmul(z, params["heads"][head]["w"]) for head in heads}, {}


@pytest.fixture
def of_few_parameters(monkeypatch):
    for module in (in_tinygrad, evaluate):
        monkeypatch.setattr(module, "forward", few)


def run_of(weights=(1.0, 0.3), **recipe):
    """The fields of a Run that a step reads."""
    sources = [SimpleNamespace(labels=dict.fromkeys(heads)) for heads in HEADS]
    return SimpleNamespace(cfg=CFG, counts=COUNTS, weights=weights, sources=sources,
                           recipe=Recipe(batch=8, image_batch=4, smoothing=0.1, dropout=0.2,
                                         **recipe))


def batches(step):
    """A batch of videos with verbs and nouns, and a batch of images with nouns."""
    rng = np.random.default_rng([1, step])
    x = small.clips(rng, COUNTS[0]), small.clips(rng, COUNTS[1])[:, 0]
    return [Batch(x, {head: rng.integers(CFG.classes[head], size=len(x)) for head in heads},
                  rng.integers(2**32, size=len(x), dtype=np.uint32))
            for x, heads in zip(x, HEADS, strict=True)]


def trained(step_once, given):
    """Loss, norm and accuracies, one row per step."""
    steps = (step_once(t, 0.01, batch) for t, batch in enumerate(given, start=1))
    return np.array([[loss, norm, *(each for found in accuracies for each in found.values())]
                     for loss, norm, accuracies in steps])


def few_params():
    rng = np.random.default_rng(0)
    return tv.nest({name: rng.standard_normal(shape) for name, shape in SHAPES.items()})


def in_tg(params, dtype="float64", given=None, weights=(1.0, 0.3), **recipe):
    """The rows of `trained`, and the final parameters and moments as Tensors."""
    run, moments = run_of(weights, **recipe), tv.adamw_state(tv.flatten(params))
    here = devices(run.recipe.devices)
    params, moments = (tg.to_tensors(tree, dtype, here) for tree in (params, moments))
    if run.recipe.precision == "half":
        moments["scaling"] = tg.to_tensors(precision.new_scaling(), device=here)
    with Context(NOOPT=1):
        rows = trained(in_tinygrad.joint_step(params, moments, run),
                       given or map(batches, range(3)))
    return rows, params, moments


@functools.cache
def plainly(dtype):
    """The rows of `trained` with one device and whole batches, and the final parameters."""
    rows, params, _ = in_tg(few_params(), dtype)
    return rows, tg.to_arrays(tg.flatten(params))


def assert_same_training(found, wanted, tolerance):
    small.assert_close(found[0], wanted[0], tolerance)
    for name, w in tg.to_arrays(tg.flatten(found[1])).items():
        small.assert_close(w, wanted[1][name], tolerance)


@pytest.mark.parametrize("options, dtype", [
    ({"devices": 4}, "float64"),
    ({"accumulate": 6}, "float64"),  # unequal micro-batches, more than images
    ({"devices": 2, "accumulate": 2}, "float32"),
], ids=str)
def test_devices_and_parts_change_nothing(options, dtype, of_few_parameters):
    assert_same_training(in_tg(few_params(), dtype, **options), plainly(dtype), ROUNDING[dtype])


def test_the_model_on_two_devices_gives_the_loss_of_numpy(rng):
    params, batch, here = small.params(CFG, rng), batches(0)[0], devices(2)
    wanted, accuracies, _ = gradients(params, batch, CFG, weight=0.3, smoothing=0.1)
    x, *labels = (tg.to_tensors(a, device=here, axis=0)
                  for a in (batch.x, *batch.labels.values()))
    loss, found = in_tinygrad.batch_loss(
        tg.to_tensors(params, device=here), Batch(x, dict(zip(HEADS[0], labels, strict=True))),
        CFG, 0.3, smoothing=0.1)
    with Context(NOOPT=1):
        small.assert_close(loss.item(), wanted)
        assert {head: each.item() for head, each in found.items()} == accuracies


def test_a_run_gives_each_device_its_share_of_a_batch_and_the_whole_model(monkeypatch):
    seen, saved = [], []
    monkeypatch.setattr(evaluate, "forward", few)
    monkeypatch.setattr(in_tinygrad, "forward", lambda params, x, *rest, **options: (
        seen.append((x.uop.shard_shape[0], params["up"]["w"].uop.shard_shape)),
        few(params, x, *rest))[1])
    run = run_of(devices=2, accumulate=2, steps=2, precision="half")
    run.start = lambda: (tg.to_arrays(tg.to_tensors(few_params(), "float32")), {})
    run.batches = lambda: contextlib.nullcontext(enumerate(map(batches, range(2))))
    run.log, run.checkpoint_due = mock.Mock(), lambda step: step == 1
    run.evaluation_due = lambda step: step == 0
    run.save = lambda *all: saved.append(all)
    run.evaluate = lambda done, predict, current: saved.append((done, current()))
    with Context(NOOPT=1):
        params = loop.train(run)
    assert set(seen) == {(2, SHAPES["up.w"]), (1, SHAPES["up.w"])} and run.log.call_count == 2
    (evaluated, early), (done, kept, moments) = saved
    assert type(early["pool"]["probe"]) is np.ndarray
    assert (evaluated, done) == (1, 2)
    assert moments["scaling"]["good"] == 2 and moments["m"].keys() == SHAPES.keys()
    assert np.array_equal(kept["pool"]["probe"], params["pool"]["probe"])


@pytest.mark.parametrize("device, told", [("CPU:X86", ", about 30 s on a CPU"), ("CUDA", "")])
def test_who_waits_for_a_compiler_is_told(device, told, monkeypatch):
    monkeypatch.setattr(loop, "DEVICE", device)
    line = loop.compiling(CFG, Recipe(accumulate=3))
    assert line == "the first two steps include compiling" + told


def test_kernels_of_two_devices_by_waves(rng):
    w = rng.standard_normal((2, 3, 4, 2, 5))
    waves, copies = to_waves(tg.to_tensors(w)), to_waves(tg.to_tensors(w, device=devices(2)))
    assert copies.device == devices(2)
    small.assert_close(copies.numpy(), waves.numpy())


def test_too_few_devices_are_told_before_there_is_a_folder(monkeypatch, tmp_path, capsys):
    monkeypatch.setattr("tubevit_tg.backend.device.usable", lambda name: name == "CPU")
    typed = ["train", "--devices", "2", "--out", str(tmp_path / "run")]
    assert cli.main("tubevit_tg", ENGINE, typed) == 2
    assert "devices is 2, but tinygrad finds only 1 of CPU" in capsys.readouterr().err
    assert not (tmp_path / "run").exists()


def test_scored_on_one_device(of_few_parameters):
    params, x = few_params(), batches(0)[0].x
    wanted, found = (evaluate.predictor(tg.to_tensors(params, device=devices(n)), CFG)(
        x[:3], ("verb",)) for n in (1, 2))  # 3 clips cannot be split evenly over 2 devices
    assert np.array_equal(found["verb"], wanted["verb"])


@pytest.mark.parametrize("lower", ["bfloat16", "half"])
def test_training_in_lower_precision(lower, of_few_parameters):
    found = in_tg(few_params(), "float32", precision=lower)
    assert_same_training(found, plainly("float32"), ROUNDING[lower])
    with pytest.raises(AssertionError, match="off by"):  # precision is lower
        small.assert_close(found[0], plainly("float32")[0], ROUNDING["float32"])
    assert {w.dtype for w in tg.flatten(found[1]).values()} == {dtypes.float32}


def test_half_keeps_gradients_that_float16_cannot_hold(of_few_parameters):
    """Without the loss scale, the gradients are below 6e-8."""
    given = [batches(0)]
    norms = [in_tg(few_params(), "float32", given, [1e-8, 1e-8], precision=lower)[0][0, 1]
             for lower in ("half", "float32")]
    small.assert_close(*norms, 3e-3)


def wild(batch):
    """Pixels too large for float16, so that the loss is not finite."""
    return [replace(part, x=1e6 * part.x) for part in batch]


def test_half_leaves_out_a_step_that_is_not_finite(of_few_parameters):
    """Skipped steps change nothing, whether computed, captured or replayed."""
    good = list(map(batches, range(3)))
    given = [wild(good[0]), *good[:2], wild(good[0]), wild(good[0]), good[2]]
    rows, params, moments = in_tg(few_params(), "float32", given, precision="half")
    wanted = in_tg(few_params(), "float32", good, precision="half")
    assert [t for t, row in enumerate(rows) if not np.isfinite(row[:2]).all()] == [0, 3, 4]
    wanted = wanted[0], tg.to_arrays(tg.flatten(wanted[1]))
    assert_same_training((rows[[1, 2, 5]], params), wanted, 1e-3)  # the scales differ
    scaling = tg.to_arrays(moments["scaling"])
    assert scaling == {"scale": precision.SCALE / 8, "good": 1, "left_out": 3}
