"""Handouts for students and teachers: guides, setups, probes, and cells that no grader runs."""

import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from notebooks.assignments import course
from notebooks.assignments.build import course as building
from notebooks.assignments.build.exercises import load
from notebooks.assignments.build.handout import handouts

TOP = Path(__file__).resolve().parents[2]
HANDOUTS = {handout.number: handout for handout in handouts()}


def test_a_build_of_one_leaves_the_guides_of_others(tmp_path, monkeypatch):
    monkeypatch.setattr(building, "_release", lambda *_: None)  # nbgrader's, and slow
    for number in ("02", "03"):
        list(building.build([HANDOUTS[number]], tmp_path))
    folder = tmp_path / "guides"
    guides = {number: (folder / f"{HANDOUTS[number].name}.md").read_text(encoding="utf-8")
              for number in ("02", "03")}
    assert "## 2. Positions" in guides["02"] and "## 3. Attention" in guides["03"]
    assert "## 3. Attention" not in guides["02"]


def test_the_setup_installs_what_graded_cells_import():
    line, = (line for line in (TOP / "requirements.txt").read_text(encoding="utf-8").splitlines()
             if line.startswith("tinygrad=="))
    for number, handout in HANDOUTS.items():
        assert building.setup(handout).splitlines()[1:] == [
            f"pip3 install numpy {line}" if number == "06" else "pip3 install numpy"]


@pytest.mark.parametrize("number", HANDOUTS)
def test_no_probe_shows_a_solution_or_a_hidden_kind(number):
    lines = {line.strip() for _, source, whole in HANDOUTS[number].solutions if whole
             for line in source.splitlines() if len(line.strip()) > 30}
    for exercise in load(number)[0].EXERCISES:
        probe = exercise.probe_source or ""
        assert not {line.strip() for line in probe.splitlines()} & lines
        for case in exercise.hidden:
            assert not any(isinstance(part, str) and part in probe for part in case.values())


def code_cell(number, beginning):
    return next(source for kind, source, _ in HANDOUTS[number].cells
                if kind == "code" and beginning in source)


def test_an_experiment_needs_clips_as_they_are_given():
    space = {"np": np, "params": {}, "cfg": None,
             "tv": SimpleNamespace(fast=SimpleNamespace(forward=lambda _, clips, *rest: (clips,)))}
    exec(code_cell("05", "def answers(clips)"), space)  # noqa: S102
    clips = np.zeros((1, 2), np.uint8)
    assert space["answers"](clips) is clips
    with pytest.raises(TypeError, match=r"float64, expected uint8.*\.astype\(np\.uint8\)"):
        space["answers"](clips / 2)


@pytest.mark.parametrize("number", ["05", "06"])
@pytest.mark.parametrize("written", ["", str(TOP)])
def test_the_project_is_found(number, written, tmp_path, monkeypatch):
    (tmp_path / "tubevit_np").mkdir()  # as pip installs it: without the trained model
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", [str(tmp_path), *([] if written else [str(TOP)])])
    monkeypatch.setitem(sys.modules, "course", course)  # as it lies beside a handout
    source, space = code_cell(number, "PROJECT = None"), {}
    exec(source.replace("PROJECT = None", f"PROJECT = {written!r}"), space)  # noqa: S102
    assert space["PROJECT"] == TOP and sys.path[0] == str(TOP)


@pytest.mark.parametrize(("asked", "words"), [
    ("03", "no submissions for 03_attention"), ("0", "must begin with '0'; there are: 02_"),
    ("04", "must begin with '04'")])
def test_grading_what_is_not_there_is_told_in_a_line(asked, words, tmp_path):
    for name in ("02_positions", "03_attention"):
        (tmp_path / "release" / name).mkdir(parents=True)
    (tmp_path / "course").symlink_to(TOP / "notebooks/assignments/course")
    done = subprocess.run([sys.executable, "-m", "notebooks.assignments", "grade", tmp_path, asked],
                          cwd=TOP, text=True, capture_output=True, check=False, encoding="utf-8")
    assert done.returncode == 2 and not list(tmp_path.glob("*.csv"))
    assert len(done.stderr.splitlines()) == 1 and words in done.stderr
