"""A row of a table of labeled files."""

import unicodedata
from pathlib import Path
from typing import NamedTuple


class Row(NamedTuple):
    """One example: its file, class name, the split in its row, why it is unusable (or ""), and the
    recording in its row."""

    file: Path
    label: str
    split: str = ""
    reason: str = ""
    group: str = ""


def cell(row, column):
    """The text of a column, or "" if the row or the table has none."""
    return (row.get(column) or "").strip()


def class_name(text):
    """The name of a class: without spaces around it, in one Unicode form (NFC)."""
    return unicodedata.normalize("NFC", text.strip())
