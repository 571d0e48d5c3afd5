"""A folder of small decoded frames: from the second epoch on, no video is decoded.

An entry is an .npy file, uint8 (n, H, W, 3), named by a digest of the video and the settings. An
empty entry means that its video is decoded each time."""

import hashlib
import os
import threading
import warnings

import numpy as np

from tubevit_np.data.decoding.images import error_text
from tubevit_np.storage.atomic_files import make_folder

FORMAT = 1  # increase it when the frames are made in another way
MAX_ENTRY_BYTES = 2**28  # a video that takes more is decoded each time


class Cache:
    """A folder of decoded frames that several processes may share; created if missing.

    Raises ValueError if the folder cannot be made."""

    def __init__(self, folder):
        self.folder, self.failure = make_folder(folder, "--cache"), {}

    def frames(self, path, settings, decode):
        """The frames of a file, uint8 (n, H, W, 3), memory-mapped; None if they are not cached.

        settings: all that the frames depend on, except the file itself.  decode(): yields the
        frames, and is called if there is no entry.  Returns None if decode() raises ValueError, and
        if the disk is full, with one warning."""
        try:
            entry = self._entry(path, settings)
            frames = load(entry)
            if frames is None and not self.failure:
                write(entry, decode())
                frames = load(entry)
        except OSError as error:
            if self.failure.setdefault("first", error) is error:  # the first one of all threads
                warnings.warn(f"cache {self.folder}: {error_text(error)}; going on without")
            return None
        return frames if frames is not None and len(frames) else None

    def _entry(self, path, settings):
        status = os.stat(path)
        key = repr((FORMAT, os.path.abspath(path), status.st_size, status.st_mtime_ns, *settings))
        return self.folder / f"{hashlib.sha256(key.encode()).hexdigest()[:40]}.npy"


def load(entry):
    """The memory-mapped array of an entry; None if it is missing or damaged."""
    try:
        return np.load(entry, mmap_mode="r").view(np.ndarray)
    except (OSError, ValueError, EOFError):  # as when its length differs from its header
        return None


def write(entry, frames):
    """Write an entry atomically; an empty one if iterating over `frames` raises ValueError."""
    partial = entry.with_name(f".{entry.stem}.{os.getpid()}.{threading.get_ident()}.part")
    try:
        with partial.open("wb") as file:
            try:
                write_array(file, frames)
            except ValueError:
                file.seek(0), file.truncate()
                np.save(file, np.empty(0, np.uint8))
        os.replace(partial, entry)
    finally:
        partial.unlink(missing_ok=True)


def write_array(file, frames):
    """Write frames as .npy, one at a time.  Raises ValueError if they differ in shape.

    The header, with their number, is written again at the end: NumPy leaves room for it."""
    for count, frame in enumerate(frames, 1):
        if count == 1:
            shape = frame.shape
            write_header(file, 0, shape)
        if frame.shape != shape:
            raise ValueError(f"frames of {shape} and {frame.shape}")
        file.write(frame.tobytes())
    file.seek(0)
    write_header(file, count, shape)


def write_header(file, count, shape):
    """The header of an .npy of uint8 (count, *shape)."""
    np.lib.format.write_array_header_1_0(
        file, {"descr": "|u1", "fortran_order": False, "shape": (count, *shape)})
