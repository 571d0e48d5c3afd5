"""Compares an answer with the stored one: the largest error, in units of rounding, and where."""

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Difference:
    """The largest error of an answer.  problem: what is wrong if it is no number, as a shape is."""

    units: float = 0.0
    output: str = ""
    index: tuple = ()
    got: float = 0.0
    wanted: float = 0.0
    problem: str = ""

    @property
    def place(self):
        return f"{self.output}{list(self.index) if self.index else ''}"

    def __str__(self):
        return self.problem or f"{self.place} is {self.got:.9g}, not {self.wanted:.9g}"


def compare(found, wanted, dtype, needed):
    """The largest Difference of {name: array} from {name: array}; names not in wanted are ignored.

    dtype: a name, or "" where only the kind (floats or integers) matters.  needed: names that found
    must have; all others are compared only where found has them."""
    differences = [Difference()]
    for name, array in wanted.items():
        if name in found:
            differences.append(compare_array(found[name], array, dtype, name))
        elif name in needed:
            differences.append(wrong(f"gave no {name!r}"))
    return max(differences, key=lambda difference: difference.units)


def wrong(problem):
    return Difference(np.inf, problem=problem)


def compare_array(found, wanted, dtype, name):
    """Units of rounding: |found - wanted| / (eps of dtype * root mean square of wanted)."""
    if isinstance(found, int | float):  # a plain number has no precision of its own
        found = np.asarray(found, dtype or wanted.dtype)
    if problem := misfit(found, np.asarray(found), wanted, dtype, name):
        return wrong(problem)
    if not wanted.size:
        return Difference()
    found = np.asarray(found)
    finite = wanted[np.isfinite(wanted)]  # a stored answer is; one with a known mistake need not be
    size = np.sqrt(np.square(finite, dtype=float).sum() / wanted.size) or 1.0
    with np.errstate(invalid="ignore", over="ignore"):
        off = np.abs(np.subtract(found, wanted, dtype=float))
    off = np.where(np.isnan(found) & np.isnan(wanted), 0, np.where(np.isfinite(off), off, np.inf))
    at = np.unravel_index(off.argmax(), off.shape)
    eps = np.finfo(dtype if wanted.dtype.kind == "f" and dtype else float).eps
    return Difference(float(off[at] / (eps * size)), name, tuple(map(int, at)),
                      float(found[at]), float(wanted[at]))


def misfit(given, found, wanted, dtype, name):
    """What is wrong with the kind, shape or dtype of an answer, found = np.asarray(given)."""
    if found.dtype.kind not in "biufc" or np.ma.isMaskedArray(given):
        return f"{name} is {type(given).__name__}, no plain array of numbers"
    if found.shape != wanted.shape:
        return f"{name} has the shape {found.shape}, not {wanted.shape}"
    integers = wanted.dtype.kind in "iu"
    if integers and found.dtype.kind not in "iu" or not integers and found.dtype.kind != "f":
        return f"{name} is of {found.dtype}, not {'integers' if integers else 'floats'}"
    if dtype and not integers and found.dtype != dtype:
        return f"{name} is of {found.dtype}, not {dtype}"
    return ""


def compare_plain(found, wanted, path="the answer"):
    """Dicts, lists, numbers and texts that must be equal, tuples counting as lists."""
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


def unlike(found, wanted, path):
    """Text with the first name, in sorted order, that is missing or superfluous."""
    missing, more = (sorted(map(str, names)) for names in (wanted.keys() - found.keys(),
                                                           found.keys() - wanted.keys()))
    return f"{path} lacks {missing[0]!r}" if missing else f"{path} has too much: {more[0]!r}"


def compare_spread(found, wanted):
    """New parameters against {name: [shape, mean, standard deviation]}.

    units: standard errors."""
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
    return Difference(float(max(off)), problem=f"{name} has the mean {w.mean():.3g} and the spread "
                      f"{w.std():.3g}, not {mean} and {std:.3g}")
