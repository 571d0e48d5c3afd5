"""Grade all that was handed in for an assignment: python -m course.grading 01_patches_and_tubes

The start of the name will do.  Run it in the course's folder.  Submissions lie in
submitted/STUDENT/ASSIGNMENT/.  One that cannot be read does not keep the others from being graded;
it is named in report-ASSIGNMENT.md, with all that was odd about the others.  nbgrader's own
commands work here as well."""

import argparse
import csv
import logging
import sys
import warnings
from pathlib import Path

from nbgrader.api import Gradebook
from nbgrader.apps.api import NbGraderAPI
from traitlets.config.loader import PyFileConfigLoader

from .handing import read

TOP = Path.cwd()


def main():
    parser = argparse.ArgumentParser(prog="python -m course.grading", description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("assignment")
    try:
        name = chosen(parser.parse_args().assignment)
        grade(name, who_handed_in(name))
    except ValueError as error:
        print(f"course.grading: {error}", file=sys.stderr)
        return 2
    return 0


def chosen(start):
    """The name of the one assignment that begins so, or ValueError."""
    names = sorted(path.name for path in TOP.glob("release/*"))
    matching = [name for name in names if name.startswith(start)]
    if len(matching) != 1:
        raise ValueError(f"which assignment is {start!r}? there are {', '.join(names) or 'none'}")
    return matching[0]


def who_handed_in(name):
    """The students, or ValueError where there is none."""
    students = sorted(path.parent.name for path in TOP.glob(f"submitted/*/{name}"))
    if not students:
        raise ValueError(f"nobody has handed in {name}: there is no submitted/STUDENT/{name}/")
    return students


def grade(name, students):
    """Autograde every student, then feedback, grades-NAME.csv and report-NAME.md."""
    api = NbGraderAPI(config=PyFileConfigLoader("nbgrader_config.py", str(TOP)).load_config())
    api.log.setLevel(logging.CRITICAL)
    warnings.simplefilter("ignore")  # SQLAlchemy's, of nbgrader's own queries
    failed = {}
    for student in students:
        if error := _autograde(api, name, student):
            failed[student] = error
        else:
            error = _failure(api.generate_feedback(name, student, force=True))
        print(f"{student}: {error or 'graded'}", flush=True)
    rows = [_row(api, name, student, failed) for student in students]
    with open(TOP / f"grades-{name}.csv", "w", encoding="utf-8", newline="") as file:
        csv.writer(file, lineterminator="\n").writerows(
            [rows[0].keys(), *(row.values() for row in rows)])
    (TOP / f"report-{name}.md").write_text(report(name, rows), encoding="utf-8")


def _autograde(api, name, student):
    """What went wrong, or nothing."""
    try:
        read(TOP / "submitted" / student / name / f"{name}.ipynb")
    except ValueError as error:
        return str(error)
    return _failure(api.autograde(name, student, force=True))


def _failure(result):
    """Of a command of nbgrader's."""
    return "" if result["success"] else "nbgrader: " + result["error"].strip()[-300:]


def _row(api, name, student, failed):
    """{"student", a column for each exercise and question, "score", "waits", "notes"}."""
    with Gradebook(api.coursedir.db_url, api.coursedir.course_id) as book:
        cells = {cell.name: cell.max_score for notebook in book.find_assignment(name).notebooks
                 for cell in notebook.grade_cells}
        if student in failed:
            return {"student": student, **dict.fromkeys(cells, 0), "score": 0, "waits": "",
                    "notes": failed[student]}
        grades = book.find_submission(name, student).notebooks[0].grades
        scores = {grade.name: grade.score for grade in grades}
        waits = [grade.name for grade in grades if grade.needs_manual_grade]
    graded = read(TOP / "autograded" / student / name / f"{name}.ipynb")
    return {"student": student, **{cell: scores[cell] for cell in cells},
            "score": sum(scores.values()), "waits": " ".join(waits),
            "notes": "; ".join(graded["metadata"]["course"]["notes"])}


def report(name, rows):
    """A table of the scores, then what was odd, by student."""
    short = [key for key in rows[0] if key != "notes"]
    lines = [f"# {name}", "", "| " + " | ".join(short) + " |", "| --- " * len(short) + "|"]
    lines += ["| " + " | ".join(f"{row[key]:g}" if isinstance(row[key], float) else str(row[key])
                                for key in short) + " |" for row in rows]
    odd = [f"- {row['student']}: {row['notes']}" for row in rows if row["notes"]]
    return "\n".join([*lines, "", "## What was odd", "", *(odd or ["Nothing."]), ""])


if __name__ == "__main__":
    sys.exit(main())
