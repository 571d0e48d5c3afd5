"""The snapshots of tube kernels that a run of either package saves."""

from contextlib import nullcontext
from types import SimpleNamespace
from unittest.mock import Mock

import numpy as np
import pytest
import small
from tiny import RECIPE, early, finished

import tubevit_np as tv
import tubevit_tg as tg
from tubevit_np.runs.snapshots import read_snapshots, write_snapshot
from tubevit_np.training import train as in_numpy
from tubevit_np.training.kernel_snapshots import kernels, snapshot_due
from tubevit_tg.training import train as in_tinygrad


def test_snapshots_come_at_25_steps_and_always_twice_as_many():
    assert [done for done in range(1000) if snapshot_due(done)] == [25, 50, 100, 200, 400, 800]
    with early:
        assert [done for done in range(20) if snapshot_due(done)] == [4, 8, 16]


def test_all_kernels_and_nothing_else_in_half_precision(rng, tmp_path):
    for name in ("plain", "shared_kernel", "learned"):
        params = small.params(small.MODELS[name], rng)
        wanted = {key: w for key, w in tv.flatten(params).items()
                  if key.startswith(("tubes.", "kernel.")) and key.endswith(".w")}
        assert kernels(params).keys() == kernels(tg.to_tensors(params)).keys() == wanted.keys()
        write_snapshot(tmp_path, 50, kernels(params))
        [(done, found)] = read_snapshots(tmp_path).items()
        assert done == 50 and all(np.array_equal(w, wanted[key].astype(np.float16))
                                  for key, w in tv.flatten(found).items())


def test_snapshots_are_read_in_the_order_of_their_steps(rng, tmp_path):
    assert read_snapshots(tmp_path) == {}
    for done in (999_999, 1_600_000, 0, 25):
        write_snapshot(tmp_path, done, {"tubes.0.w": np.full((1, 2, 3, 3, 4), done / 1e6)})
    found = read_snapshots(tmp_path)
    assert list(found) == [0, 25, 999_999, 1_600_000]
    assert float(found[1_600_000]["tubes"]["0"]["w"].max()) == np.float16(1.6)


def test_a_run_keeps_what_it_had_then():
    """After 8 steps those of its checkpoint, at first those that it began with."""
    found = read_snapshots(finished())
    params, _, _ = tv.load(finished() / "checkpoint-000008.safetensors")
    for name, w in kernels(params).items():
        assert np.array_equal(tv.flatten(found[8])[name], w.astype(np.float16))
        moved = [np.abs(tv.flatten(found[a])[name] - tv.flatten(found[b])[name]).max()
                 for a, b in ((0, 4), (4, 8))]
        assert min(moved) > 1e-4


def counted(params, moments, run, pool=None):
    """In place of joint_step: one is added to the kernel, in place as ever."""
    def step(t, lr, batches):
        w = params["tubes"]["0"]["w"]
        w += 1
        return 1.0, 1.0, []
    return step


@pytest.mark.parametrize("package", [in_numpy, in_tinygrad], ids=["NumPy", "tinygrad"])
def test_both_loops_hand_over_what_a_step_left(package, monkeypatch):
    monkeypatch.setattr(package, "joint_step", counted)
    params, seen = {"tubes": {"0": {"w": np.zeros((2, 3, 4, 1, 2)), "b": np.zeros(2)}}}, []
    run = SimpleNamespace(
        recipe=RECIPE, cfg=small.MODEL, start=lambda: (params, {}),
        checkpoint_due=lambda step: False, evaluation_due=lambda step: False,
        log=Mock(), batches=lambda: nullcontext(enumerate([None] * 11)),
        snap=lambda done, found: seen.append((done, {name: w.copy() for name, w in found.items()})))
    with early:
        package.train(run)
    assert [(done, list(found)) for done, found in seen] == [(4, ["tubes.0.w"]), (8, ["tubes.0.w"])]
    for done, found in seen:
        assert type(found["tubes.0.w"]) is np.ndarray and (found["tubes.0.w"] == done).all()
