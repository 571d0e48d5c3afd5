"""A mutant: a mistake made on purpose, as a change of one piece of text in one file."""

from typing import NamedTuple


class Mutant(NamedTuple):
    """A change of one piece of text in one file.

    file: path from the top of the project. old: text that occurs in it exactly once; new: text that
    replaces it. test: the test of this project that must then fail, FILE::NAME. why: the mistake in
    words. level: level of the suite at which a port with this mistake must fail, "" if at none.
    """

    file: str
    old: str
    new: str
    test: str
    why: str
    level: str = ""

    @property
    def module(self):
        """Name of the changed module."""
        return self.file.removesuffix(".py").replace("/", ".")

    @property
    def text(self):
        """Mistake and file, as reports show them."""
        return f"{self.why} ({self.file.rpartition('/')[2]})"
