"""Finds the parts of a labeled set: folders or tables that are named after train, val and test."""

import warnings

from tubevit_np.data.datasets.class_folders import children, files_in, subfolders
from tubevit_np.data.datasets.clip_index import ANNOTATION_FOLDERS
from tubevit_np.data.datasets.part_names import (
    PARTS,
    canonical_part,
    name_without_part,
    part_in_name,
    part_word,
    rank,
)
from tubevit_np.data.datasets.tables.official_splits import is_official, official_lists
from tubevit_np.data.datasets.tables.read import TABLES, is_table, table_rows
from tubevit_np.data.datasets.walk import is_hidden

LAYOUTS = ("train/CLASS/FILE and val/CLASS/FILE, or CLASS/FILE, or a CSV with the columns "
           "path,label, or the annotation files of Kinetics or Something-Something")
# A table with one of these words is val, even if the rest of its name differs from the train table.
VAL_WORDS = ("val", "validation", "validate")


def find_parts(path, official=False, training=True):
    """{part: its folder or table}; a set without parts is all "train".  Raises ValueError.

    official: whether the lists of UCF101 and HMDB51 count;  training: whether a PATH that is named
    after a part stands for the whole set. For evaluation it is that part alone."""
    if not path.exists():
        raise ValueError(f"data {path} does not exist; give a folder or a CSV file")
    if not path.is_dir() and path.suffix.lower() not in TABLES:
        raise ValueError(f"data {path} is neither a folder nor a CSV; expected {LAYOUTS}")
    if path.is_dir():
        parts = parts_of_folder(path, official, training)
    else:
        parts = parts_of_table(path, official) if training else {}
    if not training:
        return parts or {named_after(path) or "train": path}
    only_one = ("train" not in parts and path in parts.values()
                and part_word(path.stem) not in VAL_WORDS)
    return {"train": path} if only_one or not parts else parts


def named_after(path):
    """The part that a folder or table is named after, else None."""
    return canonical_part(path.name) if path.is_dir() else part_in_name(path.stem)


def parts_of_table(path, official):
    """{part: table} of a given table and of the tables that are named like it for other parts."""
    parts = parts_in_tables(path.parent, path)
    if parts:
        parts[part_in_name(path.stem)] = path
    return parts or (official_lists(path) if official else {})


def parts_of_folder(path, official, training):
    """The parts of a folder: folders, else tables.  {} for class folders.  Raises ValueError."""
    places = [path, path.parent] if training and canonical_part(path.name) else [path]
    candidates = [find(place) for place in places for find in (parts_in_folders, parts_in_tables)]
    parts = max(candidates, key=completeness)  # the first one with most parts
    parts = parts or (official_lists(path) if official else {}) or only_table(path)
    if not parts and not subfolders(path):
        parts = parts_in_tables(path, readable=False)  # reading them gives an error
    if not parts:
        check_class_folders(path, official)
    return parts


def completeness(parts):
    """2 if there are files for training and held-out ones, 1 if there are some, else 0."""
    return ("train" in parts) + bool(parts.keys() & {"val", "test"})


def only_table(path):
    """{"train": table}: the table of a folder that names parts in a column split; without several
    class folders, the only table.  A table that is not used is named in a warning."""
    folders = [folder for folder in subfolders(path) if folder.name not in ANNOTATION_FOLDERS]
    tables = [file for place in annotation_places(path) for file in tables_in(place)
              if not is_official(file) and is_table(file) and not part_in_name(file.stem)]
    with_parts = [table for table in tables if is_table(table, with_parts=True)
                  and any(canonical_part(row.split) for row in table_rows(table))]
    found = with_parts or (tables if len(folders) < 2 else [])
    if len(found) == 1:
        return {"train": found[0]}
    if tables:
        warnings.warn(f"{path}: the names of the folders are the classes; {tables[0].name} is not "
                      f"read; to use this table, give {tables[0]}")
    return {}


def check_class_folders(path, official):
    """Raise ValueError for a folder without parts if it has no class folders."""
    named = {canonical_part(folder.name): folder for folder in subfolders(path)}
    if None in named and not ("train" in named and len(named) > 2):
        return
    if folder := named.get("train") or next(iter(named.values()), None):
        raise ValueError(f"data {path}: {folder} holds no class folders, and no table gives the "
                         f"classes; expected {LAYOUTS}")
    pictures = files_in(path, "image") if official and not files_in(path, "video") else []
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
    """The tables in a folder, sorted."""
    return sorted(file for file in children(folder) if file.suffix.lower() in TABLES
                  and file.is_file() and not is_hidden(file.name))


def annotation_places(folder):
    """The folders in which the tables of a set may lie."""
    return folder, *(folder / name for name in ANNOTATION_FOLDERS)


def parts_in_tables(folder, given=None, readable=True):
    """{part: table} of the tables with a part in their name.

    given: a table; only tables that are named like it count;  readable: only files that begin like
    a table, and no logs and results."""
    tables = [file for place in annotation_places(folder) for file in tables_in(place)
              if part_word(file.stem) and (is_table(file) or not readable)]
    tables.sort(key=lambda file: (rank(part_word(file.stem)), TABLES.index(file.suffix.lower()),
                                  len(file.name), file.name))
    rest = {file: name_without_part(file.stem) for file in tables}
    if given is not None:
        tables = [file for file in tables if rest[file] == name_without_part(given.stem)]
    train = [rest[file] for file in tables if part_in_name(file.stem) == "train"]
    return {part_in_name(file.stem): file for file in reversed(tables)
            if not train or part_word(file.stem) in (*PARTS["train"], *VAL_WORDS)
            or rest[file] in train}


def parts_in_folders(folder):
    """{part: folder} of the folders that hold class folders and are named after a part.

    Folders such as Training_set and Test_set count if their names differ in the part alone."""
    named = [child for child in sorted(subfolders(folder)) if part_word(child.name)
             and subfolders(child)]
    named.sort(key=lambda child: rank(part_word(child.name)), reverse=True)
    alike = {}
    for child in named:
        parts = alike.setdefault(tuple(name_without_part(child.name)), {})
        parts[part_in_name(child.name)] = child
    exact, alone = alike.pop((), {}), all(part_word(child.name) for child in subfolders(folder))
    if "train" in exact or alone or {*VAL_WORDS} & {child.name.lower() for child in named}:
        return exact or next((parts for parts in alike.values() if completeness(parts) == 2), {})
    return {}  # dev beside prod is a class
