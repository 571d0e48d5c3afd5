"""A row of a table of labeled files."""

import os
import re
import unicodedata
from pathlib import Path
from typing import NamedTuple

DRIVE = re.compile(r"[A-Za-z]:[\\/]")  # the beginning of an absolute path of Windows
WHOLE = re.compile(r"(-?[0-9]+)(\.0*)?")


class Row(NamedTuple):
    """One example: its file, class name, the split in its row, why it is unusable (or ""), and the
    recording in its row."""

    file: Path
    label: str
    split: str = ""
    reason: str = ""
    group: str = ""


def make_row(folder, name, label, split="", group=""):
    """The Row of a file in a table.  folder: of the table;  name: the path as the table has it."""
    file = on_disk(folder / name)
    return Row(file, class_name(label), split, path_problem(str(name), file), group)


def row_without(column, where, record):
    """The Row of a record that does not name its file; where: its table and line, instead of it."""
    return Row(Path(where), class_name(record["label"]), record["split"], f"no {column}")


def class_name(text):
    """The name of a class: without spaces around it, in one Unicode form (NFC)."""
    return unicodedata.normalize("NFC", text.strip())


def unicode_forms(text):
    """A text, and its Unicode forms: accents within the letters (NFC) or behind them (NFD)."""
    return text, *(unicodedata.normalize(form, text) for form in ("NFC", "NFD"))


def on_disk(file):
    """A path, or that of a file whose name differs from it only in its Unicode form."""
    if str(file).isascii() or os.path.isfile(file):
        return file
    place = Path(file.anchor)
    for name in file.parts[1:]:
        forms = [place / form for form in unicode_forms(name)]
        place = next(filter(os.path.exists, forms), forms[0])
    return place if place.is_file() else file


def path_problem(name, file):
    """Why a path that was written on Windows has no file here; "" if the path may be right."""
    windows = DRIVE.match(name)
    if os.sep == "\\" or not (windows or "\\" in name) or os.path.isfile(file):
        return ""
    if windows:
        return "no such file; write paths relative to the folder of the table, not Windows paths"
    return r"no such file; write / instead of \ in paths"


def whole_number(label):
    """The number of a label such as "1" or "1.0" (pandas writes it so), else None."""
    match = WHOLE.fullmatch(label)
    return int(match[1]) if match else None


def without_zeros(labels):
    """Labels, with 1.0 as "1" if all of them are whole numbers; a table with 1.5 keeps its text."""
    if any(whole_number(label) is None for label in labels if label):
        return labels
    return [label.partition(".")[0] for label in labels]
