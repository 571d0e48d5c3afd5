"""The checks that a port expects to fail: a file of the port, one line for each check.

::

    # a comment
    refusals/labels-*                       # or a pattern
    float32 operations/layer_norm-faint     # in one dtype only

If a listed check passes, it counts as failed, so that the list stays correct.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from fnmatch import fnmatchcase
from pathlib import Path

from tubevit_np.conformance.case import FLOATS
from tubevit_np.conformance.suite import FAILED, PASSED, Verdict, checks
from tubevit_np.conformance.vectors import Vector

EXPECTED = "expected failure"


@dataclass(frozen=True)
class Line:
    """One line of the file.

    Parameters
    ----------
    where : str
        File and line number.
    pattern : str
        LEVEL/CASE, or a pattern with `*`.
    dtype : {"", "float32", "float64"}, default ""
        "" means both.
    """

    where: str
    pattern: str
    dtype: str = ""

    def fits(self, check_id: str, dtype: str) -> bool:
        """Return whether the line lists this check in this dtype."""
        return self.dtype in ("", dtype) and fnmatchcase(check_id, self.pattern)


def read(path: str | Path, vectors: Sequence[Vector]) -> list[Line]:
    """Read a file of expected failures.

    Parameters
    ----------
    path : str or Path
        The file.
    vectors : sequence of Vector
        Stored cases.

    Returns
    -------
    list of Line
        Its lines without comments.

    Raises
    ------
    ValueError
        If a line has another form or matches no check.
    OSError
        If the file cannot be read.
    """
    lines, known = [], [(check.id, dtype) for dtype in FLOATS for check in checks(vectors, dtype)]
    for number, text in enumerate(Path(path).read_text(encoding="utf-8").splitlines(), 1):
        *dtype, pattern = text.partition("#")[0].split() or [""]
        if pattern:
            lines.append(_line(f"{path}:{number}", dtype, pattern, known))
    return lines


def _line(where: str, dtype: list[str], pattern: str, known: Iterable[tuple[str, str]]) -> Line:
    if len(dtype) > 1 or not set(dtype) <= set(FLOATS):
        raise ValueError(f"{where}: write [{'|'.join(FLOATS)}] LEVEL/CASE  # why")
    line = Line(where, pattern, *dtype)
    if not any(line.fits(*check) for check in known):
        raise ValueError(f"{where}: no check matches {pattern!r}; --list prints all names")
    return line


def settle(verdict: Verdict, lines: Iterable[Line]) -> Verdict:
    """Apply the expected failures to a verdict.

    Parameters
    ----------
    verdict : Verdict
        Result of a check.
    lines : iterable of Line
        The expected failures.

    Returns
    -------
    Verdict
        "expected failure" for a listed check that failed; "failed" for one that passed; any other
        verdict as it is.
    """
    line = next((line for line in lines if line.fits(verdict.id, verdict.dtype)), None)
    if line and verdict.status == FAILED:
        return replace(verdict, status=EXPECTED)
    if line and verdict.status == PASSED:
        return replace(verdict, status=FAILED, text="passed, but "
                       f"{line.where} lists it as an expected failure: remove that line")
    return verdict
