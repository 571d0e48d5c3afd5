"""Write KILLS.md, the table of which check detects which mistake.

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
CLEAR = 2  # times the tolerance: far enough that rounding on another machine changes nothing
SHOWN = 3
HEAD = """# Which check detects which mistake

`python -m tests.conformance.kills` writes this file. `tests/conformance/test_conformance.py` makes
every mistake again and runs these checks. Each mistake is one change of the source of `tubevit_np`;
`tubevit_np/conformance/mistakes/` lists all of them.

Each row names the mistake, its file, the level at which the suite must detect it, the first three
checks that do so, and how many of all {total} float32 checks fail. The number after a check is its
float32 error divided by the tolerance (up to 1 passes). "!" means that there is no such number: a
wrong shape or dtype, an answer that must be exact, or an invalid input that was accepted.

| mistake | file | level | detected by | failed checks |
| --- | --- | --- | --- | --- |
"""


def noticed(mutant, dtype, stored):
    """{check id: error / tolerance} of all checks that fail with the mistake; inf: no number."""
    mistaken = adapter(mutant)
    with np.errstate(all="ignore"):
        verdicts = [judge(check, mistaken, dtype) for check in checks(stored, dtype)]
    return {verdict.id: over(verdict) for verdict in verdicts if verdict.status == FAILED}


def over(verdict):
    units, tolerance = verdict.difference.units, verdict.check.tolerance(verdict.dtype)
    return units / tolerance if units and tolerance else math.inf


def row(mutant, stored):
    failed = noticed(mutant, "float32", stored)
    shown = [(check.partition("/")[2], ratio) for check, ratio in failed.items()
             if ratio >= CLEAR and check.startswith(f"{mutant.level}/")][:SHOWN]
    named = "; ".join(f"{check} {'!' if math.isinf(ratio) else f'{ratio:.1g}'}"
                      for check, ratio in shown)
    return (f"| {mutant.why} | {Path(mutant.file).name} | {mutant.level} | {named} "
            f"| {len(failed)} |")


def main():
    argparse.ArgumentParser(prog="python -m tests.conformance.kills", description=__doc__,
                            formatter_class=argparse.RawDescriptionHelpFormatter).parse_args()
    stored = vectors()
    known = sorted(KNOWN, key=lambda mutant: LEVELS.index(mutant.level))
    rows = [row(mutant, stored) for mutant in tqdm(known, unit="mistake", disable=None)]
    total = len([*checks(stored, "float32")])
    TABLE.write_text(HEAD.format(total=total) + "\n".join(rows) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
