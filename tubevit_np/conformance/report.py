"""Format the results of the suite as lines, as a table and as JSON."""

import json
import math
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from tubevit_np.conformance import SPEC
from tubevit_np.conformance.case import LEVELS
from tubevit_np.conformance.expected import EXPECTED
from tubevit_np.conformance.suite import FAILED, PASSED, SKIPPED, Verdict

STATUSES = (PASSED, FAILED, EXPECTED, SKIPPED)
SAME = "same answer as the known mistake:"
MANY = 1e5  # units; from here on two digits and an exponent


def line(verdict: Verdict) -> str:
    """Format a verdict as one line.

    Parameters
    ----------
    verdict : Verdict
        Result of a check.

    Returns
    -------
    str
        For example "float64  passed   block/block-erf: error 3.1, tolerance 4.5e+06, worst at
        out[1, 0, 7]". Errors and tolerances are in units of rounding.
    """
    text = ": ".join(part for part in (verdict.id, measure(verdict), verdict.text) if part)
    return f"{verdict.dtype}  {verdict.status:7}  {text}"


def measure(verdict: Verdict) -> str:
    """Return the error and its tolerance, if an error was measured."""
    worst = verdict.difference
    if not worst.output or verdict.check.vector.judge != "rounding":
        return ""
    units = (f"error {as_text(worst.units, '0')}, tolerance "
             f"{as_text(verdict.check.tolerance(verdict.dtype))}")
    return units if verdict.text else f"{units}, worst at {worst.place}"


def missing(verdicts: Iterable[Verdict]) -> str:
    """List the reasons why checks were skipped.

    Parameters
    ----------
    verdicts : iterable of Verdict
        Results of the checks.

    Returns
    -------
    str
        A line for each reason; "" if no check was skipped.
    """
    return "".join(dict.fromkeys(f"skipped: {verdict.text}\n" for verdict in verdicts
                                 if verdict.status == SKIPPED))


def summary(verdicts: Sequence[Verdict]) -> str:
    """Format a table of all results.

    Parameters
    ----------
    verdicts : sequence of Verdict
        Results of the checks.

    Returns
    -------
    str
        A line for each level and dtype: how many checks passed, failed, failed as expected and
        were skipped, and the largest error of those that passed.
    """
    rows: list[tuple[str, ...]] = [("level", "dtype", *STATUSES, "largest error, units")]
    rows += [(level, dtype, *(str(count or "") for count in tally(found).values()), largest(found))
             for (level, dtype), found in grouped(verdicts).items()]
    widths = [max(len(cell) for cell in column) for column in zip(*rows, strict=True)]
    return "\n".join("  ".join(cell.ljust(width) for cell, width in
                               zip(row, widths, strict=True)).rstrip() for row in rows)


def grouped(verdicts: Iterable[Verdict]) -> dict[tuple[str, str], list[Verdict]]:
    """Return {(level, dtype): verdicts} in the order of the levels."""
    found: dict[tuple[str, str], list[Verdict]] = {}
    for verdict in sorted(verdicts, key=lambda v: (LEVELS.index(v.check.level), v.dtype)):
        found.setdefault((verdict.check.level, verdict.dtype), []).append(verdict)
    return found


def tally(verdicts: Sequence[Verdict]) -> dict[str, int]:
    """Return {status: number of verdicts}."""
    return {status: sum(v.status == status for v in verdicts) for status in STATUSES}


def largest(verdicts: Iterable[Verdict]) -> str:
    """Return the largest error of the checks that passed, as text."""
    units = [v.difference.units for v in verdicts
             if v.status == PASSED and v.check.vector.judge != "refused"]
    return as_text(max(units)) if units else ""


def as_text(units: float, zero: str = "exact") -> str:
    """Return an error or a tolerance as text, two digits or whole numbers."""
    if not units:
        return zero
    return f"{units:.0f}" if 10 <= units < MANY else f"{units:.2g}"


def as_json(verdicts: Sequence[Verdict], adapter: str,
            mistakes: Mapping[tuple[str, str], list[str]]) -> str:
    """Format all results as JSON.

    Parameters
    ----------
    verdicts : sequence of Verdict
        Results of the checks.
    adapter : str
        Name of the adapter.
    mistakes : mapping from (check id, dtype) to list of str
        The known mistakes that give the same answer as a failed check.

    Returns
    -------
    str
        An object with `spec`, `adapter`, `counts` by status, and a list `checks`. An error that is
        not a finite number is null.
    """
    return json.dumps({"spec": SPEC, "adapter": adapter, "counts": tally(verdicts),
                       "checks": [entry(v, mistakes.get((v.id, v.dtype), [])) for v in verdicts]},
                      indent=1, allow_nan=False)


def entry(verdict: Verdict, mistakes: list[str]) -> dict[str, Any]:
    """Return a verdict as the report holds it."""
    worst, allowed = verdict.difference, verdict.check.tolerance(verdict.dtype)
    numbers = {"units": worst.units, "tolerance": allowed, "got": worst.got, "wanted": worst.wanted}
    return {"id": verdict.id, "dtype": verdict.dtype, "op": verdict.check.vector.op,
            "status": verdict.status, "output": worst.output, "index": worst.index,
            **{name: value if math.isfinite(value) else None for name, value in numbers.items()},
            "text": verdict.text, "mistakes": mistakes}
