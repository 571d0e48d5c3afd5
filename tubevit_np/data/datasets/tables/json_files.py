"""JSON lists of records: {path, label}, see columns.py, or {id, template}, Something-Something."""

import json

from tubevit_np.data.datasets.tables.columns import USED, are_known, column_name, column_rows
from tubevit_np.data.datasets.tables.something_something import ssv2_rows
from tubevit_np.data.datasets.tables.text_files import read_text

JSON_USED = USED | {"id", "template"}
VALUES = (str, int, float, type(None))


def json_rows(path):
    """The Rows of a JSON list.  Raises ValueError if the file has another structure."""
    try:
        found = json.loads(read_text(path), parse_constant=lambda name: None)  # NaN: no value
    except json.JSONDecodeError as error:
        raise ValueError(f"{not_a_list(path)}: line {error.lineno}: {error.msg}") from None
    if not isinstance(found, list) or not found:
        raise ValueError(f"{not_a_list(path)}: it is {'an empty' if found == [] else 'no'} list")
    records = [(f"{path}, record {number}", record) for number, record in enumerate(found, 1)]
    if other := [(where, record) for where, record in records if not isinstance(record, dict)]:
        raise ValueError(f"{not_a_list(path)}: {other[0][0]} is {other[0][1]!r}")
    columns = JSON_USED & {column_name(name) for _, record in records for name in record}
    records = [(where, as_text(record, columns, where)) for where, record in records]
    if are_known(columns):
        return column_rows(records, path)
    if missing := [where for where, record in records if not record.get("id")]:
        raise ValueError(f"{not_a_list(path)}: {missing[0]} has no id")
    return ssv2_rows(records, path)


def not_a_list(path):
    """The beginning of an error message."""
    return f"{path} is not a JSON list of clips with id and template, or with path and label"


def as_text(record, columns, where):
    """{column: text} of a record, "" for a missing value.

    Raises ValueError for a value of a used column that is neither text nor a number."""
    values = {column_name(name): value for name, value in record.items()}
    for name in JSON_USED & values.keys():
        kinds, words = ((str,), "text") if name == "template" else (VALUES, "text or a number")
        if type(values[name]) not in kinds:
            raise ValueError(f"{where}: {name} must be {words}, not {values[name]!r}")
    return {name: "" if values.get(name) is None else str(values[name]) for name in columns}
