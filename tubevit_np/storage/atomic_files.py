"""Folders, and atomic writing: a kill or a full disk never leaves half a file."""

import csv
import os
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def atomic_write(path, mode="w", **options):
    """An open file that replaces `path` only when it is completely on the disk."""
    unfinished = path.with_name(f".{path.name}.part")
    try:
        with open(unfinished, mode, **options) as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        os.replace(unfinished, path)
    except BaseException:
        unfinished.unlink(missing_ok=True)
        raise


def make_folder(folder, option):
    """The folder as a Path, made where it is not there; ValueError, with the option to change."""
    folder = Path(folder)
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise ValueError(f"cannot make folder {folder}: {error.strerror}; give another {option}"
                         ) from None
    return folder


def check_folder(folder, option):
    """Raises ValueError where a file is in the way of a folder that is made only after the work."""
    there = next(one for one in (Path(folder), *Path(folder).parents) if one.exists())
    if not there.is_dir():
        raise ValueError(f"cannot make folder {folder}: {there} is a file; give another {option}")


def write_text(path, text):
    with atomic_write(path, encoding="utf-8") as file:
        file.write(text)


def write_csv(path, columns, rows):
    """A table with a header."""
    with atomic_write(path, encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(columns)
        writer.writerows(rows)
