"""A student's cells and functions, run and called; an exception becomes a line of words."""

import ast
import builtins
import re
import traceback

import numpy as np

ENDS_PYTHON = "ends Python: do not call exit"
MAGIC = re.compile(r"^[%!].*$", re.MULTILINE)  # lines for Jupyter alone
DEFINE = (ast.Import, ast.ImportFrom, ast.FunctionDef, ast.ClassDef)


def answer(student, cell=None, source=None, whole=True, name=None, probe=None, case=None,
           changed=False):
    """{"result": ...} or {"error": words} of a cell's source, or of a call with a case's arguments,
    or of the question what has been changed in NumPy and in Python."""
    try:
        if changed:
            return {"result": [name for name, value in tools().items()
                               if TOOLS.get(name, value) is not value]}
        if cell is not None:
            return {"result": run(student, cell, source, whole)}
        return {"result": call(student, name, probe, case)}
    except BaseException as error:  # noqa: BLE001  SystemExit, too
        return {"error": words(error, source)}


def run(student, cell, source, whole):
    """A cell, or, where it is none of an exercise's, no more of it than imports and definitions.

    What is imported from course is for notebooks, and left out."""
    tree = ast.parse(MAGIC.sub("", source), cell)
    if whole:
        exec(compile(tree, f"<{cell}>", "exec"), student.__dict__)  # noqa: S102
        return
    for part in tree.body:
        if _defines(part):
            exec(compile(ast.Module([part], []), f"<{cell}>", "exec"), student.__dict__)  # noqa: S102


def tools():
    """What tests are usually made of, by name."""
    return {f"{module.__name__}.{name}": value for module in (np, np.testing, np.linalg, builtins)
            for name, value in vars(module).items() if not name.startswith("_")}


def call(student, name, probe, case):
    """student.name(**case), or what the probe, the source of a function, makes of both."""
    if probe is None:
        if not hasattr(student, name):
            raise NameError(f"there is no {name}: run its cell; does it fail, or is it gone?")
        return getattr(student, name)(**case)
    space = {}
    exec(probe, space)  # noqa: S102
    return space["probe"](student, **case)


def words(error, source=None):
    """An exception in a line, with the line of the student's cell where it happened."""
    if isinstance(error, NotImplementedError):
        return "is not written yet"
    if isinstance(error, SystemExit):
        return ENDS_PYTHON
    line = f"{type(error).__name__}: {str(error)[:300]}"
    places = [f" (line {frame.lineno} of {cell})" for frame in
              traceback.extract_tb(error.__traceback__) if (cell := _cell(frame))]
    return line + "".join(places[-1:])


def _cell(frame):
    """The name of the student's cell, in Jupyter that of the function; nothing for a probe's."""
    if "ipykernel_" in frame.filename:
        return frame.name
    name = frame.filename.strip("<>")
    return name if name.isidentifier() and name != "string" else ""


def _defines(part):
    if isinstance(part, ast.ImportFrom) and part.module == "course":
        return False
    return isinstance(part, DEFINE) or (
        isinstance(part, ast.Assign) and isinstance(part.value, (ast.Constant, ast.Tuple)))


TOOLS = tools()  # before any cell has run
