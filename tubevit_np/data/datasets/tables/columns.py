"""Rows of tables whose columns have names: path,label or the columns of Kinetics.

The columns split and group are optional."""

from tubevit_np.data.datasets.tables.kinetics import KINETICS, kinetics_rows
from tubevit_np.data.datasets.tables.row import make_row, row_without, without_zeros

PATH_LABEL = ("path", "label")
EXPECTED = f"the columns path,label, or {','.join(KINETICS)}"
SPLIT = ("split", "subset", "partition")  # names of the column with the part
USED = {*PATH_LABEL, *KINETICS, *SPLIT, "group"}


def are_known(columns):
    """Whether a table with these columns can be read."""
    return {*PATH_LABEL} <= {*columns} or {*KINETICS} <= {*columns}


def column_name(text):
    """The name of a column, in any case and with spaces around it."""
    return text.strip().lower()


def column_rows(records, path):
    """The Rows of records {column: text}.  records: [(where, record)]; where: for error messages.

    Raises ValueError for a time of Kinetics that is not a whole number of seconds."""
    labels = without_zeros([record.get("label", "").strip() for _, record in records])
    records = [(where, {column: text.strip() for column, text in record.items()}
                | {"label": label, "split": part_of(record)})
               for (where, record), label in zip(records, labels, strict=True)]
    if {*KINETICS} <= {*records[0][1]}:
        return kinetics_rows(records, path)
    return [path_row(record, where, path) for where, record in records]


def path_row(record, where, path):
    """The Row of a record with path and label; without a path it is left out."""
    if not record["path"]:
        return row_without("path", where, record)
    return make_row(path.parent, record["path"], record["label"], record["split"],
                    record.get("group", ""))


def part_of(record):
    """The text in the column with the part, as it is; "" without such a column."""
    return next((record[name] for name in SPLIT if record.get(name, "").strip()), "")
