"""The known mistakes, made one at a time in tubevit_np, in this process and in memory alone.

They are those mutants that have a level, the one at which the suite must notice them.  A port that
answers just as NumPy with one of them has very likely made it too."""

import functools
import importlib
import sys
from importlib.machinery import PathFinder, SourceFileLoader
from pathlib import Path

import numpy as np

from tests.mutants.model import MUTANTS
from tests.mutants.ports import PORTS
from tests.mutants.properties import PROPERTIES
from tubevit_np.conformance.suite import FAILED, as_dict, differ, judge

TOP = Path(__file__).resolve().parents[2]
ADAPTER = "tubevit_np.conformance.adapters.tubevit_np"
SUITE, ADAPTERS = "tubevit_np.conformance.", "tubevit_np.conformance.adapters."
KNOWN = [mutant for mutant in (*PORTS, *MUTANTS, *PROPERTIES) if mutant.level]


def named(verdict):
    """The mistakes that fail a check in the very same way: texts, none where all are others."""
    return [f"{mutant.why} ({Path(mutant.file).stem}.py)" for mutant in KNOWN
            if alike(verdict, judge(verdict.check, adapter(mutant), verdict.dtype))]


def alike(verdict, mistaken):
    """Whether both fail by the same answer, or accept the same; an exception tells nothing."""
    if not verdict.status == mistaken.status == FAILED:
        return False
    if verdict.check.vector.judge == "refused":
        return verdict.text == mistaken.text
    if verdict.found is None or mistaken.found is None:
        return False
    wanted = restricted(mistaken.found, verdict.check)
    difference = differ(verdict.check, verdict.found, wanted, verdict.dtype)
    return difference.units <= verdict.check.tolerance(verdict.dtype)


def restricted(found, check):
    """A mistaken answer in the form of the stored ones."""
    if check.vector.judge == "spread":
        return {name: [w.shape, float(w.mean()), float(w.std())] for name, w in found.items()}
    if "answer" in check.vector.entry:
        return found
    return {name: np.asarray(array) for name, array in as_dict(found).items()
            if name in check.wanted}


@functools.cache
def adapter(mutant):
    """tubevit_np's adapter, all of it made anew with the mistake."""
    importlib.import_module(ADAPTER)  # so that there is a right one to come back to
    right, finder = _taken_out(), Finder(mutant)
    sys.meta_path.insert(0, finder)
    try:
        return importlib.import_module(ADAPTER).adapter
    finally:
        sys.meta_path.remove(finder)
        _taken_out()
        _put_back(right)


def _taken_out():
    """The modules that a mistake concerns, no longer where imports find them."""
    names = [name for name in sys.modules if f"{name}.".startswith("tubevit_np.")
             and (not f"{name}.".startswith(SUITE) or f"{name}.".startswith(ADAPTERS))]
    return {name: sys.modules.pop(name) for name in names}


def _put_back(modules):
    """Into sys.modules, and as an attribute into a package that was not taken out itself."""
    sys.modules.update(modules)
    for name, module in modules.items():
        package, _, short = name.rpartition(".")
        if package and package not in modules:
            setattr(sys.modules[package], short, module)


class Finder:
    """Finds modules as usual, and the mistaken one with its mistake."""

    def __init__(self, mutant):
        self.mutant = mutant

    def find_spec(self, name, path=None, target=None):
        spec = PathFinder.find_spec(name, path, target)
        if spec and spec.origin == str(TOP / self.mutant.file):
            spec.loader = Mistaken(name, spec.origin, self.mutant)
        return spec


class Mistaken(SourceFileLoader):
    def __init__(self, name, path, mutant):
        super().__init__(name, path)
        self.mutant = mutant

    def get_code(self, fullname):
        source = self.get_source(fullname).replace(self.mutant.old, self.mutant.new)
        return compile(source, self.path, "exec")
