"""Reads the annotation files of known data sets, in the formats in which they are downloaded.

Kinetics: a CSV with youtube_id,time_start,time_end, and optionally label, split and is_cc; the clip
is ID_SSSSSS_EEEEEE.mp4, or ID.mp4 if no other row has that id.  Something-Something V2: a JSON list
of {id, template}; the clip is ID.webm.  A list file: lines "PATH LABEL" or "PATH,LABEL"."""

import csv
import json
import os
from collections import Counter
from functools import cache
from pathlib import Path
from typing import NamedTuple

from tubevit_np.data.decoding.video import VIDEO_SUFFIXES

KINETICS = {"youtube_id", "time_start", "time_end"}
ANNOTATION_FOLDERS = ("annotations", "labels")  # next to the clips
OFFICIAL_FOLDERS = ("ucftraintestlist", "testtrainmulti_7030_splits")  # see official_splits.py
CLASS_NAMES = ("labels.txt", "label_map.txt", "classes.txt")  # one name per line, next to a list


class Row(NamedTuple):
    """One example: its file, class name, the split in its row, why it is unusable (or ""), and the
    recording in its row."""

    file: Path
    label: str
    split: str = ""
    reason: str = ""
    group: str = ""


def read_table(path):
    """(rows as dicts, column names) of a CSV with a header.  Raises ValueError if it is not one."""
    try:
        with path.open(newline="", encoding="utf-8-sig") as file:  # spreadsheets write a BOM
            reader = csv.DictReader(file, skipinitialspace=True)
            return list(reader), reader.fieldnames or []
    except (UnicodeDecodeError, csv.Error) as error:
        raise ValueError(f"{path} is not a CSV in UTF-8: {error}") from error


def cell(row, column):
    """The text of a column, or "" if the row or the table has none."""
    return (row.get(column) or "").strip()


def kinetics_rows(table, path):
    """Yield the Rows of a Kinetics CSV; its clips are anywhere below the data set's folder.

    Raises ValueError if a time is not a whole number of seconds."""
    clips, ids = index_clips(dataset_folder(path)), Counter(row["youtube_id"] for row in table)
    for number, row in enumerate(table, 2):
        name = row["youtube_id"].strip()
        try:
            full_name = f"{name}_{int(row['time_start']):06d}_{int(row['time_end']):06d}"
        except (TypeError, ValueError):
            raise ValueError(f"{path}, line {number}: time_start and time_end must be whole "
                             f"seconds, not {row['time_start']!r} and {row['time_end']!r}"
                             ) from None
        file = clips.get(full_name) or (clips.get(name) if ids[name] == 1 else None)
        yield Row(file or dataset_folder(path) / f"{full_name}.mp4", cell(row, "label"),
                  cell(row, "split"), group=cell(row, "group"))


def ssv2_rows(path):
    """Yield the Rows of a Something-Something JSON; the class is the template without brackets.

    Raises ValueError if the file has another structure."""
    try:
        records = json.loads(path.read_text(encoding="utf-8-sig"))
        named = [(str(record["id"]), record.get("template", "")) for record in records]
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise ValueError(f"{path} is not a JSON list of clips with id and template: {error!r}"
                         ) from None
    clips = index_clips(dataset_folder(path))
    for name, template in named:
        label = template.replace("[", "").replace("]", "")
        yield Row(clips.get(name) or dataset_folder(path) / f"{name}.webm", label)


def list_file_rows(path):
    """Yield the Rows of lines "PATH LABEL"; a number is an index into the class names file."""
    names = read_class_names(path)
    for number, line in enumerate(path.read_text(encoding="utf-8-sig").splitlines(), 1):
        if line.strip():
            name, label = _split_line(line.strip(), f"{path}, line {number}")
            file = path.parent / name
            if Path(name).name == name and not file.is_file():  # lists often omit the folder
                file = index_clips(dataset_folder(path)).get(Path(name).stem, file)
            yield Row(file, names.get(label, label))


def _split_line(line, where):
    """(path, label) of a line: the label is last; a path may contain spaces and commas.

    where: the file and line for the error message.  Raises ValueError."""
    for separator in (",", " "):
        file, _, label = (part.strip() for part in line.rpartition(separator))
        if label and Path(file).suffix.lower() in VIDEO_SUFFIXES:
            return file, label
    words = line.split()
    kind = ("several labels for one video" if Path(words[0]).suffix.lower() in VIDEO_SUFFIXES
            else "folders of frames")
    hint = f"; lists with {kind} are not supported" if len(words) > 2 else ""
    raise ValueError(f"{where}: expected PATH LABEL of a video, got {line!r}{hint}")


def read_class_names(path):
    """{"0": first name, ...} from the class names file next to a list; {} without such a file."""
    files = [path.parent / name for name in CLASS_NAMES if (path.parent / name).is_file()]
    names = files[0].read_text(encoding="utf-8-sig").splitlines() if files else []
    return {str(k): name.strip() for k, name in enumerate(names)}


def dataset_folder(path):
    """The folder of the data set that an annotation file belongs to."""
    folders = (*ANNOTATION_FOLDERS, *OFFICIAL_FOLDERS)
    return path.parent.parent if path.parent.name.lower() in folders else path.parent


@cache
def index_clips(folder):
    """{file name without suffix: file} of all videos below a folder; cached during a listing."""
    return {file.stem: file for file in sorted(walk_files(folder))
            if file.suffix.lower() in VIDEO_SUFFIXES and not file.name.startswith(".")}


def walk_files(folder, onerror=None):
    """Yield all files below a folder; follows links, visits each folder once, no hidden one.

    onerror: called with the OSError of each folder that cannot be listed."""
    visited = set()
    for parent, folders, names in os.walk(folder, onerror=onerror, followlinks=True):
        if os.path.realpath(parent) in visited:
            folders.clear()
            continue
        visited.add(os.path.realpath(parent))
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        yield from (Path(parent) / name for name in names)
