"""Batches in memory that two processes share: their pixels are copied once and not sent."""

import multiprocessing
import os
import pickle
import shutil
import tempfile
import warnings

FOLDER = "/dev/shm"  # where Linux keeps shared memory


def shared_memories(count, size):
    """`count` memories of `size` bytes for Process(args=...); [] if there is no room.

    They have no name in the file system, so nothing is left behind, also after kill -9.  To write
    into more memory than there is would crash the process, so the room is checked before."""
    place = FOLDER if os.path.isdir(FOLDER) else tempfile.gettempdir()
    free, needed = shutil.disk_usage(place).free, count * size
    try:
        if free <= needed:
            raise OSError(None, f"{free / 1e6:,.0f} MB are free")
        return [multiprocessing.RawArray("B", size) for _ in range(count)]
    except OSError as error:
        warnings.warn(f"no {needed / 1e6:,.0f} MB of shared memory in {place}: {error.strerror}; "
                      "batches go through a pipe, which takes longer (in Docker, set --shm-size)")
        return []


def pack(batch, memory):
    """Copy the pixels of a batch into a memory; returns the message for unpack.

    Labels are small and stay in the message.  So do pixels that do not fit, and all if memory is
    None."""
    room, places = memoryview(memory if memory is not None else b"").cast("B"), []

    def stays(buffer):
        raw, start = buffer.raw(), places[-1][1] if places else 0
        is_pixels = memoryview(buffer).format == "B"  # uint8
        if not is_pixels or start + raw.nbytes > len(room):
            return True
        room[start:start + raw.nbytes] = raw
        places.append((start, start + raw.nbytes))
        return False

    return pickle.dumps(batch, protocol=5, buffer_callback=stays), places


def unpack(message, memory):
    """The batch of a message.  Its pixels lie in the memory, until that is written again."""
    data, places = message
    room = memoryview(memory).cast("B") if places else None
    return pickle.loads(data, buffers=[room[start:end] for start, end in places])
