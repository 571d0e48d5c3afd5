"""Which clips the annotation files of known data sets name, each in the form it is downloaded in.

Kinetics: a CSV with youtube_id,time_start,time_end, and label, split and is_cc where it has them;
the clip is ID_SSSSSS_EEEEEE.mp4, or ID.mp4 if there is no other of that id.  Something-Something
V2: a JSON list of {id, template}; the clip is ID.webm.  A list: lines "PATH LABEL", "PATH,LABEL".
"""

import csv
import json
import os
from collections import Counter
from functools import cache
from pathlib import Path
from typing import NamedTuple

from tubevit_np.data.decoding.video import VIDEO_SUFFIXES

KINETICS = {"youtube_id", "time_start", "time_end"}
BESIDE = ("annotations", "labels")  # folders that such files are kept in, beside the clips
CLASS_NAMES = ("labels.txt", "label_map.txt", "classes.txt")  # one name a line, beside a list


class Row(NamedTuple):
    """One example: its file, its class name, the split that its row names, why it is left out."""

    file: Path
    label: str
    split: str = ""
    why: str = ""


def read_table(path):
    """A CSV with a header: (rows as dicts, column names).  Raises ValueError if it is none."""
    try:
        with path.open(newline="", encoding="utf-8-sig") as file:  # spreadsheets write a BOM
            reader = csv.DictReader(file, skipinitialspace=True)
            return list(reader), reader.fieldnames or []
    except (UnicodeDecodeError, csv.Error) as error:
        raise ValueError(f"{path} is not a CSV in UTF-8: {error}") from error


def kinetics_rows(table, path):
    """Rows of a Kinetics CSV; clips lie anywhere below the data set's folder."""
    clips, ids = clips_below(home(path)), Counter(row["youtube_id"] for row in table)
    for number, row in enumerate(table, 2):
        name, split = row["youtube_id"].strip(), (row.get("split") or "").strip()
        try:
            full = f"{name}_{int(row['time_start']):06d}_{int(row['time_end']):06d}"
        except (TypeError, ValueError):
            raise ValueError(f"{path}, line {number}: time_start and time_end must be whole "
                             f"seconds, not {row['time_start']!r} and {row['time_end']!r}"
                             ) from None
        found = clips.get(full) or (clips.get(name) if ids[name] == 1 else None)
        yield Row(found or home(path) / f"{full}.mp4", (row.get("label") or "").strip(), split)


def ssv2_rows(path):
    """Rows of a Something-Something JSON; the class is the template without its brackets."""
    try:
        records = json.loads(path.read_text(encoding="utf-8-sig"))
        named = [(str(record["id"]), record.get("template", "")) for record in records]
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise ValueError(f"{path} is no list of clips with id and template: {error!r}") from None
    clips = clips_below(home(path))
    for name, template in named:
        label = template.replace("[", "").replace("]", "")
        yield Row(clips.get(name) or home(path) / f"{name}.webm", label)


def list_file_rows(path):
    """Rows of lines "PATH LABEL"; a number is a place in the class names beside the list."""
    names = class_names_beside(path)
    for number, line in enumerate(path.read_text(encoding="utf-8-sig").splitlines(), 1):
        if line.strip():
            name, label = _split(line.strip(), f"{path}, line {number}")
            file = path.parent / name
            if Path(name).name == name and not file.is_file():  # in a folder that lists leave out
                file = clips_below(home(path)).get(Path(name).stem, file)
            yield Row(file, names.get(label, label))


def _split(line, where):
    """(path, label): the label stands last; a path may hold spaces and commas."""
    for mark in (",", " "):
        file, _, label = (part.strip() for part in line.rpartition(mark))
        if label and Path(file).suffix.lower() in VIDEO_SUFFIXES:
            return file, label
    words = line.split()
    kind = ("several labels for one video" if Path(words[0]).suffix.lower() in VIDEO_SUFFIXES
            else "folders of frames")
    told = f"; this is from a list of {kind}" if len(words) > 2 else ""
    raise ValueError(f"{where}: expected PATH LABEL of a video, got {line!r}{told}")


def class_names_beside(path):
    """{"0": first name, ...} of the names file in a list's folder, or nothing."""
    files = [path.parent / name for name in CLASS_NAMES if (path.parent / name).is_file()]
    names = files[0].read_text(encoding="utf-8-sig").splitlines() if files else []
    return {str(k): name.strip() for k, name in enumerate(names)}


def home(path):
    """The folder of the data set that an annotation file belongs to."""
    return path.parent.parent if path.parent.name.lower() in BESIDE else path.parent


@cache
def clips_below(folder):
    """{name without its suffix: file} of all videos below a folder, walked once for a listing."""
    return {file.stem: file for file in sorted(files_below(folder))
            if file.suffix.lower() in VIDEO_SUFFIXES and not file.name.startswith(".")}


def files_below(folder):
    """Also where links lead, to each folder once: they may go in a circle."""
    seen = set()
    for place, folders, names in os.walk(folder, followlinks=True):
        if os.path.realpath(place) in seen:
            folders.clear()
            continue
        seen.add(os.path.realpath(place))
        folders.sort()
        yield from (Path(place) / name for name in names)
