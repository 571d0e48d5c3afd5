"""Predictions as a table: a CSV file with a column for every class, or a JSON object per line."""

import csv
import json
import os
import warnings
from contextlib import contextmanager
from pathlib import Path

from tubevit_np.runs.run_folder import heads_for
from tubevit_np.storage.atomic_files import check_folder, make_folder

FIRST = "file", "kind", "error", "note"  # columns, and keys of a JSON object
STANDARD_OUTPUT = "-"  # as --out: JSON lines


def check_out(out):
    """Raise ValueError if --out is no name for a table."""
    if out == STANDARD_OUTPUT:
        return
    if Path(out).suffix.lower() not in (".csv", ".jsonl"):
        raise ValueError(f"--out {out}: write a file name that ends in .csv or .jsonl; or - to "
                         "print JSON lines")
    if Path(out).is_dir():
        raise ValueError(f"--out {out} is a folder; give another --out")
    check_folder(Path(out).parent, "--out")


@contextmanager
def open_table(out, notes):
    """Yield write(prediction), for a table that is named `out` when it is complete.

    notes: of the checkpoint.  If the program is stopped, a warning says that the rows so far are in
    unfinished(out)."""
    if out == STANDARD_OUTPUT:
        yield lambda row: print(json_line(row))
        return
    make_folder(Path(out).parent, "--out")
    part, count = unfinished(Path(out)), 0

    def write(row):
        nonlocal count
        write_row(row)
        count += 1

    try:
        with open(part, "w", encoding="utf-8", errors="surrogateescape", newline="") as file:
            write_row = (csv_writer(file, notes) if Path(out).suffix.lower() == ".csv" else
                         lambda row: file.write(json_line(row) + "\n"))
            yield write
        os.replace(part, out)
    except OSError as error:
        raise ValueError(f"cannot write {part}: {error.strerror}; give another --out") from None
    finally:
        if part.exists():
            keep_or_delete(part, count)


def unfinished(path):
    """The name of a table that is not complete: predictions.part.csv."""
    return path.with_name(f"{path.stem}.part{path.suffix}")


def keep_or_delete(part, count):
    if count:
        warnings.warn(f"the predictions of the first {count} files are in {part}")
    else:
        part.unlink()


def json_line(row):
    """A prediction as JSON; heads: {head: class, probability, probabilities of all classes}."""
    heads = {head: {"class": best(named), "probability": named[best(named)], "probabilities": named}
             for head, named in row.probabilities.items()}
    return json.dumps({name: getattr(row, name) for name in FIRST} | {"heads": heads})


def csv_writer(file, notes):
    """Write the header of a CSV file; return a function that writes a prediction."""
    heads = dict.fromkeys(head for kind in ("video", "image") for head in heads_for(notes, kind))
    columns = [*FIRST, *(f"{head} {what}" for head in heads for what in ("class", "probability")),
               *(class_column(head, name) for head in heads for name in notes["labels"][head])]
    writer = csv.DictWriter(file, columns, restval="", lineterminator="\n")
    writer.writeheader()
    return lambda row: writer.writerow(csv_row(row))


def csv_row(row):
    """{column: value}; columns of heads that predict nothing for the file are left out."""
    cells = {name: getattr(row, name) for name in FIRST}
    for head, named in row.probabilities.items():
        cells |= {f"{head} class": best(named), f"{head} probability": named[best(named)]}
        cells |= {class_column(head, name): value for name, value in named.items()}
    return cells


def class_column(head, name):
    """The column of a class: "verb: left".  A head's name has neither spaces nor colons."""
    return f"{head}: {name}"


def best(named):
    """The most probable class of {class name: probability}."""
    return max(named, key=named.get)
