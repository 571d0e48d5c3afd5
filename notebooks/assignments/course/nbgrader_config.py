import sys
from pathlib import Path

TOP = str(Path(__file__).resolve().parent)
sys.path[:0] = [TOP] if TOP not in sys.path else []

c = get_config()  # noqa: F821
c.CourseDirectory.course_id = "tubes"
c.CourseDirectory.root = TOP
c.CourseDirectory.ignore = ["__pycache__", ".pytest_cache", ".ipynb_checkpoints"]
c.ClearSolutions.code_stub = {"python": "# YOUR CODE HERE\nraise NotImplementedError()"}
c.Autograde.sanitize_preprocessors = [
    "course.hooks.Mend", "nbgrader.preprocessors.OverwriteKernelspec",
    "nbgrader.preprocessors.OverwriteCells", "nbgrader.preprocessors.CheckCellMetadata"]
c.Autograde.autograde_preprocessors = [  # run no kernel: see course/hooks.py
    "course.hooks.Judge", "nbgrader.preprocessors.SaveAutoGrades",
    "nbgrader.preprocessors.AssignLatePenalties", "nbgrader.preprocessors.CheckCellMetadata"]
