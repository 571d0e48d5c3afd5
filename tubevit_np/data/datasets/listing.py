"""Which files of a labeled set are trained on, and which are held out or scored."""

import os
from pathlib import Path

from tubevit_np.data.datasets.in_both_parts import warn_of_files_in_both
from tubevit_np.data.datasets.list_sources import (
    held_out_rule,
    is_one_part,
    list_sources,
    set_folder,
)
from tubevit_np.data.datasets.part_names import PARTS
from tubevit_np.data.datasets.parts import Parts, check_class_names, problem
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

NOT_TRAINED_ON = "the files that the model was not trained on"  # a rule


def list_parts(path, kind, group_by=None, must_match=True, without_classes=False):
    """The Parts of a set for training.  Opens no file except tables and files of unknown kinds.

    group_by: a regular expression for the files of one recording, see recordings.py; with
    must_match, some file must match it;  without_classes: also folders of pictures that lie in no
    class folders.  Raises ValueError if `path` is not a data set."""
    path = Path(os.path.abspath(path))
    sources, rows = list_sources(path, kind, group_by != FILES_ALONE, without_classes)
    val = held_out_part(rows)
    parts = {name: rows[part] for name, part in (("train", "train"), ("val", val)) if part in rows}
    check_part_names(path, rows)
    unused = [(row.file, f"in the part {part}") for part in rows if part not in ("train", val)
              for row in rows[part]]
    found = found_parts(path, kind, parts, sources, rows, held_out_rule(sources, val), unused)
    found = with_held_out(found, path, group_by, must_match)
    warn_of_files_in_both(found, path)
    return found


def list_for_evaluation(path, kind, group_by=None, must_match=True, without_classes=False,
                        split=False, trained_on=lambda parts: set()):
    """The Parts of a set that is only scored: "val" is the part that the set holds out, or all.

    split: whether a set without parts is split as for training;  trained_on(parts): the files that
    the model was trained on, if the model was trained on this set. These are not scored.  The other
    arguments are those of list_parts."""
    path = Path(os.path.abspath(path))
    sources, rows = list_sources(path, kind, True, without_classes, training=False)
    held = held_out_part(rows)
    others = [row for part, some in rows.items() if part != held for row in some]
    if rows.get(held) and others:
        return found_parts(path, kind, {"train": others, "val": rows[held]}, sources, rows,
                           held_out_rule(sources, held))
    every = {"val": sorted(row for some in rows.values() for row in some)}
    if not is_one_part(path, kind, without_classes):
        if split:
            return list_parts(path, kind, group_by, must_match, without_classes)
        if known := trained_on(Parts(every, set_folder(path, sources), "")):
            parts = {part: [row for row in every["val"] if (row.file in known) == (part == "train")]
                     for part in ("train", "val")}
            return found_parts(path, kind, parts, sources, rows, NOT_TRAINED_ON)
    return found_parts(path, kind, every, sources, rows, path.name, whole=True)


def list_pictures(path, group_by=None, must_match=True):
    """list_parts for images, also for folders of pictures without classes: PATH/FILE, or
    PATH/train/FILE with PATH/val/FILE.  The class of these pictures is the name of PATH."""
    return list_parts(path, "image", group_by, must_match, without_classes=True)


def held_out_part(rows):
    """"val", or "test" if the set has no val but labeled files for a test."""
    tested = not rows.get("val") and any(not problem(row) for row in rows.get("test", ()))
    return "test" if tested else "val"


def check_part_names(path, rows):
    """Raise ValueError if no rows are for training, but some for another part than val."""
    other = sorted(part for part in rows if part not in PARTS)
    if not rows.get("train") and other:
        raise ValueError(f"{path} has rows for {', '.join(other[:5])}, but none for train: name "
                         f"the parts {', '.join(PARTS)}")
    if not rows.get("train") and not rows.get("val") and rows.get("test"):
        raise ValueError(f"{path} has rows for test, but none for train or val; add the tables of "
                         "train and val")


def found_parts(path, kind, parts, sources, rows, rule, unused=(), whole=False):
    """The Parts, after warnings of all that is not used.

    rows: {part: rows} of everything that the sources list."""
    listed = [row for some in rows.values() for row in some]
    unused = [*unused, *unused_files(path, kind, sources, listed)]
    warn_of_unused(path, unused)
    warn_of_empty_classes(path, kind, sources, listed)
    warn_of_deeper_files(path, kind, sources, listed)
    return Parts(parts, set_folder(path, sources), rule, unused, whole)


def with_held_out(parts, path, group_by, must_match=True):
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
