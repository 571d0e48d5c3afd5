"""What is run of a cell that a student has added: imports, functions, classes, plain constants.

The rest, such as a long experiment, was for the notebook."""

import ast
from contextlib import suppress

RULE = ("Of cells that you add only imports, functions, classes and plain constants are run when "
        "this is graded: numbers, text, lists, dicts, np.array of these, and arithmetic with them")
DEFINE = (ast.Import, ast.ImportFrom, ast.FunctionDef, ast.ClassDef)
PLAIN = (ast.Constant, ast.Tuple, ast.List, ast.Set, ast.Dict, ast.UnaryOp, ast.BinOp, ast.Name,
         ast.Attribute, ast.unaryop, ast.operator, ast.expr_context)
ARRAYS = ("np.array", "numpy.array")


def run_own(space, tree, cell, exercises):
    """Run in the namespace `space` what counts; a part that fails is left out.

    Returns names of exercises that the cell defines as well: they stay what they were."""
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
    """Whether it is run.  What is imported from course is for notebooks."""
    if isinstance(part, ast.ImportFrom) and part.module == "course":
        return False
    if isinstance(part, (ast.Assign, ast.AnnAssign)):
        return part.value is not None and _plain(part.value)
    return isinstance(part, DEFINE)


def _plain(value):
    """Whether nothing is called for it, but for np.array.  A lambda is called later."""
    if isinstance(value, ast.Lambda):
        return True
    if isinstance(value, ast.Call):
        return ast.unparse(value.func) in ARRAYS and all(
            map(_plain, [*value.args, *(named.value for named in value.keywords)]))
    return isinstance(value, PLAIN) and all(map(_plain, ast.iter_child_nodes(value)))
