"""Ctrl-C stops a command even where Python ignores the exception; training first saves its step."""

import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path
from unittest import mock

import pytest
from tiny import RECIPE

from tubevit_np.ablation import runner
from tubevit_np.commands import cli
from tubevit_np.commands.interrupt import ctrl_c_kept
from tubevit_np.runs.run_folder import checkpoints, step_of
from tubevit_np.runs.stop_signal import Stopped

TRAIN = """
import signal, sys
from tubevit_np.__main__ import main
if __name__ == "__main__":
    signal.signal(signal.SIGINT, signal.default_int_handler)  # ignored in a background job
    sys.exit(main(sys.argv[1:]))
"""


class Dropped:
    """Where an exception is lost, as in tinygrad's own objects."""

    def __init__(self, stop):
        self.stop = stop

    def __del__(self):
        self.stop()


def interrupt():
    signal.raise_signal(signal.SIGINT)


def complain():
    raise ValueError("of something else")


def test_a_lost_ctrl_c_comes_again(capsys):
    with pytest.raises(KeyboardInterrupt), ctrl_c_kept():
        Dropped(interrupt)
        end = time.monotonic() + 20  # it comes long before
        while time.monotonic() < end:
            pass
    assert capsys.readouterr().err == ""


def test_what_else_is_lost_is_told_as_ever(monkeypatch):
    told = []
    monkeypatch.setattr(sys, "unraisablehook", told.append)
    with ctrl_c_kept():
        Dropped(complain)
    assert [one.exc_type for one in told] == [ValueError]
    assert sys.unraisablehook == told.append


@pytest.mark.skipif(os.name == "nt", reason="Windows has no process groups with signals")
@pytest.mark.parametrize("number, status", [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_a_signal_to_all_processes_of_a_training_saves_its_step(tmp_path, number, status):
    """The worker process makes batches until then."""
    script, folder = tmp_path / "script.py", tmp_path / "run"
    script.write_text(TRAIN, encoding="utf-8")
    given = f"--size {RECIPE.size} --batch 3 --image-batch 2 --steps 100000"
    data = "--data something-moves --images something-moves"
    training = subprocess.Popen(
        [sys.executable, script, "train", *given.split(), *data.split(), "--out", folder],
        stderr=subprocess.PIPE, text=True, start_new_session=True,
        env=os.environ | {"PYTHONPATH": str(Path(__file__).resolve().parents[2])}, encoding="utf-8")
    log = folder / "metrics.jsonl"
    while training.poll() is None and not (log.exists() and log.stat().st_size):
        time.sleep(0.02)
    os.killpg(training.pid, number)
    shown = training.communicate(timeout=120)[1]
    [checkpoint] = checkpoints(folder)
    assert training.returncode == status
    assert shown.count("stopping after this step") == 1
    assert re.search(rf"\ntubevit_np: stopped; step {step_of(checkpoint)} is saved; continue with: "
                     rf"python -m tubevit_np train --resume {folder}\n$", shown)


def test_a_study_continues_with_the_same_command(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(runner, "ablate", mock.Mock(side_effect=Stopped(signal.SIGTERM)))
    assert cli.main("tubevit_np", None, ["ablate", "tokens", "--out", str(tmp_path)]) == 143
    assert capsys.readouterr().err == "\ntubevit_np: stopped; continue with the same command\n"
