"""The videos and images that a person names: files, folders and patterns such as 'clips/*.mp4'."""

import os
import warnings
from collections.abc import Iterable, Iterator
from glob import glob
from pathlib import Path
from typing import NamedTuple

from tubevit_np.data.datasets.class_folders import kind_in_set
from tubevit_np.data.datasets.walk import walk_files
from tubevit_np.data.decoding.images import error_text


class Found(NamedTuple):
    """A file, or a name for which there is none, and then the error."""

    file: str
    error: str = ""


def find_files(names: Iterable[str]) -> Iterator[Found]:
    """Yield the files of each name in the order of the names; a file may come more than once.

    A name is a file, a folder or a pattern; the files of a folder or pattern are sorted."""
    for name in names:
        if os.path.exists(name):
            yield from files_of(name)
        elif matches := sorted(glob(name, recursive=True)):
            for match in matches:
                yield from files_of(match)
        elif set(name) & set("*?["):
            yield Found(name, f"{name} matches no file")
        else:
            yield Found(name, f"{name}: there is no such file")


def files_of(name: str) -> Iterator[Found]:
    """Yield a file, or the videos and images below a folder; a warning counts its other files."""
    if not os.path.isdir(name):
        yield Found(name)
        return
    errors: list[OSError] = []
    paths = sorted(path for path in walk_files(name, errors.append)
                   if not path.name.startswith("."))
    used = [path for path in paths if kind_in_set(path, "video")]
    yield from (Found(str(path)) for path in used)
    yield from (Found(error.filename, f"{error.filename}: {error_text(error)}") for error in errors)
    others = sorted({*paths} - {*used})
    if others and used:
        warnings.warn(f"{name}: left out {describe(others)}")
    elif not used and not errors:
        only = f"; it holds {describe(others)}" if others else "; it is empty"
        yield Found(name, f"{name} holds no video or image{only}")


def describe(others: list[Path]) -> str:
    """The number of files that are neither videos nor images, and one of their names."""
    if len(others) == 1:
        return f"a file that is neither a video nor an image: {others[0].name}"
    return f"{len(others)} files that are neither videos nor images, the first: {others[0].name}"
