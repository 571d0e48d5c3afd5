"""Find the adapter of a port and the dtypes that it supports."""

import importlib
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from tubevit_np.conformance.case import FLOATS
from tubevit_np.conformance.suite import has, raised
from tubevit_np.conformance.vectors import Vector


def find(name: str) -> Any:
    """Import an adapter.

    Parameters
    ----------
    name : str
        MODULE, or MODULE:NAME for an object in a module.

    Returns
    -------
    object
        The module or object.

    Raises
    ------
    ValueError
        If there is no such module or object, if the import fails, or if the object is a class.
    """
    module, _, attribute = name.partition(":")
    if not all(part.isidentifier() for part in module.split(".")) or module.endswith(".py"):
        raise ValueError(f"{module!r} is not a module name: write my_port.adapter for "
                         "my_port/adapter.py")
    try:
        found = importlib.import_module(module)
    except (Exception, SystemExit) as error:  # noqa: BLE001 - the port's files may raise anything
        raise ValueError(_not_imported(module, error)) from None
    if attribute and not hasattr(found, attribute):
        raise ValueError(f"{module} has no {attribute!r}")
    adapter = getattr(found, attribute) if attribute else found
    if isinstance(adapter, type):
        raise ValueError(f"{name} is a class: name an instance of it")  # noqa: TRY004
    return adapter


def _not_imported(module: str, error: BaseException) -> str:
    if isinstance(error, ModuleNotFoundError) and f"{module}.".startswith(f"{error.name}."):
        return f"no module {error.name!r}: run in its folder, or add that folder to PYTHONPATH"
    return f"the import of {module} {raised(error)}"


def check_ops(adapter: Any, name: str, vectors: Sequence[Vector]) -> None:
    """Check that an adapter has at least one of the functions that the suite calls.

    Parameters
    ----------
    adapter : object
        The adapter.
    name : str
        Its name, for the error.
    vectors : sequence of Vector
        Stored cases.

    Raises
    ------
    ValueError
        If the adapter has none of the functions.
    """
    ops = {vector.op for vector in vectors}
    if not any(has(adapter, op) for op in ops):
        raise ValueError(f"{name} has none of the functions of an adapter: "
                         f"{', '.join(sorted(ops))}")


def check_place(path: str | Path | None) -> None:
    """Check, before any work, that a report can be written.

    Parameters
    ----------
    path : str, Path or None
        File of the report; None for no report.

    Raises
    ------
    ValueError
        If the folder of the file does not exist, or if the path is a folder.
    """
    if path and (not Path(path).absolute().parent.is_dir() or Path(path).is_dir()):
        raise ValueError(f"--report {path}: name a file in an existing folder")


def dtypes(adapter: Any) -> tuple[str, ...]:
    """Return the dtypes that a port supports.

    Parameters
    ----------
    adapter : object
        The adapter. Its optional attribute `dtypes` names one dtype or several.

    Returns
    -------
    tuple of str
        "float32", "float64" or both; both if the adapter does not say.

    Raises
    ------
    ValueError
        If `dtypes` is empty or names another dtype.
    """
    found = getattr(adapter, "dtypes", FLOATS)
    found = (found,) if isinstance(found, str) else found
    if not isinstance(found, tuple | list) or not found or not set(found) <= set(FLOATS):
        raise ValueError(f"the adapter has dtypes {found}: use {' or '.join(FLOATS)}, or both")
    return tuple(found)
