"""A run that gets more steps: its schedule, its files, and kills at any moment."""

import json
import re

import numpy as np
import pytest
from killing import chosen, content, kill, resume, without_rate
from tiny import RECIPE, copied, finished

import tubevit_np as tv
from tubevit_np.runs.open_run import open_run
from tubevit_np.runs.recipe_files import read_recipe
from tubevit_np.runs.run_folder import MODEL, find_model, load_model, read_metrics
from tubevit_np.training.optim import learning_rate

STEPS = 17
LAST, OLDER = (f"checkpoint-{step:06d}.safetensors" for step in (17, 16))

# Each entry kills the extension of the finished run of 11 steps; see killing.py.
MOMENTS = {
    "before anything is written": ("at_rename", "model-000011"),
    "the old model set aside, config.json half written": ("at_replace", "config.json"),
    "config.json written, no step done": ("at_call", "log", 0),
    "between checkpoints": ("at_call", "log", 3),
    "its first checkpoint half written": ("at_replace", "checkpoint-000012"),
    "the new model half written": ("at_replace", MODEL),
    "the new model written, not its last checkpoint": ("at_replace", "checkpoint-000017"),
}


@pytest.fixture(scope="module")
def extended(tmp_path_factory):
    """The finished run after an extension that was never stopped."""
    folder = copied(tmp_path_factory.mktemp("extended") / "run")
    resume(folder, STEPS)
    return folder


@pytest.fixture(scope="module")
def killed(request, tmp_path_factory):
    """{moment: folder of a run whose extension was killed at that moment}."""
    place = tmp_path_factory.mktemp("killed")
    folders = {moment: copied(place / str(k)) for k, moment in enumerate(chosen(request, MOMENTS))}
    endings = kill([(folder, STEPS, MOMENTS[moment]) for moment, folder in folders.items()])
    assert set(endings) == {"SIGKILL"}
    return folders


def test_the_learning_rate_is_that_of_the_longer_run_from_where_it_stands(extended):
    rates = {record["step"]: record["lr"] for record in read_metrics(extended / "metrics.jsonl")
             if "lr" in record}
    assert list(rates) == [2, 4, 6, 8, 10, 11, 12, 14, 16, 17]
    for step, lr in rates.items():
        steps = RECIPE.steps if step <= RECIPE.steps else STEPS
        assert lr == learning_rate(step - 1, steps, RECIPE.lr, RECIPE.warmup)


def test_the_run_says_what_happened(extended, tmp_path, capsys):
    assert read_recipe(extended / "config.json")[0].steps == STEPS
    history = json.loads((extended / "config.json").read_text(encoding="utf-8"))["extended"]
    assert history == [{"at": 11, "from": 11, "to": 17}]
    folder = copied(tmp_path / "run")
    open_run(folder, 13)
    open_run(folder, 13)  # as typed again after a kill
    [line] = capsys.readouterr().out.splitlines()
    assert line.startswith(f"{folder}: 13 steps instead of 11, 11 of them done. From here on, the")
    assert "A run of 13 steps from the start would give another result" in line
    open_run(folder, 15)
    assert [(one["from"], one["to"]) for one in json.loads(
        (folder / "config.json").read_text(encoding="utf-8"))["extended"]] == [(11, 13), (13, 15)]


def test_the_model_of_the_old_end_keeps_its_weights_under_another_name(extended):
    assert content(extended / "model-000011.safetensors") == content(finished() / MODEL)
    model, last = (tv.flatten(tv.load(extended / name)[0]) for name in (MODEL, LAST))
    assert all(np.array_equal(w, last[name]) for name, w in model.items())
    assert [path.name for path in sorted(extended.glob("checkpoint*"))] == [OLDER, LAST]


@pytest.mark.parametrize("moment", MOMENTS)
def test_a_killed_extension_ends_as_one_that_was_not(extended, killed, moment):
    folder = killed[moment]
    newest = {"its first checkpoint half written": 11, "between checkpoints": 12,
              "the new model half written": 16,
              "the new model written, not its last checkpoint": 17}.get(moment, 11)
    assert int(load_model(folder)[3]["step"]) == newest
    resume(folder, STEPS)
    for name in (OLDER, LAST, MODEL, "model-000011.safetensors"):
        assert content(folder / name) == content(extended / name)
    assert without_rate(folder) == without_rate(extended)
    assert (folder / "config.json").read_bytes() == (extended / "config.json").read_bytes()


def test_an_extension_killed_before_it_began_is_forgotten(tmp_path):
    folder = copied(tmp_path / "run")
    (folder / MODEL).rename(folder / "model-000011.safetensors")
    resume(folder)
    assert content(folder / MODEL) == content(finished() / MODEL)
    assert (folder / "config.json").read_bytes() == (finished() / "config.json").read_bytes()


def test_a_model_without_checkpoints_cannot_be_extended(tmp_path):
    folder = copied(tmp_path / "run")
    for path in folder.glob("checkpoint-*"):
        path.unlink()
    with pytest.raises(ValueError, match="holds no checkpoint to extend; train from its model wit"):
        open_run(folder, STEPS)
    assert (folder / MODEL).exists()


def test_steps_that_are_done_cannot_be_taken_back(tmp_path):
    folder = copied(tmp_path / "run")
    with pytest.raises(ValueError, match=re.escape(
            f"steps is 10, but {folder} has already done 11 steps; give --steps 12 or more")):
        open_run(folder, 10)
    assert (folder / "config.json").read_bytes() == (finished() / "config.json").read_bytes()
    (folder / "checkpoint-000011.safetensors").unlink()
    with pytest.raises(ValueError, match="has already done 8 steps; give --steps 9 or more"):
        open_run(folder, 8)


def test_a_run_that_has_not_ended_may_get_another_number_of_steps_too(tmp_path):
    folder = copied(tmp_path / "run")
    for name in ("checkpoint-000011.safetensors", MODEL):
        (folder / name).unlink()
    resume(folder, 9)
    assert find_model(folder) == folder / MODEL and load_model(folder)[3]["step"] == "9"
    assert not list(folder.glob("model-*"))
