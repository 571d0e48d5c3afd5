"""The rounding error of each check as measured, and the tolerance that follows.

Errors are in units of rounding: the largest difference, divided by the spacing of numbers near 1
(2^-23 or 2^-52) and by the root mean square of the answer. In float32 the tolerance is ten times
the larger error of NumPy and tinygrad (noise.json, written by measure.py). In float64 it is 1e-9 of
the answer's size; another convention gives a far larger error.
"""

import functools
import json
import math
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from tubevit_np.conformance.case import Case

FILE = Path(__file__).with_name("noise.json")
FLOAT64 = 1e-9  # of the root mean square of an answer
MARGIN = 10
LEAST = 1.0  # unit: where both are exact, another order of summation may round once


@functools.cache
def measured() -> dict[str, dict[str, dict[str, float]]]:
    """Return {implementation: {dtype: {check id: units}}} from noise.json."""
    return json.loads(FILE.read_text(encoding="utf-8")) if FILE.exists() else {}


def tolerances(case: Case) -> dict[str, Any]:
    """Return the float32 errors and the tolerances of a case, for the manifest."""
    if case.judge != "rounding":
        return {}
    checks = {"answer": f"{case.level}/{case.name}"}
    if case.gradients:
        checks["gradients"] = f"gradients/{case.name}"
    errors = {kind: {name: units["float32"][check] for name, units in measured().items()
                     if check in units["float32"]} for kind, check in checks.items()}
    return {"measured": errors, "tolerance": {kind: tolerance(units.values())
                                              for kind, units in errors.items()}}


def tolerance(units: Iterable[float]) -> float:
    """Return ten times the largest error, rounded up to two digits."""
    wanted = MARGIN * max(LEAST, *units, 0)
    step = 10 ** (math.floor(math.log10(wanted)) - 1)
    return math.ceil(wanted / step) * step
