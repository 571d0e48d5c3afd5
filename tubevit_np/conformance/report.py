"""Formats the results of the suite as lines, as a table and as JSON."""

import json
import math

from tubevit_np.conformance import SPEC
from tubevit_np.conformance.case import LEVELS
from tubevit_np.conformance.expected import EXPECTED
from tubevit_np.conformance.suite import FAILED, PASSED, SKIPPED

STATUSES = (PASSED, FAILED, EXPECTED, SKIPPED)


def line(verdict):
    """float64  passed   block/block-erf: 3.1 of 4.5e+06 units, worst at out[1, 0, 7]"""
    text = ": ".join(part for part in (verdict.id, measure(verdict), verdict.text) if part)
    return f"{verdict.dtype}  {verdict.status:7}  {text}"


def measure(verdict):
    """The error and its tolerance, if an error was measured."""
    worst = verdict.difference
    if not worst.output or verdict.check.vector.judge != "rounding":
        return ""
    units = f"{worst.units:.2g} of {verdict.check.tolerance(verdict.dtype):.2g} units"
    return units if verdict.text else f"{units}, worst at {worst.place}"


def missing(verdicts):
    """A line for each reason why checks were skipped."""
    return "".join(dict.fromkeys(f"skipped: {verdict.text}\n" for verdict in verdicts
                                 if verdict.status == SKIPPED))


def summary(verdicts):
    """A line for each level and dtype: how many came out how, and the largest error."""
    rows = [("level", "dtype", *STATUSES, "largest error, units")]
    rows += [(level, dtype, *(count or "" for count in tally(found).values()), largest(found))
             for (level, dtype), found in grouped(verdicts).items()]
    widths = [max(len(str(cell)) for cell in column) for column in zip(*rows, strict=True)]
    return "\n".join("  ".join(str(cell).ljust(width) for cell, width in
                               zip(row, widths, strict=True)).rstrip() for row in rows)


def grouped(verdicts):
    """{(level, dtype): verdicts} in the order of the levels."""
    found = {}
    for verdict in sorted(verdicts, key=lambda v: (LEVELS.index(v.check.level), v.dtype)):
        found.setdefault((verdict.check.level, verdict.dtype), []).append(verdict)
    return found


def tally(verdicts):
    return {status: sum(v.status == status for v in verdicts) for status in STATUSES}


def largest(verdicts):
    """The largest error of the checks that passed, as text."""
    units = [v.difference.units for v in verdicts
             if v.status == PASSED and v.check.vector.judge != "refused"]
    return as_text(max(units)) if units else ""


def as_text(units):
    return f"{units:.2g}" if 0 < units < 10 else f"{units:.0f}" if units else "exact"


def as_json(verdicts, adapter, mistakes):
    """The report.  mistakes: {(check id, dtype): texts}; an error that is no number is null."""
    return json.dumps({"spec": SPEC, "adapter": adapter, "counts": tally(verdicts),
                       "checks": [entry(v, mistakes.get((v.id, v.dtype), [])) for v in verdicts]},
                      indent=1, allow_nan=False)


def entry(verdict, mistakes):
    worst, allowed = verdict.difference, verdict.check.tolerance(verdict.dtype)
    numbers = {"units": worst.units, "tolerance": allowed, "got": worst.got, "wanted": worst.wanted}
    return {"id": verdict.id, "dtype": verdict.dtype, "op": verdict.check.vector.op,
            "status": verdict.status, "output": worst.output, "index": worst.index,
            **{name: value if math.isfinite(value) else None for name, value in numbers.items()},
            "text": verdict.text, "mistakes": mistakes}
