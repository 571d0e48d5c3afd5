"""Run the parts of an added cell that count: imports, functions, classes, plain constants.

Other parts, such as a long experiment, run only in the student's notebook."""

import ast
from contextlib import suppress

RULE = ("In cells that you add, the grader runs only imports, functions, classes and plain "
        "constants: numbers, text, lists, dicts, np.array of these, and arithmetic with them")
DEFINE = (ast.Import, ast.ImportFrom, ast.FunctionDef, ast.ClassDef)
PLAIN = (ast.Constant, ast.Tuple, ast.List, ast.Set, ast.Dict, ast.UnaryOp, ast.BinOp, ast.Name,
         ast.Attribute, ast.unaryop, ast.operator, ast.expr_context)
ARRAYS = ("np.array", "numpy.array")


def run_own(space, tree, cell, exercises):
    """Run the parts that count in the namespace `space`; skip parts that fail.

    Returns the names of exercises that the cell defines too; these exercises stay unchanged."""
    absent, before = object(), {name: space[name] for name in exercises if name in space}
    for part in filter(counts, tree.body):
        with suppress(Exception):
            exec(compile(ast.Module([part], []), f"<{cell}>", "exec"), space)  # noqa: S102
    taken = [name for name in exercises
             if space.get(name, absent) is not before.get(name, absent)]
    for name in taken:
        space.pop(name, None)
    space.update(before)
    return taken


def counts(part):
    """Whether a part of a cell is run.  Imports from course are only for notebooks."""
    if isinstance(part, ast.ImportFrom) and part.module == "course":
        return False
    if isinstance(part, (ast.Assign, ast.AnnAssign)):
        return part.value is not None and _plain(part.value)
    return isinstance(part, DEFINE)


def _plain(value):
    """Whether a value needs no call except np.array.  The body of a lambda runs later."""
    if isinstance(value, ast.Lambda):
        return True
    if isinstance(value, ast.Call):
        return ast.unparse(value.func) in ARRAYS and all(
            map(_plain, [*value.args, *(named.value for named in value.keywords)]))
    return isinstance(value, PLAIN) and all(map(_plain, ast.iter_child_nodes(value)))
