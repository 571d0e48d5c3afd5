"""Judge a whole notebook: a verdict for each exercise, and notes on problems."""

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

    hidden: for teachers only; "cases" {exercise: hidden cases} and "right" {exercise: source of a
    correct function}."""
    work, hidden = assignment(folder), hidden or {"cases": {}, "right": {}}
    cells = code_cells(notebook, work["released"])

    def judged_with(right, names):
        """Verdicts on the exercises `names`, with the cells `right` after the student's."""
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
    """[(exercise, correct source)] of the exercises before `name` without full points."""
    before = [*verdicts][:[*verdicts].index(name)]
    return [(earlier, hidden["right"][earlier]) for earlier in before
            if earlier in hidden["right"] and not verdicts[earlier].right]


def _by_itself(name, verdict, wrong, judged_with):
    """A Verdict that does not suffer from mistakes in earlier exercises.

    A wrong exercise is tried once more with correct functions in place of wrong earlier ones, and
    the better result counts."""
    if verdict.right or not wrong or verdict.words.endswith(f": {UNWRITTEN}"):
        return verdict
    right = [(f"right_{earlier}", source, True) for earlier, source in wrong]
    again = judged_with(right, [name])[0][name]
    if again.share < verdict.share or again.words == verdict.words:
        return verdict
    names = " and ".join(earlier for earlier, _ in wrong)
    return replace(again, words=f"With a correct {names} in place of yours: {again.words}")


def judged_file(folder=".", hidden=None, seconds=SECONDS):
    """`judged` for the notebook file in an assignment's folder.  ValueError if unreadable."""
    path = Path(folder) / f"{assignment(folder)['name']}.ipynb"
    return judged(read(path), folder, hidden, seconds)


def hidden_part(path):
    """The contents of a hidden .npz file: see `judged`."""
    return unpack(Path(path).read_bytes())
