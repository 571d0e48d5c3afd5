"""Measure the errors of NumPy and tinygrad: for the tolerances, and for the table in README.md.

Writes noise.json and the table. Then `python -m tubevit_np.conformance.build` writes the new
tolerances into the manifest::

    python -m tubevit_np.conformance.measure    # two minutes
"""

import argparse
import importlib
import json
import math
import os
import re
from pathlib import Path
from typing import Any

os.environ.setdefault("DEV", "CPU")  # before tinygrad opens a device

from tqdm import tqdm

from tubevit_np.conformance import noise
from tubevit_np.conformance.case import FLOATS, LEVELS
from tubevit_np.conformance.report import as_text
from tubevit_np.conformance.suite import Check, ask, checks, differ
from tubevit_np.conformance.vectors import vectors

PACKAGES = ("tubevit_np", "tubevit_tg")
README = Path(__file__).with_name("README.md")


def measure(package: str, dtype: str) -> dict[str, float]:
    """Return {check id: units} for all checks except refusals."""
    adapter = importlib.import_module(f"tubevit_np.conformance.adapters.{package}").adapter
    measurable = [check for check in checks(vectors(), dtype) if check.vector.judge != "refused"]
    return {check.id: units(check, adapter, dtype)
            for check in tqdm(measurable, f"{package} {dtype}", unit="check", disable=None)}


def units(check: Check, adapter: Any, dtype: str) -> float:
    """Return the error to three digits; raise ValueError if it is infinite."""
    difference = differ(check, ask(check, adapter, dtype), check.wanted, dtype)
    if not math.isfinite(difference.units):
        raise ValueError(f"{check.id}: {difference}")
    return float(f"{difference.units:.3g}")


def table(measured: dict[str, dict[str, dict[str, float]]]) -> str:
    """Return the largest error of each level, in units of rounding, as Markdown."""
    columns = [(package, dtype) for dtype in FLOATS for package in PACKAGES]
    rows = [["level", "checks", *(f"`{package}` {dtype}" for package, dtype in columns)]]
    rows += [["---"] * len(rows[0])]
    for level in LEVELS:
        errors = [[units for check, units in measured[package][dtype].items()
                   if check.startswith(f"{level}/")] for package, dtype in columns]
        if errors[0]:
            rows += [[level, str(len(errors[0])), *(as_text(max(units)) for units in errors)]]
    return "\n".join(f"| {' | '.join(row)} |" for row in rows)


def with_table(text: str, new: str) -> str:
    """Return the text of README.md with a new table in place of the old one."""
    return re.sub(r"\| level \| checks \|.*?(?=\n\n)", lambda _: new, text, flags=re.DOTALL)


def main() -> None:
    """Run the command."""
    argparse.ArgumentParser(prog="python -m tubevit_np.conformance.measure", description=__doc__,
                            formatter_class=argparse.RawDescriptionHelpFormatter).parse_args()
    errors = {package: {dtype: measure(package, dtype) for dtype in FLOATS} for package in PACKAGES}
    noise.FILE.write_text(json.dumps(errors, indent=1) + "\n", encoding="utf-8")
    README.write_text(with_table(README.read_text(encoding="utf-8"), table(errors)),
                      encoding="utf-8")
    print(table(errors))


if __name__ == "__main__":
    main()
