"""What takes minutes: the main job's promise, and the same run in both packages.

    python -m pytest -m long"""

import json

import pytest

from tubevit_np import cli, run, train
from tubevit_np.__main__ import ENGINE
from tubevit_np.folder import read_metrics
from tubevit_np.recipe import Recipe

pytestmark = pytest.mark.long

STEPS = 60
# Measured on CPU:X86 over 60 steps: at most 7e-7 of the loss.
CLOSE = 7e-6


def losses(folder, engine):
    recipe = Recipe(steps=STEPS, batch=16, image_batch=8, log_every=1, save_every=STEPS)
    engine.train(run.new_run(folder, recipe))
    rows = read_metrics(folder / "metrics.jsonl")
    return [row["loss"] for row in rows if "loss" in row]


def test_both_packages_draw_the_same_loss_curve(tmp_path):
    import tubevit_tg.train

    ours, theirs = losses(tmp_path / "np", train), losses(tmp_path / "tg", tubevit_tg.train)
    assert len(ours) == STEPS
    assert theirs == pytest.approx(ours, rel=CLOSE)


def test_the_main_job_learns(tmp_path):
    assert cli.main("tubevit_np", ENGINE, ["train", "--out", str(tmp_path / "demo")]) == 0
    scores = json.loads((tmp_path / "demo" / "evaluation.json").read_text())
    assert scores["video"]["both"] >= 0.85
    assert scores["image"]["noun"] >= 0.95
