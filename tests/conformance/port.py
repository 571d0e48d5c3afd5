"""The port that is to be checked: its adapter, and the dtypes that it can."""

import importlib

from tests.conformance.case import FLOATS


def find(name):
    """The adapter MODULE or MODULE:NAME.  Raises ValueError where there is none."""
    module, _, attribute = name.partition(":")
    try:
        found = importlib.import_module(module)
    except ModuleNotFoundError as error:
        raise ValueError(f"no module {error.name!r}: put its folder on PYTHONPATH") from None
    if not attribute:
        return found
    try:
        return getattr(found, attribute)
    except AttributeError:
        raise ValueError(f"{module} has no {attribute!r}") from None


def check_ops(adapter, name, vectors):
    """Raises ValueError unless the adapter has at least one of the operations."""
    ops = {vector.op for vector in vectors}
    if not any(hasattr(adapter, op) for op in ops):
        raise ValueError(f"{name} has none of the operations: {', '.join(sorted(ops))}")


def dtypes(adapter):
    """Those that the adapter names as its `dtypes`, else both.  Raises ValueError for another."""
    found = tuple(getattr(adapter, "dtypes", FLOATS))
    if not found or not set(found) <= set(FLOATS):
        raise ValueError(f"dtypes {found}: an adapter can have {' and '.join(FLOATS)}")
    return found
