"""One mistake made on purpose: a change of one piece of text in one file."""

from typing import NamedTuple


class Mutant(NamedTuple):
    """`old` occurs exactly once in `file`, a path from the folder of the package; it becomes `new`.

    test: the test of this project that must then fail, FILE::NAME.  why: the mistake in words.
    level: the level of the suite at which a port with this mistake must fail, "" if at none."""

    file: str
    old: str
    new: str
    test: str
    why: str
    level: str = ""

    @property
    def module(self):
        """The name of the changed module."""
        return self.file.removesuffix(".py").replace("/", ".")

    @property
    def text(self):
        """The mistake and its file, as reports show them."""
        return f"{self.why} ({self.file.rpartition('/')[2]})"
