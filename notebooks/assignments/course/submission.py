"""A notebook file from start to end: its verdicts, and what is odd about it."""

from dataclasses import replace
from pathlib import Path

from . import assignment
from .calls import UNWRITTEN
from .handing import code_cells, oddities, read
from .judging import judge
from .packing import unpack
from .runner import SECONDS, Student


def judged(notebook, folder=".", hidden=None, seconds=SECONDS):
    """({exercise: Verdict}, notes) of a notebook (JSON);  folder: where exercises.npz lies.

    hidden: "cases" {exercise: further ones} and "right" {exercise: source}, for teachers alone."""
    work, hidden = assignment(folder), hidden or {"cases": {}, "right": {}}
    cells = code_cells(notebook, work["released"])

    def judged_with(right, names):
        """Verdicts of some exercises, where these cells follow the student's."""
        with Student([*cells, *right], seconds) as student:
            return {name: judge(name, exercise, hidden["cases"].get(name, ()), asker(
                student, name, exercise)) for name, exercise in work["exercises"].items()
                if name in names}, student.notes

    verdicts, notes = judged_with([], work["exercises"])
    for name, verdict in verdicts.items():
        verdicts[name] = _by_itself(name, verdict, earlier_and_wrong(name, verdicts, hidden),
                                    judged_with)
    return verdicts, oddities(notebook, work["released"]) + notes


def asker(student, name, exercise):
    return lambda args: student.call(name, exercise["probe"], args)


def earlier_and_wrong(name, verdicts, hidden):
    """[(exercise, its right source)] of those before `name` that have not all points."""
    before = [*verdicts][:[*verdicts].index(name)]
    return [(each, hidden["right"][each]) for each in before
            if each in hidden["right"] and not verdicts[each].right]


def _by_itself(name, verdict, wrong, judged_with):
    """A Verdict that no slip in an earlier exercise spoils: what is wrong is tried once more with
    right functions in place of earlier ones that are wrong, and the better result counts."""
    if verdict.right or not wrong or verdict.words.endswith(f": {UNWRITTEN}"):
        return verdict
    right = [(f"right_{each}", source, True) for each, source in wrong]
    again = judged_with(right, [name])[0][name]
    if again.share < verdict.share or again.words == verdict.words:
        return verdict
    names = " and ".join(each for each, _ in wrong)
    return replace(again, words=f"With a right {names} in place of yours: {again.words}")


def judged_file(folder=".", hidden=None, seconds=SECONDS):
    """The same of the notebook in an assignment's folder.  Raises ValueError if it is none."""
    path = Path(folder) / f"{assignment(folder)['name']}.ipynb"
    return judged(read(path), folder, hidden, seconds)


def hidden_part(path):
    """What students do not get: see `judged`."""
    return unpack(Path(path).read_bytes())
