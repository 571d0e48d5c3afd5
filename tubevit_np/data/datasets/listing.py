"""Which files a labelled set holds, and their classes.

A set is PATH/train/CLASS/FILE with PATH/val/CLASS/FILE;  or train.csv with val.csv, columns path
and label, paths counted from the CSV's folder;  or the annotation files of a known data set, see
annotations.py, in PATH or in its folder annotations or labels;  or without parts, PATH/CLASS/FILE
or one such file: then every 5th file of each class, in sorted order, is val.  "validation" or
"validate" may stand for "val"."""

import os
import re
import warnings
from pathlib import Path

from tubevit_np.data.datasets.annotations import (
    BESIDE,
    KINETICS,
    Row,
    clips_below,
    kinetics_rows,
    list_file_rows,
    read_table,
    ssv2_rows,
)
from tubevit_np.data.decoding.images import IMAGE_SUFFIXES
from tubevit_np.data.decoding.video import VIDEO_SUFFIXES

PARTS = {"train": ("train",), "val": ("val", "validation", "validate")}
SUFFIXES = {"video": VIDEO_SUFFIXES, "image": IMAGE_SUFFIXES}
TABLES = (".csv", ".json", ".txt")
HELD_OUT = 5  # one file in so many
LAYOUTS = ("train/CLASS/FILE and val/CLASS/FILE, or CLASS/FILE, or a CSV with the columns "
           "path,label, or the annotation files of Kinetics or Something-Something")


def list_parts(path, kind):
    """{"train": rows, "val": rows}, or what there is; each sorted by file.

    Opens no file but tables.  Raises ValueError if `path` is no data set."""
    path, parts = Path(os.path.abspath(path)), {}
    clips_below.cache_clear()  # a listing sees the files as they are now
    for part, source in find_parts(path).items():
        parts.setdefault(part, [])
        for row in list_rows(source, kind):
            parts.setdefault(part_named(row.split) if row.split else part, []).append(row)
    others = parts.pop(None, [])  # rows of a part that is neither, of test say
    if others and not any(parts.values()):
        raise ValueError(f"{path} holds neither train nor val, only {others[0].split}")
    parts = {part: once_each(rows, path) for part, rows in parts.items()}
    return hold_out(parts["train"]) if list(parts) == ["train"] else parts


def once_each(rows, path):
    """Sorted, equal rows once, with a warning;  a file of two classes has none."""
    labels = {}
    for row in rows:
        labels.setdefault(row.file, set()).add(row.label)
    if more := len(rows) - sum(map(len, labels.values())):
        warnings.warn(f"{path}: duplicate rows: {more}", stacklevel=2)
    return sorted(Row(file, min(names), why=refused(file, names)) for file, names in labels.items())


def refused(file, names):
    """Why a row cannot be used, as far as the row itself tells."""
    if ".." in file.parts:
        return "its path contains .."
    return "" if len(names) == 1 else f"two classes: {' and '.join(sorted(names)[:2])}"


def part_named(name):
    """"train" or "val" for any of its names, else None."""
    return next((part for part, names in PARTS.items() if name.lower() in names), None)


def find_parts(path):
    """{part: its folder or table}; a set without parts is all "train"."""
    if not path.exists():
        raise ValueError(f"data {path} does not exist; give a folder or a CSV file")
    if path.is_dir():
        homes = [path, path.parent] if part_named(path.name) else [path]
        places = [named_parts(home, suffix) for home in homes for suffix in ("", ".csv")]
        found = max((*places, annotated_parts(path)), key=len)  # the first with most parts
        classes = [folder for folder in subfolders(path) if not part_named(folder.name)]
        if not found and not classes:
            raise ValueError(f"data {path} holds no class folders and no CSV; expected {LAYOUTS}")
    elif path.suffix.lower() in TABLES:
        found = named_parts(path.parent, ".csv") if part_named(path.stem) else {}
        found = found if path in found.values() else annotated_parts(path.parent, path)
    else:
        raise ValueError(f"data {path} is neither a folder nor a CSV; expected {LAYOUTS}")
    return found or {"train": path}


def annotated_parts(folder, given=None):
    """{part: table} of the tables whose names tell a part; only those named like the given one."""
    tables = [file for place in (folder, *(folder / name for name in BESIDE)) if place.is_dir()
              for file in place.iterdir() if file.suffix.lower() in TABLES and part_in(file)]
    tables.sort(key=lambda file: (TABLES.index(file.suffix.lower()), len(file.name), file.name))
    if given is not None:
        tables = [file for file in tables if without_part(file) == without_part(given)]
    return {part_in(file): file for file in reversed(tables)}


def part_in(file):
    """The part that one word of a file's name names: train_list.txt, kinetics-400_val.csv."""
    return next(filter(None, map(part_named, re.split("[-_. ]", file.stem))), None)


def without_part(file):
    """A file's name without the word that names its part."""
    return [word for word in re.split("[-_. ]", file.name) if not part_named(word)]


def named_parts(folder, suffix):
    """{part: PATH} of the CSVs, or folders that hold folders, whose name is that of a part."""
    usable = Path.is_file if suffix else subfolders
    sources = {part: [folder / (name + suffix) for name in names] for part, names in PARTS.items()}
    found = {part: list(filter(usable, paths)) for part, paths in sources.items()}
    return {part: paths[0] for part, paths in found.items() if paths}


def subfolders(folder):
    """Without hidden ones; none if `folder` is not a folder."""
    children = folder.iterdir() if folder.is_dir() else ()
    return [child for child in children if child.is_dir() and not child.name.startswith(".")]


def list_rows(source, kind):
    """The rows of a table, or of a folder of class folders."""
    if source.is_file():
        readers = {".csv": csv_rows, ".json": ssv2_rows, ".txt": list_file_rows}
        return list(readers[source.suffix.lower()](source))
    return [Row(file, folder.name) for folder in subfolders(source) for file in folder.iterdir()
            if file.suffix.lower() in SUFFIXES[kind] and not file.name.startswith(".")]


def csv_rows(path):
    """Rows of a CSV: ours, that of Kinetics, or a list without a header."""
    table, columns = read_table(path)
    if KINETICS <= set(columns):
        return kinetics_rows(table, path)
    if len(columns) == 2 and Path(columns[0]).suffix.lower() in VIDEO_SUFFIXES:
        return list_file_rows(path)
    if not {"path", "label"} <= set(columns):
        raise ValueError(f"{path} needs the columns path,label, or {','.join(sorted(KINETICS))}; "
                         f"it has {','.join(columns)}")
    return [Row(path.parent / (row["path"] or "").strip(), (row["label"] or "").strip())
            for row in table]


def hold_out(rows):
    """Divide rows: every 5th file of each class is val."""
    classes = {}
    for row in rows:
        classes.setdefault(row.label, []).append(row)
    val = sorted(row for part in classes.values() for row in part[HELD_OUT - 1 :: HELD_OUT])
    return {"train": sorted(set(rows) - set(val)), "val": val}
