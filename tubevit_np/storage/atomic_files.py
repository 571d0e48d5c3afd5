"""Folders, and atomic writing: after a kill or with a full disk no file is half written."""

import csv
import os
import shutil
import time
import uuid
from contextlib import contextmanager, suppress
from pathlib import Path


@contextmanager
def atomic_write(path, mode="w", sync=True, **options):
    """Open a file that replaces `path` only when it is completely on the disk.

    sync: whether it must survive a power failure, which takes time.
    """
    unfinished = unfinished_path(path)
    try:
        with open(unfinished, mode, **options) as file:
            yield file
            file.flush()
            if sync:
                os.fsync(file.fileno())
        os.replace(unfinished, path)
    except BaseException:
        unfinished.unlink(missing_ok=True)
        raise


def unfinished_path(path):
    """Return a temporary name that no other process or thread uses."""
    return path.with_name(f".{path.name}.{uuid.uuid4().hex[:12]}.part")


def remove_leftovers(folder, *names, hours=0):
    """Delete the unfinished files of killed processes that are older than `hours`.

    names: beginnings of the names of the files, if no other process is writing these files.
    """
    for path in folder.glob(".*.part"):
        with suppress(FileNotFoundError):  # another process was faster
            if (path.name[1:].startswith(names or "")
                    and path.stat().st_mtime <= time.time() - 3600 * hours):
                path.unlink()


@contextmanager
def new_folder(folder, option):
    """Make a folder that gets its name when it is complete; ValueError if the name is taken."""
    folder = Path(folder)
    if folder.exists():
        raise ValueError(f"{folder} exists already; give another {option}")
    unfinished = unfinished_path(folder)
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


def check_writable(folder, way_out):
    """Raise ValueError if no file can be written into a folder."""
    if not os.access(folder, os.W_OK):
        raise ValueError(f"cannot write into {folder}: it is read-only; {way_out}")


def check_folder(folder, option):
    """Raise ValueError if a folder cannot be created later, or if nothing can be written there."""
    existing = next(path for path in (Path(folder), *Path(folder).parents) if path.exists())
    if not existing.is_dir():
        raise ValueError(f"cannot make folder {folder}: {existing} is a file; "
                         f"give another {option}")
    check_writable(existing, f"give another {option}")


def write_text(path, text):
    """Write a text file atomically. Bytes in file names that are not UTF-8 become JSON escapes.

    So json.loads gives the same file name again.
    """
    with atomic_write(path, encoding="utf-8", errors="backslashreplace") as file:
        file.write(text)


def write_csv(path, columns, rows):
    """Write a CSV file atomically, with a header; names of files keep their bytes."""
    with atomic_write(path, encoding="utf-8", errors="surrogateescape", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(columns)
        writer.writerows(rows)
