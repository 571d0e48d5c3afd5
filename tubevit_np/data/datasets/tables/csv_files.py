"""CSVs: with a header, see columns.py, or without one, then they are lists, see list_files.py."""

import csv
import re
from collections import Counter
from io import StringIO

from tubevit_np.data.datasets.tables.columns import (
    EXPECTED,
    USED,
    are_known,
    column_name,
    column_rows,
)
from tubevit_np.data.datasets.tables.list_files import hint, is_list_line, list_file_rows
from tubevit_np.data.datasets.tables.text_files import quoted, read_text

DELIMITERS = {",": "commas", ";": "semicolons", "\t": "tabs", " ": "spaces"}


def csv_rows(path):
    """The Rows of a text file with a header, or of a list without one.

    Raises ValueError for other columns, and for a row that does not fit them."""
    text = read_text(path)
    first = next(line for line in text.split("\n") if line.strip())
    delimiter, columns = known_header(first)
    if delimiter is None and (path.suffix.lower() == ".txt" or is_list_line(first, path.parent)):
        return list_file_rows(path)
    if delimiter is None:
        raise ValueError(f"{path}: the first line must be PATH LABEL, or a header with {EXPECTED}; "
                         f"it is {quoted(first)}{hint(first.strip())}")
    if twice := [name for name, count in Counter(columns).items() if name and count > 1]:
        raise ValueError(f"{path} has two columns {twice[0]}; remove or rename one")
    return column_rows(records(text, path, columns, delimiter), path)


def known_header(line):
    """(delimiter, columns) of a line that names the columns of a table, else (None, [])."""
    headers = ((delimiter, header(line, delimiter)) for delimiter in DELIMITERS)
    return next((one for one in headers if are_known(one[1])), (None, []))


def header(line, delimiter):
    """The names of the columns in a line; none if its quotes do not match."""
    try:
        return [column_name(name) for name in next(fields_of(line, delimiter), [])]
    except csv.Error:
        return []


def fields_of(text, delimiter):
    """A csv.reader of a text; a quote that does not close is an error, spaces around it are not."""
    text = re.sub(f'(?<!")" +(?={delimiter})', '"', text)
    return csv.reader(StringIO(text), delimiter=delimiter, skipinitialspace=True, strict=True)


def records(text, path, columns, delimiter):
    """[(file and line, {column: text})] of the rows below the header; a missing field is "".

    Raises ValueError for quotes that do not match, and for fields beyond the header."""
    rows, found = numbered_rows(text, path, delimiter), []
    next(rows)  # the header
    for line, fields in rows:
        where = f"{path}, line {line}"
        check_fields(fields, columns, delimiter, where)
        found.append((where, dict.fromkeys(columns, "") | dict(zip(columns, fields))))
    if not found:
        raise ValueError(f"{path} has a header, but no rows")
    return found


def numbered_rows(text, path, delimiter):
    """Yield (number of its first line, fields) of each row, without empty rows."""
    reader, line = fields_of(text, delimiter), 1
    try:
        for fields in reader:
            if any(map(str.strip, fields)):
                yield line, fields
            line = reader.line_num + 1
    except csv.Error:
        raise ValueError(f"{path}, line {line}: the quotes of the row that begins here do not "
                         f"match: {quoted(text.split(chr(10))[line - 1])}; close each quote before "
                         f'the next column, and write "" for a quote inside quotes') from None


def check_fields(fields, columns, delimiter, where):
    """Raise ValueError for more fields than columns, and for a used field with a line break."""
    if any(map(str.strip, fields[len(columns):])):
        raise ValueError(f"{where}: {len(fields)} fields for the {len(columns)} columns "
                         f"{delimiter.join(columns)}: {quoted(delimiter.join(fields))}; a label "
                         f"with {DELIMITERS[delimiter]} needs quotes around it")
    for column, field in zip(columns, fields):
        if "\n" in field and column in USED:
            raise ValueError(f"{where}: the quote before {quoted(field.split(chr(10))[0])} does "
                             "not close on its line")
