"""Grade all submissions for an assignment: python -m course.grading 01_patches_and_tubes

The start of the name is enough.  Run this in the course folder.  Submissions lie in
submitted/STUDENT/ASSIGNMENT/.  If one of them cannot be read, the others are graded all the same.
report-ASSIGNMENT.md lists the problems of each submission.  The commands of nbgrader work in this
folder as well."""

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
    sys.stdout.reconfigure(errors="backslashreplace")  # names of students in any script
    try:
        name = chosen(parser.parse_args().assignment)
        grade(name, who_handed_in(name))
    except ValueError as error:
        print(f"course.grading: {error}", file=sys.stderr)
        return 2
    return 0


def chosen(start):
    """The name of the one assignment that begins with `start`, or ValueError."""
    names = sorted(path.name for path in TOP.glob("release/*"))
    matching = [name for name in names if name.startswith(start)]
    if len(matching) != 1:
        raise ValueError(f"exactly one assignment must begin with {start!r}; there are: "
                         f"{', '.join(names) or 'none'}")
    return matching[0]


def who_handed_in(name):
    """The names of the students, or ValueError if there are none."""
    students = sorted(path.parent.name for path in TOP.glob(f"submitted/*/{name}"))
    if not students:
        raise ValueError(f"no submissions for {name}: no folder submitted/STUDENT/{name}/ exists")
    return students


def grade(name, students):
    """Autograde every student; write feedback, grades-NAME.csv and report-NAME.md."""
    api = NbGraderAPI(config=PyFileConfigLoader("nbgrader_config.py", str(TOP)).load_config())
    api.log.setLevel(logging.CRITICAL)
    warnings.simplefilter("ignore")  # SQLAlchemy warns about queries of nbgrader
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
    """Autograde one student; an error text, or ''."""
    try:
        read(TOP / "submitted" / student / name / f"{name}.ipynb")
    except ValueError as error:
        return str(error)
    return _failure(api.autograde(name, student, force=True))


def _failure(result):
    """The error text of a command of nbgrader, or ''."""
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
    """A table of the scores, then the problems of each student."""
    short = [key for key in rows[0] if key != "notes"]
    lines = [f"# {name}", "", "| " + " | ".join(short) + " |", "| --- " * len(short) + "|"]
    lines += ["| " + " | ".join(f"{row[key]:g}" if isinstance(row[key], float) else str(row[key])
                                for key in short) + " |" for row in rows]
    odd = [f"- {row['student']}: {row['notes']}" for row in rows if row["notes"]]
    return "\n".join([*lines, "", "## Problems", "", *(odd or ["None."]), ""])


if __name__ == "__main__":
    sys.exit(main())
