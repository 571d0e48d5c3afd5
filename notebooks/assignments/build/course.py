"""Build the folder of a course from the sources: handouts, solutions, guides, graders.

Each build writes the same bytes, except for the database of nbgrader.

  source/NAME/, release/NAME/   for nbgrader; students get the release
  solutions/NAME.ipynb          worked solutions in folds, with outputs if they were run
  guides/NAME.md                for teachers: times, points, sample answers, known mistakes
  gradescope/NAME.zip           an autograder to upload to Gradescope
  hidden/NAME.npz               cases that students do not see, and correct functions
  course/, nbgrader_config.py   the graders; you can move the folder to another machine
"""

import io
import os
import re
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import nbformat

from notebooks.assignments.build.exercises import judged_by, kills, load
from notebooks.assignments.build.handout import FOLDER
from notebooks.assignments.build.instructor_guide import guide
from notebooks.assignments.course.packing import pack
from notebooks.build.execute import run
from tubevit_np.storage.atomic_files import make_folder

FOR_TEACHERS = ("hooks.py", "grading.py", "gradescope.py", "nbgrader_config.py")
REQUIRED = FOLDER.parents[1] / "requirements.txt"
RUN = ('#!/usr/bin/env bash\nset -e\ncd "$(dirname "$0")"\n'
       'if [ -d source ]; then cd source; fi\nexec python3 -m course.gradescope\n')


def build(handouts, folder, outputs=False):
    """Write the course of these Handouts into a folder; yield the name of each finished one.

    outputs: whether to run the solutions, so that they contain their outputs."""
    folder = make_folder(folder, "--out")
    _copy_course(folder / "course", ())
    shutil.move(folder / "course/nbgrader_config.py", folder / "nbgrader_config.py")
    shutil.copy(FOLDER / "CHANGELOG.md", folder)
    for handout in handouts:
        _text(folder / "guides" / f"{handout.name}.md", guide(handout, _write(handout, folder)))
        _solutions(handout, folder, outputs)
        _release(handout, folder)
        yield handout.name


def _write(handout, folder):
    """Write all of an assignment except the release; return the rows of its kill table."""
    checks, mistakes = load(handout.number)
    visible, hidden = judged_by(checks, mistakes.MISTAKES, handout.solutions, handout.points)
    unseen = pack({"cases": hidden, "right": {
        name: source for name, source, whole in handout.solutions if whole}})
    source = make_folder(folder / "source" / handout.name, "--out")
    _notebook(source / f"{handout.name}.ipynb", handout.source())
    (source / "exercises.npz").write_bytes(pack(
        {"name": handout.name, "exercises": visible, "data": checks.DATA,
         "released": handout.outline()}))
    _copy_course(source / "course", FOR_TEACHERS)
    shutil.move(source / "course/test_exercises.py", source / "test_exercises.py")
    _bytes(folder / "hidden" / f"{handout.name}.npz", unseen)
    _bytes(folder / "gradescope" / f"{handout.name}.zip", _gradescope(
        source, unseen, setup(handout)))
    return kills(checks, mistakes.MISTAKES, handout.solutions, visible, hidden)


def _solutions(handout, folder, outputs):
    """Write the solutions; they run next to the graders and can import this project."""
    notebook, path = handout.solved(), folder / "solutions" / f"{handout.name}.ipynb"
    if not outputs:
        return _notebook(path, notebook)
    return _text(path, run(notebook, handout.name, folder / "source" / handout.name,
                           PYTHONPATH=str(FOLDER.parents[1])))


def _release(handout, folder):
    """Let nbgrader write the release; it also stores cells and points in its database."""
    done = subprocess.run([sys.executable, "-m", "nbgrader", "generate_assignment", handout.name,
                           "--create", "--force"], cwd=folder, capture_output=True, text=True,
                          env=beside_python(), check=False, encoding="utf-8")
    if done.returncode:
        raise ValueError(f"nbgrader could not write the release of {handout.name}: "
                         f"{done.stderr[-1000:]}")


def beside_python():
    """os.environ with the folder of this Python first on PATH: nbgrader calls alembic."""
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", "")])
    return os.environ | {"PATH": path}


def _copy_course(folder, without):
    """Copy the package of the graders, except the files in `without`."""
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(FOLDER / "course", folder,
                    ignore=shutil.ignore_patterns("__pycache__", *without))


def setup(handout):
    """setup.sh for Gradescope: installs NumPy and the other packages that given cells import.

    NumPy has no version, since a fixed one would require a certain Python.  The other packages have
    the versions of requirements.txt."""
    given = "\n".join(source for _, source, whole in handout.solutions if not whole)
    imported = set(re.findall(r"^(?:import|from) (\w+)", given, re.MULTILINE))
    needed = [line for line in REQUIRED.read_text(encoding="utf-8").splitlines()
              if line.partition("==")[0] in imported - {"numpy"}]
    return f"#!/usr/bin/env bash\npip3 install {' '.join(['numpy', *needed])}\n"


def _gradescope(source, hidden, setup):
    """The bytes of a zip: setup.sh, run_autograder, the package, visible and hidden cases."""
    files = {"setup.sh": setup.encode(), "run_autograder": RUN.encode(), "hidden.npz": hidden,
             "exercises.npz": (source / "exercises.npz").read_bytes()}
    files |= {f"course/{path.name}": path.read_bytes()
              for path in [*(source / "course").glob("*.py"), FOLDER / "course/gradescope.py"]}
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as file:
        for name in sorted(files):
            entry = zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0))
            entry.external_attr = (0o755 if "." not in name else 0o644) << 16
            file.writestr(entry, files[name], zipfile.ZIP_DEFLATED)
    return packed.getvalue()


def _notebook(path, notebook):
    _text(path, nbformat.writes(notebook) + "\n")


def _text(path, text):
    _bytes(path, text.encode())


def _bytes(path, data):
    make_folder(path.parent, "--out")
    path.write_bytes(data)
