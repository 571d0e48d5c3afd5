"""All files below a folder."""

import os
from pathlib import Path

LINK = "a link to a folder that is listed already"


def walk_files(folder, onerror=None, leave_out=lambda path, reason: None):
    """Yield all files below a folder; follows links, visits each folder once, no hidden one.

    onerror: called with the OSError of each folder that cannot be listed;  leave_out: called with
    (path, reason) of each other folder whose files are not yielded, and of empty folders."""
    visited, top = set(), os.path.realpath(folder)
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
        links = [name for name in folders if leads_into(os.path.join(parent, name), top)]
        for name in links:  # its files belong to the folder in which they lie
            leave_out(Path(parent) / name, LINK)
        folders[:] = sorted(name for name in {*folders} - {*links} if not is_hidden(name))
        yield from (Path(parent) / name for name in names)


def leads_into(path, top):
    """Whether a link leads to a folder below `top` that is visited anyway."""
    if not os.path.islink(path) or is_hidden(os.path.basename(path)):
        return False
    target = os.path.relpath(os.path.realpath(path), top)  # "../x" outside of top: no visit
    return target == "." or not any(map(is_hidden, target.split(os.sep)))


def is_hidden(name):
    """Whether a file or folder is hidden, by its name."""
    return name.startswith(".")
