"""Small pictures of decoded files, kept in a folder: from the second epoch on nothing is decoded.

A file of the cache is an .npy of uint8 (n, H, W, 3), named by a digest of what it was made of.  An
empty one says that its video is to be read as if there were no cache."""

import hashlib
import os
import threading
import warnings

import numpy as np

from tubevit_np.data.decoding.images import reason
from tubevit_np.storage.atomic_files import make_folder

FORMAT = 1  # another for pictures that are made in another way
LIMIT = 2**28  # bytes of one video's pictures; what would take more is decoded each time


class Cache:
    """A folder of pictures, which several processes may share; made where it is not there."""

    def __init__(self, folder):
        self.folder, self.trouble = make_folder(folder, "--cache"), {}

    def pictures(self, path, asked, make):
        """What make() yields, (n, H, W, 3), of which only what is used is read; or None.

        asked: all that they depend on, beside the file as it is now.  None where make() raises
        ValueError, and where the disk takes no more, which is said once."""
        try:
            place = self._place(path, asked)
            kept = load(place)
            if kept is None and not self.trouble:
                write(place, make())
                kept = load(place)
        except OSError as error:
            if self.trouble.setdefault("first", error) is error:  # of several threads
                warnings.warn(f"cache {self.folder}: {reason(error)}; going on without")
            return None
        return kept if kept is not None and len(kept) else None

    def _place(self, path, asked):
        found = os.stat(path)
        key = repr((FORMAT, os.path.abspath(path), found.st_size, found.st_mtime_ns, *asked))
        return self.folder / f"{hashlib.sha256(key.encode()).hexdigest()[:40]}.npy"


def load(place):
    """The array, mapped; None if there is none, or it is damaged."""
    try:
        return np.load(place, mmap_mode="r").view(np.ndarray)
    except (OSError, ValueError, EOFError):  # of another length than its first bytes tell, say
        return None


def write(place, pictures):
    """Keep what comes, in place of an older file only when it is whole; an empty array instead
    where a ValueError comes."""
    part = place.with_name(f".{place.stem}.{os.getpid()}.{threading.get_ident()}.part")
    try:
        with part.open("wb") as file:
            try:
                write_array(file, pictures)
            except ValueError:
                file.seek(0), file.truncate()
                np.save(file, np.empty(0, np.uint8))
        os.replace(part, place)
    finally:
        part.unlink(missing_ok=True)


def write_array(file, pictures):
    """An .npy of pictures, of which one at a time is in memory; ValueError if they differ in size.

    Their number comes last: NumPy leaves room for it."""
    for count, picture in enumerate(pictures, 1):
        if count == 1:
            shape = picture.shape
            write_header(file, 0, shape)
        if picture.shape != shape:
            raise ValueError(f"pictures of {shape} and {picture.shape}")
        file.write(picture.tobytes())
    file.seek(0)
    write_header(file, count, shape)


def write_header(file, count, shape):
    np.lib.format.write_array_header_1_0(
        file, {"descr": "|u1", "fortran_order": False, "shape": (count, *shape)})
