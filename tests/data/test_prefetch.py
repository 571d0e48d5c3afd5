"""Batches of a worker process: the same ones, in order, and no process is left behind."""

import ctypes
import multiprocessing
import os
import signal
import subprocess
import sys
import time
import warnings
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

import numpy as np
import pytest
from remarks import remarks
from test_sources import same
from tiny import RECIPE

from tubevit_np.data.joint import Joint
from tubevit_np.data.prefetch import prefetch
from tubevit_np.data.sources import open_sources
from tubevit_np.data.threads import thread_pool

KILLED = """
import os, signal
from test_prefetch import Numbers
from tubevit_np.data.prefetch import prefetch
from tubevit_np.data.joint import Joint
with prefetch(Joint([Numbers()], [1]), range(1000)) as batches:
    next(batches)
    os.kill(os.getpid(), signal.SIGKILL)
"""


@dataclass
class Numbers:
    """A source whose batch contains its arguments and the process id."""

    slow: bool = True
    wrong: int = -1  # this step raises

    def batch(self, step, count):
        if step == self.wrong:
            raise ValueError("no such clip")
        return step, count, os.getpid()


def test_the_same_batches_in_the_same_order_as_from_the_sources():
    sources, steps = open_sources(RECIPE), range(3, 9)
    with prefetch(Joint(sources, [3, 2]), steps) as batches:
        found = list(batches)
    assert len(found) == len(steps)
    for step, (video, image) in zip(steps, found, strict=True):
        assert same(video, sources[0].batch(step, 3)) and same(image, sources[1].batch(step, 2))


@dataclass
class Deaf:
    """A source whose batch shows which signals its process ignored from the start."""

    slow: bool = True

    def batch(self, step, count):
        return signal.pthread_sigmask(signal.SIG_BLOCK, ())


@pytest.mark.skipif(not hasattr(signal, "pthread_sigmask"), reason="Windows blocks no signals")
def test_ctrl_c_and_sigterm_are_for_the_training_process_alone():
    """Otherwise Ctrl-C during imports would make the worker process print a traceback."""
    with prefetch(Joint([Deaf()], [1]), range(1)) as batches:
        assert list(batches) == [[{signal.SIGINT, signal.SIGTERM}]]
    assert not signal.pthread_sigmask(signal.SIG_BLOCK, ())


@pytest.mark.skipif(os.name == "nt", reason="SIGTERM ends a process of Windows at once")
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_to_the_worker_stops_no_batch(number):
    with prefetch(Joint([Numbers()], [1]), range(3)) as batches:
        next(batches)
        [worker] = multiprocessing.active_children()
        os.kill(worker.pid, number)
        assert [batch[0][0] for batch in batches] == [1, 2]


def test_what_the_other_process_has_to_say_is_said_by_this_one():
    with prefetch(Joint([Remarks()], [1]), range(3)) as batches:
        for step in range(3):
            _, said = remarks(next, batches)
            assert said == [f"step {step}", f"again {step}"]


class Remarks:
    slow = True

    def batch(self, step, count):
        warnings.warn(f"step {step}")
        warnings.warn(f"again {step}")


@pytest.mark.parametrize("slow", [True, False])
def test_only_slow_sources_get_a_process_of_their_own(slow):
    with prefetch(Joint([Numbers(False), Numbers(slow)], [4, 5]), range(2)) as batches:
        found = list(batches)
    assert [[one[:2] for one in batch] for batch in found] == [[(0, 4), (0, 5)], [(1, 4), (1, 5)]]
    assert {one[2] != os.getpid() for batch in found for one in batch} == {slow}


def test_the_next_batch_is_made_while_the_model_works(tmp_path):
    with prefetch(Joint([Noted(tmp_path)], [1]), range(9)) as batches:
        next(batches)
        for _ in range(200):
            if (tmp_path / "1").exists():
                break
            time.sleep(0.05)
        assert (tmp_path / "1").exists()


@dataclass
class Noted:
    """A source that leaves a file for each batch made."""

    folder: Path
    slow: bool = True

    def batch(self, step, count):
        (self.folder / str(step)).touch()


def test_no_process_is_left_when_the_consumer_stops_early():
    with prefetch(Joint([Numbers()], [1]), range(1000)) as batches:
        assert [batch[0][0] for batch in islice(batches, 2)] == [0, 1]
        assert len(multiprocessing.active_children()) == 1
    assert not multiprocessing.active_children()


def test_no_process_is_left_when_the_consumer_raises():
    joint = Joint([Numbers()], [1])
    with pytest.raises(KeyboardInterrupt), prefetch(joint, range(1000)) as batches:
        next(batches)
        raise KeyboardInterrupt
    assert not multiprocessing.active_children()


def test_no_process_is_left_when_the_consumer_is_killed():
    """Whoever holds the pipe to us keeps it open: run returns once both processes are gone."""
    here = Path(__file__).parent
    paths = os.pathsep.join(map(str, (here, here.parent / "helpers", here.parents[1])))
    result = subprocess.run([sys.executable, "-c", KILLED], capture_output=True, text=True,
                            timeout=60, env=os.environ | {"PYTHONPATH": paths}, check=False,
                            encoding="utf-8")
    assert (result.returncode, result.stderr) == (-9, "")


def test_an_error_of_a_source_comes_through():
    with prefetch(Joint([Numbers(wrong=1)], [1]), range(3)) as batches:
        next(batches)
        with pytest.raises(ValueError, match="no such clip"):
            next(batches)
    assert not multiprocessing.active_children()


def test_no_steps_no_batches():
    with prefetch(Joint(open_sources(RECIPE), [3, 2]), range(5, 5)) as batches:
        assert list(batches) == []
    assert not multiprocessing.active_children()


@pytest.mark.parametrize("loaders", [1, 2, 3])
def test_the_same_batches_from_any_number_of_processes_in_shared_memory(loaders):
    """Steps 3 to 9; a batch is compared before the next one is taken."""
    sources = open_sources(RECIPE)
    num_bytes = (3 * RECIPE.frames + 2) * RECIPE.size**2 * 3
    joint, count = Joint(sources, [3, 2], mixup=0.3, dropout=0.5), 0
    with prefetch(joint, range(3, 10), num_bytes, loaders) as batches:
        for step, found in enumerate(batches, 3):
            assert all(same(*both) for both in zip(found, joint(step), strict=True))
            assert [in_shared_memory(one.x) for one in found] == [True, True]
            assert not any(map(in_shared_memory, found[0].labels.values()))
            count += 1
            assert len(multiprocessing.active_children()) == loaders
    assert count == 7 and not multiprocessing.active_children()


def in_shared_memory(x):
    """Whether the bytes of an unpacked array are those of a memory, not of the message."""
    while isinstance(x.base, np.ndarray):
        x = x.base
    return isinstance(x.base.obj, ctypes.Array)


@pytest.mark.parametrize("loaders", [1, 2])
def test_a_batch_stays_while_it_is_used(loaders):
    """The next ones are made meanwhile, in other memory."""
    with prefetch(Joint([Pixels()], [1]), range(9), 1000, loaders) as batches:
        for step, [x] in enumerate(batches):
            time.sleep(0.02)
            assert np.array_equal(x, np.full(1000, step, np.uint8))


class Pixels:
    slow = True

    def batch(self, step, count):
        return np.full(1000, step, np.uint8)


@pytest.mark.parametrize("loaders", [1, 2])
def test_processes_share_the_cores(loaders, monkeypatch):
    with prefetch(Joint([Threads()], [1]), range(2), loaders=loaders) as batches:
        assert list(batches) == 2 * [[max(1, os.cpu_count() // loaders)]]


class Threads:
    slow = True

    def batch(self, step, count):
        return thread_pool()._max_workers


ENDS = {  # how the worker ends, and after how many batches: a part of the message
    (-signal.SIGKILL, 1): r"by SIGKILL \(exit code -9\); most likely, .* had too little memory",
    (-signal.SIGSEGV, 1): r"by SIGSEGV \(exit code -11\); perhaps a damaged file has crashed",
    (3, 0): "has ended with exit code 3; if you start the training from your own script",
    (3, 1): "has ended with exit code 3$"}


@pytest.mark.parametrize("code, begun", ENDS)
def test_the_cause_of_a_worker_that_has_ended_is_named(code, begun):
    with prefetch(Joint([Dying(code, begun)], [1]), range(9)) as batches:
        for _ in range(begun):
            next(batches)
        with pytest.raises(ValueError, match=ENDS[code, begun]):
            list(batches)


@dataclass
class Dying:
    """A source whose process ends at a step."""

    code: int
    at: int
    slow: bool = True

    def batch(self, step, count):
        if step == self.at and self.code < 0:
            os.kill(os.getpid(), -self.code)
        if step == self.at:
            os._exit(self.code)
        return step


def test_a_script_without_a_main_guard_ends_with_an_error(tmp_path):
    script = tmp_path / "script.py"
    script.write_text(f"""
from tubevit_np.runs.recipe import Recipe
from tubevit_np.runs.open_run import new_run
from tubevit_np.training.train import train
train(new_run({str(tmp_path / "run")!r}, Recipe(steps=1, batch=2, image_batch=2, size=24)))
""", encoding="utf-8")
    top = Path(__file__).resolve().parents[2]
    ended = subprocess.run([sys.executable, script], capture_output=True, text=True, timeout=120,
                           env=os.environ | {"PYTHONPATH": str(top)}, check=False, encoding="utf-8")
    assert ended.returncode == 1
    assert 'call train inside a block if __name__ == "__main__"' in ended.stderr
