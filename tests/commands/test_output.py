"""Output that is closed, that nobody reads, or that lacks letters: no result is lost."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from clips import write_video
from tiny import coded, finished

TOP = Path(__file__).resolve().parents[2]
NP, CHECK = "-m tubevit_np", "-m tubevit_np.conformance"


def shell(command, folder, **variables):
    """The finished process of a shell command; PYTHON in it is this Python."""
    env = os.environ | {"PYTHONPATH": str(TOP), "PYTHON": sys.executable} | variables
    return subprocess.run(["bash", "-c", f"set -o pipefail; {command}"], cwd=folder, env=env,
                          capture_output=True, text=True, check=False, encoding="latin-1")


@pytest.mark.parametrize("command", [f"{NP} --help", f"{NP} --version", f"{NP} info --all",
                                     f"{CHECK} --help", f"{CHECK} --list"])
def test_a_reader_that_stops_early_is_no_error(command, tmp_path):
    done = shell(f"(sleep 0.1; $PYTHON {command}) | true", tmp_path)
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize("command", [f"{NP} info", f"{CHECK} --list"])
def test_a_closed_output_is_no_error(command, tmp_path):
    assert (shell(f"$PYTHON {command} >&-", tmp_path).stderr) == ""


def test_letters_that_the_output_lacks_are_escaped(tmp_path):
    write_video(tmp_path / "\u6f22.mp4", coded(3, 24, 16))
    done = shell(f"$PYTHON {NP} predict {finished()} \u6f22.mp4", tmp_path,
                 PYTHONIOENCODING="ascii", PYTHONUTF8="0")
    assert done.returncode == 0, done.stderr
    assert "\\u6f22.mp4" in done.stdout


def test_the_scores_are_stored_before_they_are_printed(tmp_path):
    run = tmp_path / "run"
    shell(f"cp -r {finished()} run; rm -f run/evaluation.json; "
          f"$PYTHON {NP} evaluate run --count 8 | true", tmp_path, PYTHONUNBUFFERED="1")
    stored = json.loads((run / "evaluation.json").read_text(encoding="utf-8"))
    assert "count" in next(iter(stored.values()))
