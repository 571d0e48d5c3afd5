"""The folder model/ imports only NumPy, the standard library and itself."""

import ast
import sys
from pathlib import Path

import pytest

TOP = Path(__file__).resolve().parents[2]
FILES = sorted((TOP / "tubevit_np" / "model").rglob("*.py"))
MODEL = "tubevit_np.model"


def imported(text, package=MODEL):
    """Full names of all modules that a file of the package imports, in functions too."""
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            parents = package.rsplit(".", node.level - 1)[:1] if node.level else []
            yield ".".join([*parents, *filter(None, [node.module])])


def allowed(module):
    return (module.partition(".")[0] in {"numpy", *sys.stdlib_module_names}
            or module == MODEL or module.startswith(f"{MODEL}."))


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_a_file_of_the_model_imports_numpy_and_the_model_alone(path):
    found = imported(path.read_text(encoding="utf-8"))
    assert [module for module in found if not allowed(module)] == []


def test_imports_in_functions_and_relative_ones_are_found():
    found = sorted(imported("def f():\n    import scipy.fft\n"
                            "from . import a\nfrom ..fast import b\nfrom .c import d\n"))
    assert found == ["scipy.fft", "tubevit_np.fast", MODEL, f"{MODEL}.c"]
    assert [allowed(module) for module in found] == [False, False, True, True]
