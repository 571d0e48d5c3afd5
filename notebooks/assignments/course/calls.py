"""A student's cells and functions, run and called; an exception becomes a line of words."""

import ast
import builtins
import re
import traceback

import numpy as np

from .own_cells import RULE, run_own

ENDS_PYTHON = "ends Python: do not call exit"
UNWRITTEN = "is not written yet"
MAGIC = re.compile(r"^[%!].*$", re.MULTILINE)  # lines for Jupyter alone


def answer(student, cell=None, source=None, whole=True, name=None, probe=None, case=None,
           changed=False, exercises=()):
    """{"result": ...} or {"error": words} of a cell's source, or of a call with a case's arguments,
    or of the question what has been changed in NumPy and in Python."""
    try:
        if changed:
            return {"result": [name for name, value in tools().items()
                               if TOOLS.get(name, value) is not value]}
        if cell is not None:
            return {"result": run(student, cell, source, whole, exercises)}
        return {"result": call(student, name, probe, case)}
    except BaseException as error:  # noqa: BLE001  SystemExit, too
        return {"error": words(error, name or cell)}


def run(student, cell, source, whole, exercises=()):
    """A cell, or, where it is none of an exercise's, what counts of it; returns names of exercises
    that it would have replaced."""
    tree = ast.parse(MAGIC.sub("", source), cell)
    if not whole:
        return run_own(student.__dict__, tree, cell, exercises)
    exec(compile(tree, f"<{cell}>", "exec"), student.__dict__)  # noqa: S102
    return []


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


def words(error, name=None):
    """An exception in a line, with the line of the student's cell where it happened;  name: of the
    exercise, or of the cell."""
    if isinstance(error, SystemExit):
        return ENDS_PYTHON
    frames = [frame for frame in traceback.extract_tb(error.__traceback__) if _cell(frame)]
    last = frames[-1] if frames else None
    if isinstance(error, NotImplementedError):
        other = last and _cell(last) != name
        return f"{last.name}, which it calls, {UNWRITTEN}" if other else UNWRITTEN
    line = f"{type(error).__name__}: {str(error)[:300]}"
    if not last:
        return line
    missing = isinstance(error, NameError) and "ipykernel_" not in last.filename
    return f"{line} (line {last.lineno} of {_cell(last)}){f'. {RULE}' if missing else ''}"


def _cell(frame):
    """The name of the student's cell, in Jupyter that of the function; nothing for a probe's."""
    if "ipykernel_" in frame.filename:
        return frame.name
    name = frame.filename.strip("<>")
    return name if name.isidentifier() and name != "string" else ""


TOOLS = tools()  # before any cell has run
