"""Finds the parts of a labeled set: folders or tables that are named after train and val."""

import re
from pathlib import Path

from tubevit_np.data.datasets.clip_index import ANNOTATION_FOLDERS
from tubevit_np.data.datasets.tables.official_splits import official_lists
from tubevit_np.data.decoding.suffixes import IMAGE_SUFFIXES, VIDEO_SUFFIXES

PARTS = {"train": ("train",), "val": ("val", "validation", "validate")}
SUFFIXES = {"video": VIDEO_SUFFIXES, "image": IMAGE_SUFFIXES}
TABLES = (".csv", ".json", ".txt")
LAYOUTS = ("train/CLASS/FILE and val/CLASS/FILE, or CLASS/FILE, or a CSV with the columns "
           "path,label, or the annotation files of Kinetics or Something-Something")


def canonical_part(name):
    """"train" or "val" for any of their names, else None."""
    return next((part for part, names in PARTS.items() if name.lower() in names), None)


def find_parts(path, lists=False):
    """{part: its folder or table}; a set without parts is all "train".  Raises ValueError.

    lists: whether the lists of UCF101 and HMDB51 are tables, too."""
    if not path.exists():
        raise ValueError(f"data {path} does not exist; give a folder or a CSV file")
    if path.is_dir():
        folders = [path, path.parent] if canonical_part(path.name) else [path]
        candidates = [parts_by_name(place, suffix) for place in folders for suffix in ("", ".csv")]
        parts = max((*candidates, parts_in_tables(path)), key=len)  # the first with most parts
        parts = parts or (official_lists(path) if lists else {})
        classes = [folder for folder in subfolders(path) if not canonical_part(folder.name)]
        pictures = files_in(path, "image") if lists and not files_in(path, "video") else []
        if not parts and not classes and pictures:
            raise ValueError(f"{other_kind(path, 'video', min(pictures))}; --images needs a "
                             "folder for each class")
        if not parts and not classes:
            raise ValueError(f"data {path} holds no class folders and no CSV; expected {LAYOUTS}")
    elif path.suffix.lower() in TABLES:
        parts = parts_by_name(path.parent, ".csv") if canonical_part(path.stem) else {}
        parts = parts if path in parts.values() else parts_in_tables(path.parent, path)
        parts = parts or (official_lists(path) if lists else {})
    else:
        raise ValueError(f"data {path} is neither a folder nor a CSV; expected {LAYOUTS}")
    return parts or {"train": path}


def other_kind(path, kind, file):
    """The error message for a set of files of the other kind."""
    if kind == "video":
        return (f"data {path} holds images, no videos, the first: {file}; give images with "
                f"--images {path}, or let a camera film them with --data camera:{path}")
    return (f"images {path} holds videos, no images, the first: {file}; give videos with "
            f"--data {path}")


def parts_in_tables(folder, given=None):
    """{part: table} of the tables with a part in their name.

    given: a table; only tables that are named like it count."""
    folders = (folder, *(folder / name for name in ANNOTATION_FOLDERS))
    tables = [file for one in folders if one.is_dir() for file in one.iterdir()
              if file.suffix.lower() in TABLES and part_in_name(file)]
    tables.sort(key=lambda file: (TABLES.index(file.suffix.lower()), len(file.name), file.name))
    if given is not None:
        tables = [file for file in tables if name_without_part(file) == name_without_part(given)]
    return {part_in_name(file): file for file in reversed(tables)}


def part_in_name(file):
    """The part in a file's name: "train" for train_list.txt, "val" for kinetics-400_val.csv."""
    return next(filter(None, map(canonical_part, re.split("[-_. ]", file.stem))), None)


def name_without_part(file):
    """The words of a file's name, without the word for the part."""
    return [word for word in re.split("[-_. ]", file.name) if not canonical_part(word)]


def parts_by_name(folder, suffix):
    """{part: path} of the CSVs, or folders of folders, that are named after a part."""
    is_usable = Path.is_file if suffix else subfolders
    sources = {part: [folder / (name + suffix) for name in names] for part, names in PARTS.items()}
    parts = {part: next(filter(is_usable, paths), None) for part, paths in sources.items()}
    return {part: path for part, path in parts.items() if path}


def subfolders(folder):
    """The folders in a folder, without hidden ones; none if `folder` is not a folder."""
    children = folder.iterdir() if folder.is_dir() else ()
    return [child for child in children if child.is_dir() and not child.name.startswith(".")]


def files_in(folder, kind):
    """The videos or images of a folder, by their suffixes, without hidden files."""
    return [file for file in folder.iterdir()
            if file.suffix.lower() in SUFFIXES[kind] and not file.name.startswith(".")]
