"""Which files a labeled set holds, and their classes.

A set is one of these: PATH/train/CLASS/FILE with PATH/val/CLASS/FILE;  train.csv with val.csv,
columns path and label, paths relative to the CSV's folder;  the annotation files of a known data
set, see tables/;  or, without parts, PATH/CLASS/FILE or one such
file: then a fifth of each class is val, see split.py.  "validation" and "validate" mean "val"."""

import os
import warnings
from pathlib import Path

from tubevit_np.data.datasets.clip_index import dataset_folder, index_clips
from tubevit_np.data.datasets.find_parts import (
    SUFFIXES,
    canonical_part,
    files_in,
    find_parts,
    other_kind,
    parts_by_name,
    parts_in_tables,
    subfolders,
)
from tubevit_np.data.datasets.parts import Parts, check_class_names
from tubevit_np.data.datasets.recordings import (
    FILES_ALONE,
    recordings,
    warn_if_cut,
    warn_of_single,
)
from tubevit_np.data.datasets.split import VAL_EVERY, hold_out
from tubevit_np.data.datasets.tables.csv_files import csv_rows
from tubevit_np.data.datasets.tables.json_files import json_rows
from tubevit_np.data.datasets.tables.official_splits import is_official, official_rows
from tubevit_np.data.datasets.tables.row import Row


def list_parts(path, kind, group_by=None, must_match=True):
    """The Parts of a set.  Opens no file except tables.

    group_by: a regular expression for the files of one recording, see recordings.py; with
    must_match, some file must match it.  Raises ValueError if `path` is not a data set."""
    path, parts = Path(os.path.abspath(path)), {}
    index_clips.cache_clear()  # list the files as they are now
    lists = kind == "video" and group_by != FILES_ALONE  # runs from before them ignore them
    sources = find_parts(path, lists)
    for part, source in sources.items():
        parts.setdefault(part, [])
        for row in list_rows(source, kind, path if lists else None):
            parts.setdefault(canonical_part(row.split) if row.split else part, []).append(row)
    other_rows = parts.pop(None, [])  # rows of another part, such as test
    if other_rows and not any(parts.values()):
        raise ValueError(f"{path} has rows for {other_rows[0].split}, but none for train or val; "
                         "add the tables of train and val")
    parts = {part: deduplicate(rows, path) for part, rows in parts.items()}
    check_kind(path, kind, sources, [row.file for rows in parts.values() for row in rows])
    found = Parts(parts, set_folder(path, sources), rule_of(sources))
    return divided(found, path, group_by, must_match)


def check_kind(path, kind, sources, files):
    """Raise ValueError if a set holds no file, or only files of the other kind."""
    other = "image" if kind == "video" else "video"
    others = files or [row.file for source in sources.values() if source.is_dir()
                       for row in list_rows(source, other)]
    suffixes = {file.suffix.lower() for file in others}
    if others and suffixes <= {*SUFFIXES[other]} - {*SUFFIXES[kind]}:
        raise ValueError(other_kind(path, kind, min(others)))
    if not files:
        raise ValueError(f"data {path} holds no {kind}: no file name ends in "
                         f"{' '.join(SUFFIXES[kind])}")


def set_folder(path, sources):
    """The folder of a set, which the names of its files are relative to."""
    source = next(iter(sources.values()))
    if source.is_file():
        return dataset_folder(source)
    return path if source == path and len(sources) == 1 else source.parent


def rule_of(sources):
    """Where a held-out part that the set itself names comes from, in words."""
    source = sources.get("val")
    if source is None:
        source = sources["train"]
        return f"{source.name}, the lists of HMDB51" if is_official(source) else "the column split"
    return source.name if source.is_file() else f"the folder {source.name}"


def divided(parts, path, group_by, must_match=True):
    """Parts with a held-out part: that of the set itself, or else a fifth of each class."""
    rows = [row for some in parts.values() for row in some]
    check_class_names(rows)
    groups, how = recordings(rows, parts.folder, group_by, must_match)
    if list(parts) != ["train"]:
        warn_if_cut(parts, groups, path)
        return parts
    halves = hold_out(rows, groups)
    if groups:
        warn_of_single(rows, halves["val"], path)
    rule = (f"about a fifth of each class, whole recordings {how}" if groups else
            f"every {VAL_EVERY}th file of each class")
    return Parts(halves, parts.folder, rule)


def list_pictures(path, group_by=None, must_match=True):
    """As list_parts for images, and also folders of pictures without classes: PATH/FILE, or
    PATH/train/FILE with PATH/val/FILE.  The class of these pictures is the name of PATH."""
    path = Path(os.path.abspath(path))
    if canonical_part(path.name) and parts_without_classes(path.parent):
        path = path.parent
    folders = parts_without_classes(path)
    if not folders:
        return list_parts(path, "image", group_by, must_match)
    parts = {part: sorted(Row(file, path.name) for file in files_in(folder, "image"))
             for part, folder in folders.items()}
    return divided(Parts(parts, path, rule_of(folders)), path, group_by, must_match)


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
    labels, first = {}, {}
    for row in rows:
        labels.setdefault(row.file, set()).add(row.label)
        first.setdefault(row.file, row)
    if duplicates := len(rows) - sum(map(len, labels.values())):
        warnings.warn(f"{path}: duplicate rows: {duplicates}", stacklevel=2)
    return sorted(Row(file, min(names), group=first[file].group,
                      reason=row_problem(file, names) or first[file].reason)
                  for file, names in labels.items())


def row_problem(file, names):
    """Why a row is unusable, as far as the row itself shows; "" if it is usable."""
    if ".." in file.parts:
        return "its path contains .."
    return "" if len(names) == 1 else f"two classes: {' and '.join(sorted(names)[:2])}"


def list_rows(source, kind, place=None):
    """The rows of a table, or of a folder of class folders.

    place: where the videos of UCF101 and HMDB51 may be; None: their lists are as any other."""
    if source.is_file() and place is not None and is_official(source):
        return official_rows(source, place)
    if source.is_file():
        readers = {".csv": csv_rows, ".json": json_rows,
                   ".txt": csv_rows}
        return list(readers[source.suffix.lower()](source))
    return [Row(file, folder.name) for folder in subfolders(source)
            for file in files_in(folder, kind)]
