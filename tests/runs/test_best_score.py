"""Evaluations between checkpoints, best.safetensors, and the end of a run that no longer improves.

Steps and scores are scripted: each step adds one to the patch kernel."""

import json
from dataclasses import replace
from types import SimpleNamespace

import pytest
from tiny import RECIPE, finished

import tubevit_np as tv
from tubevit_np.commands.ending import ending
from tubevit_np.data.sources import GeneratedSource
from tubevit_np.runs import run as run_module
from tubevit_np.runs.best_score import Best, best_so_far, chosen_scores
from tubevit_np.runs.held_out import sources_for
from tubevit_np.runs.open_run import new_run, open_run
from tubevit_np.runs.run import Run
from tubevit_np.runs.run_folder import load_model, read_metrics
from tubevit_np.training import train as loop

EVERY = replace(RECIPE, eval_every=2, log_every=100)  # checkpoints after 4, 8 and 11 steps
SCORES = {2: 0.25, 4: 0.5, 6: 0.375, 8: 0.5, 10: 0.25, 11: 0.75}


class Killed(BaseException):
    pass


@pytest.fixture
def scripted(monkeypatch):
    """Evaluations give SCORES; a step takes no time."""
    usual, step = Run.evaluate, []

    def evaluate(run, done, predict, current):
        step[:] = [done]
        usual(run, done, predict, current)

    def joint_step(params, moments, run, pool):
        def one_more(t, lr, batches):
            params["tubes"]["0"]["w"] += 1
            return 1.0, 1.0, [dict.fromkeys(source.labels, 0.5) for source in run.sources]
        return one_more

    monkeypatch.setattr(Run, "evaluate", evaluate)
    monkeypatch.setattr(loop, "joint_step", joint_step)
    monkeypatch.setattr(GeneratedSource, "slow", False)
    monkeypatch.setattr(run_module, "evaluate", lambda predict, source, most: dict.fromkeys(
        (*source.labels, "both"), SCORES[step[0]] / (1 + (source.kind == "image"))) | {"count": 20})
    return monkeypatch


def steps_of(folder):
    """The steps of the files in a run folder, and of its evaluations."""
    files = {path.name: int(tv.load(path)[2]["step"]) for path in folder.glob("*.safetensors")}
    log = read_metrics(folder / "metrics.jsonl")
    return files, [record["step"] for record in log if "eval/both" in record]


def killed_at(monkeypatch, name, nth, folder, recipe):
    """Train a run that is killed in the nth call of a function of Run."""
    usual, calls = getattr(Run, name), []

    def counted(*args, **options):
        calls.append(1)
        if len(calls) == nth:
            raise Killed
        return usual(*args, **options)

    with monkeypatch.context() as patch, pytest.raises(Killed):
        patch.setattr(Run, name, counted)
        loop.train(new_run(folder, recipe))


def test_evaluations_come_apart_from_checkpoints(scripted, tmp_path):
    loop.train(new_run(tmp_path, EVERY))
    files, evaluated = steps_of(tmp_path)
    assert evaluated == list(SCORES)
    assert files == {"checkpoint-000008.safetensors": 8, "checkpoint-000011.safetensors": 11,
                     "model.safetensors": 11, "best.safetensors": 11}
    log = read_metrics(tmp_path / "metrics.jsonl")
    assert [record["step"] for record in log if "loss" in record] == evaluated


def test_the_best_parameters_are_kept_without_moments(scripted, tmp_path):
    """Those of step 4: the equal score of step 8 is no better."""
    loop.train(run := new_run(tmp_path, replace(EVERY, steps=10)))
    best, last = (tv.load(tmp_path / f"{name}.safetensors") for name in ("best", "model"))
    moved = best[0]["tubes"]["0"]["w"] - last[0]["tubes"]["0"]["w"]
    notes = best[2]
    assert moved.round().max() == moved.round().min() == 4 - 10
    assert (notes["step"], notes["score"], notes["value"]) == ("4", "both", "0.5")
    assert notes["extra"] == {} and run.best() == Best(4, 0.5, last=10, since=3)


@pytest.mark.parametrize("killed", [None, ("log", 6), ("log", 8), ("_save", 5), ("save", 2),
                                    ("save", 3)], ids=str)
def test_a_run_ends_after_its_patience_killed_or_not(scripted, tmp_path, killed):
    """The third evaluation without a better score is that of step 10."""
    folder, recipe = tmp_path / "run", replace(EVERY, patience=3)
    if killed:
        killed_at(scripted, *killed, folder, recipe)
        loop.train(run := open_run(folder))
    else:
        loop.train(run := new_run(folder, recipe))
    assert run.stopped and steps_of(folder) == (
        {"checkpoint-000008.safetensors": 8, "checkpoint-000010.safetensors": 10,
         "model.safetensors": 10, "best.safetensors": 4}, [2, 4, 6, 8, 10])


def test_a_run_that_has_ended_early_stays_so(scripted, tmp_path):
    loop.train(new_run(tmp_path, replace(EVERY, patience=3)))
    before = {path: path.read_bytes() for path in tmp_path.glob("*.*")}
    loop.train(run := open_run(tmp_path))
    assert run.stopped and run.first == 10
    assert {path: path.read_bytes() for path in tmp_path.glob("*.*")} == before


def test_more_patience_lets_it_go_on(scripted, tmp_path):
    loop.train(new_run(tmp_path, replace(EVERY, patience=3)))
    stored = json.loads((tmp_path / "config.json").read_text(encoding="utf-8"))
    stored["recipe"]["patience"] = 4
    (tmp_path / "config.json").write_text(json.dumps(stored), encoding="utf-8")
    loop.train(run := open_run(tmp_path))
    assert not run.stopped and steps_of(tmp_path)[0]["best.safetensors"] == 11


def test_more_steps_come_with_new_patience(scripted, tmp_path):
    """It ended after step 10, and ends again after three more evaluations without a better score.
    """
    loop.train(new_run(tmp_path, replace(EVERY, patience=3)))
    for step in range(12, 20, 2):
        scripted.setitem(SCORES, step, 0.5)
    loop.train(run := open_run(tmp_path, 20))
    assert run.stopped and run.best() == Best(4, 0.5, last=16, since=3)
    assert steps_of(tmp_path)[0]["model.safetensors"] == 16


def test_another_score_may_choose(scripted, tmp_path):
    loop.train(new_run(tmp_path, replace(EVERY, best="image noun", steps=2)))
    notes = tv.load(tmp_path / "best.safetensors")[2]
    assert (notes["score"], notes["value"]) == ("image noun", "0.125")


def source(kind, *heads):
    return SimpleNamespace(kind=kind, labels=dict.fromkeys(heads, ("a", "b")))


@pytest.mark.parametrize("sources, chosen", [
    ([source("video", "verb", "noun"), source("image", "noun")], ("both",)),
    ([source("video", "pets")], ("pets",)),
    ([source("image", "pets")], ("image pets",)),
    ([source("video", "a_verb", "a"), source("video", "b"), source("image", "c")], ("both", "b")),
])
def test_which_scores_choose_by_default(sources, chosen):
    assert chosen_scores(None, sources) == chosen


def test_the_mean_of_several_scores_chooses():
    log = [{"step": 1, "eval/a": 0.5, "eval/b": 0.0}, {"step": 1, "loss": 9.0},
           {"step": 2, "eval/a": 0.25, "eval/b": 0.5}]
    assert best_so_far(log, ("a", "b")) == Best(2, 0.375, last=2, since=0)
    assert best_so_far(log, ("a",)) == Best(1, 0.5, last=2, since=1)
    assert best_so_far(log[1:2], ("a",)) is None


def test_a_score_that_the_log_will_not_hold_is_refused(tmp_path):
    with pytest.raises(ValueError, match="best is 'accuracy'; the scores of this run are verb, "
                                         "noun, both, image noun$"):
        new_run(tmp_path / "run", replace(RECIPE, best="accuracy"))
    assert not (tmp_path / "run").exists()


def test_the_best_checkpoint_can_be_evaluated():
    path, _, _, notes = load_model(finished() / "best.safetensors")
    assert [one.kind for one in sources_for(path, notes)] == ["video", "image"]
    best = open_run(finished()).best()
    assert (int(notes["step"]), float(notes["value"])) == best[:2]


def test_the_end_is_said(scripted, tmp_path):
    loop.train(run := new_run(tmp_path, replace(EVERY, patience=3)))
    assert list(ending(run)) == [
        ("stopped early after step 10 of 11: both has not improved in the last 3 evaluations "
         "(--patience 3)"),
        ("best score during training: both 50.0% after step 4; this model is "
         f"{tmp_path / 'best.safetensors'}")]
    loop.train(run := open_run(tmp_path))
    assert [line.split(":")[0] for line in ending(run)] == [
        "stopped early after step 10 of 11",
        f"{tmp_path} has already done all its 10 steps; evaluating and drawing it again",
        "best score during training"]


def test_a_run_that_ends_at_its_best_says_nothing(scripted, tmp_path):
    loop.train(run := new_run(tmp_path, EVERY))
    assert list(ending(run)) == []
    loop.train(run := open_run(tmp_path))
    assert list(ending(run)) == [
        f"{tmp_path} has already done all its 11 steps; evaluating and drawing it again"]
