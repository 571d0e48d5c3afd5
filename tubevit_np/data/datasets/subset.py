"""Make a small part of a large labeled set: train.csv and val.csv, which you can pass to --data."""

from pathlib import Path

import numpy as np

from tubevit_np.data.datasets.listing import list_parts
from tubevit_np.data.datasets.parts import is_utf8, split_usable
from tubevit_np.data.datasets.tables.row import class_name
from tubevit_np.data.datasets.tables.text_files import read_lines
from tubevit_np.nearest import nearest
from tubevit_np.storage.atomic_files import make_folder, write_csv


def make_subset(path, kind, folder, classes=None, per_class=None, seed=0, group_by=None):
    """Write folder/train.csv and folder/val.csv; returns {part: {class name: number of files}}.

    classes: how many, drawn at random, or a list of names.  per_class: at most this many random
    files of each class in each part.  group_by: as in list_parts.  Only existing files count; a
    part without any is left out.  Raises ValueError for an unknown class, if nothing would be left,
    for a file that a table cannot name, and if the folder already holds such a table."""
    listed = list_parts(path, kind, group_by)
    parts = {part: rows for part, some in listed.items() if (rows := split_usable(some)[0])}
    rng = np.random.default_rng(seed)
    if not parts:
        first = min(row for rows in listed.values() for row in rows)
        raise ValueError(f"data {path}: none of its {sum(map(len, listed.values()))} {kind}s "
                         f"exists on this disk, the first: {first.file}")
    chosen_from = parts.get("train") or parts["val"]
    names = choose_classes(sorted({row.label for row in chosen_from}), classes, rng)
    chosen = {part: sample_rows(rows, names, per_class, rng) for part, rows in parts.items()}
    check_file_names([row.file for rows in chosen.values() for row in rows])
    folder = make_folder(folder, "--out")
    if existing := [part for part in chosen if (folder / f"{part}.csv").exists()]:
        raise ValueError(f"{folder} already holds {existing[0]}.csv; give another --out")
    for part, rows in chosen.items():
        write_csv(folder / f"{part}.csv", ("path", "label"), [row[:2] for row in rows])
    return {part: {name: sum(row.label == name for row in rows) for name in names}
            for part, rows in chosen.items()}


def check_file_names(files):
    """Raise ValueError for a name that no table can hold: not UTF-8, or on several lines."""
    for file in map(str, files):
        if not is_utf8(file) or "\n" in file:
            raise ValueError(f"file {file!r}: a table cannot hold its name, which is not UTF-8 or "
                             "has a line break; rename the file, for example with: convmv -f "
                             "latin1 -t utf8 --notest FILE")


def read_classes(text):
    """The value of --classes: None, a number, or the class names in a file, one per line.

    Raises ValueError if it is neither a number nor a text file in UTF-8."""
    if text is None or text.isdigit():
        return text and int(text)
    if not Path(text).is_file():
        raise ValueError(f"classes {text}: neither a number nor a file; give a number, or a file "
                         "with one class name per line")
    return [class_name(line) for _, line in read_lines(text)]


def choose_classes(available, classes, rng):
    """The chosen class names, sorted; classes: None (all), a number or names; else ValueError."""
    if classes is None:
        return available
    if isinstance(classes, int):
        if not 2 <= classes <= len(available):
            raise ValueError(f"classes is {classes}; use 2 to {len(available)}, the number of "
                             "usable classes of the set")
        return sorted(rng.choice(available, classes, replace=False).tolist())
    if unknown := sorted(set(classes) - set(available)):
        raise ValueError(f"class {unknown[0]!r} is not one of the {len(available)} usable classes "
                         f"of the set: {', '.join(available[:5])}, ..."
                         f"{nearest(unknown[0], available)}")
    return sorted(set(classes))


def sample_rows(rows, names, limit, rng):
    """At most `limit` random rows of each class, sorted by file."""
    chosen = []
    for name in names:
        of_class = [row for row in rows if row.label == name]
        chosen += [of_class[i] for i in rng.permutation(len(of_class))[:limit]]
    return sorted(chosen)
