"""Tests that take minutes: the accuracy of the demo, and equal runs in both packages.

    python -m pytest -m long"""

import json
import signal
from dataclasses import replace
from unittest import mock

import numpy as np
import pytest

from tubevit_np.__main__ import ENGINE
from tubevit_np.commands import cli
from tubevit_np.model.params import flatten
from tubevit_np.runs import run
from tubevit_np.runs.open_run import new_run, open_run
from tubevit_np.runs.recipe import Recipe
from tubevit_np.runs.run_folder import checkpoints, read_metrics, step_of
from tubevit_np.runs.stop_signal import Stopped
from tubevit_np.training import train

pytestmark = [pytest.mark.long, pytest.mark.usefixtures("usual_pools")]

STEPS = 60
# Ten times the largest relative error in 60 steps on CPU:X86, 7e-7.
CLOSE = 7e-6


def losses(folder, engine):
    recipe = Recipe(steps=STEPS, batch=16, image_batch=8, log_every=1, save_every=STEPS)
    engine.train(new_run(folder, recipe))
    return losses_in(folder)


def losses_in(folder):
    rows = read_metrics(folder / "metrics.jsonl")
    return [row["loss"] for row in rows if "loss" in row]


def test_both_packages_draw_the_same_loss_curve(tmp_path):
    from tubevit_tg.training import train as in_tinygrad

    ours, theirs = losses(tmp_path / "np", train), losses(tmp_path / "tg", in_tinygrad)
    assert len(ours) == STEPS
    assert theirs == pytest.approx(ours, rel=CLOSE)


def test_the_main_job_learns(tmp_path):
    assert cli.main("tubevit_np", ENGINE, ["train", "--out", str(tmp_path / "demo")]) == 0
    scores = json.loads((tmp_path / "demo" / "evaluation.json").read_text(encoding="utf-8"))
    assert scores["video"]["both"] >= 0.85
    assert scores["image"]["noun"] >= 0.95


def test_two_devices_in_half_precision_and_parts_survive_a_signal_and_a_kill(tmp_path):
    """The resumed run is bit-identical; losses are close to NumPy's (one device, float32)."""
    from tubevit_tg.training.train import train as train_tg

    recipe = Recipe(steps=6, batch=12, image_batch=6, log_every=1, save_every=3)
    train.train(new_run(tmp_path / "np", recipe))
    recipe = replace(recipe, devices=2, accumulate=3, precision="half")
    wanted = train_tg(new_run(tmp_path / "whole", recipe))
    with mock.patch.object(run.Run, "log", stopping_at(1, signal.SIGTERM)), pytest.raises(Stopped):
        train_tg(new_run(tmp_path / "killed", recipe))
    assert [step_of(path) for path in checkpoints(tmp_path / "killed")] == [2]
    with mock.patch.object(run.Run, "log", stopping_at(5)), pytest.raises(KeyboardInterrupt):
        train_tg(open_run(tmp_path / "killed"))
    found = train_tg(open_run(tmp_path / "killed"))
    assert all(np.array_equal(w, flatten(found)[name]) for name, w in flatten(wanted).items())
    theirs, ours, again = (losses_in(tmp_path / name) for name in ("np", "whole", "killed"))
    assert again == ours
    assert ours == pytest.approx(theirs, rel=1e-3)


def stopping_at(step, number=None):
    """A version of Run.log that raises a signal, or KeyboardInterrupt, in this step."""
    usual = run.Run.log

    def log(self, done, *rest, **named):
        if done == step and number:
            signal.raise_signal(number)
        elif done == step:
            raise KeyboardInterrupt
        usual(self, done, *rest, **named)
    return log
