"""The files of a labeled set and their classes, by the part that their folder or table names.

A set is one of these: PATH/train/CLASS/FILE with PATH/val/CLASS/FILE;  train.csv with val.csv,
columns path and label, paths relative to the CSV's folder;  the annotation files of a known data
set, see tables/;  or, without parts, PATH/CLASS/FILE or one such file. part_names.py has the names
of the parts."""

import warnings

from tubevit_np.data.datasets.class_folders import SUFFIXES, class_folder_rows, is_kind
from tubevit_np.data.datasets.clip_index import dataset_folder, index_clips
from tubevit_np.data.datasets.find_parts import find_parts, named_after, other_kind
from tubevit_np.data.datasets.loose_pictures import loose_pictures
from tubevit_np.data.datasets.part_names import PARTS, canonical_part
from tubevit_np.data.datasets.tables.official_splits import is_official
from tubevit_np.data.datasets.tables.read import table_rows
from tubevit_np.data.datasets.tables.row import Row


def list_sources(path, kind, official, without_classes=False, training=True):
    """({part: its folder or table}, {part: rows}); parts are "train", "val", "test", and others
    that a column split names.

    official: whether the lists of UCF101 and HMDB51 are read, which older runs ignore;
    without_classes: as in list_parts;  training: as in find_parts."""
    index_clips.cache_clear()  # list the files as they are now
    if without_classes and (found := loose_pictures(path, training)):
        return found
    official = official and kind == "video"
    sources = find_parts(path, official, training)
    rows = [(part, row) for part, source in [*sources.items()]
            for row in rows_of_part(part, sources, kind, path if official else None)]
    for folder in {dataset_folder(source) for source in sources.values() if source.is_file()}:
        index_clips(folder).warn_of_ambiguous()
    parts = deduplicated(by_part(sources, rows), path)
    check_kind(path, kind, sources, [row.file for rows in parts.values() for row in rows])
    return sources, parts


def is_one_part(path, kind, without_classes=False):
    """Whether a PATH that is named after a part is one of several parts of a set."""
    if not named_after(path):
        return False
    loose = loose_pictures(path) if without_classes else None
    return (loose[0] if loose else find_parts(path, kind == "video")) != {"train": path}


def rows_of_part(part, sources, kind, place):
    """rows_of a part. A table for the test with errors, beside others for train and val, is removed
    from the sources, with a warning: it is not needed."""
    try:
        return rows_of(sources[part], kind, place)
    except ValueError as error:
        if part != "test" or not {"train", "val"} <= sources.keys():
            raise
        warnings.warn(f"{sources.pop(part)} is not used: {error}")
        return []


def rows_of(source, kind, place):
    """The rows of a table or of a folder of class folders.  place: as in table_rows.

    A column split without any name of a part, such as one with the numbers of folds, is ignored."""
    if not source.is_file():
        return class_folder_rows(source, kind)
    rows = table_rows(source, place)
    names = sorted({row.split.strip() for row in rows} - {""})
    if not names or any(map(canonical_part, names)):
        return rows
    warnings.warn(f"{source}: its column for the part holds {', '.join(names[:5])}, which are not "
                  f"names of parts ({', '.join(PARTS)}); the column is ignored")
    return [row._replace(split="") for row in rows]


def by_part(sources, rows):
    """{part: rows}; rows: (part of its source, row).  The column split of a row comes first."""
    parts = {part: [] for part in sources}
    for part, row in rows:
        name = canonical_part(row.split) or row.split.strip() or part
        parts.setdefault(name, []).append(row)
    return parts


def check_kind(path, kind, sources, files):
    """Raise ValueError if a set holds no file, or only files of the other kind."""
    other = "image" if kind == "video" else "video"
    others = files or [row.file for source in sources.values() if source.is_dir()
                       for row in class_folder_rows(source, other)]
    suffixes = {file.suffix.lower() for file in others}
    named_so = bool(others) and suffixes <= {*SUFFIXES[other]} - {*SUFFIXES[kind]}
    if named_so and not is_kind(min(others), kind):
        raise ValueError(other_kind(path, kind, min(others)))
    if not files:
        raise ValueError(f"data {path} holds no {kind}; usual names end in "
                         f"{' '.join(SUFFIXES[kind])}")


def set_folder(path, sources):
    """The folder of a set, which the names of its files are relative to."""
    source = next(iter(sources.values()))
    if source.is_file():
        return dataset_folder(source)
    return path if source == path and len(sources) == 1 else source.parent


def held_out_rule(sources, part):
    """Where a held-out part that the set itself has comes from, in words."""
    note = " (there is no val)" if part == "test" else ""
    if source := sources.get(part):
        return (source.name if source.is_file() else f"the folder {source.name}") + note
    source = next(iter(sources.values()))
    if is_official(source):
        return f"{source.name}, the lists of HMDB51"
    return ("the column split" if source.is_file() else f"the folders {part} in the classes") + note


def deduplicated(parts, path):
    """{part: sorted rows}, equal ones once, with a warning; a file with two classes gets a reason,
    also if they are in two parts."""
    labels = {}
    for row in (row for rows in parts.values() for row in rows):
        labels.setdefault(row.file, set()).update({row.label} - {""})
    return {part: unique_rows(rows, labels, path) for part, rows in parts.items()}


def unique_rows(rows, labels, path):
    """The sorted rows of a part, one for each file.  labels: {file: its classes}."""
    by_file = {row.file: row for row in reversed(rows)}
    if duplicates := len(rows) - len({(row.file, row.label) for row in rows}):
        warnings.warn(f"{path}: duplicate rows: {duplicates}", stacklevel=2)
    return sorted(Row(file, min(labels[file], default=""), group=row.group,
                      reason=row.reason or row_problem(file, labels[file]))
                  for file, row in by_file.items())


def row_problem(file, names):
    """Why a row is unusable, as far as the row itself shows; "" if it is usable."""
    if ".." in file.parts:
        return "its path contains .."
    return "" if len(names) < 2 else f"two classes: {' and '.join(sorted(names)[:2])}"
