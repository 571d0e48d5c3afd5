"""Which files a labeled set holds, and their classes.

A set is one of these: PATH/train/CLASS/FILE with PATH/val/CLASS/FILE;  train.csv with val.csv,
columns path and label, paths relative to the CSV's folder;  the annotation files of a known data
set, see annotations.py, in PATH or in its folder annotations or labels;  or, without parts,
PATH/CLASS/FILE or one such file: then every 5th file of each class, in sorted order, is val.
"validation" and "validate" mean "val"."""

import os
import warnings
from pathlib import Path

from tubevit_np.data.datasets import annotations
from tubevit_np.data.datasets.annotations import KINETICS, Row
from tubevit_np.data.datasets.find_parts import (
    canonical_part,
    files_in,
    find_parts,
    parts_by_name,
    parts_in_tables,
    subfolders,
)
from tubevit_np.data.decoding.video import VIDEO_SUFFIXES

VAL_EVERY = 5  # without parts, every 5th file of a class is held out


def list_parts(path, kind):
    """{"train": rows, "val": rows}, or the parts that exist; rows are sorted by file.

    Opens no file except tables.  Raises ValueError if `path` is not a data set."""
    path, parts = Path(os.path.abspath(path)), {}
    annotations.index_clips.cache_clear()  # list the files as they are now
    for part, source in find_parts(path).items():
        parts.setdefault(part, [])
        for row in list_rows(source, kind):
            parts.setdefault(canonical_part(row.split) if row.split else part, []).append(row)
    other_rows = parts.pop(None, [])  # rows of another part, such as test
    if other_rows and not any(parts.values()):
        raise ValueError(f"{path} has rows for {other_rows[0].split}, but none for train or val; "
                         "add the tables of train and val")
    parts = {part: deduplicate(rows, path) for part, rows in parts.items()}
    return hold_out(parts["train"]) if list(parts) == ["train"] else parts


def list_pictures(path):
    """As list_parts for images, and also folders of pictures without classes: PATH/FILE, or
    PATH/train/FILE with PATH/val/FILE.  The class of these pictures is the name of PATH."""
    path = Path(os.path.abspath(path))
    if canonical_part(path.name) and parts_without_classes(path.parent):
        path = path.parent
    folders = parts_without_classes(path)
    if not folders:
        return list_parts(path, "image")
    parts = {part: sorted(Row(file, path.name) for file in files_in(folder, "image"))
             for part, folder in folders.items()}
    return hold_out(parts["train"]) if list(parts) == ["train"] else parts


def parts_without_classes(path):
    """{part: folder} if its pictures lie in no class folders, else {}."""
    if not path.is_dir() or parts_by_name(path, ".csv") or parts_in_tables(path):
        return {}
    named = {canonical_part(folder.name): folder for folder in subfolders(path)
             if canonical_part(folder.name)}
    folders = named or {"train": path}
    with_classes = [folder for folder in folders.values()
                    if any(files_in(child, "image") for child in subfolders(folder))]
    loose = sum(len(files_in(folder, "image")) for folder in folders.values())
    if with_classes and loose:
        warnings.warn(f"{path}: {loose} images lie in no class folder and are left out")
    return {} if with_classes or not loose else folders


def deduplicate(rows, path):
    """Sorted rows, equal ones once, with a warning; a file with two classes gets a reason."""
    labels = {}
    for row in rows:
        labels.setdefault(row.file, set()).add(row.label)
    if duplicates := len(rows) - sum(map(len, labels.values())):
        warnings.warn(f"{path}: duplicate rows: {duplicates}", stacklevel=2)
    return sorted(Row(file, min(names), reason=row_problem(file, names))
                  for file, names in labels.items())


def row_problem(file, names):
    """Why a row is unusable, as far as the row itself shows; "" if it is usable."""
    if ".." in file.parts:
        return "its path contains .."
    return "" if len(names) == 1 else f"two classes: {' and '.join(sorted(names)[:2])}"


def list_rows(source, kind):
    """The rows of a table, or of a folder of class folders."""
    if source.is_file():
        readers = {".csv": csv_rows, ".json": annotations.ssv2_rows,
                   ".txt": annotations.list_file_rows}
        return list(readers[source.suffix.lower()](source))
    return [Row(file, folder.name) for folder in subfolders(source)
            for file in files_in(folder, kind)]


def csv_rows(path):
    """Rows of a CSV: with path and label, of Kinetics, or a list without a header.

    Raises ValueError for other columns."""
    table, columns = annotations.read_table(path)
    if KINETICS <= set(columns):
        return annotations.kinetics_rows(table, path)
    if len(columns) == 2 and Path(columns[0]).suffix.lower() in VIDEO_SUFFIXES:
        return annotations.list_file_rows(path)
    if not {"path", "label"} <= set(columns):
        raise ValueError(f"{path} needs the columns path,label, or {','.join(sorted(KINETICS))}; "
                         f"it has {','.join(columns)}")
    return [Row(path.parent / (row["path"] or "").strip(), (row["label"] or "").strip())
            for row in table]


def hold_out(rows):
    """Split rows into {"train", "val"}: every 5th file of each class is val."""
    classes = {}
    for row in rows:
        classes.setdefault(row.label, []).append(row)
    val = sorted(row for part in classes.values() for row in part[VAL_EVERY - 1 :: VAL_EVERY])
    return {"train": sorted(set(rows) - set(val)), "val": val}
