"""Pixels of batches in shared memory: the same ones, and only where there is room."""

import multiprocessing
import os
import shutil
from types import SimpleNamespace

import numpy as np
import pytest

from tubevit_np.data.shared_memory import FOLDER, pack, shared_memories, unpack


def batch(rng):
    """Two sets, with labels between their pixels."""
    return {"x": rng.integers(0, 256, (2, 3, 5, 7), np.uint8), "y": rng.integers(0, 9, 4),
            "names": ["cat", "eel"], "w": rng.random((3, 2), np.float32), "x.T": np.eye(4)[:, ::2],
            "image": rng.integers(0, 256, (2, 5, 7), np.uint8), "keys": np.zeros(2, np.uint32)}


def equal(a, b):
    return all(np.array_equal(a[name], b[name]) and type(a[name]) is type(b[name]) for name in a)


@pytest.mark.parametrize("size, inside", [
    (0, []), (209, ["image"]), (210, ["x"]), (279, ["x"]), (280, ["x", "image"]),
    (9000, ["x", "image"])])
def test_pixels_that_fit_lie_in_the_memory(size, inside, rng):
    """A video takes 210 bytes, an image 70: memory for the pixels is enough for all sets."""
    memory, wanted = bytearray(size), batch(rng)
    found = unpack(pack(wanted, memory), memory)
    assert equal(found, wanted)
    before = {name: np.copy(value) for name, value in found.items()}
    memory[:] = bytes(255 - byte for byte in memory)
    assert [name for name in found if not np.array_equal(found[name], before[name])] == inside


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
