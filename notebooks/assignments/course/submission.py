"""A notebook file from start to end: its verdicts, and what is odd about it."""

from pathlib import Path

from . import assignment
from .handing import code_cells, oddities, read
from .judging import judge
from .packing import unpack
from .runner import SECONDS, Student


def judged(notebook, folder=".", hidden=None, seconds=SECONDS):
    """({exercise: Verdict}, notes) of a notebook (JSON);  folder: where exercises.npz lies.

    hidden: {exercise: further cases}, unless there are none."""
    work = assignment(folder)
    with Student(code_cells(notebook, work["released"]), seconds) as student:
        verdicts = {name: judge(name, exercise, (hidden or {}).get(name, ()), asker(
            student, name, exercise)) for name, exercise in work["exercises"].items()}
    return verdicts, oddities(notebook, work["released"]) + student.notes


def asker(student, name, exercise):
    return lambda args: student.call(name, exercise["probe"], args)


def judged_file(folder=".", hidden=None, seconds=SECONDS):
    """The same of the notebook in an assignment's folder.  Raises ValueError if it is none."""
    path = Path(folder) / f"{assignment(folder)['name']}.ipynb"
    return judged(read(path), folder, hidden, seconds)


def hidden_cases(path):
    return unpack(Path(path).read_bytes())
