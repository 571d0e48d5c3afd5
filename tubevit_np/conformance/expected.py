"""The checks that a port expects to fail: a file of the port, one line for each check.

    # a comment
    refusals/labels-*                       # or a pattern
    float32 operations/layer_norm-faint     # in one dtype alone

If a listed check passes, it counts as failed: the list stays correct."""

from dataclasses import dataclass, replace
from fnmatch import fnmatchcase
from pathlib import Path

from tubevit_np.conformance.case import FLOATS
from tubevit_np.conformance.suite import FAILED, PASSED, checks

EXPECTED = "expected failure"


@dataclass(frozen=True)
class Line:
    """One line of the file.  where: file and number;  dtype: "" means both."""

    where: str
    pattern: str
    dtype: str = ""

    def fits(self, check_id, dtype):
        return self.dtype in ("", dtype) and fnmatchcase(check_id, self.pattern)


def read(path, vectors):
    """The lines of a file.  Raises ValueError for a malformed line or one that matches no check."""
    found, known = [], [(check.id, dtype) for dtype in FLOATS for check in checks(vectors, dtype)]
    for number, text in enumerate(Path(path).read_text().splitlines(), 1):
        *dtype, pattern = text.partition("#")[0].split() or [""]
        if pattern:
            found.append(_line(f"{path}:{number}", dtype, pattern, known))
    return found


def _line(where, dtype, pattern, known):
    if len(dtype) > 1 or not set(dtype) <= set(FLOATS):
        raise ValueError(f"{where}: write [{'|'.join(FLOATS)}] LEVEL/CASE  # why")
    line = Line(where, pattern, *dtype)
    if not any(line.fits(*check) for check in known):
        raise ValueError(f"{where}: no check fits {pattern!r}; --list names them all")
    return line


def settle(verdict, lines):
    """The verdict after the expected failures: listed failures are expected, listed passes fail."""
    line = next((line for line in lines if line.fits(verdict.id, verdict.dtype)), None)
    if line and verdict.status == FAILED:
        return replace(verdict, status=EXPECTED)
    if line and verdict.status == PASSED:
        return replace(verdict, status=FAILED,
                       text=f"passes, though {line.where} expects it to fail: take that line out")
    return verdict
