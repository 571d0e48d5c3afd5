"""tubevit_tg mirrors the files, names and arguments of tubevit_np, and the text of model/."""

import os

os.environ.setdefault("DEV", "CPU")  # CPU has float64; must be set before tinygrad opens a device

import ast
import difflib
import importlib
import inspect
from pathlib import Path

import pytest

import tubevit_np as tv
import tubevit_tg as tg

TOP = Path(__file__).resolve().parents[2]
MODEL = ("tubes", "kernels", "position", "layers", "pooling", "gate", "model")
MIRRORED = (*(f"model.{name}" for name in MODEL), "training.loss", "training.optim",
            "training.cosine_basis", "training.dropout", "training.frozen", "variants.positions",
            "variants.divided_attention", "variants.model")
ONLY_TG = {"training.optim": ["assign", "realize", "autograd"], "training.frozen": ["detached"],
           "training.cosine_basis": ["inverse_cosines", "kept"]}
MORE_ARGUMENTS = {"smooth_labels": "dtype", "variants.positions.positions": "like",
                  "model.position.positions": "dtype"} | dict.fromkeys(
    ("adamw", "next_moments", "adamw_by_waves", "step_by_waves"), "finite")  # for half precision
ONLY_NP = dict.fromkeys(("divided_block", "over_time", "dropout_block"), "return_intermediates")
SHARE = 0.7  # minimum fraction of identical lines in each file of model/


def functions(module):
    """{name: function} of a module, in source order."""
    return {name: f for name, f in vars(module).items() if inspect.isfunction(f)}


def arguments(function):
    """Names, kinds and defaults; default functions are omitted because packages differ in them."""
    return [(each.name, each.kind, None if inspect.isfunction(each.default) else each.default)
            for each in inspect.signature(function).parameters.values()]


@pytest.mark.parametrize("module", MIRRORED)
def test_names_and_arguments(module):
    numpys, tinygrads = (functions(importlib.import_module(f"{package}.{module}"))
                         for package in ("tubevit_np", "tubevit_tg"))
    wanted = {name: f for name, f in numpys.items() if f.__module__ == f"tubevit_np.{module}"
              and "backward" not in name}  # tinygrad derives the gradients
    assert [name for name in wanted if name not in tinygrads] == []
    own = [name for name, f in tinygrads.items() if f.__module__ == f"tubevit_tg.{module}"
           and name not in ONLY_TG.get(module, [])]
    assert own == [name for name in wanted if name in own]  # in the same order
    for name in own:
        found, expected = arguments(tinygrads[name]), arguments(wanted[name])
        more = MORE_ARGUMENTS.get(f"{module}.{name}", MORE_ARGUMENTS.get(name, ""))
        count = len(found) - bool(more)
        assert found[:count] == expected[:count], name
        assert "".join(each[0] for each in expected[count:]) == ONLY_NP.get(name, "")
        assert "".join(each[0] for each in found[count:]) == more


def test_both_packages_show_the_same_names():
    only_np = {name for name in vars(tv) if not name.startswith("_")} - set(vars(tg))
    assert {name for name in only_np if not inspect.ismodule(getattr(tv, name))} == {"backward"}


def text(path, without=()):
    """The nonblank lines of a file, except imports and the definitions of names in `without`."""
    source = path.read_text(encoding="utf-8")
    left_out = [range(node.lineno - 1, node.end_lineno) for node in ast.parse(source).body
                if isinstance(node, (ast.Import, ast.ImportFrom)) or names_of(node) & set(without)]
    return [line for i, line in enumerate(source.splitlines())
            if line.strip() and not any(i in lines for lines in left_out)]


def names_of(node):
    """The names that a statement of a module defines."""
    return {getattr(node, "name", None)} | {target.id for target in getattr(node, "targets", [])}


def from_reference(path):
    """The names that a file imports from tubevit_np/model."""
    return {alias.name for node in ast.parse(path.read_text(encoding="utf-8")).body
            if isinstance(node, ast.ImportFrom) and node.module.startswith("tubevit_np.model")
            for alias in node.names}


def identical(name):
    """The fraction of reference lines that appear in the mirror, in the same order.

    Definitions that the mirror imports from the reference are not counted."""
    mirror = TOP / f"tubevit_tg/model/{name}.py"
    wanted = text(TOP / f"tubevit_np/model/{name}.py", from_reference(mirror))
    matcher = difflib.SequenceMatcher(None, wanted, text(mirror), autojunk=False)
    return sum(block.size for block in matcher.get_matching_blocks()) / len(wanted)


def test_the_text_of_the_model_is_that_of_the_reference():
    ratios = {name: identical(name) for name in MODEL}
    table = ", ".join(f"{name} {ratio:.0%}" for name, ratio in ratios.items())
    assert min(ratios.values()) >= SHARE, table
