"""Compare an answer with the stored one: the largest error, in units of rounding, and its place."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np


@dataclass(frozen=True)
class Difference:
    """The largest error of an answer.

    Parameters
    ----------
    units : float
        Error in units of rounding; infinite for a wrong shape, dtype or name.
    output : str
        Name of the array with the largest error.
    index : tuple of int
        Its place in that array.
    got, wanted : float
        The number there, and the stored one.
    problem : str
        What is wrong if no numbers can be compared, such as a shape.
    """

    units: float = 0.0
    output: str = ""
    index: tuple[int, ...] = ()
    got: float = 0.0
    wanted: float = 0.0
    problem: str = ""

    @property
    def place(self) -> str:
        """Array and index as text: "out[1, 0, 7]"."""
        return f"{self.output}{list(self.index) if self.index else ''}"

    def __str__(self) -> str:
        """Return the problem, or the two numbers."""
        return self.problem or f"{self.place} is {self.got:.9g}, not {self.wanted:.9g}"


def compare(found: Mapping[str, Any], wanted: Mapping[str, np.ndarray], dtype: str,
            needed: Collection[str]) -> Difference:
    """Compare arrays by name.

    Parameters
    ----------
    found : mapping from str to array
        The port's answer. Names that `wanted` does not have are ignored.
    wanted : mapping from str to array
        The stored answer.
    dtype : str
        Dtype that floats must have; "" if any float dtype is correct.
    needed : collection of str
        Names that `found` must have; other names are optional.

    Returns
    -------
    Difference
        The largest one.
    """
    differences = [Difference()]
    for name, array in wanted.items():
        if name in found:
            differences.append(compare_array(found[name], array, dtype, name))
        elif name in needed:
            differences.append(wrong(f"the answer has no {name!r}"))
    return max(differences, key=lambda difference: difference.units)


def wrong(problem: str) -> Difference:
    """Return an infinite Difference with this text."""
    return Difference(np.inf, problem=problem)


def compare_array(found: Any, wanted: np.ndarray, dtype: str, name: str) -> Difference:
    """Measure the largest error of an array.

    Parameters
    ----------
    found : array
        The port's answer.
    wanted : array
        The stored answer.
    dtype : str
        Dtype that floats must have; "" if any float dtype is correct.
    name : str
        Name of the array, for the text.

    Returns
    -------
    Difference
        Its unit is |found - wanted| / (eps * r): eps is the spacing of numbers near 1 in this
        dtype, r the root mean square of `wanted`.

    Examples
    --------
    >>> wanted = np.array([3.0, 4.0])
    >>> difference = compare_array(wanted + [0, 1e-3], wanted, "float64", "out")
    >>> difference.place, str(difference)
    ('out[1]', 'out[1] is 4.001, not 4')
    """
    if isinstance(found, int | float):  # a plain number has no dtype
        found = np.asarray(found, dtype or wanted.dtype)
    if problem := misfit(found, np.asarray(found), wanted, dtype, name):
        return wrong(problem)
    if not wanted.size:
        return Difference()
    found = np.asarray(found)
    finite = wanted[np.isfinite(wanted)]  # stored answers are finite, those of mistakes may not be
    size = np.sqrt(np.square(finite, dtype=float).sum() / wanted.size) or 1.0
    with np.errstate(invalid="ignore", over="ignore"):
        off = np.abs(np.subtract(found, wanted, dtype=float))
    off = np.where(np.isnan(found) & np.isnan(wanted), 0, np.where(np.isfinite(off), off, np.inf))
    at = np.unravel_index(off.argmax(), off.shape)
    eps = np.finfo(dtype if wanted.dtype.kind == "f" and dtype else float).eps
    return Difference(float(off[at] / (eps * size)), name, tuple(map(int, at)),
                      float(found[at]), float(wanted[at]))


def misfit(given: Any, found: np.ndarray, wanted: np.ndarray, dtype: str, name: str) -> str:
    """Return what is wrong with an answer's kind, shape or dtype; found = np.asarray(given)."""
    if found.dtype.kind not in "biufc" or np.ma.isMaskedArray(given):
        return f"{name} has the type {type(given).__name__}, not a plain array of numbers"
    if found.shape != wanted.shape:
        return f"{name} has the shape {found.shape}, not {wanted.shape}"
    integers = wanted.dtype.kind in "iu"
    if integers and found.dtype.kind not in "iu" or not integers and found.dtype.kind != "f":
        return f"{name} has the dtype {found.dtype}, not {'integers' if integers else 'floats'}"
    if dtype and not integers and found.dtype != dtype:
        return f"{name} has the dtype {found.dtype}, not {dtype}"
    return ""


def compare_plain(found: Any, wanted: Any, path: str = "the answer") -> Difference:
    """Compare dicts, lists, numbers and strings, which must be equal.

    Parameters
    ----------
    found : object
        The port's answer; a tuple counts as a list.
    wanted : object
        The stored answer.
    path : str, default "the answer"
        Place of these values in the answer, for the text.

    Returns
    -------
    Difference
        Of 0 or infinite units.

    Examples
    --------
    >>> str(compare_plain({"kernel": (1, 4)}, {"kernel": [1, 3]}))
    'the answer: kernel[1] is 4, not 3'
    """
    if isinstance(wanted, dict) and isinstance(found, dict):
        if found.keys() != wanted.keys():
            return wrong(unlike(found, wanted, path))
        pairs = [(found[name], wanted[name], f"{path}: {name}") for name in wanted]
    elif isinstance(wanted, list) and isinstance(found, list | tuple):
        if len(found) != len(wanted):
            return wrong(f"{path} has {len(found)} entries, not {len(wanted)}")
        pairs = [(*pair, f"{path}[{i}]") for i, pair in enumerate(zip(found, wanted, strict=True))]
    else:
        same = type(found) is not bool or type(wanted) is bool
        return Difference() if same and bool(np.all(found == wanted)) else wrong(
            f"{path} is {found!r}, not {wanted!r}")
    return max((compare_plain(*pair) for pair in pairs), key=lambda worst: worst.units,
               default=Difference())


def unlike(found: Mapping[str, Any], wanted: Mapping[str, Any], path: str) -> str:
    """Return text that names the first missing or unexpected name, in sorted order."""
    missing, more = (sorted(map(str, names)) for names in (wanted.keys() - found.keys(),
                                                           found.keys() - wanted.keys()))
    return f"{path} has no {missing[0]!r}" if missing else f"{path} has an unknown {more[0]!r}"


def compare_spread(found: Mapping[str, Any], wanted: Mapping[str, Any]) -> Difference:
    """Compare new parameters with the shapes, means and standard deviations that they should have.

    Parameters
    ----------
    found : mapping from str to array
        The port's new parameters.
    wanted : mapping from str to [shape, mean, standard deviation]
        The stored answer.

    Returns
    -------
    Difference
        Its unit is one standard error of a mean or a standard deviation.
    """
    if found.keys() != wanted.keys():
        return wrong(unlike(found, wanted, "the answer"))
    return max((_spread(name, np.asarray(found[name], float), *wanted[name]) for name in wanted),
               key=lambda worst: worst.units)


def _spread(name, w, shape, mean, std):
    if w.shape != tuple(shape):
        return wrong(f"{name} has the shape {w.shape}, not {tuple(shape)}")
    if not np.isfinite(w).all() or std == 0 and (w != mean).any():
        return wrong(f"{name} is not {f'{mean} everywhere' if std == 0 else 'finite'}")
    if std == 0:
        return Difference()
    off = abs(w.mean() - mean) * np.sqrt(w.size) / std, abs(w.std() / std - 1) * np.sqrt(2 * w.size)
    return Difference(float(max(off)), problem=f"{name} has mean {w.mean():.3g} and standard "
                      f"deviation {w.std():.3g}, not {mean} and {std:.3g}")
