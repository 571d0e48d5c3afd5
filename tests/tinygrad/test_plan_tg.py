"""Memory and time that tubevit_tg announces."""

import os

os.environ.setdefault("DEV", "CPU")

import pytest

from tubevit_np.commands import cli, planned_memory
from tubevit_np.cost.step import micro_batches
from tubevit_np.runs.recipe import Recipe
from tubevit_tg.__main__ import ENGINE
from tubevit_tg.training import plan

RECIPE = {"batch": 8, "image_batch": 8}
CFG = Recipe().config({"verb": 8})


def test_a_dry_run_on_several_devices(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    assert cli.main("tubevit_tg", ENGINE, [
        "train", "--devices", "2", "--precision", "bfloat16", "--size", "24", "--data", "scenes",
        "--dry-run"]) == 0
    out = capsys.readouterr().out
    assert "  moments: 4.8 MB on each device\n" in out and list(tmp_path.iterdir()) == []
    assert "time: the progress bar tells it after the first steps\n" in out


def test_every_device_has_all_parameters_and_a_part_of_the_batch():
    one, two, cut = (plan.step_memory(CFG, Recipe(**RECIPE | more)) for more in (
        {}, {"devices": 2}, {"accumulate": 4}))
    assert one["parameters"] == two["parameters"] and one["moments"] == two["moments"]
    assert one["activations"] == pytest.approx(2 * two["activations"], rel=1e-6)
    assert one["activations"] == pytest.approx(4 * cut["activations"], rel=1e-6)
    largest = micro_batches(CFG, Recipe(**RECIPE).inputs, 1)[0]
    assert one["activations"] == int(plan.ACTIVATIONS["float32"] * largest)


def test_lower_precision_needs_less_for_activations_and_a_copy_of_the_parameters():
    full, low = (plan.step_memory(CFG, Recipe(**RECIPE, precision=name))
                 for name in ("float32", "bfloat16"))
    assert low["activations"] < full["activations"]
    assert low["parameters"] == 1.5 * full["parameters"]


@pytest.mark.parametrize("device, own, known", [
    ("CPU", None, True), ("CPU:X86", None, True), ("CUDA", "CUDA", False)])
def test_a_gpu_has_its_own_memory_and_a_speed_that_nobody_knows(monkeypatch, device, own, known):
    monkeypatch.setattr(plan, "DEVICE", device)
    assert plan.device() == own and (plan.slowdown(Recipe()) is not None) == known
    assert plan.slowdown(Recipe(devices=2)) is None


def test_memory_of_a_gpu_is_told_apart(monkeypatch, recwarn):
    monkeypatch.setattr(plan, "DEVICE", "CUDA")
    monkeypatch.setattr(planned_memory, "machine_memory", lambda: 1e9)
    run = type("Run", (), {"recipe": Recipe()})
    told = planned_memory.in_total(run, ENGINE, {"activations": 5e9}, {"program": 2e8})
    assert told == "about 5.0 GB on each CUDA device, 200 MB on this machine"
    planned_memory.warn_of_memory(run, ENGINE, {"activations": 5e9}, {"program": 2e8})
    assert not recwarn.list
