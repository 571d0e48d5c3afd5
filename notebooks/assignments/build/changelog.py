"""Check that CHANGELOG.md describes the last change of a handout.

The newest entry of a handout carries a digest of what students get: cells without solutions,
points, the shapes of visible cases, mistakes and hints.  The digest leaves out the values of cases,
all hidden cases, and the code of the graders.  If you change the wording of feedback in that code,
nothing reminds you of an entry."""

import json
import re
from hashlib import sha256

from notebooks.assignments.build.exercises import load
from notebooks.assignments.build.handout import FOLDER
from notebooks.assignments.course.judging import describe

CHANGELOG = FOLDER / "CHANGELOG.md"
SOLUTION = re.compile(r"### BEGIN SOLUTION.*?### END SOLUTION", re.DOTALL)


def outdated(handout, changelog):
    """An error text if the newest entry belongs to another state of the handout, else ''."""
    newest = re.search(rf"^## {handout.name}\n\n- \d{{4}}-\d\d-\d\d `(\w+)`: \S", changelog,
                       re.MULTILINE)
    if newest and newest[1] == digest(handout):
        return ""
    return (f"{handout.name} has changed since its newest entry in CHANGELOG.md: add an entry "
            f"directly below its heading, with what is new for students: "
            f"- DATE `{digest(handout)}`: ...")


def digest(handout):
    """Eight hexadecimal digits for what students get."""
    checks, mistakes = load(handout.number)
    content = [*map(_given, handout.source().cells), handout.points,
             {exercise.name: [*map(describe, exercise.cases)] for exercise in checks.EXERCISES},
             {name: [(mistake.name, mistake.hint) for mistake in known]
              for name, known in mistakes.MISTAKES.items()}]
    return sha256(json.dumps(content).encode()).hexdigest()[:8]


def _given(cell):
    """The text of a cell, without the parts that nbgrader removes."""
    written = cell.cell_type == "markdown" and "nbgrader" in cell.metadata
    return "" if written else SOLUTION.sub("", cell.source)
