"""The course as it is used: built, handed in by a made-up class, graded three ways.

`pytest -m course`; nbgrader's commands take most of the time."""

import json
import os
import re
import subprocess
import sys
import zipfile
from hashlib import sha256
from pathlib import Path

import pytest

from notebooks.assignments.course.submission import judged
from notebooks.assignments.exercises import load
from notebooks.assignments.handout import handouts
from tests.made_up_class import ODD, SCORES, made_up_class

pytestmark = pytest.mark.course
TOP = Path(__file__).resolve().parents[1]
HANDOUT, = handouts(["01"])
NAME = HANDOUT.name


def python(*arguments, cwd=TOP, **surroundings):
    done = subprocess.run([sys.executable, "-m", *map(str, arguments)], cwd=cwd, text=True,
                          env=os.environ | surroundings, capture_output=True, check=False)
    return done.returncode, done.stdout + done.stderr


def build(folder):
    code, words = python("notebooks.assignments", "build", "--out", folder)
    assert code == 0, words


@pytest.fixture(scope="module")
def course(tmp_path_factory):
    """The folder of the course, with all that the class has handed in for the first assignment."""
    folder = tmp_path_factory.mktemp("course")
    build(folder)
    for student, text in submissions(folder).items():
        path = folder / "submitted" / student / NAME / f"{NAME}.ipynb"
        path.parent.mkdir(parents=True)
        path.write_text(text, encoding="utf-8")
    return folder


def submissions(folder):
    checks, wrong = load(HANDOUT.number)
    names = [exercise.name for exercise in checks.EXERCISES]
    released = json.loads((folder / "release" / NAME / f"{NAME}.ipynb").read_text())
    return made_up_class(released, HANDOUT.answers, names, wrong.WRONG[names[0]][0])


@pytest.fixture(scope="module")
def graded(course):
    """{student: {column: text}} of the table of grades, and the report."""
    code, words = python("notebooks.assignments", "grade", course, NAME)
    assert code == 0, words
    lines = (course / f"grades-{NAME}.csv").read_text().splitlines()
    columns = lines[0].split(",")
    rows = {line.split(",")[0]: dict(zip(columns, line.split(","))) for line in lines[1:]}
    return rows, (course / f"report-{NAME}.md").read_text()


@pytest.mark.parametrize("student", SCORES)
def test_the_class_gets_what_it_earned(graded, student):
    first, second = list(HANDOUT.points)[:2]
    for name, share in zip((first, second), SCORES[student]):
        assert float(graded[0][student][f"test_{name}"]) == share * HANDOUT.points[name]


def test_full_marks_and_none(graded):
    rows, written = graded[0], ("why_sparse", "why_order")
    automatic = sum(HANDOUT.points.values()) - sum(HANDOUT.points[name] for name in written)
    assert float(rows["ada"]["score"]) == float(rows["lea"]["score"]) == automatic
    assert rows["ada"]["waits"] == "why_sparse why_order"
    assert float(rows["ben"]["score"]) == float(rows["ivan"]["score"]) == 0
    assert float(rows["kim"]["score"]) == 0


@pytest.mark.parametrize("student", ODD)
def test_who_is_odd_is_named(graded, student):
    words = ODD[student].format(*list(HANDOUT.points)[:2])
    line, = re.findall(rf"^- {student}: (.*)$", graded[1], re.MULTILINE)
    assert words in line


def test_nobody_else_is_named(graded):
    assert set(re.findall(r"^- (\w+):", graded[1], re.MULTILINE)) == set(ODD)


def test_feedback_names_the_mistake_and_shows_no_hidden_case(course, graded):
    page = (course / "feedback/cleo" / NAME / f"{NAME}.html").read_text()
    assert "Likely mistake: the last box is left out" in page
    assert "hidden" not in re.sub(r"<style.*?</style>|<script.*?</script>|overflow[-\w]*: *hidden",
                                  "", page, flags=re.DOTALL)


def test_nbgrader_exports_the_same(course, graded):
    code, words = python("nbgrader", "export", "--to", "all.csv", cwd=course)
    assert code == 0, words
    lines = [line.split(",") for line in (course / "all.csv").read_text().splitlines()]
    scores = {row[lines[0].index("student_id")]: float(row[lines[0].index("score")])
              for row in lines[1:] if row[lines[0].index("assignment")] == NAME}
    assert all(scores.get(name, 0) == float(row["score"]) for name, row in graded[0].items())


@pytest.mark.parametrize("student", ["ada", "cleo", "eve"])
def test_pytest_in_a_students_folder_gives_the_same_verdicts(course, student, tmp_path):
    folder = tmp_path / NAME
    subprocess.run(["cp", "-r", course / "release" / NAME, folder], check=True)
    notebook = submissions(course)[student]
    (folder / f"{NAME}.ipynb").write_text(notebook)
    _, words = python("pytest", "-q", "-rA", "-p", "no:cacheprovider", cwd=folder, PYTHONPATH="")
    verdicts, _ = judged(json.loads(notebook), course / "release" / NAME)
    for name, verdict in verdicts.items():
        assert f"{'PASSED' if verdict.right else 'FAILED'} test_exercises.py::" \
               f"test_exercise[{name}]" in words, words


def test_gradescope_gives_the_same_scores(course, graded, tmp_path):
    with zipfile.ZipFile(course / "gradescope" / f"{NAME}.zip") as file:
        file.extractall(tmp_path / "source")
    (tmp_path / "run_autograder").write_bytes((tmp_path / "source/run_autograder").read_bytes())
    for student in ("ada", "cleo", "eve", "kim"):
        (tmp_path / "submission").mkdir(exist_ok=True)
        (tmp_path / "submission/work.ipynb").write_text(submissions(course)[student])
        subprocess.run(["bash", tmp_path / "run_autograder"], check=True, env=os.environ | {
            "AUTOGRADER": str(tmp_path), "PYTHONPATH": "",
            "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}"})
        told = json.loads((tmp_path / "results/results.json").read_text())
        for test in told.get("tests", ()):
            assert test["score"] == float(graded[0][student][f"test_{test['name']}"])
        assert student != "kim" or (told["score"] == 0 and "not a notebook" in told["output"])
        assert student != "eve" or "ends its process" in told["output"]


def test_a_build_is_the_same_each_time(course, tmp_path):
    build(tmp_path)
    made, before = digests(tmp_path), digests(course)
    assert made == {path: before[path] for path in made}


def digests(folder):
    """Of all but nbgrader's data base, which keeps the time of day."""
    return {str(path.relative_to(folder)): sha256(path.read_bytes()).hexdigest()
            for path in sorted(folder.rglob("*"))
            if path.is_file() and path.name != "gradebook.db" and "__pycache__" not in path.parts}


def test_a_release_shows_no_solution_and_no_hidden_case(course):
    for handout in handouts():
        folder = course / "release" / handout.name
        text = (folder / f"{handout.name}.ipynb").read_text()
        assert "BEGIN SOLUTION" not in text and text.count("YOUR CODE HERE") >= 4
        assert text.count("YOUR ANSWER HERE") == len(handout.tagged("rubric"))
        assert not {path.name for path in folder.rglob("*")} & {
            "hidden.npz", "hooks.py", "grading.py", f"{handout.name}.npz"}
