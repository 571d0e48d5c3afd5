"""What an assignment's checks.py and mistakes.py are made of, and what is made of them."""

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
    """An exercise by the grade_id of its solution cell.

    cases, hidden: [{argument: value}], with which the function of that name is called; students
    see the former.  A probe(student, **case) instead does what one call cannot: it runs in the
    student's process, so it imports what it needs itself.  tolerance: relative to the largest."""

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

    name: completes "Likely mistake: ";  hint: a sentence that does not give the answer away."""

    name: str
    hint: str
    old: str | None
    new: str


def load(number):
    """(checks, mistakes): the modules of an assignment, by its number as text."""
    folder, = FOLDER.glob(f"{number}_*/")
    return tuple(importlib.import_module(f"notebooks.assignments.{folder.name}.{kind}")
                 for kind in ("checks", "mistakes"))


def judged_by(checks, mistakes, solutions, points):
    """({exercise: visible dict}, {exercise: hidden cases}), in the form that course.judging reads.

    solutions: those of a Handout;  points: {exercise: number}."""
    visible, hidden = {}, {}
    for exercise in checks.EXERCISES:
        made = {mistake.name: student(solutions, exercise.name, mistake)
                for mistake in mistakes.get(exercise.name, ())}
        visible[exercise.name] = {
            "points": points[exercise.name], "probe": exercise.probe_source,
            "tolerance": exercise.tolerance,
            "hints": {mistake.name: mistake.hint for mistake in mistakes.get(exercise.name, ())},
            "cases": [_case(exercise, args, checks.REFERENCE, made) for args in exercise.cases]}
        hidden[exercise.name] = [_case(exercise, args, checks.REFERENCE, made)
                                 for args in exercise.hidden]
    return visible, hidden


def _case(exercise, args, reference, made):
    wanted = asked(exercise, reference, args)
    if "error" in wanted:
        raise ValueError(f"the reference of {exercise.name} fails: {wanted['error']}")
    outcomes = {name: asked(exercise, module, args) for name, module in made.items()}
    return {"args": args, "wanted": wanted["result"], "mistakes": {
        name: outcome for name, outcome in outcomes.items() if _other(outcome, wanted)}}


def _other(outcome, wanted):
    return pack(outcome) != pack(wanted)


def asked(exercise, module, args):
    """The answer of a module, as a process of its own would give it."""
    with np.errstate(all="ignore"):  # mistakes overflow
        reply = answer(module, name=exercise.name, probe=exercise.probe_source,
                       case=unpack(pack(args)))
    return unpack(pack_reply(reply))


def student(solutions, name=None, mistake=None):
    """A module of given and solved cells, one with a mistake.  Raises ValueError where that does
    not fit."""
    module = ModuleType("student")
    for cell, source, whole in solutions:
        answer(module, cell=cell, source=edited(source, mistake) if cell == name else source,
               whole=whole)  # one that fails leaves its names undefined
    return module


def edited(source, mistake):
    if mistake.old is None:
        return mistake.new
    if source.count(mistake.old) != 1:
        raise ValueError(f"{mistake.name}: {mistake.old!r} is not there exactly once")
    return source.replace(mistake.old, mistake.new)


def kills(checks, mistakes, solutions, visible, hidden):
    """[(exercise, mistake, share left, words)]: what the judge says to every wrong answer."""
    rows = []
    for exercise in checks.EXERCISES:
        for mistake in mistakes.get(exercise.name, ()):
            module = student(solutions, exercise.name, mistake)
            verdict = judge(exercise.name, visible[exercise.name], hidden[exercise.name],
                            partial(asked, exercise, module))
            rows.append((exercise.name, mistake, verdict))
    return rows
