"""Compare an adapter with the golden vectors: one verdict for each check.

A check is the answer of a case, "LEVEL/CASE", or its gradients, "gradients/CASE".
"""

import copy
import traceback
import warnings
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

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
STANDARD_ERRORS = 5.0  # a correct port exceeds this once in a million
NO_DIFFERENCE = Difference()


@dataclass(frozen=True)
class Check:
    """The answer of a stored case, or its gradients.

    Parameters
    ----------
    vector : Vector
        The stored case.
    kind : {"answer", "gradients"}
        What the check compares.
    accepted : Vector, optional
        For an invalid input: a valid case of the same operation, which the port must accept.
    """

    vector: Vector
    kind: str
    accepted: Vector | None = None

    @property
    def level(self) -> str:
        """Level of the check, such as "operations" or "gradients"."""
        return self.vector.level if self.kind == "answer" else "gradients"

    @property
    def id(self) -> str:
        """Name of the check, LEVEL/CASE."""
        return f"{self.level}/{self.vector.name}"

    @property
    def op(self) -> str:
        """Name of the adapter's function that the check calls."""
        return self.vector.op if self.kind == "answer" else "vjp"

    @property
    def why(self) -> str:
        """Purpose of the case."""
        return self.vector.why

    @property
    def wanted(self) -> Any:
        """Stored answer: {name: array}, or plain values (dicts, lists, numbers, strings)."""
        if self.kind == "gradients":
            return self.vector.gradients
        return self.vector.entry.get("answer", self.vector.answers)

    def tolerance(self, dtype: str) -> float:
        """Return the largest error that passes.

        Parameters
        ----------
        dtype : {"float32", "float64"}
            Precision of the port.

        Returns
        -------
        float
            Units of rounding; standard errors for new parameters; 0 where answers must be equal.
        """
        if self.vector.judge == "rounding":
            return (self.vector.tolerance[self.kind] if dtype == "float32" else
                    noise.FLOAT64 / float(np.finfo(dtype).eps))
        return STANDARD_ERRORS if self.vector.judge == "spread" else 0.0


@dataclass(frozen=True)
class Verdict:
    """The result of a check.

    Parameters
    ----------
    check : Check
        The check.
    dtype : {"float32", "float64"}
        Precision in which it ran.
    status : {"passed", "failed", "skipped", "expected failure"}
        Result.
    difference : Difference
        Largest error of the answer.
    text : str
        Reason why the check failed or was skipped; for an invalid input, the exception.
    found : object
        The answer, if the check failed.
    """

    check: Check
    dtype: str
    status: str
    difference: Difference = NO_DIFFERENCE
    text: str = ""
    found: Any = None

    @property
    def id(self) -> str:
        """Name of the check, LEVEL/CASE."""
        return self.check.id


def checks(vectors: Sequence[Vector], dtype: str) -> Iterator[Check]:
    """Generate the checks of all cases: each answer, then its gradients if the case has any.

    Parameters
    ----------
    vectors : sequence of Vector
        Stored cases, as `vectors.vectors` returns them.
    dtype : {"float32", "float64"}
        Precision; two cases exist in float32 only.

    Returns
    -------
    iterator of Check
        The checks in the order of the cases.

    Examples
    --------
    >>> from tubevit_np.conformance.vectors import vectors
    >>> len([*checks(vectors(), "float32")])
    165
    """
    accepted = {vector.op: vector for vector in reversed(vectors) if vector.judge != "refused"}
    for vector in vectors:
        if dtype in vector.dtypes:
            yield Check(vector, "answer", accepted.get(vector.op))
            if vector.gradients:
                yield Check(vector, "gradients")


def judge(check: Check, adapter: Any, dtype: str) -> Verdict:
    """Run one check on a port.

    An exception in the adapter makes the check fail; `judge` does not raise it. An exception
    NotImplementedError makes it skipped.

    Parameters
    ----------
    check : Check
        One of `checks`.
    adapter : object
        The port: its methods or functions have the names of the operations.
    dtype : {"float32", "float64"}
        Precision of the arrays that the port receives and must return.

    Returns
    -------
    Verdict
        The result.

    Examples
    --------
    >>> from types import SimpleNamespace
    >>> from tubevit_np.conformance.vectors import vectors
    >>> softmax, *_ = (c for c in checks(vectors(), "float32") if c.op == "softmax")
    >>> judge(softmax, SimpleNamespace(softmax=lambda x: 0 * x), "float32").status
    'failed'
    >>> judge(softmax, SimpleNamespace(), "float32").text
    'the adapter has no softmax'
    """
    if not has(adapter, check.op):
        return Verdict(check, dtype, SKIPPED, text=f"the adapter has no {check.op}")
    if check.vector.judge == "refused":
        return refusal(check, adapter, dtype)
    try:
        found = ask(check, adapter, dtype)
        difference = differ(check, found, check.wanted, dtype)
    except NotImplementedError as error:
        return Verdict(check, dtype, SKIPPED, text=str(error) or f"{check.op}: not implemented")
    except (Exception, SystemExit) as error:  # noqa: BLE001 - the other checks still run
        return Verdict(check, dtype, FAILED, text=raised(error))
    if difference.units <= check.tolerance(dtype):
        return Verdict(check, dtype, PASSED, difference)
    return Verdict(check, dtype, FAILED, difference, str(difference), found)


def refusal(check: Check, adapter: Any, dtype: str) -> Verdict:
    """Pass if the port raises for the invalid input and accepts the valid one."""
    try:
        ask(check, adapter, dtype)
    except NotImplementedError as error:
        return Verdict(check, dtype, SKIPPED, text=str(error) or f"{check.op}: not implemented")
    except Exception as error:  # noqa: BLE001 - any exception is a refusal
        text = raised(error)
    else:
        return Verdict(check, dtype, FAILED, text=f"accepted, but must be refused: {check.why}")
    assert check.accepted is not None
    try:
        ask(Check(check.accepted, "answer"), adapter, dtype)
    except (Exception, SystemExit) as error:  # noqa: BLE001 - then the function fails on any input
        text = f"the valid input {check.accepted.name} {raised(error)}"
        return Verdict(check, dtype, FAILED, text=text)
    return Verdict(check, dtype, PASSED, text=text)


def has(adapter: Any, op: str) -> bool:
    """Return whether the adapter has a function of this name."""
    try:
        return callable(getattr(adapter, op))
    except Exception:  # noqa: BLE001 - the adapter's own __getattr__ may raise anything
        return False


def raised(error: BaseException) -> str:
    """Return an exception and the place where it was raised, in one line."""
    frame = traceback.extract_tb(error.__traceback__)[-1]
    text = next(filter(None, map(str.strip, str(error).splitlines())), "")
    return (f"raised {type(error).__name__}{': ' if text else ''}{text} "
            f"({Path(frame.filename).name}:{frame.lineno})")


def ask(check: Check, adapter: Any, dtype: str) -> Any:
    """Call the adapter's function of a check.

    Parameters
    ----------
    check : Check
        One of `checks`.
    adapter : object
        The port.
    dtype : {"float32", "float64"}
        Precision of the arrays.

    Returns
    -------
    object
        The adapter's answer. The adapter may change its arguments: they are copies.
    """
    vector = check.vector
    inputs, attributes = arguments(vector, dtype), copy.deepcopy(vector.attributes)
    if "path" in attributes:
        attributes["path"] = str(FOLDER / attributes["path"])
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # for example of tubes that do not fit
        if check.kind == "answer":
            return getattr(adapter, vector.op)(**inputs, **attributes)
        cotangents = {name: ct.astype(dtype) for name, ct in vector.cotangents.items()}
        return adapter.vjp(op=vector.op, inputs=inputs, attributes=attributes,
                           cotangents=cotangents, by=[*vector.gradients])


def arguments(vector: Vector, dtype: str) -> dict[str, Any]:
    """Return copies of the input arrays, floats in this dtype; parameters in one dict."""
    return gathered({name: array.astype(dtype if array.dtype.kind == "f" else array.dtype)
                     for name, array in vector.inputs.items()})


def differ(check: Check, found: Any, wanted: Any, dtype: str) -> Difference:
    """Return the largest difference of an answer from the wanted one.

    Parameters
    ----------
    check : Check
        One of `checks`; it says how to compare.
    found : object
        The adapter's answer.
    wanted : object
        The answer to compare it with, usually `check.wanted`.
    dtype : {"float32", "float64"}
        Precision.

    Returns
    -------
    Difference
        Its units are compared with `check.tolerance(dtype)`.
    """
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


def as_dict(answer: Any) -> dict[str, Any]:
    """Return an answer as a dict; an array is named "out"."""
    return answer if isinstance(answer, dict) else {"out": answer}


def needed(check: Check, wanted: dict[str, Any]) -> list[str]:
    """Return the names that an answer must have.

    Intermediates are optional, and so are gradients that are 0 everywhere.
    """
    if check.kind == "gradients":
        return [name for name, g in wanted.items() if np.any(g)]
    return [name for name in wanted if check.vector.op != "forward" or name.startswith("logits.")]
