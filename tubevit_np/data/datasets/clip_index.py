"""The folder of a data set, and all files below it."""

import os
from functools import cache
from pathlib import Path

from tubevit_np.data.decoding.suffixes import VIDEO_SUFFIXES

ANNOTATION_FOLDERS = ("annotations", "labels")  # next to the clips
OFFICIAL_FOLDERS = ("ucftraintestlist", "testtrainmulti_7030_splits")  # see official_splits.py


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
