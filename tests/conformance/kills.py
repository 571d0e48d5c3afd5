"""Writes KILLS.md, the table of which check notices which mistake.

python -m tests.conformance.kills    # half a minute"""

import argparse
import math
import os
from pathlib import Path

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # before NumPy is imported

import numpy as np
from tqdm import tqdm

from tubevit_np.conformance.case import LEVELS
from tubevit_np.conformance.mistakes import KNOWN, adapter
from tubevit_np.conformance.suite import FAILED, checks, judge
from tubevit_np.conformance.vectors import vectors

TABLE = Path(__file__).with_name("KILLS.md")
CLEAR = 2  # times the tolerance: so much that another machine's rounding changes nothing
SHOWN = 3
HEAD = """# Which check notices which mistake

Made by `python -m tests.conformance.kills`; `tests/conformance/test_conformance.py` makes every
mistake again and runs these checks.  Each mistake is one change of `tubevit_np`, and
`tubevit_np/conformance/mistakes/` lists them all.  The number behind a check is its float32 error
over the tolerance (1 would pass); "!" stands where there is no number: another shape or dtype, an
answer that must be exact, an input that must be refused.  Each row shows the first three checks of
the level at which the suite must notice the mistake, and how many of all {total} float32 checks
notice it.

| mistake | where | level | noticed by | in all |
| --- | --- | --- | --- | --- |
"""


def noticed(mutant, dtype, stored):
    """{check id: error over tolerance} of all that fail with the mistake; inf: no number tells."""
    mistaken = adapter(mutant)
    with np.errstate(all="ignore"):
        verdicts = [judge(check, mistaken, dtype) for check in checks(stored, dtype)]
    return {verdict.id: over(verdict) for verdict in verdicts if verdict.status == FAILED}


def over(verdict):
    units, tolerance = verdict.difference.units, verdict.check.tolerance(verdict.dtype)
    return units / tolerance if units and tolerance else math.inf


def row(mutant, stored):
    found = noticed(mutant, "float32", stored)
    shown = [(check.partition("/")[2], ratio) for check, ratio in found.items()
             if ratio >= CLEAR and check.startswith(f"{mutant.level}/")][:SHOWN]
    named = "; ".join(f"{check} {'!' if math.isinf(ratio) else f'{ratio:.1g}'}"
                      for check, ratio in shown)
    return (f"| {mutant.why} | {Path(mutant.file).name} | {mutant.level} | {named} "
            f"| {len(found)} |")


def main():
    argparse.ArgumentParser(prog="python -m tests.conformance.kills", description=__doc__,
                            formatter_class=argparse.RawDescriptionHelpFormatter).parse_args()
    stored = vectors()
    known = sorted(KNOWN, key=lambda mutant: LEVELS.index(mutant.level))
    rows = [row(mutant, stored) for mutant in tqdm(known, unit="mistake", disable=None)]
    total = len([*checks(stored, "float32")])
    TABLE.write_text(HEAD.format(total=total) + "\n".join(rows) + "\n")


if __name__ == "__main__":
    main()
