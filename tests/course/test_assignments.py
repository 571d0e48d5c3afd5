"""The graders of the assignments: they detect wrong answers and accept correct ones.

`pytest -m course` builds it and grades made-up classes with nbgrader, pytest and Gradescope."""

import re
from dataclasses import replace
from functools import cache
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from notebooks.assignments.build import handout as handout_module
from notebooks.assignments.build.changelog import CHANGELOG, digest, outdated
from notebooks.assignments.build.exercises import asked, judged_by, kills, load, student
from notebooks.assignments.build.handout import MARKS, handouts
from notebooks.assignments.course import WIDTH, NotRight
from notebooks.assignments.course.calls import answer
from notebooks.assignments.course.comparing import difference
from notebooks.assignments.course.handing import code_cells, oddities
from notebooks.assignments.course.judging import judge
from notebooks.assignments.course.own_cells import RULE
from notebooks.assignments.course.packing import pack, unpack
from notebooks.assignments.course.picturing import error_map, png
from notebooks.assignments.course.runner import Student
from notebooks.build.cells import parts

HANDOUTS = handouts()
TOP = Path(__file__).resolve().parents[2]


def of_each(test):
    return pytest.mark.parametrize("handout", HANDOUTS, ids=lambda each: each.name)(test)


@cache
def graded(number):
    """(checks, known mistakes, visible, hidden) of an assignment."""
    handout, = handouts([number])
    checks, mistakes = load(number)
    known = mistakes.MISTAKES
    return checks, known, *judged_by(checks, known, handout.solutions, handout.points)


@of_each
def test_a_handout_has_all_its_parts(handout):
    checks, known, *_ = graded(handout.number)
    names = [exercise.name for exercise in checks.EXERCISES]
    assert list(handout.tasks) == list(handout.points)
    assert list(handout.tasks)[:len(names)] == names == list(known)
    assert 60 <= sum(task["minutes"] for task in handout.tasks.values()) <= 120
    assert all(1 <= task["difficulty"] <= 5 for task in handout.tasks.values())
    assert all(4 <= len(each) <= 12 for each in known.values())
    first = handout.cells[0][1]
    assert "**You will be able to**" in first and "**To read**" in first
    written = len(handout.points) - len(names)
    assert written >= 1 and len(handout.tagged("rubric")) == written
    assert all(text.count("\n- *") == 3 for text in handout.tagged("rubric"))
    assert len(handout.tagged("solution")) == len(names)
    for _, text, told in handout.cells:
        if told.get("course", {}).get("exercise") in names:
            assert "<summary>Hint</summary>" in text, told


@of_each
def test_lines_of_a_handout_are_short(handout):
    for line in handout.path.read_text(encoding="utf-8").splitlines():
        assert len(line) <= 100 or line.startswith("# %% "), line


@of_each
def test_the_solution_gets_all_points(handout):
    checks, _, visible, hidden = graded(handout.number)
    module = student(handout.solutions)
    for exercise in checks.EXERCISES:
        verdict = judge(exercise.name, visible[exercise.name], hidden[exercise.name],
                        lambda args: asked(exercise, module, args))  # noqa: B023
        assert verdict.right, verdict.words
        assert hidden[exercise.name]


@of_each
def test_who_writes_nothing_gets_nothing(handout):
    checks, _, visible, hidden = graded(handout.number)
    module = student([(name, stub(source), whole) for name, source, whole in handout.solutions])
    for exercise in checks.EXERCISES:
        verdict = judge(exercise.name, visible[exercise.name], hidden[exercise.name],
                        lambda args: asked(exercise, module, args))  # noqa: B023
        assert verdict.share == 0 and "common mistake" not in verdict.words


def stub(source):
    """As nbgrader leaves a function: nothing behind its first line."""
    return source.split("):\n")[0] + "):\n    raise NotImplementedError()\n" \
        if source.startswith("def ") else source


@of_each
def test_every_wrong_answer_loses_points_and_gets_its_hint(handout):
    for name, mistake, verdict in kills(*graded(handout.number)[:2], handout.solutions,
                                        *graded(handout.number)[2:]):
        assert verdict.share < 1, f"{name}: {mistake.name}"
        assert mistake.hint in verdict.words, f"{name}: {mistake.name}: {verdict.words}"


@of_each
def test_what_students_get_has_no_solutions_and_no_hidden_cases(handout):
    text = str(handout.outline())
    for _, source, whole in handout.solutions:
        assert not whole or MARKS.sub("", source) not in text
    assert not any(why in str(handout.source()) for why in map(repr, handout.tagged("solution")))
    assert "SOLUTION" in str(handout.source()) and "SOLUTION" not in str(handout.solved())


@of_each
def test_the_changelog_tells_of_the_last_change(handout):
    assert not (words := outdated(handout, CHANGELOG.read_text(encoding="utf-8"))), words


def test_what_students_get_is_what_counts_as_a_change():
    handout, text = HANDOUTS[0], CHANGELOG.read_text(encoding="utf-8")

    def other(old, new):
        cells = [(kind, source.replace(old, new), role) for kind, source, role in handout.cells]
        assert cells != handout.cells
        return replace(handout, cells=cells)

    words = outdated(other("Where boxes", "Where the"), text)
    assert "01_patches_and_tubes has changed since" in words
    assert outdated(handout, re.sub("`: .*", "`:", text)), "an entry without words"
    assert outdated(handout, text.replace("## 01", "## 10"))
    assert outdated(handout, text.replace("tubes\n\n", "tubes\n\n- 2026-12-01 `0`: x\n"))
    for old, new in [("length - kernel", "length - 1 * kernel"), ("Attention compares", "It has")]:
        assert digest(other(old, new)) == digest(handout), "a solution is none of theirs"


def test_the_changelog_tells_of_hints_and_visible_cases(monkeypatch):
    handout, (checks, mistakes) = HANDOUTS[0], load("01")
    first, before = checks.EXERCISES[0], digest(handout)
    for place, name, value in [
            (checks, "EXERCISES", [replace(first, cases=first.cases[:1]), *checks.EXERCISES[1:]]),
            (mistakes, "MISTAKES", mistakes.MISTAKES | {"grid": mistakes.MISTAKES["grid"][1:]})]:
        with monkeypatch.context() as changed:
            changed.setattr(place, name, value)
            assert digest(handout) != before


def test_the_readme_tells_how_many_mistakes_are_known():
    known = [load(handout.number)[1].MISTAKES for handout in HANDOUTS]
    count = sum(len(each) for mistakes in known for each in mistakes.values())
    text = " ".join((TOP / "README.md").read_text(encoding="utf-8").split())
    assert f"graders recognize {count} common mistakes" in text
    assert len(HANDOUTS) == 6 and "Six assignments" in text


def test_metadata_stands_behind_the_mark_of_a_cell():
    assert parts('# %% a=["x y"] b={"c": 2}\nx\n\n# %% [markdown]\n# z\n') == [
        ("code", "x", {"a": ["x y"], "b": {"c": 2}}), ("markdown", "z", {})]
    with pytest.raises(ValueError, match="is not valid JSON"):
        parts("# %% a=[1\nx\n")


def test_what_is_packed_comes_back():
    value = {"a": np.arange(6.0).reshape(2, 3), "b": (1, [2.5, "x", None]), "c": np.float32(3)}
    found = unpack(pack(value))
    assert str(found) == str(value | {"c": np.array(3, np.float32)})
    with pytest.raises(TypeError, match="object"):
        pack(object())


@pytest.mark.parametrize(("found", "words"), [
    (None, "Is a return missing"), (np.zeros((3, 2)), r"shape \(3, 2\), expected \(2, 3\)"),
    (np.zeros((2, 3), np.float32), "dtype float32"), ([1.0, 2.0], "shape"), ("x", "text"),
    (np.array([[1, 2, 3], [4, 9, 9.0]]), r"2 of 6 .* first wrong value: the result\[1, 1\] = 9"),
    (np.full((2, 3), np.nan), "6 of 6 values"), ((np.zeros(3), 1), "a list or tuple")])
def test_a_difference_is_told_without_the_wanted_values(found, words):
    wanted = np.array([[1, 2, 3], [4, 5.125, 6]])
    told, _ = difference(wanted, found)
    assert re.search(words, told)
    assert "5.125" not in told


def test_lists_tuples_and_arrays_of_the_same_numbers_are_the_same():
    assert difference((1, 2), [np.int64(1), 2]) is None
    assert difference([1, 2], np.array([1, 2], np.int32)) is None
    assert difference(np.zeros(3), np.full(3, 1e-13)) is None
    assert difference([], np.array([], int)) is None is difference(np.zeros(0), ())
    assert "shape (0,)" in difference(np.zeros((0, 3)), [])[0]
    assert difference((np.zeros(2), "a"), [np.zeros(2), "b"])[0].startswith("the result[1] is 'b'")


def test_of_truths_only_a_mistake_that_explains_all_is_named():
    cases = [{"args": {"x": x}, "wanted": x > 0, "mistakes": {"always": {"result": True}}}
             for x in (1, 0, 2)]
    exercise = {"tolerance": 1e-9, "cases": cases, "hints": {"always": "Never say so."}}
    for answers, named in [({1: True, 0: True, 2: True}, True), ({1: True, 0: True, 2: False},
                                                               False)]:
        verdict = judge("f", exercise, [], lambda args: {"result": answers[args["x"]]})  # noqa: B023
        assert ("common mistake: always" in verdict.words) == named and verdict.share == 0


def test_a_picture_of_errors_tells_where_they_are():
    wrong = np.zeros((2, 3, 5), bool)
    wrong[1, :2, 4] = True
    data, alt = error_map(wrong)
    assert "6 rows" in alt and "2 wrong values" in alt and "rows 3-4, columns 4." in alt
    assert data == error_map(wrong)[0] and data[:4] == b"\x89PNG" == png(np.zeros((2, 3)))[:4]


def test_no_picture_where_it_shows_nothing():
    few = np.arange(40).reshape(2, 4, 5) % 7 == 0
    assert error_map(few) and error_map(~few)
    for wrong in (few[0, 0], np.ones((4, 5), bool), np.arange(99).reshape(3, 33) > 2,
                  few.reshape(40, 1).repeat(3, axis=0)):
        assert error_map(wrong) is None


def test_jupyter_shows_the_words_of_a_verdict_alone_and_breaks_none():
    shown = NotRight(f"{'two words ' * 30}\nCommon mistake")._render_traceback_()
    lines = "\n".join(shown).splitlines()
    assert max(map(len, lines)) <= WIDTH and lines[-1] == "Common mistake"
    assert set(" ".join(lines).split()) == {"two", "words", "Common", "mistake"}


@pytest.mark.parametrize(("file", "words"), [
    ("<triple>", f"(line 2 of triple). {RULE}"), ("/tmp/ipykernel_12/3.py", "(line 2 of f)"),
    ("<string>", "not defined"), ("numpy/linalg.py", "not defined")])
def test_an_error_names_a_line_of_the_students(file, words):
    space = {}
    exec(compile("def f():\n    return missing", file, "exec"), space)  # noqa: S102
    assert answer(SimpleNamespace(**space), name="f", case={})["error"].endswith(words)


CELLS = [("given", "import numpy as np\nfrom course import check\nprint('x' * 100)", False),
         ("good", "def good(x):\n    return np.asarray(x) * 2", True),
         ("loops", "def loops(x):\n    while True: pass", True),
         ("prints", "def prints(x):\n    while True: print('x' * 65536)", True),
         ("dies", "import os\ndef dies(x): os._exit(0)", True),
         ("exits", "def exits(x): raise SystemExit", True),
         ("hangs", "while True: pass", True),
         ("lies", "np.testing.assert_allclose = print\ndef lies(x): return object()", True),
         ("own", "k = 3\nimport nothing_of_the_kind", False)]


def test_nothing_that_a_student_does_stops_the_others():
    with Student(CELLS, seconds=0.5) as process:
        for name, words in {"loops": "does not end", "prints": "prints without end",
                            "dies": "ends the Python process", "exits": "ends Python",
                            "lies": "returns the type object"}.items():
            assert words in process.call(name, None, {"x": 1})["error"]
            assert process.call("good", None, {"x": np.arange(2)})["result"].tolist() == [0, 2]
        assert "left out" in process.failed["hangs"]
    told = "\n".join(process.notes)
    for words in ("exercise loops does not end", "exercise prints prints", "exercise dies ends the",
                  "exercise exits ends Python", "cell hangs does not end",
                  "the notebook replaces numpy.testing.assert_allclose"):
        assert words in told


def cell(name, source="", grade=False, solution=False):
    return {"cell_type": "code", "source": source, "metadata": {"nbgrader": {
        "grade_id": name, "grade": grade, "solution": solution, "locked": not solution}}}


def test_cells_that_are_missing_doubled_or_edited_are_named():
    released = {"cells": [cell("given", "a = 1"), cell("f", solution=True),
                          cell("test_f", "check('f')", grade=True), cell("g", solution=True)]}
    own = {"cells": [cell("given", "a = 2"), cell("f", "one", solution=True),
                     cell("f", "two", solution=True), cell("g", "three", solution=True)]}
    assert oddities(own, released) == [
        "missing cells: test_f", "cells that appear more than once (the first counts): f",
        "locked cells that were edited: given"]
    assert code_cells(own, released) == [("given", "a = 1", False), ("f", "one", True),
                                         ("g", "three", True)]


def test_an_assignment_that_is_none():
    with pytest.raises(ValueError, match="no assignment '99'; there are 01_"):
        handout_module.handouts(["99"])
