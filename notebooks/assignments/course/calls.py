"""Run a student's cells and call their functions; an exception becomes a line of text."""

import ast
import builtins
import re
import traceback

import numpy as np

from .own_cells import RULE, run_own

ENDS_PYTHON = "ends Python: do not call exit"
UNWRITTEN = "is not written yet"
MAGIC = re.compile(r"^[%!].*$", re.MULTILINE)  # lines that only Jupyter understands


def answer(student, cell=None, source=None, whole=True, name=None, probe=None, case=None,
           changed=False, exercises=()):
    """{"result": ...} or {"error": text}, for one of three requests: run a cell, call a function
    with the arguments of a case, or list what has been replaced in NumPy and Python."""
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
    """Run a cell: a whole exercise cell, or the parts of another cell that count (see own_cells).

    Returns the names of exercises that the cell would have replaced."""
    tree = ast.parse(MAGIC.sub("", source), cell)
    if not whole:
        return run_own(student.__dict__, tree, cell, exercises)
    exec(compile(tree, f"<{cell}>", "exec"), student.__dict__)  # noqa: S102
    return []


def tools():
    """{name: function} that tests usually call, of NumPy and Python."""
    return {f"{module.__name__}.{name}": value for module in (np, np.testing, np.linalg, builtins)
            for name, value in vars(module).items() if not name.startswith("_")}


def call(student, name, probe, case):
    """student.name(**case), or the result of the probe (source of a function) for both."""
    if probe is None:
        if not hasattr(student, name):
            raise NameError(f"{name} is not defined. Run its cell. Does the cell raise an error, "
                            "or is it missing?")
        return getattr(student, name)(**case)
    space = {}
    exec(probe, space)  # noqa: S102
    return space["probe"](student, **case)


def words(error, name=None):
    """An exception in a line of text, with the line number in the student's cell.

    name: of the exercise, or of the cell."""
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
    """The name of the student's cell, in Jupyter of the function; '' for a line of a probe."""
    if "ipykernel_" in frame.filename:
        return frame.name
    name = frame.filename.strip("<>")
    return name if name.isidentifier() and name != "string" else ""


TOOLS = tools()  # before any cell has run
