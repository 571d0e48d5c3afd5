"""Reads a table of any known kind."""

import re

from tubevit_np.data.datasets.tables.class_names import CLASS_NAMES
from tubevit_np.data.datasets.tables.columns import SPLIT, USED, are_known
from tubevit_np.data.datasets.tables.csv_files import csv_rows, known_header
from tubevit_np.data.datasets.tables.json_files import json_rows
from tubevit_np.data.datasets.tables.list_files import is_list_line
from tubevit_np.data.datasets.tables.official_splits import is_official, official_rows

READERS = {".csv": csv_rows, ".json": json_rows, ".txt": csv_rows, ".tsv": csv_rows}
TABLES = tuple(READERS)  # in this order if there are several of a part
HEAD_BYTES = 2**16  # of a file; they tell whether it is a table


def table_rows(path, place=None):
    """The Rows of a table.  Raises ValueError for another kind of file.

    place: where the videos of UCF101 and HMDB51 may be; None: their lists are as any other."""
    if place is not None and is_official(path):
        return official_rows(path, place)
    return list(READERS[path.suffix.lower()](path))


def is_table(path, with_parts=False):
    """Whether a file begins like a table; with_parts: whether it has a column for the parts, too.

    The rest of the file may have errors."""
    first, columns = beginning(path)
    known = are_known(columns) or {"id", "template"} <= {*columns}
    if known or with_parts:
        return known and (not with_parts or bool({*SPLIT} & {*columns}))
    return (path.suffix.lower() != ".json" and path.name.lower() not in CLASS_NAMES
            and is_list_line(first, path.parent))


def beginning(path):
    """(first line, known columns) of a file; ("", []) if it cannot be read."""
    try:
        with path.open("rb") as file:
            text = file.read(HEAD_BYTES).decode("utf-8-sig", "replace")
    except OSError:
        return "", []
    first = next((line for line in re.split("[\r\n]", text) if line.strip()), "")
    if path.suffix.lower() == ".json":
        return first, [name for name in (*USED, "id", "template") if f'"{name}"' in text.lower()]
    return first, known_header(first)[1]
