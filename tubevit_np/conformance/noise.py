"""The rounding error of each check as measured, and the tolerance that follows.

Errors are in units of rounding: the largest difference, divided by the spacing of numbers near 1
(2^-23 or 2^-52) and by the root mean square of the answer.  In float32 a port may err ten times as
much as the worse of NumPy and tinygrad did (noise.json, made by measure.py); in float64
by 1e-9 of the answer's size, which any other convention misses by far."""

import functools
import json
import math
from pathlib import Path

FILE = Path(__file__).with_name("noise.json")
FLOAT64 = 1e-9  # of the root mean square of an answer
MARGIN = 10
LEAST = 1.0  # unit: where an answer came out exact, another order of summing may still round once


@functools.cache
def measured():
    """{implementation: {dtype: {check id: units}}}, as it stands in the file."""
    return json.loads(FILE.read_text()) if FILE.exists() else {}


def tolerances(case):
    """For the manifest: what was measured in float32, and the tolerance in units that follows."""
    if case.judge != "rounding":
        return {}
    checks = {"answer": f"{case.level}/{case.name}"}
    if case.gradients:
        checks["gradients"] = f"gradients/{case.name}"
    found = {kind: {name: units["float32"][check] for name, units in measured().items()
                   if check in units["float32"]} for kind, check in checks.items()}
    return {"measured": found, "tolerance": {kind: tolerance(units.values())
                                            for kind, units in found.items()}}


def tolerance(units):
    """Ten times the largest error, rounded up to two digits."""
    wanted = MARGIN * max(LEAST, *units, 0)
    step = 10 ** (math.floor(math.log10(wanted)) - 1)
    return math.ceil(wanted / step) * step
