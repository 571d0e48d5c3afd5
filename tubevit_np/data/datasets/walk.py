"""All files below a folder."""

import os
from pathlib import Path

LINK = "a link to a folder that is listed already"


def walk_files(folder, onerror=None, leave_out=lambda path, reason: None):
    """Yield all files below a folder; follows links, visits each folder once, no hidden one.

    onerror: called with the OSError of each folder that cannot be listed;  leave_out: called with
    (path, reason) of each other folder whose files are not yielded, and of empty folders."""
    visited = set()
    for parent, folders, names in os.walk(folder, onerror=onerror, followlinks=True):
        if os.path.realpath(parent) in visited:
            leave_out(Path(parent), LINK)
            folders.clear()
            continue
        visited.add(os.path.realpath(parent))
        if not folders and not names:
            leave_out(Path(parent), "an empty folder")
        for name in filter(is_hidden, folders):
            leave_out(Path(parent) / name, "hidden")
        folders[:] = sorted(name for name in folders if not is_hidden(name))
        yield from (Path(parent) / name for name in names)


def is_hidden(name):
    """Whether a file or folder is hidden, by its name."""
    return name.startswith(".")
