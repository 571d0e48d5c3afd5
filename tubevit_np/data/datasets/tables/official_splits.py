"""The lists with which UCF101 and HMDB51 are split into training and test files.

UCF101: trainlist01.txt with lines "CLASS/FILE NUMBER" and testlist01.txt with lines "CLASS/FILE".
HMDB51: CLASS_test_split1.txt of each class, lines "FILE 1" (training), "FILE 2" (test) and "FILE 0"
(neither). Both exist as 01 to 03; the first one is read unless one is given."""

import re
from pathlib import Path

from tubevit_np.data.datasets.clip_index import dataset_folder
from tubevit_np.data.datasets.tables.row import make_row
from tubevit_np.data.datasets.tables.text_files import read_lines

UCF101 = re.compile(r"(train|test)list(\d+)\.txt", re.IGNORECASE)
HMDB51 = re.compile(r"(.+)_test_split(\d)\.txt", re.IGNORECASE)
CLASS_NUMBERS = "classInd.txt"  # lines "1 CLASS"
HMDB51_PARTS = {"1": "train", "2": "val", "0": "0"}
FOLDERS = ("ucfTrainTestlist", "testTrainMulti_7030_splits")  # in which the lists come


def is_official(path):
    """Whether a file is named as one of these lists."""
    return bool(UCF101.fullmatch(path.name) or HMDB51.fullmatch(path.name))


def official_lists(path):
    """{part: list} of the lists that split a set; {} if there are none.

    path: one of the lists, or the folder of the set. Then the lists are in it, or in their own
    folder in it or beside it. One list of HMDB51 stands for those of all classes."""
    if path.is_file():
        return with_its_test_list(path) if is_official(path) else {}
    inside = [path, *(path / name for name in FOLDERS)]
    beside = [path.parent / name for name in FOLDERS]
    for folder in (*inside, *beside):
        one = first_list(folder)
        if one and (folder in inside or splits(one, path)):
            return with_its_test_list(one)
    return {}


def splits(one, path):
    """Whether a folder has a file of a list."""
    return any(row.file.is_relative_to(path) and row.file.is_file()
               for row in official_rows(one, path))


def with_its_test_list(given):
    """{part: list}: for UCF101, both lists of a number; for HMDB51, a list that has both parts."""
    match = UCF101.fullmatch(given.name)
    if not match:
        return {"train": given}
    lists = {part: given.with_name(f"{name}list{match[2]}.txt")
             for part, name in (("train", "train"), ("val", "test"))}
    return {part: file for part, file in lists.items() if file.is_file()}


def first_list(folder):
    """The list of a folder with the lowest number, the one of training if it is there."""
    files = [file for file in folder.iterdir() if is_official(file)] if folder.is_dir() else []
    return min(files, key=lambda file: (re.search(r"\d+(?=\.\w+$)", file.name)[0],
                                        not file.name.lower().startswith("train"), file.name),
               default=None)


def official_rows(path, place):
    """The Rows of a list; for HMDB51 those of all classes.  place: where the videos may be."""
    return ucf101_rows(path, place) if UCF101.fullmatch(path.name) else hmdb51_rows(path, place)


def ucf101_rows(path, place):
    """Rows of trainlist01.txt or testlist01.txt; the class is the folder of the file.

    Without a folder it is the one that classInd.txt has for the number, counted from 1.
    Raises ValueError for a line without either, and for a number that classInd.txt does not have.
    """
    names, files, labels = class_names(path.parent), [], []
    for line, text in read_lines(path):
        name, number = re.fullmatch(r"(.*?)(?:\s+(\d+))?", text).groups()
        if number and names and int(number) not in names:
            raise ValueError(f"{path}, line {line}: classInd.txt has no class for the number "
                             f"{number}; it has the numbers {min(names)} to {max(names)}")
        files.append(name)
        labels.append(Path(name).parent.name or names.get(int(number or -1)))
        if not labels[-1]:
            raise ValueError(f"{path}, line {line}: the class of {text!r} is unknown: write "
                             "CLASS/FILE, or FILE and a number that classInd.txt has")
    folder = videos_folder(path, place, files)
    return [make_row(folder, name, label) for name, label in zip(files, labels, strict=True)]


def class_names(folder):
    """{1: first class, ...} of the lines "1 CLASS" of classInd.txt; {} without it.

    Raises ValueError for another line, and for a number twice."""
    path, names = folder / CLASS_NUMBERS, {}
    for line, text in read_lines(path) if path.is_file() else []:
        match = re.fullmatch(r"(\d+)\s+(.+)", text)
        if not match or int(match[1]) in names:
            raise ValueError(f"{path}, line {line}: expected a new number and a class, such as 1 "
                             f"Archery, got {text!r}")
        names[int(match[1])] = match[2]
    return names


def hmdb51_rows(path, place):
    """Rows of the lists of all classes with the number of `path`; part 0 is neither.

    Raises ValueError for a line that does not end in 0, 1 or 2."""
    number, rows = HMDB51.fullmatch(path.name)[2], []
    lists = {HMDB51.fullmatch(file.name)[1]: file for file in sorted(path.parent.iterdir())
             if HMDB51.fullmatch(file.name) and HMDB51.fullmatch(file.name)[2] == number}
    for label, file in lists.items():
        for line, text in read_lines(file):
            *name, part = text.rsplit(maxsplit=1)
            if not name or part not in HMDB51_PARTS:
                raise ValueError(f"{file}, line {line}: expected FILE and 1 (train), 2 (test) or "
                                 f"0 (unused), got {text!r}")
            rows.append((f"{label}/{name[0]}", label, HMDB51_PARTS[part]))
    folder = videos_folder(path, place, [name for name, *_ in rows])
    return [make_row(folder, *row) for row in rows]


def videos_folder(path, place, names):
    """The folder that the names of a list are relative to: one near the list that has a file."""
    top = dataset_folder(path)
    folders = [place, path.parent, top, *sorted(child for child in top.iterdir() if child.is_dir())]
    return next((folder for folder in folders
                 if any((folder / name).is_file() for name in names)), top)
