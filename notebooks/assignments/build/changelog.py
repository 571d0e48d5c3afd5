"""Whether CHANGELOG.md tells of the last change of a handout.

Its newest entry carries a digest of what students get: cells without solutions, points, visible
cases by their shapes, mistakes and hints.  Values of cases, hidden ones, and the graders' own code
are not in it: who changes what feedback says has to think of an entry alone."""

import json
import re
from hashlib import sha256

from notebooks.assignments.build.exercises import load
from notebooks.assignments.build.handout import FOLDER
from notebooks.assignments.course.judging import describe

CHANGELOG = FOLDER / "CHANGELOG.md"
SOLUTION = re.compile(r"### BEGIN SOLUTION.*?### END SOLUTION", re.DOTALL)


def outdated(handout, changelog):
    """What to write, in words, where the newest entry is of another state; else nothing."""
    newest = re.search(rf"^## {handout.name}\n\n- \d{{4}}-\d\d-\d\d `(\w+)`: \S", changelog,
                       re.MULTILINE)
    if newest and newest[1] == digest(handout):
        return ""
    return (f"{handout.name} is not what its newest entry is about: write first below its name in "
            f"CHANGELOG.md what is new for students: - DATE `{digest(handout)}`: ...")


def digest(handout):
    """Eight digits."""
    checks, mistakes = load(handout.number)
    given = [*map(_given, handout.source().cells), handout.points,
             {exercise.name: [*map(describe, exercise.cases)] for exercise in checks.EXERCISES},
             {name: [(mistake.name, mistake.hint) for mistake in each]
              for name, each in mistakes.MISTAKES.items()}]
    return sha256(json.dumps(given).encode()).hexdigest()[:8]


def _given(cell):
    """The text of a cell, without what nbgrader takes out."""
    written = cell.cell_type == "markdown" and "nbgrader" in cell.metadata
    return "" if written else SOLUTION.sub("", cell.source)
