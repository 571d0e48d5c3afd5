"""Arrays of batches in shared memory: the same ones, and only where there is room."""

import multiprocessing
import os
import shutil
from types import SimpleNamespace

import numpy as np
import pytest

from tubevit_np.data.shared_memory import ALIGNMENT, FOLDER, pack, shared_memories, unpack


def batch(rng):
    return {"x": rng.integers(0, 256, (2, 3, 5, 7), np.uint8), "y": rng.integers(0, 9, 4),
            "names": ["cat", "eel"], "w": rng.random((3, 2), np.float32), "x.T": np.eye(4)[:, ::2]}


def equal(a, b):
    return all(np.array_equal(a[name], b[name]) and type(a[name]) is type(b[name]) for name in a)


@pytest.mark.parametrize("size, outside", [(0, 0), (210, 1), (288, 2), (9000, 3)])
def test_what_fits_lies_in_the_memory(size, outside, rng):
    """The video takes 210 bytes, the labels, from byte 256 on, 32, and the weights 24."""
    memory, wanted = bytearray(size), batch(rng)
    message = _, places = pack(wanted, memory)
    assert len(places) == outside and all(start % ALIGNMENT == 0 for start, _ in places)
    found = unpack(message, memory)
    assert equal(found, wanted)
    memory[:] = bytes(len(memory))  # what lies there is gone, what is in the message is not
    assert found["x"].any() == (outside < 1) and found["y"].any() == (outside < 2)


def test_without_memory_all_is_in_the_message(rng):
    wanted = batch(rng)
    assert equal(unpack(pack(wanted, None), None), wanted)


def test_nothing_is_left_in_the_file_system():
    before = set(os.listdir(FOLDER)) if os.path.isdir(FOLDER) else set()
    memories = shared_memories(2, 10**6)
    assert len(memories) == 2
    assert (set(os.listdir(FOLDER)) if os.path.isdir(FOLDER) else set()) == before


def test_too_little_room_is_said_and_not_written_into(monkeypatch):
    """A process that writes into a full /dev/shm is killed: Docker gives it 64 MB."""
    monkeypatch.setattr(shutil, "disk_usage", lambda _: SimpleNamespace(free=64e6))
    with pytest.warns(UserWarning, match="no 80 MB of .*: 64 MB are free; .*--shm-size"):
        assert shared_memories(2, 40 * 10**6) == []
    assert len(shared_memories(2, 30 * 10**6)) == 2


def test_memory_that_the_system_refuses(monkeypatch):
    def refuse(*_):
        raise OSError(27, "File too large")

    monkeypatch.setattr(multiprocessing, "RawArray", refuse)
    with pytest.warns(UserWarning, match="File too large; batches go through a pipe"):
        assert shared_memories(2, 1000) == []
