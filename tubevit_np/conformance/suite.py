"""Compares an adapter with the golden vectors: one verdict for each check.

A check is the answer of a case, "LEVEL/CASE", or its gradients, "gradients/CASE"."""

import copy
import traceback
import warnings
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from tubevit_np.conformance import noise
from tubevit_np.conformance.case import gathered
from tubevit_np.conformance.compare import (
    Difference,
    compare,
    compare_plain,
    compare_spread,
    unlike,
    wrong,
)
from tubevit_np.conformance.vectors import FOLDER, Vector

PASSED, FAILED, SKIPPED = "passed", "failed", "skipped"
STANDARD_ERRORS = 5.0  # a correct spread is that far off once in a million
NO_DIFFERENCE = Difference()


@dataclass(frozen=True)
class Check:
    """The answer of a stored case, or its gradients."""

    vector: Vector
    kind: str  # "answer" or "gradients"
    accepted: Vector | None = None  # where it must be refused: another input of the same operation

    @property
    def level(self):
        return self.vector.level if self.kind == "answer" else "gradients"

    @property
    def id(self):
        return f"{self.level}/{self.vector.name}"

    @property
    def op(self):
        """The function of the adapter that is called."""
        return self.vector.op if self.kind == "answer" else "vjp"

    @property
    def why(self):
        return self.vector.why

    @property
    def wanted(self):
        """The stored answer: {name: array}, or plain values."""
        if self.kind == "gradients":
            return self.vector.gradients
        return self.vector.entry.get("answer", self.vector.answers)

    def tolerance(self, dtype):
        """In units of rounding; 0 where the answer must be met exactly."""
        if self.vector.judge == "rounding":
            return (self.vector.tolerance[self.kind] if dtype == "float32" else
                    noise.FLOAT64 / np.finfo(dtype).eps)
        return STANDARD_ERRORS if self.vector.judge == "spread" else 0.0


@dataclass(frozen=True)
class Verdict:
    """The result of a check.  text: why it failed or was skipped.  found: an answer that failed."""

    check: Check
    dtype: str
    status: str
    difference: Difference = NO_DIFFERENCE
    text: str = ""
    found: object = None

    @property
    def id(self):
        return self.check.id


def checks(vectors, dtype):
    """Every answer, each followed by its gradients if the case has any."""
    accepted = {vector.op: vector for vector in reversed(vectors) if vector.judge != "refused"}
    for vector in vectors:
        if dtype in vector.dtypes:
            yield Check(vector, "answer", accepted.get(vector.op))
            if vector.gradients:
                yield Check(vector, "gradients")


def judge(check, adapter, dtype):
    """The Verdict on one check; an exception in the adapter becomes a Verdict too."""
    if not has(adapter, check.op):
        return Verdict(check, dtype, SKIPPED, text=f"the adapter has no {check.op}")
    if check.vector.judge == "refused":
        return refusal(check, adapter, dtype)
    try:
        found = ask(check, adapter, dtype)
        difference = differ(check, found, check.wanted, dtype)
    except NotImplementedError as error:
        return Verdict(check, dtype, SKIPPED, text=str(error) or f"{check.op}: not implemented")
    except (Exception, SystemExit) as error:  # noqa: BLE001 - the other checks go on
        return Verdict(check, dtype, FAILED, text=raised(error))
    if difference.units <= check.tolerance(dtype):
        return Verdict(check, dtype, PASSED, difference)
    return Verdict(check, dtype, FAILED, difference, str(difference), found)


def refusal(check, adapter, dtype):
    """An exception is correct, unless the input that must be accepted raises as well."""
    try:
        ask(check, adapter, dtype)
    except NotImplementedError as error:
        return Verdict(check, dtype, SKIPPED, text=str(error) or f"{check.op}: not implemented")
    except Exception as error:  # noqa: BLE001 - any is a refusal
        text = raised(error)
    else:
        return Verdict(check, dtype, FAILED, text=f"accepted, but must be refused: {check.why}")
    try:
        ask(Check(check.accepted, "answer"), adapter, dtype)
    except (Exception, SystemExit) as error:  # noqa: BLE001 - then nothing was refused
        text = f"{check.accepted.name}, which must be accepted, {raised(error)}"
        return Verdict(check, dtype, FAILED, text=text)
    return Verdict(check, dtype, PASSED, text=text)


def has(adapter, op):
    try:
        return callable(getattr(adapter, op))
    except Exception:  # noqa: BLE001 - a __getattr__ of its own may raise anything
        return False


def raised(error):
    """The exception and its place, in one line."""
    frame = traceback.extract_tb(error.__traceback__)[-1]
    text = next(filter(None, map(str.strip, str(error).splitlines())), "")
    return (f"raised {type(error).__name__}{': ' if text else ''}{text} "
            f"({Path(frame.filename).name}:{frame.lineno})")


def ask(check, adapter, dtype):
    """The adapter's answer; it gets its own copies of the arrays."""
    vector = check.vector
    inputs, attributes = arguments(vector, dtype), copy.deepcopy(vector.attributes)
    if "path" in attributes:
        attributes["path"] = str(FOLDER / attributes["path"])
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of tubes that do not fit, say
        if check.kind == "answer":
            return getattr(adapter, vector.op)(**inputs, **attributes)
        cotangents = {name: ct.astype(dtype) for name, ct in vector.cotangents.items()}
        return adapter.vjp(op=vector.op, inputs=inputs, attributes=attributes,
                           cotangents=cotangents, by=[*vector.gradients])


def arguments(vector, dtype):
    """Copies of the input arrays; floats have this dtype."""
    return gathered({name: array.astype(dtype if array.dtype.kind == "f" else array.dtype)
                     for name, array in vector.inputs.items()})


def differ(check, found, wanted, dtype):
    """How far an answer is from the wanted one."""
    vector = check.vector
    if vector.judge == "spread":
        return compare_spread(found, wanted)
    if "answer" in vector.entry:
        return compare_plain(found, wanted)
    found, wanted = as_dict(found), as_dict(wanted)
    if vector.level == "checkpoint" and found.keys() != wanted.keys():
        return wrong(unlike(found, wanted, "the file"))
    dtype = {"layout": "", "checkpoint": "float32"}.get(check.level, dtype)
    return compare(found, wanted, dtype, needed(check, wanted))


def as_dict(answer):
    return answer if isinstance(answer, dict) else {"out": answer}


def needed(check, wanted):
    """Names an answer must have: logits but no intermediates; only gradients that are not all 0."""
    if check.kind == "gradients":
        return [name for name, g in wanted.items() if np.any(g)]
    return [name for name in wanted if check.vector.op != "forward" or name.startswith("logits.")]
