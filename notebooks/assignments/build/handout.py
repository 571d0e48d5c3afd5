"""Read a source NN_topic/handout.py, and make the handout and the solutions from it.

A text cell may carry these marks in addition to the metadata of nbgrader:
  course={"exercise": NAME, "minutes": 10, "difficulty": 2}   the task of an exercise or question
  tags=["solution"]    explains the solution; a fold in the solutions
  tags=["rubric"]      answers at three levels with points; a fold in the solutions and the guide
"""

import re
from dataclasses import dataclass
from pathlib import Path

from notebooks.assignments.course.handing import code_cells
from notebooks.build.cells import chosen, of_cells, parts

FOLDER = Path(__file__).resolve().parents[1]
MARKS = re.compile(r"^ *### (BEGIN|END) SOLUTION *\n?", re.MULTILINE)
FOLD = "<details><summary>{}</summary>\n\n{}\n\n</details>"


@dataclass(frozen=True)
class Handout:
    path: Path
    cells: list  # [(kind, source, metadata)]

    @property
    def name(self):
        return self.path.parent.name

    @property
    def number(self):
        return self.name[:2]

    @property
    def title(self):
        return self.cells[0][1].splitlines()[0].removeprefix("# ")

    @property
    def points(self):
        """{exercise or question: points}; the grade_id of tests is test_ and the exercise."""
        return {role["grade_id"].removeprefix("test_"): role["points"]
                for *_, role in self._roles() if role["grade"]}

    @property
    def tasks(self):
        """{exercise or question: its "minutes" and "difficulty"}, in order."""
        return {task["exercise"]: task for _, _, metadata in self.cells
                if (task := metadata.get("course"))}

    @property
    def solutions(self):
        """[(name, source, whole)] of given and solved code cells, as runner.Student takes them."""
        solved = [{"cell_type": kind, "source": MARKS.sub("", source),
                   "metadata": {"nbgrader": role}} for kind, source, role in self._roles()]
        return code_cells({"cells": solved}, self.outline())

    @property
    def answers(self):
        """{grade_id: source} of all solution cells, written answers included."""
        return {role["grade_id"]: MARKS.sub("", source) for _, source, role in self._roles()
                if role["solution"]}

    def _roles(self):
        return [(kind, source, metadata["nbgrader"]) for kind, source, metadata in self.cells
                if "nbgrader" in metadata]

    def tagged(self, tag):
        """The texts of all cells with a tag."""
        return [source for _, source, metadata in self.cells if tag in metadata.get("tags", ())]

    def source(self):
        """The notebook from which nbgrader makes the release."""
        return of_cells([(kind, self._task(source, metadata), _public(metadata))
                         for kind, source, metadata in self.cells if "tags" not in metadata])

    def outline(self):
        """The cells that grading needs, without their solutions: see course/handing.py."""
        return {"cells": [
            {"cell_type": kind, "metadata": {"nbgrader": role},
             "source": "" if role["solution"] else source} for kind, source, role in self._roles()]}

    def solved(self):
        """The notebook of the solutions, with folds."""
        cells = []
        for kind, source, metadata in self.cells:
            if "tags" in metadata:
                what = {"solution": "Why", "rubric": "How it is graded"}[metadata["tags"][0]]
                cells.append((kind, FOLD.format(what, source), {}))
            elif metadata.get("nbgrader", {}).get("solution"):
                cells += _folded(kind, MARKS.sub("", source))
            else:
                cells.append((kind, self._task(source, metadata), {}))
        return of_cells(cells)

    def _task(self, source, metadata):
        """The text of a task, with difficulty, minutes and points below its title."""
        task = metadata.get("course")
        if not task:
            return source
        title, rest = source.split("\n", 1)
        line = (f"*Difficulty {task['difficulty']} of 5, about {task['minutes']} minutes, "
                f"{self.points[task['exercise']]} points.*")
        return f"{title}\n\n{line}\n{rest}"


def _public(metadata):
    return {"nbgrader": metadata["nbgrader"]} if "nbgrader" in metadata else {}


def _folded(kind, source):
    """A solution in a fold, and for code also a folded cell that runs."""
    if kind == "markdown":
        return [(kind, FOLD.format("An answer with full points", source), {})]
    fold = FOLD.format("Worked solution", f"```python\n{source}\n```")
    return [("markdown", fold, {}), (kind, source, {"jupyter": {"source_hidden": True}})]


def handouts(names=()):
    """The Handouts of the assignments whose names begin with `names`; all without names."""
    paths = {path.parent.name: path for path in sorted(FOLDER.glob("[0-9][0-9]_*/handout.py"))}
    return [Handout(paths[name], parts(paths[name].read_text(encoding="utf-8")))
            for name in chosen(paths, "assignment", names)]
