"""Ctrl-C, SIGTERM and kill -9 at random moments: the resumed run ends as one that never stopped."""

import signal
import threading
from contextlib import suppress

import numpy as np
import pytest
from killing import content, kill, resume, without_rate
from tiny import finished

from tubevit_np.runs.run import Run
from tubevit_np.runs.run_folder import MODEL, checkpoints, read_metrics, step_of
from tubevit_np.runs.stop_signal import Stopped, StopSignal

SIGNALS = ("SIGINT", "SIGTERM", "SIGKILL")


def struck(place, count, seed):
    """Folders of trainings that each received a signal, at random moments, and how they ended."""
    fractions = np.random.default_rng(seed).uniform(size=count)
    folders = [place / str(k) for k in range(count)]
    return list(zip(folders, kill(
        [(folder, None, ("at_fraction", fraction, SIGNALS[k % 3]))
         for k, (folder, fraction) in enumerate(zip(folders, fractions, strict=True))]),
        strict=True))


@pytest.mark.parametrize("count", [4, pytest.param(90, marks=pytest.mark.long)])
def test_a_run_ends_as_one_that_received_no_signal(tmp_path, count):
    """Of Ctrl-C and SIGTERM, most come during a step; then its parameters are saved."""
    ends = struck(tmp_path, count, seed=count)
    assert sum(how == "checkpoint written" for _, how in ends) >= count // 3
    for folder, how in ends:
        assert how != "error" and (how != "checkpoint written" or checkpoints(folder))
        resume(folder)
        for name in ("checkpoint-000011.safetensors", MODEL):
            assert content(folder / name) == content(finished() / name)
        assert without_rate(folder) == without_rate(finished())
        for path in (finished() / "snapshots").iterdir():
            assert (folder / "snapshots" / path.name).read_bytes() == path.read_bytes()


@pytest.mark.parametrize("step", [5, 8, 11])
def test_the_step_is_completed_and_saved(usual, monkeypatch, tmp_path, step):
    """After step 8 a checkpoint with its evaluation is due anyway; step 11 is the last one."""
    folder, log = tmp_path / "run", Run.log
    monkeypatch.setattr(Run, "log", lambda run, done, **named: (
        done + 1 == step and signal.raise_signal(signal.SIGINT), log(run, done, **named)))
    with pytest.raises(Stopped):
        resume(folder)
    monkeypatch.undo()
    assert [step_of(path) for path in checkpoints(folder)] == {5: [4, 5], 8: [4, 8], 11: [8, 11]}[
        step]
    assert [record["step"] for record in read_metrics(folder / "metrics.jsonl")
            if "eval/verb" in record] == [due for due in (4, 8, 11) if due <= step]
    resume(folder)
    assert content(folder / MODEL) == content(finished() / MODEL)
    assert without_rate(folder) == without_rate(finished())


@pytest.fixture
def usual():
    """The usual handler of Ctrl-C, also in a background job."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.mark.parametrize("name", ["SIGINT", "SIGTERM"])
def test_the_first_signal_is_recorded_and_raised_at_the_end(usual, capsys, name):
    number, stop, steps = getattr(signal, name), StopSignal(), []
    with pytest.raises(Stopped) as caught, stop.awaited():
        signal.raise_signal(number)
        steps.append("completed")
    assert steps and stop.number == caught.value.number == number
    assert capsys.readouterr().err.count("stopping after this step") == 1
    assert signal.getsignal(signal.SIGINT) == signal.default_int_handler
    assert signal.getsignal(signal.SIGTERM) == signal.SIG_DFL


def test_a_second_ctrl_c_stops_at_once_and_a_second_sigterm_does_not(usual, capsys):
    received = []
    with pytest.raises(KeyboardInterrupt) as caught, StopSignal().awaited():
        for number in (signal.SIGTERM, signal.SIGTERM, signal.SIGINT):
            received.append(number.name)
            signal.raise_signal(number)
        pytest.fail("it went on")
    assert caught.type is KeyboardInterrupt
    assert received == ["SIGTERM", "SIGTERM", "SIGINT"]


def test_a_signal_that_is_ignored_or_handled_elsewhere_stays_so(usual):
    received = []
    before = signal.signal(signal.SIGTERM, lambda *_: received.append("SIGTERM"))
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # as with nohup
    stop = StopSignal()
    with suppress(Stopped), stop.awaited():
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.raise_signal(number)
    signal.signal(signal.SIGTERM, before)
    assert received == ["SIGTERM"] and stop.number is None


def test_only_the_main_thread_can_await_signals():
    done = []

    def train():
        with StopSignal().awaited():
            done.append(True)

    thread = threading.Thread(target=train)
    thread.start()
    thread.join()
    assert done
