"""Lists: lines "PATH LABEL", with a tab, semicolon, comma or space before the label."""

import csv
import os
import re
from pathlib import Path

from tubevit_np.data.datasets.clip_index import dataset_folder, index_clips
from tubevit_np.data.datasets.tables.class_names import names_of_labels
from tubevit_np.data.datasets.tables.row import make_row, unicode_forms
from tubevit_np.data.datasets.tables.text_files import quoted, read_lines
from tubevit_np.data.decoding.suffixes import IMAGE_SUFFIXES, VIDEO_SUFFIXES, suffix_of

SEPARATORS = "\t;, "
SUFFIX = re.compile(r"\.(?=\w*[^\W\d])\w+$")  # of a file: at least one letter


def list_file_rows(path):
    """The Rows of a list; a number is an index into the class names file, see class_names.py.

    Raises ValueError for a line that is not PATH LABEL, and for an unknown label."""
    split = [(number, *split_line(line, path, number)) for number, line in read_lines(path)]
    labels = names_of_labels([(number, label) for number, _, label in split], path)
    return [make_row(path.parent, listed_file(path, name), label)
            for (_, name, _), label in zip(split, labels, strict=True)]


def listed_file(path, name):
    """The file of a line: in the folder of the list, or of that name anywhere in the set."""
    if Path(name).name != name or os.path.isfile(path.parent / name):
        return name
    clips = index_clips(dataset_folder(path))  # lists often omit the folder
    names = (one for form in unicode_forms(name) for one in (form, Path(form).stem))
    return next(filter(None, map(clips.get, names)), name)


def is_list_line(line, folder):
    """Whether a line is PATH LABEL."""
    return bool(path_and_label(line.strip(), folder))


def split_line(line, path, number):
    """(path, label) of a line.  Raises ValueError with file and line if it is not PATH LABEL."""
    if found := path_and_label(line, path.parent):
        return found
    raise ValueError(f"{path}, line {number}: expected PATH LABEL, got {quoted(line)}{hint(line)}")


def path_and_label(line, folder):
    """(path, label) of a line, or None: the label is last; a path may contain spaces and commas."""
    pairs = [pair for separator in SEPARATORS if (pair := split_at(line, separator)) and pair[1]]
    named = ([pair for pair in pairs if SUFFIX.search(pair[0])]
             or [pair for pair in pairs if os.path.isfile(folder / pair[0])])
    if len(named) > 1:
        named.sort(key=lambda pair: doubt(folder / pair[0]))
    return named[0] if named else None


def split_at(line, separator):
    """(path, label) of a line that its last separator divides, or None.

    If one of them begins or ends with a quote, the line must have two fields by the rules for CSVs.
    """
    file, _, label = (part.strip() for part in line.rpartition(separator))
    if '"' in (file[:1], file[-1:], label[:1], label[-1:]):
        fields = quoted_fields(line, separator)
        return fields if len(fields) == 2 else None
    return (file, label) if separator in line else None


def quoted_fields(line, separator):
    """The fields of a line by the rules for CSVs; none if its quotes do not match."""
    try:
        fields = next(csv.reader([line], delimiter=separator, skipinitialspace=True, strict=True))
        return tuple(field.strip() for field in fields)
    except csv.Error:
        return ()


def doubt(file):
    """0 for a file that exists, 1 for the suffix of a video or image, else 2."""
    if os.path.isfile(file):
        return 0
    return 1 if suffix_of(file) in VIDEO_SUFFIXES + IMAGE_SUFFIXES else 2


def hint(line):
    """What a line that is not PATH LABEL may be."""
    if '"' in line:
        return '; close every quote, and write "" for a quote inside quotes'
    words = re.split(r"[\s,;]+", line)
    ends = [k for k, word in enumerate(words, 1) if SUFFIX.search(word)]  # of the path
    labels = words[ends[0] if ends else 1:]
    if len(labels) > 1 and all(map(str.isdigit, labels)):
        kind = "several labels for one video" if ends else "folders of frames"
        return f"; lists with {kind} are not supported"
    return ("; a label with spaces or commas needs a tab before it, or quotes around it"
            if ends and len(labels) > 1 else "")
