"""Folders, and atomic writing: after a kill or with a full disk no file is half written."""

import csv
import os
import shutil
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def atomic_write(path, mode="w", **options):
    """Open a file that replaces `path` only when it is completely on the disk."""
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


@contextmanager
def new_folder(folder, option):
    """Make a folder that gets its name when it is complete; ValueError if the name is taken."""
    folder = Path(folder)
    if folder.exists():
        raise ValueError(f"{folder} exists already; give another {option}")
    unfinished = folder.with_name(f".{folder.name}.{os.getpid()}.part")
    make_folder(unfinished, option)
    try:
        yield unfinished
        os.rename(unfinished, folder)
    except BaseException:
        shutil.rmtree(unfinished, ignore_errors=True)
        raise


def make_folder(folder, option):
    """Create a folder if it is missing; ValueError names the option to change. Returns a Path."""
    folder = Path(folder)
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise ValueError(f"cannot make folder {folder}: {error.strerror}; give another {option}"
                         ) from None
    return folder


def check_folder(folder, option):
    """Raise ValueError if a file is in the way of a folder that will be created later."""
    existing = next(path for path in (Path(folder), *Path(folder).parents) if path.exists())
    if not existing.is_dir():
        raise ValueError(f"cannot make folder {folder}: {existing} is a file; "
                         f"give another {option}")


def write_text(path, text):
    """Write a text file atomically."""
    with atomic_write(path, encoding="utf-8") as file:
        file.write(text)


def write_csv(path, columns, rows):
    """Write a CSV file atomically, with a header; names of files keep their bytes."""
    with atomic_write(path, encoding="utf-8", errors="surrogateescape", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(columns)
        writer.writerows(rows)
