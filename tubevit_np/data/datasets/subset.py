"""A small part of a large labelled set, as train.csv and val.csv that any run can be given."""

from pathlib import Path

import numpy as np

from tubevit_np.data.datasets.dataset import present
from tubevit_np.data.datasets.listing import list_parts
from tubevit_np.storage.atomic_files import make_folder, write_csv


def make_subset(path, kind, folder, classes=None, per_class=None, seed=0):
    """Write folder/train.csv and folder/val.csv; returns {part: {class name: files}}.

    classes: how many, drawn by the seed, or their names.  per_class: at most so many files of each
    class in train, drawn too, and in val.  Only files that are there count.  Raises ValueError for
    a class that the set has not, where nothing would be left, and where such a table is already."""
    parts = {part: present(rows)[0] for part, rows in list_parts(path, kind).items()}
    rng = np.random.default_rng(seed)
    names = choose(sorted({row.label for row in parts.get("train", [])}), classes, rng)
    if not names:
        raise ValueError(f"data {path} has no {kind} for train that is there")
    kept = {part: few(rows, names, per_class, rng) for part, rows in parts.items()}
    folder = make_folder(folder, "--out")
    if there := [part for part in kept if (folder / f"{part}.csv").exists()]:
        raise ValueError(f"{folder} already holds {there[0]}.csv; give another --out")
    for part, rows in kept.items():
        write_csv(folder / f"{part}.csv", ("path", "label"), [row[:2] for row in rows])
    return {part: {name: sum(row.label == name for row in rows) for name in names}
            for part, rows in kept.items()}


def read_classes(given):
    """What --classes says: None, a number, or the names in a file, one a line."""
    if given is None or given.isdigit():
        return given and int(given)
    try:
        lines = Path(given).read_text(encoding="utf-8-sig").splitlines()
    except OSError:
        raise ValueError(f"classes {given}: neither a number nor a file of names") from None
    return [line.strip() for line in lines if line.strip()]


def choose(known, classes, rng):
    """So many of the known class names, or those named; sorted."""
    if classes is None:
        return known
    if isinstance(classes, int):
        if not 2 <= classes <= len(known):
            raise ValueError(f"classes is {classes}; the set has {len(known)} that can be used, "
                             "and a model needs two")
        return sorted(rng.choice(known, classes, replace=False).tolist())
    if unknown := sorted(set(classes) - set(known)):
        raise ValueError(f"class {unknown[0]!r} is none of the {len(known)} that can be used")
    return sorted(set(classes))


def few(rows, names, most, rng):
    """At most so many rows of each class, drawn, in the order of the files."""
    kept = []
    for name in names:
        own = [row for row in rows if row.label == name]
        drawn = rng.permutation(len(own))[:most]
        kept += [own[i] for i in drawn]
    return sorted(kept)
