"""Make known mistakes in tubevit_np, one at a time, in the memory of this process only."""

import functools
import importlib
import sys
from importlib.machinery import PathFinder, SourceFileLoader

ADAPTER = "tubevit_np.conformance.adapters.tubevit_np"
SUITE, ADAPTERS = "tubevit_np.conformance.", "tubevit_np.conformance.adapters."


@functools.cache
def adapter(mutant):
    """Return the adapter of tubevit_np with this mistake; all its modules are imported again."""
    importlib.import_module(ADAPTER)  # so that the correct one can be put back
    correct, finder = _take_out(), Finder(mutant)
    sys.meta_path.insert(0, finder)
    try:
        return importlib.import_module(ADAPTER).adapter
    finally:
        sys.meta_path.remove(finder)
        _take_out()
        _put_back(correct)


def _take_out():
    """Remove every module of the package except the suite from sys.modules; return {name: module}.

    The adapters are removed too, because they hold functions of the package.
    """
    names = [name for name in sys.modules if f"{name}.".startswith("tubevit_np.")
             and (not f"{name}.".startswith(SUITE) or f"{name}.".startswith(ADAPTERS))]
    return {name: sys.modules.pop(name) for name in names}


def _put_back(modules):
    """Put modules back into sys.modules, and into the packages that were not removed."""
    sys.modules.update(modules)
    for name, module in modules.items():
        package, _, short = name.rpartition(".")
        if package and package not in modules:
            setattr(sys.modules[package], short, module)


class Finder:
    """Find the mutant's module with its mistake; leave all other modules to the next finder."""

    def __init__(self, mutant):
        self.mutant = mutant

    def find_spec(self, name, path=None, target=None):
        """Return the spec of the changed module, None for any other."""
        if name != self.mutant.module:
            return None
        spec = PathFinder.find_spec(name, path, target)
        spec.loader = Mistaken(name, spec.origin, self.mutant)
        return spec


class Mistaken(SourceFileLoader):
    """Load a module's source with the mutant's text in it, and store no byte code."""

    def __init__(self, name, path, mutant):
        super().__init__(name, path)
        self.mutant = mutant

    def get_code(self, fullname):
        """Return the compiled source with the mistake."""
        source = self.get_source(fullname).replace(self.mutant.old, self.mutant.new)
        return compile(source, self.path, "exec")
