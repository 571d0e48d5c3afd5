"""One answer against the one that is stored: how far off, where, and in units of rounding."""

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Difference:
    """The worst place of an answer.  problem: what is wrong where numbers cannot tell."""

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
    """The worst Difference of {name: array} from {name: array}.

    dtype: a name, "" where only the kind, floats or integers, matters.  needed: names that must be
    there; of the others only those are compared that are."""
    differences = [Difference()]
    for name, array in wanted.items():
        if name in found:
            differences.append(compare_array(found[name], array, dtype, name))
        elif name in needed:
            differences.append(Difference(np.inf, problem=f"gave no {name!r}"))
    return max(differences, key=lambda difference: difference.units)


def compare_array(found, wanted, dtype, name):
    """Units of rounding: |found - wanted| / (eps of dtype * root mean square of wanted)."""
    if type(found) in (int, float):  # a number of Python's has no precision of its own
        found = np.asarray(found, dtype or wanted.dtype)
    found = np.asarray(found)
    if problem := misfit(found, wanted, dtype, name):
        return Difference(np.inf, problem=problem)
    if not wanted.size:
        return Difference()
    finite = wanted[np.isfinite(wanted)]  # a stored answer is; one with a known mistake need not be
    size = np.sqrt(np.square(finite, dtype=float).sum() / wanted.size) or 1.0
    with np.errstate(invalid="ignore", over="ignore"):
        off = np.abs(np.subtract(found, wanted, dtype=float))
    off = np.where(np.isnan(found) & np.isnan(wanted), 0, np.where(np.isfinite(off), off, np.inf))
    at = np.unravel_index(off.argmax(), off.shape)
    eps = np.finfo(dtype if wanted.dtype.kind == "f" and dtype else float).eps
    return Difference(float(off[at] / (eps * size)), name, tuple(map(int, at)),
                      float(found[at]), float(wanted[at]))


def misfit(found, wanted, dtype, name):
    """What is wrong with the shape or dtype of an answer, or nothing."""
    if found.shape != wanted.shape:
        return f"{name} has the shape {found.shape}, not {wanted.shape}"
    integers = wanted.dtype.kind in "iu"
    if integers and found.dtype.kind not in "iu" or not integers and found.dtype.kind != "f":
        return f"{name} is of {found.dtype}, not {'integers' if integers else 'floats'}"
    if dtype and not integers and found.dtype != dtype:
        return f"{name} is of {found.dtype}, not {dtype}"
    return ""


def compare_plain(found, wanted, path=""):
    """Dicts, lists, numbers and texts that must be equal, tuples counting as lists."""
    if isinstance(wanted, dict) and isinstance(found, dict):
        if names := [*(wanted.keys() ^ found.keys())]:
            kind = "lacks" if names[0] in wanted else "has too much:"
            return Difference(np.inf, problem=f"{path or 'the answer'} {kind} {min(names)!r}")
        return max((compare_plain(found[name], wanted[name], f"{path}{name}: ")
                    for name in wanted), key=lambda worst: worst.units, default=Difference())
    found = list(found) if isinstance(found, tuple) else found
    if found != wanted:
        return Difference(np.inf, problem=f"{path}{found}, not {wanted}")
    return Difference()


def compare_spread(found, wanted):
    """New parameters against {name: [mean, standard deviation]}, within five standard errors.

    units: standard errors."""
    if found.keys() != wanted.keys():
        return compare_plain(dict.fromkeys(found), dict.fromkeys(wanted))
    return max((_spread(name, np.asarray(found[name], float), *wanted[name]) for name in wanted),
               key=lambda worst: worst.units)


def _spread(name, w, mean, std):
    if std == 0:
        return Difference(0.0 if (w == mean).all() else np.inf, problem=f"{name} is not {mean} "
                          "everywhere")
    off = abs(w.mean() - mean) * np.sqrt(w.size) / std, abs(w.std() / std - 1) * np.sqrt(2 * w.size)
    return Difference(float(max(off)), problem=f"{name} has the mean {w.mean():.3g} and the spread "
                      f"{w.std():.3g}, not {mean} and {std:.3g}")
