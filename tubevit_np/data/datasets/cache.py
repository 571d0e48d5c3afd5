"""A folder of small decoded frames: from the second epoch on, no video is decoded.

An entry is an .npy file, uint8 (n, H, W, 3), named by a digest of the video and the settings. An
empty entry means that its video is decoded each time."""

import hashlib
import os
import threading
import warnings

import numpy as np

from tubevit_np.data.decoding.file_kind import is_picture
from tubevit_np.data.decoding.images import error_text
from tubevit_np.storage.atomic_files import atomic_write, make_folder, remove_leftovers

# Increase one when its frames are made in another way.  Videos, 2: full color resolution, white is
# 255, mirrors, interlaced frames; pictures, 2: resized by exact sums.
VIDEO_FORMAT, PICTURE_FORMAT = 2, 2
MAX_ENTRY_BYTES = 2**28  # a video that takes more is decoded each time
ONE_BY_ONE = threading.Lock()  # Python 3.11 fails now and then if threads parse headers at once


class Cache:
    """A folder of decoded frames that several processes may share; created if missing.

    Raises ValueError if the folder cannot be made."""

    def __init__(self, folder):
        self.folder, self.failure = make_folder(folder, "--cache"), {}
        remove_leftovers(self.folder, hours=24)  # younger ones may be written just now

    def frames(self, path, settings, decode):
        """The frames of a file, uint8 (n, H, W, 3), memory-mapped; None if they are not cached.

        settings: all that the frames depend on, except the file itself.  decode(): the frames,
        called if there is no entry.  Returns None if decode() raises ValueError, and
        if the disk is full, with one warning."""
        try:
            entry = self._entry(path, settings)
            frames = load(entry)
            if frames is None and not self.failure:
                write(entry, decode)
                frames = load(entry)
        except OSError as error:
            if self.failure.setdefault("first", error) is error:  # the first one of all threads
                warnings.warn(f"cache {self.folder}: {error_text(error)}; continuing without it")
            return None
        return frames if frames is not None and len(frames) else None

    def _entry(self, path, settings):
        status = os.stat(path)
        made = PICTURE_FORMAT if is_picture(path) else VIDEO_FORMAT
        key = repr((made, os.path.abspath(path), status.st_size, status.st_mtime_ns, *settings))
        return self.folder / f"{hashlib.sha256(key.encode()).hexdigest()[:40]}.npy"


def load(entry):
    """The memory-mapped array of an entry; None if it is missing or damaged."""
    try:
        with ONE_BY_ONE:
            return np.load(entry, mmap_mode="r").view(np.ndarray)
    except (OSError, ValueError, EOFError):  # as when its length differs from its header
        return None


def write(entry, decode):
    """Write the frames of decode() atomically; an empty entry if it raises ValueError."""
    try:
        frames = np.stack([*decode()])
    except ValueError:
        frames = np.empty(0, np.uint8)
    with atomic_write(entry, "wb", sync=False) as file:
        np.save(file, frames)
