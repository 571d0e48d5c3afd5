"""Finds the parts of a labeled set: folders or tables that are named after train, val and test."""

import re

from tubevit_np.data.datasets.class_folders import files_in, subfolders
from tubevit_np.data.datasets.clip_index import ANNOTATION_FOLDERS
from tubevit_np.data.datasets.part_names import PARTS, canonical_part
from tubevit_np.data.datasets.tables.class_names import CLASS_NAMES
from tubevit_np.data.datasets.tables.official_splits import is_official, official_lists
from tubevit_np.data.datasets.tables.read import TABLES, table_rows

LAYOUTS = ("train/CLASS/FILE and val/CLASS/FILE, or CLASS/FILE, or a CSV with the columns "
           "path,label, or the annotation files of Kinetics or Something-Something")
EXACT = ("val", "validation", "validate")  # a table with another name must be named as train's


def find_parts(path, lists=False, training=True):
    """{part: its folder or table}; a set without parts is all "train".  Raises ValueError.

    lists: whether the lists of UCF101 and HMDB51 are tables, too;  training: whether a PATH that
    is named after a part stands for the whole set. For evaluation it is that part alone."""
    if not path.exists():
        raise ValueError(f"data {path} does not exist; give a folder or a CSV file")
    if not path.is_dir() and path.suffix.lower() not in TABLES:
        raise ValueError(f"data {path} is neither a folder nor a CSV; expected {LAYOUTS}")
    if path.is_dir():
        parts = parts_of_folder(path, lists, training)
    else:
        parts = parts_of_table(path, lists) if training else {}
    if not training:
        return parts or {part_in_name(path) or "train": path}
    alone = "train" not in parts and path in parts.values() and part_word(path) not in EXACT
    return {"train": path} if alone or not parts else parts


def parts_of_table(path, lists):
    """The parts of a table: those of the tables that are named like it, with another part."""
    parts = parts_by_name(path.parent, ".csv") if canonical_part(path.stem) else {}
    parts = parts if path in parts.values() else parts_in_tables(path.parent, path)
    return parts or (official_lists(path) if lists else {})


def parts_of_folder(path, lists, training):
    """The parts of a folder: folders, else tables.  {} for class folders.  Raises ValueError."""
    folders = [path, path.parent] if training and canonical_part(path.name) else [path]
    candidates = [parts_by_name(place, suffix) for place in folders for suffix in ("", ".csv")]
    parts = max((*candidates, parts_in_tables(path)), key=is_divided)  # the first with most parts
    parts = parts or (official_lists(path) if lists else {}) or only_table(path)
    if not parts:
        check_class_folders(path, lists)
    return parts


def is_divided(parts):
    """2 if there are files for training and held-out ones, 1 if there are some, else 0."""
    return ("train" in parts) + bool(parts.keys() & {"val", "test"})


def only_table(path):
    """{"train": table}: of a folder, the table whose rows name their parts, or, without class
    folders, the only one."""
    tables = [file for file in tables_in(path) if not part_in_name(file) and not is_official(file)
              and file.name.lower() not in CLASS_NAMES]
    divided = [table for table in tables if names_parts(table)]
    found = divided or (tables if not subfolders(path) else [])
    return {"train": found[0]} if len(found) == 1 else {}


def names_parts(table):
    """Whether rows of a table name their parts."""
    try:
        return any(canonical_part(row.split) for row in table_rows(table))
    except ValueError:  # another kind of file
        return False


def check_class_folders(path, lists):
    """Raise ValueError for a folder without parts if it has no class folders."""
    named = {canonical_part(folder.name): folder for folder in subfolders(path)}
    if None in named and not ("train" in named and len(named) > 2):
        return
    if folder := named.get("train") or next(iter(named.values()), None):
        raise ValueError(f"data {path}: {folder} holds no class folders, and no table gives the "
                         f"classes; expected {LAYOUTS}")
    pictures = files_in(path, "image") if lists and not files_in(path, "video") else []
    if pictures:
        raise ValueError(f"{other_kind(path, 'video', min(pictures))}; --images needs a "
                         "folder for each class")
    raise ValueError(f"data {path} holds no class folders and no CSV; expected {LAYOUTS}")


def other_kind(path, kind, file):
    """The error message for a set of files of the other kind."""
    if kind == "video":
        return (f"data {path} holds images, no videos, the first: {file}; give images with "
                f"--images {path}, or let a camera film them with --data camera:{path}")
    return (f"images {path} holds videos, no images, the first: {file}; give videos with "
            f"--data {path}")


def tables_in(folder):
    """The tables in a folder."""
    return [file for file in (folder.iterdir() if folder.is_dir() else ())
            if file.suffix.lower() in TABLES and file.is_file() and not file.name.startswith(".")]


def parts_in_tables(folder, given=None):
    """{part: table} of the tables with a part in their name.

    given: a table; only tables that are named like it count."""
    folders = (folder, *(folder / name for name in ANNOTATION_FOLDERS))
    tables = [file for one in folders for file in tables_in(one) if part_in_name(file)]
    tables.sort(key=lambda file: (rank(part_word(file)), TABLES.index(file.suffix.lower()),
                                  len(file.name), file.name))
    if given is not None:
        tables = [file for file in tables if name_without_part(file) == name_without_part(given)]
    train = [name_without_part(file) for file in tables if part_in_name(file) == "train"]
    return {part_in_name(file): file for file in reversed(tables)
            if not train or part_word(file) in (*PARTS["train"], *EXACT)
            or name_without_part(file) in train}


def rank(word):
    """The place of a word among the names of its part."""
    return PARTS[canonical_part(word)].index(word)


def part_word(file):
    """The first word of a file's name that names a part: "train" for train_list.txt, else None."""
    words = re.split("[-_. ]", file.stem.lower())
    return next(filter(canonical_part, words), None)


def part_in_name(file):
    """The part in a file's name: "val" for kinetics-400_validate.csv; else None."""
    word = part_word(file)
    return canonical_part(word) if word else None


def name_without_part(file):
    """The words of a file's name, without the word for the part."""
    return [word for word in re.split("[-_. ]", file.name.lower())
            if not canonical_part(word)]


def parts_by_name(folder, suffix):
    """{part: path} of the CSVs, or folders of folders, that are named after a part."""
    places = folder.iterdir() if folder.is_dir() else ()
    named = {place: place.name.lower().removesuffix(suffix) for place in sorted(places)
             if place.name.lower().endswith(suffix)}
    usable = [place for place, name in named.items() if canonical_part(name)
              and (place.is_file() if suffix else subfolders(place))]
    usable.sort(key=lambda place: rank(named[place]), reverse=True)
    return {canonical_part(named[place]): place for place in usable}
