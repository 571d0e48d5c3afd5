"""CSVs with a header: columns path and label, or those of Kinetics."""

import csv
from pathlib import Path

from tubevit_np.data.datasets.tables.kinetics import KINETICS, kinetics_rows
from tubevit_np.data.datasets.tables.list_files import list_file_rows
from tubevit_np.data.datasets.tables.row import Row, cell
from tubevit_np.data.decoding.suffixes import VIDEO_SUFFIXES


def csv_rows(path):
    """Rows of a CSV: with path and label, of Kinetics, or a list without a header.

    Raises ValueError for other columns."""
    table, columns = read_table(path)
    if KINETICS <= set(columns):
        return kinetics_rows(table, path)
    if len(columns) == 2 and Path(columns[0]).suffix.lower() in VIDEO_SUFFIXES:
        return list_file_rows(path)
    if not {"path", "label"} <= set(columns):
        raise ValueError(f"{path} needs the columns path,label, or {','.join(sorted(KINETICS))}; "
                         f"it has {','.join(columns)}")
    return [Row(path.parent / cell(row, "path"), cell(row, "label"), group=cell(row, "group"))
            for row in table]


def read_table(path):
    """(rows as dicts, column names) of a CSV with a header.  Raises ValueError if it is not one."""
    try:
        with path.open(newline="", encoding="utf-8-sig") as file:  # spreadsheets write a BOM
            reader = csv.DictReader(file, skipinitialspace=True)
            return list(reader), reader.fieldnames or []
    except (UnicodeDecodeError, csv.Error) as error:
        raise ValueError(f"{path} is not a CSV in UTF-8: {error}") from error
