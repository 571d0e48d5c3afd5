"""Finds the adapter of the port and the dtypes that it supports."""

import importlib
from pathlib import Path

from tubevit_np.conformance.case import FLOATS
from tubevit_np.conformance.suite import has, raised


def find(name):
    """The adapter MODULE or MODULE:NAME.  Raises ValueError without one, or for a class."""
    module, _, attribute = name.partition(":")
    if not all(part.isidentifier() for part in module.split(".")) or module.endswith(".py"):
        raise ValueError(f"{module!r} is no module: write my_port.adapter for my_port/adapter.py")
    try:
        found = importlib.import_module(module)
    except (Exception, SystemExit) as error:  # noqa: BLE001 - whatever happens in the port's files
        raise ValueError(_not_imported(module, error)) from None
    if attribute and not hasattr(found, attribute):
        raise ValueError(f"{module} has no {attribute!r}")
    found = getattr(found, attribute) if attribute else found
    if isinstance(found, type):
        raise ValueError(f"{name} is a class: name an object of it")  # noqa: TRY004
    return found


def _not_imported(module, error):
    if isinstance(error, ModuleNotFoundError) and f"{module}.".startswith(f"{error.name}."):
        return f"no module {error.name!r}: put its folder on PYTHONPATH"
    return f"the import of {module} {raised(error)}"


def check_ops(adapter, name, vectors):
    """Raises ValueError unless the adapter has at least one of the operations."""
    ops = {vector.op for vector in vectors}
    if not any(has(adapter, op) for op in ops):
        raise ValueError(f"{name} has none of the operations: {', '.join(sorted(ops))}")


def check_place(path):
    """Raises ValueError, before any work, where a report could not be written."""
    if path and (not Path(path).absolute().parent.is_dir() or Path(path).is_dir()):
        raise ValueError(f"--report {path}: there is no such folder to write it into")


def dtypes(adapter):
    """Those that the adapter names as its `dtypes`, else both.  Raises ValueError for another."""
    found = getattr(adapter, "dtypes", FLOATS)
    found = (found,) if isinstance(found, str) else found
    if not isinstance(found, tuple | list) or not found or not set(found) <= set(FLOATS):
        raise ValueError(f"dtypes {found}: an adapter can have {' and '.join(FLOATS)}")
    return tuple(found)
