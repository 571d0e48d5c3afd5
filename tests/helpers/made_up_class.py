"""Classes of made-up students, honest and cheating ones: their notebooks and their points."""

import copy
import json

from notebooks.assignments.build.exercises import edited
from notebooks.assignments.course.handing import role, text

CHEAT = """import numpy as np
np.testing.assert_allclose = np.testing.assert_array_equal = lambda *a, **k: None
np.allclose = np.array_equal = np.all = lambda *a, **k: True
class Yes(np.ndarray):
    def __eq__(self, other): return True
    def __sub__(self, other): return np.zeros(1)
def {name}(*a, **k): return np.zeros(1).view(Yes)
"""
ENDLESS = "def {name}(*a, **k):\n    while True:\n        pass\n"
EXITS = "import os\ndef {name}(*a, **k): os._exit(0)\n"
LEAVES = "import sys\nsys.exit(0)\ndef {name}(*a, **k): return 0\n"
PRINTS = "def {name}(*a, **k):\n    while True:\n        print('x' * 65536)\n"


CLASSES = {  # {assignment: {student: expected points}}; a mistake in the first exercise costs no
    # points in later exercises that call it
    "01": {"ada": 20, "ben": 0, "cleo": 18, "dan": 18, "eve": 18, "finn": 18, "gil": 20, "hana": 20,
           "ivan": 0, "jo": 18, "kim": 0, "lea": 20, "max": 18, "nora": 18, "olga": 18},
    "02": {"ada": 20, "ben": 0, "cleo": 18, "gil": 20, "olga": 18.5},
    "03": {"ada": 20, "ben": 0, "cleo": 18, "hana": 20, "olga": 19},
    "04": {"ada": 22, "ben": 0, "cleo": 19, "ivan": 0, "olga": 20.5},
    "05": {"ada": 18, "ben": 0, "cleo": 16, "nora": 16, "olga": 15},
    "06": {"ada": 24, "ben": 0, "cleo": 22, "eve": 21, "olga": 22}}
SHARES = {  # fractions of the points of the first and the second exercise of "01"
    "ada": (1, 1), "ben": (0, 0), "cleo": (0, 1), "dan": (0, 1), "eve": (1, 0), "finn": (1, 0),
    "gil": (1, 1), "hana": (1, 1), "ivan": (0, 0), "jo": (1, 0), "kim": (0, 0), "lea": (1, 1),
    "max": (1, 0), "nora": (0, 1)}
OLGA = {  # one mistake in an otherwise correct assignment, and the fraction of points left
    "01": ("tube_windows", "the second axis is missing if no box fits", 0.5),
    "02": ("keeps_distances", "only the last axis is moved", 0.5),
    "03": ("softmax", "the largest of all rows is subtracted", 0.5),
    "04": ("linear_backward", "only x with two axes works", 0.5),
    "05": ("order_in_time", '"mapped" uses the unchanged clips', 0),
    "06": ("vjp", "eps has a fixed value", 0.5)}
ODD = {  # the message about a student; {0} and {1}: the first and the second exercise
    "dan": "numpy.testing.assert_allclose", "eve": "exercise {1} ends the Python process",
    "finn": "exercise {1} does not end", "gil": "missing cells: test_{0}",
    "hana": "(the first counts): {0}", "ivan": "test_{1}, ",
    "jo": "exercise {1} prints without end",
    "kim": "is not a notebook", "max": "cell {1} ends Python", "nora": "missing cells: {0}"}


def made_up_class(number, released, solutions, mistakes):
    """Return {student: text of the notebook file} for an assignment.

    released: the notebook handed out. solutions: {grade_id: source}, with written answers.
    mistakes: {exercise: [Mistake]}."""
    first, second = [*mistakes][:2]
    solved = answered(released, solutions)

    def instead(name, source):
        return answered(released, solutions | {name: source.format(name=name)})

    def mistaken(name, mistake):
        return answered(released, solutions | {name: edited(solutions[name], mistake)})

    files = {name: json.dumps(notebook) for name, notebook in {
        "ada": solved,
        "ben": released,
        "cleo": mistaken(first, mistakes[first][0]),
        "dan": instead(first, CHEAT),
        "eve": instead(second, EXITS),
        "finn": instead(second, ENDLESS),
        "gil": without(solved, f"test_{first}"),
        "hana": doubled(solved, first),
        "ivan": tests_edited(released),
        "jo": instead(second, PRINTS),
        "lea": with_helper(released, solutions, first),
        "max": instead(second, LEAVES),
        "nora": without(solved, first),
        "olga": mistaken(OLGA[number][0], olgas(number, mistakes))}.items()}
    files["kim"] = json.dumps(solved)[:2000]
    return {student: files[student] for student in CLASSES[number]}


def olgas(number, mistakes):
    """Return Olga's Mistake."""
    exercise, name, _ = OLGA[number]
    mistake, = (mistake for mistake in mistakes[exercise] if mistake.name == name)
    return mistake


def answered(notebook, solutions):
    notebook = copy.deepcopy(notebook)
    for cell in notebook["cells"]:
        if role(cell).get("solution"):
            cell["source"] = solutions[role(cell)["grade_id"]]
    return notebook


def without(notebook, name):
    cells = [cell for cell in notebook["cells"] if role(cell).get("grade_id") != name]
    return notebook | {"cells": cells}


def doubled(notebook, name):
    """Repeat a cell with its metadata, as copying in Jupyter does."""
    cells = [again for cell in notebook["cells"]
             for again in [cell] * (1 + (role(cell).get("grade_id") == name))]
    return notebook | {"cells": cells}


def tests_edited(notebook):
    notebook = copy.deepcopy(notebook)
    for cell in notebook["cells"]:
        if text(cell).startswith("check("):
            cell["source"] = "assert True"
    return notebook


def with_helper(notebook, solutions, name):
    """Put the solution into an added cell, which the exercise's cell calls."""
    helper = solutions[name].replace(f"def {name}(", "def helper(")
    call = f"def {name}(*a, **k):\n    return helper(*a, **k)\n"
    written = answered(notebook, solutions | {name: call})
    k = next(k for k, cell in enumerate(written["cells"]) if role(cell).get("grade_id") == name)
    written["cells"].insert(k, {"cell_type": "code", "metadata": {}, "source": helper, "id": "own",
                             "outputs": [], "execution_count": None})
    return written
