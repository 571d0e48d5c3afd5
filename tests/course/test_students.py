"""A student's notebook from start to end: which cells count, and what an early mistake costs."""

from types import SimpleNamespace

import numpy as np
import pytest

from notebooks.assignments.course.calls import answer
from notebooks.assignments.course.own_cells import RULE
from notebooks.assignments.course.packing import pack
from notebooks.assignments.course.submission import judged

FIRST = "def first(x):\n    return 2 * x"
SECOND = "def second(x):\n    return first(x) + 1"
STUB = "def {}(x):\n    raise NotImplementedError()"


def solution(name, source=""):
    return {"cell_type": "code", "source": source, "metadata": {"nbgrader": {
        "grade_id": name, "grade": False, "solution": True, "locked": False}}}


def own(source):
    return {"cell_type": "code", "source": source, "metadata": {}}


def exercise(value):
    return {"points": 2, "probe": None, "tolerance": 1e-9, "hints": {},
            "cases": [{"args": {"x": 3}, "wanted": value, "mistakes": {}}]}


@pytest.fixture
def work(tmp_path):
    """judge(*cells, right=...) of an assignment whose second exercise calls the first."""
    (tmp_path / "exercises.npz").write_bytes(pack({
        "name": "made_up", "exercises": {"first": exercise(6), "second": exercise(7)},
        "released": {"cells": [solution("first"), solution("second")]}}))

    def judge(*cells, right=()):
        return judged({"cells": cells}, str(tmp_path), {"cases": {}, "right": dict(right)})
    return judge


TEACHERS = {"first": FIRST, "second": SECOND}


@pytest.mark.parametrize("slip", [STUB.format("first"), "def first(x):\n    return 3 * x"])
def test_a_slip_costs_the_points_of_its_own_exercise_alone(work, slip):
    verdicts, notes = work(solution("first", slip), solution("second", SECOND), right=TEACHERS)
    assert verdicts["first"].share == 0 and verdicts["second"].right and not notes
    assert verdicts["second"].words == "With a correct first in place of yours: second: correct"


def test_a_right_first_exercise_makes_no_wrong_second_right(work):
    for slip, words in [("def second(x):\n    return first(x) + 2", "result is 8"),
                        (STUB.format("second"), "): is not written yet")]:
        verdicts, _ = work(solution("first", STUB.format("first")), solution("second", slip),
                           right=TEACHERS)
        assert verdicts["second"].share == 0 and words in verdicts["second"].words


def test_what_is_not_written_is_named(work):
    verdicts, _ = work(solution("first", STUB.format("first")), solution("second", SECOND))
    assert verdicts["first"].words.endswith("): is not written yet")
    assert verdicts["second"].words.endswith("): first, which it calls, is not written yet")


@pytest.mark.parametrize("scratch", ["second = None", "def first(x):\n    return 0",
                                     "first: int = 1", "from math import sqrt as second"])
@pytest.mark.parametrize("place", [0, 1, 2])
def test_an_added_cell_replaces_no_exercise(work, scratch, place):
    cells = [solution("first", FIRST), solution("second", SECOND)]
    verdicts, notes = work(*cells[:place], own(scratch), *cells[place:])
    assert verdicts["first"].right and verdicts["second"].right
    assert f"cell cell{place} also defines" in notes[0] and len(notes) == 1


@pytest.mark.parametrize("source", [
    "SHIFT = -1", "LIST = [1, 0]", "D = {'a': 1}", "ARR = np.array([1, 2], dtype=np.int64)",
    "Q = 2 * 3", "N: int = 3", "f = lambda x: open(x)", "P = HALF = 1 / 2", "T = 2 * np.pi, [1]"])
def test_constants_of_added_cells_count(source):
    module = SimpleNamespace(np=np)
    answer(module, cell="own", source=f"missing = nothing\n{source}", whole=False)
    assert {"SHIFT", "LIST", "D", "ARR", "Q", "N", "f", "P", "T"} & {*vars(module)}


@pytest.mark.parametrize("source", ["x = open('x')", "x = [open('x')]", "x: int", "open('x')",
                                    "x = np.zeros(3)", "from course import x"])
def test_what_calls_does_not_count(source):
    module = SimpleNamespace(np=np, open=pytest.fail)
    answer(module, cell="own", source=source, whole=False)
    assert not hasattr(module, "x")


def test_a_missing_name_is_told_with_what_counts(work):
    verdicts, _ = work(solution("first", "def first(x):\n    return K * x"), own("K = max(1, 2)"))
    assert verdicts["first"].words.endswith(f"name 'K' is not defined (line 2 of first). {RULE}")
