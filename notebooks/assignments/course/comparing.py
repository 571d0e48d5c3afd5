"""Describe how a result differs from the expected one, without showing expected values."""

import numpy as np

NUMBER = (bool, int, float, np.generic)


def difference(wanted, given, tolerance=1e-9, what="the result"):
    """None if all is correct, else (text, wrong).

    wrong: an array of bool if single values are wrong, else None.  Lists, tuples and arrays of the
    same numbers count as equal."""
    if given is None and wanted is not None:
        return f"{what} is None. Is a return missing?", None
    wanted, given = _plain(wanted), _plain(given)
    if type(wanted) is not type(given):
        return f"{what} is {_kind(given)}, expected {_kind(wanted)}", None
    if isinstance(wanted, np.ndarray):
        return _of_arrays(wanted, given, tolerance, what)
    if isinstance(wanted, (dict, list)):
        return _of_parts(wanted, given, tolerance, what)
    return None if wanted == given else (f"{what} is {str(given)[:80]!r}, which is wrong", None)


def _of_parts(wanted, given, tolerance, what):
    if isinstance(wanted, list):
        wanted, given = (dict(enumerate(parts)) for parts in (wanted, given))
    if len(wanted) != len(given):
        return f"{what} has {len(given)} parts, expected {len(wanted)}", None
    if missing := [key for key in wanted if key not in given]:
        return f"{what} has no {missing[0]!r}", None
    for key, part in wanted.items():
        if differs := difference(part, given[key], tolerance, f"{what}[{key!r}]"):
            return differs
    return None


def _of_arrays(wanted, given, tolerance, what):
    if wanted.shape != given.shape:
        return f"{what} has shape {given.shape}, expected {wanted.shape}", None
    if wanted.size and _dtype(wanted) != _dtype(given):
        return f"{what} has dtype {given.dtype}, expected {wanted.dtype}", None
    if wanted.dtype.kind not in "fc":
        wrong = wanted != given
    else:
        tolerance = max(tolerance, 1e-5 if wanted.dtype == np.float32 else 0)
        largest = np.abs(wanted[np.isfinite(wanted)]).max(initial=1e-3)
        wrong = ~((np.abs(given - wanted) <= tolerance * largest)
                  | (np.isnan(given) & np.isnan(wanted)))  # a known mistake may give NaN
    return (_where(given, wrong, what), wrong) if wrong.any() else None


def _where(given, wrong, what):
    first = tuple(map(int, np.argwhere(wrong)[0])) if wrong.ndim else ()
    value = f"{given[first]:.6g}" if given.dtype.kind in "fc" else str(given[first])
    if not wrong.ndim:
        return f"{what} is {value}, which is wrong"
    return (f"{int(wrong.sum())} of {wrong.size} values are wrong. The first wrong value: "
            f"{what}[{', '.join(map(str, first))}] = {value}")


def _plain(value):
    """Numbers, empty lists and lists of numbers as arrays; other tuples and lists as lists."""
    if isinstance(value, NUMBER):
        return np.asarray(value)
    if isinstance(value, (tuple, list)):
        if all(isinstance(part, NUMBER) or np.shape(part) == () and isinstance(
                part, np.ndarray) for part in value):
            return np.asarray(value)
        return list(value)
    return value


def _dtype(array):
    """The name of a dtype; all integer types count as one."""
    return "integer" if array.dtype.kind in "iu" else str(array.dtype)


def _kind(value):
    if isinstance(value, np.ndarray):
        return f"an array of shape {value.shape}" if value.ndim else "a number"
    return {list: "a list or tuple", dict: "a dict", str: "text"}.get(
        type(value), type(value).__name__)
