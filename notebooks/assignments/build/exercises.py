"""The parts of checks.py and mistakes.py of an assignment, and the tables built from them."""

import importlib
import inspect
import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from types import ModuleType

import numpy as np

from notebooks.assignments.build.handout import FOLDER
from notebooks.assignments.course.calls import answer
from notebooks.assignments.course.judging import judge
from notebooks.assignments.course.packing import pack, pack_reply, unpack


@dataclass(frozen=True)
class Exercise:
    """An exercise; name is the grade_id of its solution cell.

    cases, hidden: [{argument: value}], arguments for the student's function of that name; students
    see `cases` only.  probe: a function probe(student, **case) that replaces the plain call where
    one call is not enough.  It runs in the student's process, so it has to import all it needs.
    tolerance: relative to the largest expected value."""

    name: str
    cases: list
    hidden: list
    probe: Callable | None = None
    tolerance: float = 1e-9

    @property
    def probe_source(self):
        source = self.probe and inspect.getsource(self.probe)
        return source and re.sub(r"def \w+\(", "def probe(", source, count=1)


@dataclass(frozen=True)
class Mistake:
    """A plausible mistake: `old`, once in the solution, becomes `new`; old None: the whole cell.

    name: completes "Your result equals that of a common mistake: ".  hint: one or two sentences on
    where to look, which do not give the answer away."""

    name: str
    hint: str
    old: str | None
    new: str


def load(number):
    """The modules (checks, mistakes) of an assignment; number: a str such as "01"."""
    folder, = FOLDER.glob(f"{number}_*/")
    return tuple(importlib.import_module(f"notebooks.assignments.{folder.name}.{kind}")
                 for kind in ("checks", "mistakes"))


def judged_by(checks, mistakes, solutions, points):
    """({exercise: visible dict}, {exercise: hidden cases}), as course.judging reads them.

    solutions: from a Handout;  points: {exercise: number}."""
    visible, hidden = {}, {}
    for exercise in checks.EXERCISES:
        wrong = {mistake.name: student(solutions, exercise.name, mistake)
                for mistake in mistakes.get(exercise.name, ())}
        visible[exercise.name] = {
            "points": points[exercise.name], "probe": exercise.probe_source,
            "tolerance": exercise.tolerance,
            "hints": {mistake.name: mistake.hint for mistake in mistakes.get(exercise.name, ())},
            "cases": [_case(exercise, args, checks.REFERENCE, wrong) for args in exercise.cases]}
        hidden[exercise.name] = [_case(exercise, args, checks.REFERENCE, wrong)
                                 for args in exercise.hidden]
    return visible, hidden


def _case(exercise, args, reference, wrong):
    wanted = asked(exercise, reference, args)
    if "error" in wanted:
        raise ValueError(f"the reference for {exercise.name} raises an error: {wanted['error']}")
    outcomes = {name: asked(exercise, module, args) for name, module in wrong.items()}
    return {"args": args, "wanted": wanted["result"], "mistakes": {
        name: outcome for name, outcome in outcomes.items() if _other(outcome, wanted)}}


def _other(outcome, wanted):
    return pack(outcome) != pack(wanted)


def asked(exercise, module, args):
    """The answer of a module, packed and unpacked as between two processes."""
    with np.errstate(all="ignore"):  # some mistakes overflow
        reply = answer(module, name=exercise.name, probe=exercise.probe_source,
                       case=unpack(pack(args)))
    return unpack(pack_reply(reply))


def student(solutions, name=None, mistake=None):
    """A module of given and solved cells, with a mistake in the cell `name`.

    Raises ValueError if the mistake does not fit the cell."""
    module = ModuleType("student")
    for cell, source, whole in solutions:
        answer(module, cell=cell, source=edited(source, mistake) if cell == name else source,
               whole=whole)  # a cell that fails defines no names
    return module


def edited(source, mistake):
    if mistake.old is None:
        return mistake.new
    if source.count(mistake.old) != 1:
        raise ValueError(f"{mistake.name}: {mistake.old!r} must occur exactly once")
    return source.replace(mistake.old, mistake.new)


def kills(checks, mistakes, solutions, visible, hidden):
    """[(exercise, mistake, Verdict)]: how the judge grades every known wrong answer."""
    rows = []
    for exercise in checks.EXERCISES:
        for mistake in mistakes.get(exercise.name, ()):
            module = student(solutions, exercise.name, mistake)
            verdict = judge(exercise.name, visible[exercise.name], hidden[exercise.name],
                            partial(asked, exercise, module))
            rows.append((exercise.name, mistake, verdict))
    return rows
