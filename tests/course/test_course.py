"""The course from end to end: build, submissions of made-up classes, grading in three ways.

Run by `pytest -m course`; nbgrader's commands take most of the time."""

import csv
import json
import os
import re
import subprocess
import sys
import zipfile
from functools import cache
from hashlib import sha256
from html import unescape
from pathlib import Path

import numpy as np
import pytest

import tubevit_np as tv
from notebooks.assignments.build.exercises import load
from notebooks.assignments.build.handout import handouts
from notebooks.assignments.course.submission import judged
from tests.helpers.made_up_class import CLASSES, ODD, OLGA, SHARES, made_up_class, olgas
from tubevit_np.data.generated.scenes import make_clips, make_pools

pytestmark = pytest.mark.course
TOP = Path(__file__).resolve().parents[2]
HANDOUTS = {handout.number: handout for handout in handouts()}
NAME = HANDOUTS["01"].name  # the whole class submits 01, a few students the others
MISTAKES = {number: load(number)[1].MISTAKES for number in HANDOUTS}


def python(*arguments, cwd=TOP, **surroundings):
    done = subprocess.run([sys.executable, "-m", *map(str, arguments)], cwd=cwd, text=True,
                          env=os.environ | surroundings, capture_output=True, check=False,
                          encoding="utf-8")
    return done.returncode, done.stdout + done.stderr


def build(folder):
    code, words = python("notebooks.assignments", "build", "--out", folder)
    assert code == 0, words


@pytest.fixture(scope="module")
def course(tmp_path_factory):
    """The course folder with all submissions."""
    folder = tmp_path_factory.mktemp("course")
    build(folder)
    for number, handout in HANDOUTS.items():
        for student, text in submissions(folder, number).items():
            path = folder / "submitted" / student / handout.name / f"{handout.name}.ipynb"
            path.parent.mkdir(parents=True)
            path.write_text(text, encoding="utf-8")
    return folder


def submissions(folder, number="01"):
    handout = HANDOUTS[number]
    notebook = folder / "release" / handout.name / f"{handout.name}.ipynb"
    released = json.loads(notebook.read_text(encoding="utf-8"))
    return made_up_class(number, released, handout.answers, MISTAKES[number])


@pytest.fixture(scope="module")
def graded(course):
    """graded(number): the table of grades, {student: {column: text}}, and the report."""
    @cache
    def of(number):
        name = HANDOUTS[number].name
        code, words = python("notebooks.assignments", "grade", course, name)
        assert code == 0, words
        columns, *rows = csv.reader((course / f"grades-{name}.csv").open(encoding="utf-8"))
        return ({row[0]: dict(zip(columns, row, strict=True)) for row in rows},
                (course / f"report-{name}.md").read_text(encoding="utf-8"))
    return of


def of_each_student(students):
    """Parametrize by assignment and student, so that each assignment is graded once."""
    return pytest.mark.parametrize(("number", "student"), [
        (number, student) for number in CLASSES for student in CLASSES[number]
        if student in students])


of_each = pytest.mark.parametrize("number", CLASSES)


@of_each_student([*SHARES, "olga"])
def test_the_class_gets_what_it_earned(graded, number, student):
    assert float(graded(number)[0][student]["score"]) == CLASSES[number][student]


@pytest.mark.parametrize("student", SHARES)
def test_points_go_to_the_exercises_that_are_right(graded, student):
    for name, share in zip(MISTAKES["01"], SHARES[student]):
        row = graded("01")[0][student]
        assert float(row[f"test_{name}"]) == share * HANDOUTS["01"].points[name]


@of_each
def test_full_marks_and_none(graded, number):
    rows, points = graded(number)[0], HANDOUTS[number].points
    assert set(rows) == set(CLASSES[number])
    assert float(rows["ada"]["score"]) == sum(points[name] for name in MISTAKES[number])
    assert rows["ada"]["waits"].split() == [name for name in points if name not in MISTAKES[number]]
    assert float(rows["ben"]["score"]) == 0


@of_each
def test_a_mistake_costs_its_points_and_feedback_names_it(course, graded, number):
    name, mistake, share = OLGA[number]
    row, handout = graded(number)[0]["olga"], HANDOUTS[number]
    assert float(row[f"test_{name}"]) == share * handout.points[name]
    path = course / "feedback/olga" / handout.name / f"{handout.name}.html"
    page = path.read_text(encoding="utf-8")
    assert f"common mistake: {mistake}. {olgas(number, MISTAKES[number]).hint}" in unescape(page)


@of_each_student(ODD)
def test_who_is_odd_is_named(graded, number, student):
    words = ODD[student].format(*MISTAKES[number])
    line, = re.findall(rf"^- {student}: (.*)$", graded(number)[1], re.MULTILINE)
    assert words in line


@of_each
def test_nobody_else_is_named(graded, number):
    assert set(re.findall(r"^- (\w+):", graded(number)[1], re.MULTILINE)) == {
        *ODD} & {*CLASSES[number]}


def test_feedback_names_the_mistake_and_shows_no_hidden_case(course, graded):
    graded("01")
    page = (course / "feedback/cleo" / NAME / f"{NAME}.html").read_text(encoding="utf-8")
    assert "common mistake: the last box is left out" in page
    assert "hidden" not in re.sub(r"<style.*?</style>|<script.*?</script>|overflow[-\w]*: *hidden",
                                  "", page, flags=re.DOTALL)


def test_nbgrader_exports_the_same(course, graded):
    tables = {HANDOUTS[number].name: graded(number)[0] for number in CLASSES}
    code, words = python("nbgrader", "export", "--to", "all.csv", cwd=course)
    assert code == 0, words
    with (course / "all.csv").open(encoding="utf-8") as file:
        scores = {(row["assignment"], row["student_id"]): float(row["score"])
                  for row in csv.DictReader(file)}
    for name, rows in tables.items():
        for student, row in rows.items():
            assert scores.get((name, student), 0) == float(row["score"])


@pytest.mark.parametrize("student", ["ada", "cleo", "eve"])
def test_pytest_in_a_students_folder_gives_the_same_verdicts(course, student, tmp_path):
    folder = tmp_path / NAME
    subprocess.run(["cp", "-r", course / "release" / NAME, folder], check=True)
    notebook = submissions(course)[student]
    (folder / f"{NAME}.ipynb").write_text(notebook, encoding="utf-8")
    _, words = python("pytest", "-q", "-rA", "-p", "no:cacheprovider", cwd=folder, PYTHONPATH="")
    verdicts, _ = judged(json.loads(notebook), course / "release" / NAME)
    for name, verdict in verdicts.items():
        assert f"{'PASSED' if verdict.right else 'FAILED'} test_exercises.py::" \
               f"test_exercise[{name}]" in words, words


@of_each_student(["ada", "eve", "kim", "olga"])
def test_gradescope_gives_the_same_scores(course, graded, number, student, tmp_path):
    with zipfile.ZipFile(course / "gradescope" / f"{HANDOUTS[number].name}.zip") as file:
        file.extractall(tmp_path / "source")
    (tmp_path / "run_autograder").write_bytes((tmp_path / "source/run_autograder").read_bytes())
    (tmp_path / "submission").mkdir()
    (tmp_path / "submission/work.ipynb").write_text(submissions(course, number)[student],
                                                    encoding="utf-8")
    subprocess.run(["bash", tmp_path / "run_autograder"], check=True, env=os.environ | {
        "AUTOGRADER": str(tmp_path), "PYTHONPATH": "",
        "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}"})
    told = json.loads((tmp_path / "results/results.json").read_text(encoding="utf-8"))
    for test in told.get("tests", ()):
        assert test["score"] == float(graded(number)[0][student][f"test_{test['name']}"])
    assert student != "kim" or (told["score"] == 0 and "not a notebook" in told["output"])
    assert student != "eve" or "ends the Python process" in told["output"]


def test_a_build_is_the_same_each_time(course, tmp_path):
    build(tmp_path)
    made, before = digests(tmp_path), digests(course)
    assert made == {path: before[path] for path in made}


def test_solutions_that_were_run_hold_what_they_show(tmp_path):
    for folder in ("one", "two"):
        code, words = python("notebooks.assignments", "build", "--run", "01", "--out",
                             tmp_path / folder)
        assert code == 0, words
    one, two = ((tmp_path / folder / "solutions" / f"{NAME}.ipynb").read_text(encoding="utf-8")
                for folder in ("one", "two"))
    assert one == two
    outputs = [output for cell in json.loads(one)["cells"] for output in cell.get("outputs", ())]
    for name in MISTAKES["01"]:
        assert f"{name}: correct" in str(outputs)
    assert {output["output_type"] for output in outputs} == {"stream", "display_data"}
    pictures = re.findall("<img [^>]*>", str(outputs))
    assert pictures and all(re.search('alt="[^"]{20}', picture) for picture in pictures)


def test_sample_reports_tell_what_the_trained_model_does():
    params, cfg, _ = tv.load(TOP / "figures/demo/model.safetensors")
    clips, labels = make_clips(make_pools(np.random.default_rng(1), pictures=64), 200,
                               np.random.default_rng(0))  # the clips of the handout
    gray = np.round(clips.mean(-1, keepdims=True)).astype(np.uint8).repeat(3, axis=-1)
    text = " ".join(HANDOUTS["05"].path.read_text(encoding="utf-8").replace("# ", "").split())
    right = {}
    for name, changed in {"as they are": clips, "jerky": clips[:, ::2].repeat(2, axis=1),
                          "slow": clips[:, :8].repeat(2, axis=1), "gray": gray}.items():
        answers = tv.fast.forward(params, changed, cfg, "verb")[0].argmax(-1)
        right[name] = answers == labels["verb"]
        share = right[name].mean()
        error = (share * (1 - share) / 200) ** 0.5
        assert f"{100 * share:.1f} % +- {100 * error:.1f} %" in text, name
    pairs = {name: (np.sum(right["as they are"] & ~each), np.sum(~right["as they are"] & each))
             for name, each in right.items()}
    assert "jerky clips lost {} correct prediction and gained {}".format(*pairs["jerky"]) in text
    assert "slow clips lost {} and gained {}".format(*pairs["slow"]) in text
    assert "{} correct predictions were lost and {} gained".format(*pairs["gray"]) in text


def digests(folder):
    """Digests of all files except nbgrader's database, which stores times of day."""
    return {str(path.relative_to(folder)): sha256(path.read_bytes()).hexdigest()
            for path in sorted(folder.rglob("*"))
            if path.is_file() and path.name != "gradebook.db" and "__pycache__" not in path.parts}


def test_a_release_shows_no_solution_and_no_hidden_case(course):
    for handout in handouts():
        folder = course / "release" / handout.name
        text = (folder / f"{handout.name}.ipynb").read_text(encoding="utf-8")
        assert "BEGIN SOLUTION" not in text and text.count("YOUR CODE HERE") >= 4
        assert text.count("YOUR ANSWER HERE") == len(handout.tagged("rubric"))
        assert not {path.name for path in folder.rglob("*")} & {
            "hidden.npz", "hooks.py", "grading.py", f"{handout.name}.npz"}
