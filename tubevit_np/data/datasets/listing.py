"""Which files of a labeled set are trained on, and which are held out or scored."""

import os
from pathlib import Path

from tubevit_np.data.datasets.in_both_parts import warn_of_files_in_both
from tubevit_np.data.datasets.list_sources import list_sources, rule_of, set_folder
from tubevit_np.data.datasets.parts import ALL, Parts, check_class_names, problem
from tubevit_np.data.datasets.recordings import (
    FILES_ALONE,
    recordings,
    warn_if_cut,
    warn_of_single,
)
from tubevit_np.data.datasets.split import VAL_EVERY, hold_out
from tubevit_np.data.datasets.unused import (
    unused_files,
    warn_of_deeper_files,
    warn_of_empty_classes,
    warn_of_unused,
)


def list_parts(path, kind, group_by=None, must_match=True, without_classes=False):
    """The Parts of a set for training.  Opens no file except tables and files of unknown kinds.

    group_by: a regular expression for the files of one recording, see recordings.py; with
    must_match, some file must match it;  without_classes: also folders of pictures that lie in no
    class folders.  Raises ValueError if `path` is not a data set."""
    path = Path(os.path.abspath(path))
    sources, rows = list_sources(path, kind, group_by != FILES_ALONE, without_classes)
    val = held_out_part(rows)
    parts = {name: rows[part] for name, part in (("train", "train"), ("val", val)) if part in rows}
    if not any(parts.values()):
        raise ValueError(f"{path} has rows for {min(rows)}, but none for train or val; add the "
                         "tables of train and val")
    unused = [(row.file, f"in the part {part}") for part in rows.keys() - {"train", val}
              for row in rows[part]]
    found = found_parts(path, kind, parts, sources, rows, rule_of(sources, val), unused)
    found = divided(found, path, group_by, must_match)
    warn_of_files_in_both(found, path)
    return found


def list_for_evaluation(path, kind, group_by=None, must_match=True, without_classes=False,
                        divides=lambda parts: False):
    """The Parts of a set that is only scored: "val" is the part that the set holds out, or all.

    divides(parts): whether a set that holds out nothing is divided as for training; parts: all its
    files.  Otherwise as list_parts."""
    path = Path(os.path.abspath(path))
    sources, rows = list_sources(path, kind, True, without_classes, training=False)
    held = held_out_part(rows)
    others = [row for part, some in rows.items() if part != held for row in some]
    if rows.get(held) and others:
        return found_parts(path, kind, {"train": others, "val": rows[held]}, sources, rows,
                           rule_of(sources, held))
    every = {"val": sorted(row for some in rows.values() for row in some)}
    if divides(Parts(every, set_folder(path, sources), ALL)):
        return list_parts(path, kind, group_by, must_match, without_classes)
    return found_parts(path, kind, every, sources, rows, ALL)


def list_pictures(path, group_by=None, must_match=True):
    """list_parts for images, also for folders of pictures without classes: PATH/FILE, or
    PATH/train/FILE with PATH/val/FILE.  The class of these pictures is the name of PATH."""
    return list_parts(path, "image", group_by, must_match, without_classes=True)


def held_out_part(rows):
    """"val", or "test" if the set has no val but labeled files for a test."""
    tested = not rows.get("val") and any(not problem(row) for row in rows.get("test", ()))
    return "test" if tested else "val"


def found_parts(path, kind, parts, sources, rows, rule, unused=()):
    """The Parts, after warnings of all that is not used.

    rows: {part: rows} of everything that the sources list."""
    listed = [row for some in rows.values() for row in some]
    unused = [*unused, *unused_files(path, kind, sources, listed)]
    warn_of_unused(path, unused)
    warn_of_empty_classes(path, kind, sources, listed)
    warn_of_deeper_files(path, kind, sources, listed)
    return Parts(parts, set_folder(path, sources), rule, unused)


def divided(parts, path, group_by, must_match=True):
    """Parts with a held-out part: that of the set itself, or else a fifth of each class."""
    rows = [row for some in parts.values() for row in some]
    check_class_names(rows)
    groups, how = recordings(rows, parts.folder, group_by, must_match)
    if list(parts) != ["train"]:
        warn_if_cut(parts, groups, path)
        return parts
    halves = hold_out(rows, groups)
    if groups:
        warn_of_single(rows, halves["val"], path)
    rule = (f"about a fifth of each class, whole recordings {how}" if groups else
            f"every {VAL_EVERY}th file of each class")
    return Parts(halves, parts.folder, rule, parts.unused)
