"""What a training announces before it begins, and the dry run."""

import tracemalloc
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from threading import Barrier
from types import SimpleNamespace

import numpy as np
import pytest
import small
from test_cost import Counted, operations
from tiny import class_folder

import tubevit_np as tv
from tubevit_np.__main__ import ENGINE
from tubevit_np.commands import cli, plan, planned_memory, planned_time, units
from tubevit_np.cost import count as cost
from tubevit_np.cost.count import training_memory
from tubevit_np.cost.step import kept_bytes, micro_batches, step_flops
from tubevit_np.data.batch import Batch
from tubevit_np.data.datasets.dataset import Dataset
from tubevit_np.model.presets import PRESETS
from tubevit_np.runs.open_run import planned
from tubevit_np.runs.recipe import Recipe
from tubevit_np.training import step
from tubevit_np.training.frozen import trainable_params
from tubevit_np.training.plan import num_trainable, step_memory

SMALL = {"size": 24, "frames": 4, "tubes": "demo-1", "batch": 2}


@pytest.fixture(scope="module")
def films(tmp_path_factory):
    """A set of 6 videos for training and 4 held-out ones, of two classes."""
    return str(class_folder(tmp_path_factory.mktemp("sets") / "films", "video", size=20))


@pytest.fixture(autouse=True)
def speed(monkeypatch):
    """A machine of 1 GFLOP per second with 8 GB."""
    monkeypatch.setattr(planned_time, "product_rate", lambda *sizes: 1e9)
    monkeypatch.setattr(planned_memory, "machine_memory", lambda: 8e9)


def test_a_dry_run_says_all_and_does_nothing(films, tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(Dataset, "load", lambda self: pytest.fail("decoded"))
    monkeypatch.chdir(tmp_path)
    assert cli.main("tubevit_np", ENGINE, [
        "train", "--data", films, "--size", "24", "--batch", "2", "--epochs", "10", "--frames", "8",
        "--dry-run"]) == 0
    assert list(tmp_path.iterdir()) == []
    output = capsys.readouterr()
    lines = dict(line.split(": ", 1) for line in output.out.splitlines())
    cfg = Recipe(data=films, size=24, frames=8).config({"films": 2})
    assert lines["videos"] == "films (2 classes); 6 files for training"
    assert lines["held out"].startswith("4 of 10 videos of films")
    assert lines["tokens of a video"].startswith(f"{sum(cost.tokens(cfg, (8, 24, 24)))} (1x8x8")
    assert lines["parameters"] == f"{tv.count(cfg):,}, all trained"
    assert lines["30 steps"] == "10 epochs of films (6 videos, 2 per step)"
    assert lines["memory"].endswith(" of 8.0 GB")
    assert lines["  moments"] == f"{8 * tv.count(cfg) / 1e6:.1f} MB"
    assert lines["  decoded files"] == f"{10 * 8 * 27 * 27 * 3 / 1e6:.1f} MB"
    assert lines["time"].startswith("about ") and "decode" not in lines["time"]
    assert output.err == ""


def test_a_dry_run_is_for_a_new_training(capsys):
    assert cli.main("tubevit_np", ENGINE, ["train", "--resume", "x", "--dry-run"]) == 2
    assert "leave out --resume" in capsys.readouterr().err


def test_a_training_announces_its_length(films, tmp_path, capsys):
    def stop(run):
        raise ValueError("begun")

    engine = SimpleNamespace(**vars(ENGINE) | {"train": stop})
    arguments = ["--data", films, "--size", "24", "--batch", "2", "--steps", "6"]
    assert cli.main("tubevit_np", engine, ["train", *arguments, "--out", str(tmp_path / "a")]) == 2
    lines = capsys.readouterr().out.splitlines()
    assert lines[-2] == "6 steps: 2 epochs of films (6 videos, 2 per step)"
    assert lines[-1].startswith("memory: about ") and "; time: about " in lines[-1]


def test_generated_sets_have_no_epochs():
    run = planned(Recipe(data="scenes", images="scenes", steps=9, size=24, frames=4, batch=2,
                         image_batch=1, tubes="demo-1"))
    assert plan.length(run, 3) == ("9 steps, 3 of them done: 2 generated videos per step, "
                                   "1 generated image per step")
    assert plan.data_line(run.sources[0]).endswith("; generated")


def test_the_time_is_that_of_all_steps_that_are_left_and_all_evaluations(films):
    run = planned(Recipe(data=films, steps=100, eval_every=20, **SMALL))
    forward, both = (f(run.cfg, (4, 24, 24)) for f in (
        planned_time.cost.flops, planned_time.cost.training_flops))
    forward, both = sum(forward.values()), sum(both.values())
    assert planned_time.operations(run, 0) == 100 * 2 * both + (6 * 4 + 4) * forward
    assert planned_time.operations(run, 60) == 40 * 2 * both + (3 * 4 + 4) * forward


@pytest.mark.parametrize("accumulate, told", [
    (1, None), (4, "--accumulate 4 computes the same steps in less memory"),
    (None, "use a smaller --batch, --size, --frames or --memory")])
def test_a_machine_that_is_too_small_is_told_with_the_way_out(films, monkeypatch, recwarn,
                                                              accumulate, told):
    """It has the memory that a step with so many micro-batches needs, or next to nothing."""
    run = planned(Recipe(data=films, size=24, frames=16, batch=2048, steps=9))
    step, rest = planned_memory.step_of(run, ENGINE, 1), {"program": 10**8}
    there = 10**8 + 10**6 if accumulate is None else 10**8 + sum(planned_memory.step_of(
        run, ENGINE, accumulate).values())
    monkeypatch.setattr(planned_memory, "machine_memory", lambda: there)
    planned_memory.warn_of_memory(run, ENGINE, step, rest)
    messages = [str(one.message) for one in recwarn if "needs about" in str(one.message)]
    assert [told in message for message in messages] == [True] * bool(told)


@pytest.mark.parametrize("frozen", [0, 1, 2])
def test_operations_of_a_step_equal_those_of_its_products(rng, frozen):
    cfg, shape = small.MODEL, (7, 10, 13)
    params = tv.nest({name: w.view(Counted)
                      for name, w in tv.flatten(small.params(cfg, rng)).items()})
    video, heads = small.clips(rng, 1, shape), tuple(cfg.classes)

    def forward_and_backward():
        logits, out = step.forward(params, video, cfg, heads, num_frozen_blocks=frozen)
        step.backward(params, out, logits, cfg, num_frozen_blocks=frozen)
    assert step_flops(cfg, [(shape, 1)], frozen) == operations(forward_and_backward)


@pytest.mark.parametrize("recipe", [
    {"batch": 8, "image_batch": 8}, {"batch": 8, "image_batch": 8, "frozen": 2},
    {"data": ("scenes",), "batch": 12}, {"batch": 16, "image_batch": 4, "accumulate": 2}], ids=str)
def test_the_memory_of_a_step_is_that_of_its_arrays(rng, recipe, monkeypatch):
    """Within a third, since one thread may be ahead. Both begin the backward pass together."""
    recipe, both, backward = Recipe(**recipe), Barrier(step.PARTS, timeout=60), step.backward
    monkeypatch.setattr(step, "backward", lambda *given: (both.wait(), backward(*given))[1])
    cfg = recipe.config({"verb": 8})
    batches = [Batch(np.zeros((count, *shape[shape[0] == 1:], 3), np.uint8),
                     {"verb": np.zeros(count, int)}) for shape, count in recipe.inputs]
    run = SimpleNamespace(cfg=cfg, recipe=recipe, weights=[1.0] * len(batches))
    tracemalloc.start()
    params = tv.init(cfg, rng)
    moments = tv.adamw_state(trainable_params(params, recipe.frozen))
    with ThreadPoolExecutor(step.PARTS) as pool:
        step.joint_step(params, moments, run, pool)(1, 1e-4, batches)
    _, found = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert sum(step_memory(cfg, recipe).values()) == pytest.approx(found, rel=0.35)
    assert num_trainable(cfg, recipe.frozen) == sum(w.size for w in moments["m"].values())


def test_sets_are_cut_into_micro_batches():
    cfg, shape = tv.PRESETS["demo"], (16, 48, 48)
    one, image = kept_bytes(cfg, shape), kept_bytes(cfg, (1, 48, 48))
    found = micro_batches(cfg, [(shape, 7), ((1, 48, 48), 2)], 4)
    assert found == [2 * one] * 4 + [image] * 2
    assert kept_bytes(cfg, shape, frozen=1) < one


@pytest.mark.parametrize("value, text", [
    (units.in_bytes(2_400_000), "2.4 MB"), (units.in_bytes(310e6), "310 MB"),
    (units.in_bytes(3.21e9), "3.2 GB"), (units.in_bytes(151.7e9), "152 GB"),
    (units.in_flops(6.578e9), "6.58 GFLOPs"), (units.in_flops(83.4e12), "83.4 TFLOPs"),
    (units.in_time(0.2), "1 second"), (units.in_time(80), "80 seconds"),
    (units.in_time(100), "2 minutes"), (units.in_time(7300), "2 hours"),
    (units.in_time(1e6), "12 days")])
def test_units(value, text):
    assert value == text


def test_a_step_keeps_no_intermediates_of_frozen_blocks_and_tubes():
    cfg, shape = replace(PRESETS["demo"], classes={"verb": 8}), (16, 48, 48)
    memory = training_memory(cfg, shape)
    saved = kept_bytes(cfg, shape) - kept_bytes(cfg, shape, 1)
    assert saved == memory["tubes"] + memory["encoder"] // cfg.depth
