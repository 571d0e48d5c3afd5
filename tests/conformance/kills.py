"""Which check notices which mistake: the table of KILLS.md.

python -m tests.conformance.kills    # writes it, half a minute"""

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
mistake once more and looks.  Each is one change of one line of `tubevit_np`, listed in
`tests/mutants/`.  The number behind a check is its error in float32 over the tolerance (1 would
pass); "!" where no number tells: a shape, a dtype, an answer to be met exactly, a refusal or its
absence.  Shown are the first three checks of the level at which the mistake must be noticed, and
how many notice it in all, of {total} in float32.

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
