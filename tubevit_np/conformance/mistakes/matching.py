"""Find the known mistakes that give the same wrong answer as a failed check.

Such a port very likely has that mistake.
"""

from typing import Any

import numpy as np

from tubevit_np.conformance.mistakes.in_memory import adapter
from tubevit_np.conformance.mistakes.known import KNOWN
from tubevit_np.conformance.suite import FAILED, Check, Verdict, as_dict, differ, judge


def named(verdict: Verdict) -> list[str]:
    """Return the texts of all known mistakes that fail this check in the same way."""
    return [mutant.text for mutant in KNOWN
            if is_alike(verdict, judge(verdict.check, adapter(mutant), verdict.dtype))]


def is_alike(verdict: Verdict, mistaken: Verdict) -> bool:
    """Return whether both fail with the same answer or accept the same invalid input.

    Exceptions never match.
    """
    if not verdict.status == mistaken.status == FAILED:
        return False
    if verdict.check.vector.judge == "refused":
        return verdict.text == mistaken.text
    if verdict.found is None or mistaken.found is None:
        return False
    wanted = as_stored(mistaken.found, verdict.check)
    difference = differ(verdict.check, verdict.found, wanted, verdict.dtype)
    return difference.units <= verdict.check.tolerance(verdict.dtype)


def as_stored(found: Any, check: Check) -> Any:
    """Return a mistaken answer in the form of the stored answers."""
    if check.vector.judge == "spread":
        return {name: [w.shape, float(w.mean()), float(w.std())] for name, w in found.items()}
    if "answer" in check.vector.entry:
        return found
    return {name: np.asarray(array) for name, array in as_dict(found).items()
            if name in check.wanted}
