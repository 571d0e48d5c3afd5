"""Progress bars: every terminal width shows all scores, and bars end at their total."""

import io
import re
import sys
from pathlib import Path
from types import SimpleNamespace
from unittest import mock

import numpy as np
import pytest
from terminal import screen, shown
from tiny import class_folder

from tubevit_np.commands import cli
from tubevit_np.data.batch import Batch
from tubevit_np.runs import progress
from tubevit_np.training import evaluate

TOP = Path(__file__).resolve().parents[2]
SCORES = {"loss": 1.5, "kinetics verb": 0.25, "ssv2_noun": 0.5, "both": 0.125, "image noun": 0.75,
          "image a_data_set_with_a_rather_long_name_of_more_than_60_characters": 0.625}


class Terminal(io.StringIO):
    """A text buffer that claims to be a terminal."""

    def isatty(self):
        return True


def bar_in(columns, scores, steps=3, file=None):
    """(lines, states, widest) of a training bar in a terminal or a file."""
    file = file or Terminal()
    size = lambda file: (columns, 40)
    with mock.patch("sys.stderr", file), \
            mock.patch("tqdm.std._screen_shape_wrapper", return_value=size):
        bar = progress.TrainingBar(0, steps)
        for _ in bar.steps:
            bar.show(scores)
        bar.close()
    return screen(file.getvalue())


@pytest.mark.parametrize("columns", [60, 80, 100, 400])
def test_every_score_is_shown_in_a_terminal(columns):
    lines, _, widest = bar_in(columns, SCORES)
    text = " ".join(lines)
    assert widest <= columns
    assert "training: 100%|" in lines[0] and "3/3 [" in lines[0] and "step/s]" in text.replace(
        ", loss", "]")
    for name, value in list(SCORES.items())[:-1]:
        assert f"{name}={value:.2f}" in text
    assert re.search(r"image a_data_set\w+(\.\.)?=0\.6", text)
    assert (len([line for line in lines if line]) == 1) == (columns == 400)
    assert (".." in text) == (columns < 80)


def test_a_few_scores_stand_beside_the_bar_and_in_a_file_all_do():
    """The file has all scores even if the shell exports the terminal width."""
    lines, _, _ = bar_in(100, {"loss": 1.5, "verb": 0.25})
    assert lines[0].endswith(", loss=1.50, verb=0.25]") and not any(lines[1:])
    lines, _, _ = bar_in(60, SCORES, file=io.StringIO())
    assert all(f"{name}={value:.2f}" in lines[0] for name, value in SCORES.items())


def test_scores_come_back_beside_the_bar_of_a_wider_terminal():
    file, size = Terminal(), [60]
    with mock.patch("sys.stderr", file), \
            mock.patch("tqdm.std._screen_shape_wrapper", return_value=lambda file: (size[0], 40)):
        bar = progress.TrainingBar(0, 3)
        bar.show(SCORES)
        size[0] = 400
        bar.show(SCORES)
        bar.close()
    lines, _, _ = screen(file.getvalue())
    assert all(f"{name}={value:.2f}" in lines[0] for name, value in SCORES.items())
    assert not any(lines[1:])


def test_lines_of_scores():
    assert progress.fold(["a=1", "b=2", "c=3"], 11) == ["a=1, b=2,", "c=3"]
    assert progress.fold(["a=1", "b=2", "c=3"], 99) == ["a=1, b=2, c=3"]
    assert progress.fold(["name_too_long=1.00"], 12) == ["name..=1.00"]


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    """A video set and an image set, both with broken files."""
    folder = tmp_path_factory.mktemp("sets")
    class_folder(folder / "films", "video"), class_folder(folder / "shots", "image")
    for name in ("films/train/cat/1.mov", "films/val/eel/3.mov", "shots/val/eel/3.png"):
        (folder / name).write_text("broken", encoding="utf-8")
    return folder


@pytest.mark.parametrize("package, columns, memory", [
    ("tubevit_np", 80, 4), ("tubevit_np", 60, 0), ("tubevit_tg", 80, 4)])
def test_a_training_in_a_terminal(place, tmp_path, package, columns, memory):
    """Decoded in advance or on the fly (memory 0), every bar ends at its total."""
    ran = shown([sys.executable, "-m", package, "train", "--data", place / "films", "--images",
                 place / "shots", "--steps", "3", "--batch", "2", "--image-batch", "2", "--size",
                 "16", "--memory", str(memory), "--out", tmp_path / "run"], columns,
                cwd=TOP)
    text = "\n".join(ran.lines)
    assert ran.status == 0, text
    bars = [state for state in ran.states if re.search(r"\d+%\|", state)]
    assert bars and max(map(len, bars)) <= columns
    totals = {}
    for bar in bars:
        totals.setdefault(bar.partition(":")[0], []).append(
            tuple(map(int, re.search(r"(\d+)/(\d+) \[", bar).groups())))
    assert set(totals) == {"training", "evaluating videos", "evaluating images"} | (
        {"films", "shots"} if memory else set())
    for name, seen in totals.items():
        assert seen[-1][0] == seen[-1][1] > 0, name
    assert totals["evaluating videos"][-1] == totals["evaluating images"][-1] == (3, 3)
    assert re.search(r"^loss=\d\.\d\d, films=\d\.\d\d, image shots=\d\.\d\d$", text, re.MULTILINE)
    assert re.search(r"^tubevit_\w\w: skipped", text, re.MULTILINE)
    assert "video/s]tubevit" not in text


def test_a_bar_of_batches_counts_examples():
    batches = [Batch(np.zeros(n), {"a": np.zeros(n)}) for n in (3, 3, 1)]
    source = SimpleNamespace(kind="image", examples=lambda most: list(range(9)))  # two are missing
    with mock.patch.object(evaluate, "tqdm") as made:
        bar = made.return_value.__enter__.return_value
        bar.n = 7
        assert list(evaluate.with_progress(batches, source, None)) == batches
    assert made.call_args.kwargs["total"] == 9 and bar.total == 7
    assert [call.args[0] for call in bar.update.call_args_list] == [3, 3, 1]


def test_a_warning_is_written_below_the_bars():
    file = Terminal()
    with mock.patch("sys.stderr", file):
        bar = progress.tqdm(range(9), "loading", ncols=60)
        file.write(cli.below_bars("a warning\n"))
        bar.close()
    assert screen(file.getvalue())[0][0] == "a warning"
