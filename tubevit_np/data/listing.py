"""Which files a labelled set holds, and their classes.

A set is PATH/train/CLASS/FILE with PATH/val/CLASS/FILE;  or train.csv with val.csv, columns path
and label, paths counted from the CSV's folder;  or without parts, PATH/CLASS/FILE or one CSV:
then every 5th file of each class, in sorted order, is val.  "validation" may stand for "val"."""

import csv
from pathlib import Path

from tubevit_np.data.images import IMAGE_SUFFIXES
from tubevit_np.data.video import VIDEO_SUFFIXES

PARTS = {"train": ("train",), "val": ("val", "validation")}
SUFFIXES = {"video": VIDEO_SUFFIXES, "image": IMAGE_SUFFIXES}
HELD_OUT = 5  # one file in so many
LAYOUTS = "train/CLASS/FILE and val/CLASS/FILE, or CLASS/FILE, or a CSV with the columns path,label"


def list_parts(path, kind):
    """{"train": rows, "val": rows}, or what there is; rows [(file, class name)], sorted by file.

    Opens no file but CSVs.  Raises ValueError if `path` is no data set."""
    parts = {part: list_rows(source, kind) for part, source in find_parts(Path(path)).items()}
    return hold_out(parts["train"]) if list(parts) == ["train"] else parts


def part_named(name):
    """"train" or "val" for any of its names, else None."""
    return next((part for part, names in PARTS.items() if name.lower() in names), None)


def find_parts(path):
    """{part: its folder or CSV}; a set without parts is all "train"."""
    if not path.exists():
        raise ValueError(f"data {path} does not exist; give a folder or a CSV file")
    if path.is_dir():
        homes = [path, path.parent] if part_named(path.name) else [path]
        places = (named_parts(home, suffix) for home in homes for suffix in ("", ".csv"))
        found = next(filter(None, places), {})
        classes = [folder for folder in subfolders(path) if not part_named(folder.name)]
        if not found and not classes:
            raise ValueError(f"data {path} holds no class folders and no CSV; expected {LAYOUTS}")
    elif path.suffix.lower() == ".csv":
        found = named_parts(path.parent, ".csv") if part_named(path.stem) else {}
    else:
        raise ValueError(f"data {path} is neither a folder nor a CSV; expected {LAYOUTS}")
    return found or {"train": path}


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
    """Sorted [(file, class name)] of a CSV, or of a folder of class folders."""
    if source.is_file():
        return csv_rows(source)
    files = [(file, folder.name) for folder in subfolders(source) for file in folder.iterdir()]
    return sorted((file, name) for file, name in files
                  if file.suffix.lower() in SUFFIXES[kind] and not file.name.startswith("."))


def csv_rows(path):
    """Sorted [(file, class name)]; a name may be empty, a file missing."""
    try:
        with path.open(newline="", encoding="utf-8-sig") as file:  # spreadsheets write a BOM
            reader = csv.DictReader(file, skipinitialspace=True)
            rows, columns = list(reader), reader.fieldnames or []
    except (UnicodeDecodeError, csv.Error) as error:
        raise ValueError(f"{path} is not a CSV in UTF-8: {error}") from error
    if not {"path", "label"} <= set(columns):
        raise ValueError(f"{path} needs the columns path,label; it has {','.join(columns)}")
    cells = {((row["path"] or "").strip(), (row["label"] or "").strip()) for row in rows}
    return sorted((path.parent / file, label) for file, label in cells)


def hold_out(rows):
    """Divide rows: every 5th file of each class is val."""
    classes = {}
    for row in rows:
        classes.setdefault(row[1], []).append(row)
    val = sorted(row for part in classes.values() for row in part[HELD_OUT - 1 :: HELD_OUT])
    return {"train": sorted(set(rows) - set(val)), "val": val}
