"""Measures how far NumPy and tinygrad are from the golden vectors, for tolerances and the README.

python -m tubevit_np.conformance.measure    # writes noise.json and prints the table; two minutes

Then python -m tubevit_np.conformance.build carries the new tolerances into the manifest."""

import argparse
import importlib
import json
import math
import os

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # before NumPy is imported
os.environ.setdefault("DEV", "CPU")  # before tinygrad opens a device

from tqdm import tqdm

from tubevit_np.conformance import noise
from tubevit_np.conformance.case import FLOATS, LEVELS
from tubevit_np.conformance.report import as_text
from tubevit_np.conformance.suite import ask, checks, differ
from tubevit_np.conformance.vectors import vectors

PACKAGES = ("tubevit_np", "tubevit_tg")


def measure(package, dtype):
    """{check id: units} of all checks except refusals."""
    adapter = importlib.import_module(f"tubevit_np.conformance.adapters.{package}").adapter
    measurable = [check for check in checks(vectors(), dtype) if check.vector.judge != "refused"]
    return {check.id: units(check, adapter, dtype)
            for check in tqdm(measurable, f"{package} {dtype}", unit="check", disable=None)}


def units(check, adapter, dtype):
    """The error to three digits.  Raises ValueError if it is infinite: the package is wrong."""
    found = differ(check, ask(check, adapter, dtype), check.wanted, dtype)
    if not math.isfinite(found.units):
        raise ValueError(f"{check.id}: {found}")
    return float(f"{found.units:.3g}")


def table(measured):
    """The largest error of each level, in units of rounding, as Markdown."""
    columns = [(package, dtype) for dtype in FLOATS for package in PACKAGES]
    rows = [["level", "checks", *(f"`{package}` {dtype}" for package, dtype in columns)]]
    rows += [["---"] * len(rows[0])]
    for level in LEVELS:
        found = [[units for check, units in measured[package][dtype].items()
                  if check.startswith(f"{level}/")] for package, dtype in columns]
        if found[0]:
            rows += [[level, str(len(found[0])), *(as_text(max(units)) for units in found)]]
    return "\n".join(f"| {' | '.join(row)} |" for row in rows)


def main():
    argparse.ArgumentParser(prog="python -m tubevit_np.conformance.measure", description=__doc__,
                            formatter_class=argparse.RawDescriptionHelpFormatter).parse_args()
    found = {package: {dtype: measure(package, dtype) for dtype in FLOATS} for package in PACKAGES}
    noise.FILE.write_text(json.dumps(found, indent=1) + "\n")
    print(table(found))


if __name__ == "__main__":
    main()
