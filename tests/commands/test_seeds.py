"""train --seeds: one training per seed, continued by the same command; mean and deviation."""

import csv
import json
import re
from types import SimpleNamespace

import numpy as np
import pytest
from tiny import class_folder, finished

from tubevit_np.__main__ import ENGINE
from tubevit_np.commands import cli, training
from tubevit_np.runs import seeds
from tubevit_np.runs.recipe import Recipe
from tubevit_np.runs.recipe_files import read_recipe

TABLE = re.compile(r"\n +seed 0.*", re.DOTALL)


@pytest.fixture(autouse=True)
def no_pictures(monkeypatch):
    monkeypatch.setattr(training, "draw_run", lambda run: None)


@pytest.fixture
def typed(tmp_path):
    """The arguments of a tiny training on files, for a sweep folder."""
    shots = class_folder(tmp_path / "shots", "image", val=10)
    return ["train", "--images", str(shots), "--size", "8", "--image-batch", "2", "--steps", "1",
            "--out", str(tmp_path / "sweep")]


def run(typed, *more, train=ENGINE.train):
    engine = SimpleNamespace(**vars(ENGINE) | {"train": train})
    return cli.main("tubevit_np", engine, [*typed, *map(str, more)])


def idle(run):
    pytest.fail("trained again")


def test_the_table_has_the_scores_of_each_seed_and_is_not_trained_again(typed, tmp_path, capsys):
    assert run(typed, "--seeds", 0, 7, 3) == 0
    table = TABLE.search(capsys.readouterr().out)[0]
    sweep = tmp_path / "sweep"
    stored = [sweep / f"seed-{seed}/evaluation.json" for seed in (0, 7, 3)]
    scores = [json.loads(path.read_text(encoding="utf-8"))["image"]["shots"] for path in stored]
    assert [read_recipe(sweep / f"seed-{seed}/config.json")[0].seed for seed in (0, 7, 3)] == [
        0, 7, 3]
    mean, deviation = np.mean(scores), np.std(scores, ddof=1)
    row = next(line.split() for line in table.splitlines() if line.startswith("image shots"))
    assert row[2:] == [f"{value:.1%}" for value in (*scores, mean, deviation)] + ["3"]
    with open(sweep / "seeds.csv", encoding="utf-8") as file:
        header, values = csv.reader(file)
    assert header == ["score", "seed 0", "seed 7", "seed 3", "mean", "standard deviation", "n"]
    assert [float(value) for value in values[1:]] == pytest.approx([*scores, mean, deviation, 3])
    found = json.loads((sweep / "seeds.json").read_text(encoding="utf-8"))
    assert found["scores"]["image shots"]["seeds"] == dict(zip(("0", "7", "3"), scores))
    assert "seed" not in found["recipe"] and found["recipe"]["steps"] == 1
    assert cli.main("tubevit_np", ENGINE, ["evaluate", str(sweep / "seed-0"), "--count", "1"]) == 0
    capsys.readouterr()
    assert run(typed, "--seeds", 0, 7, 3, train=idle) == 0  # also with another evaluation.json
    shown = capsys.readouterr().out
    assert TABLE.search(shown)[0] == table and shown.count("is done already") == 3


def test_what_was_stopped_is_continued_by_the_same_command(typed, tmp_path, capsys):
    begun = []

    def stopped(run):
        begun.append(run.folder.name)
        if len(begun) == 2:
            raise KeyboardInterrupt
        return ENGINE.train(run)

    assert run(typed, "--seeds", 0, 1, 2, train=stopped) == 130
    assert capsys.readouterr().err.endswith("stopped; continue with the same command\n")
    assert not (tmp_path / "sweep/seeds.csv").exists()
    assert run(typed, "--seeds", 0, 1, 2,
               train=lambda run: begun.append(run.folder.name) or ENGINE.train(run)) == 0
    assert begun == ["seed-0", "seed-1", "seed-1", "seed-2"]
    assert (tmp_path / "sweep/seeds.csv").exists()


def test_a_seed_of_another_recipe_is_refused_before_any_training(typed, tmp_path, capsys):
    assert run(typed, "--seeds", 1) == 0
    capsys.readouterr()
    assert run(typed, "--steps", 2, "--lr", 0.5, "--seeds", 0, 1, train=idle) == 2
    [line] = capsys.readouterr().err.splitlines()
    assert "seed-1 was trained with other options (steps is 1 there and 2 now, lr is 0.003 there " \
        "and 0.5 now); give another --out" in line
    assert not (tmp_path / "sweep/seed-0").exists()


def test_a_seed_that_was_extended_is_scored_again(typed, tmp_path, capsys):
    assert run(typed, "--seeds", 0) == 0
    stored = tmp_path / "sweep/seed-0" / seeds.SCORES
    stored.write_text(json.dumps({"steps": 1, "scores": {"image shots": 9.0}}), encoding="utf-8")
    assert cli.main("tubevit_np", ENGINE, [
        "train", "--resume", str(tmp_path / "sweep/seed-0"), "--steps", "2"]) == 0
    assert run(typed, "--steps", 2, "--seeds", 0) == 0
    assert "is done already" not in capsys.readouterr().out
    kept = json.loads(stored.read_text(encoding="utf-8"))
    assert kept["steps"] == 2 and kept["scores"]["image shots"] <= 1


def test_one_seed_has_no_deviation(typed, tmp_path, capsys):
    assert run(typed, "--seeds", 5, "--tensorboard", tmp_path / "log") == 0
    shown = capsys.readouterr().out
    assert "A single seed does not show" in shown and re.search(r"image shots .* - +1\n", shown)
    assert list((tmp_path / "log/seed-5").glob("events*"))


def test_statistics_by_hand(tmp_path):
    found = seeds.statistics({4: {"a": 0.2, "b": 1}, 5: {"a": 0.4, "b": 1}, 6: {"a": 0.6, "b": 1}})
    assert found["a"] == {"seeds": {"4": 0.2, "5": 0.4, "6": 0.6}, "mean": pytest.approx(0.4),
                          "standard deviation": pytest.approx(0.2), "n": 3}
    assert found["b"]["standard deviation"] == 0
    one = seeds.statistics({4: {"a": 0.2}})
    seeds.write_seeds(tmp_path, Recipe(), one)
    assert (tmp_path / "seeds.csv").read_text(encoding="utf-8") == (
        "score,seed 4,mean,standard deviation,n\na,0.2,0.2,,1\n")


WRONG = {"--seeds 0 --seed 1": "--seed 1 and --seeds are two choices; leave out --seed",
         "--seeds 0 1 0": "--seeds: 0 is given twice, but two trainings with the same seed",
         "--seeds -1": "seed is -1; it must be at least 0",
         "--seeds a": "--seeds: invalid int value: 'a'",
         "--seeds 0 --out RUN": "already holds a run",
         "--seeds 0 --resume RUN": "to continue the trainings of --seeds, repeat their command"}


@pytest.mark.parametrize("more", WRONG)
def test_what_does_not_go_with_seeds_is_refused(capsys, more):
    finished(), capsys.readouterr()  # its training has a progress bar
    words = ["train", *more.replace("RUN", str(finished())).split()]
    assert run(words, train=idle) == 2
    [line] = capsys.readouterr().err.splitlines()
    assert WRONG[more] in line
