"""Commands that draw, and what they do without matplotlib."""

import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest
from tiny import copied, finished

from tubevit_np.__main__ import ENGINE
from tubevit_np.ablation import runner
from tubevit_np.ablation.runner import COLUMNS
from tubevit_np.commands import cli, training
from tubevit_np.data import sources
from tubevit_np.required import is_installed
from tubevit_np.runs.score_names import final_scores

TOP = Path(__file__).resolve().parents[2]
BLOCKED = """
import sys
sys.modules["matplotlib"] = None  # as if it were not installed
import tubevit_np
from tubevit_np.__main__ import ENGINE
from tubevit_np.commands import cli
from tubevit_np.data import sources
from tubevit_np.runs import run
sources.NUM_EVAL_CLIPS = run.QUICK_EVAL_CLIPS = 8
sys.exit(cli.main("tubevit_np", ENGINE, sys.argv[1:]))
"""
INSTALL = f"matplotlib is not installed; pip install {'tubevit' if is_installed() else '.'}"


def without_matplotlib(*arguments):
    """The finished process of one command."""
    return subprocess.run([sys.executable, "-c", BLOCKED, *map(str, arguments)], cwd=TOP,
                          capture_output=True, text=True, check=False, encoding="utf-8")


def test_training_draws_nothing_and_says_so_once(tmp_path):
    sizes = {"steps": 1, "size": 24, "batch": 2, "image-batch": 2}
    options = [text for name, value in sizes.items() for text in (f"--{name}", value)]
    result = without_matplotlib("train", *options, "--out", tmp_path / "run")
    assert result.returncode == 0, result.stderr
    assert result.stdout.count(f"no pictures are drawn: {INSTALL}\n") == 1
    assert "8 held-out videos" in result.stdout and not list(tmp_path.glob("run/*.png"))
    assert (tmp_path / "run" / "model.safetensors").exists()


def test_curves_are_drawn_after_the_evaluation_whose_scores_they_show(
        tmp_path, monkeypatch, capsys):
    drawn = []
    monkeypatch.setattr(sources, "NUM_EVAL_CLIPS", 8)
    monkeypatch.setattr(training, "draw_run",
                        lambda run: drawn.append(final_scores(run.folder)))
    assert cli.main("tubevit_np", ENGINE, ["train", "--resume", str(copied(tmp_path / "run"))]) == 0
    scores, = drawn
    assert {count for _, count in scores.values()} == {8}
    printed = capsys.readouterr().out
    for name, (value, _) in scores.items():
        assert f"  {name.removeprefix('image '):14}  {value:7.1%}" in printed


def test_details_are_written_without_a_picture(tmp_path):
    result = without_matplotlib("evaluate", finished(), "--data", "generated", "--details",
                                tmp_path)
    assert result.returncode == 0, result.stderr
    assert result.stdout.count(INSTALL) == 1
    assert {path.suffix for path in tmp_path.iterdir()} == {".csv"}


def test_info_needs_no_matplotlib():
    result = without_matplotlib("info")
    assert (result.returncode, result.stderr) == (0, "") and "GFLOPs" in result.stdout


@pytest.mark.parametrize("command", ["figures", "kernels"])
def test_a_command_that_draws_ends_in_one_line(command, tmp_path):
    result = without_matplotlib(command, finished(), "--out", tmp_path / "pictures")
    assert (result.returncode, result.stdout) == (2, "")
    assert result.stderr == f"tubevit_np: cannot draw: {INSTALL}\n"
    assert not (tmp_path / "pictures").exists()


def test_ablate_draws_its_table(tmp_path, monkeypatch):
    row = ("none", 102, 0.06, 50, 0.5, 0.7, 0.4, 0.1, 78.6)
    assert len(row) == len(COLUMNS)
    monkeypatch.setattr(runner, "ablate", lambda *_, **__: [row])
    engine = SimpleNamespace()
    assert cli.main("tubevit_np", engine, ["ablate", "positions", "--out", str(tmp_path)]) == 0
    assert (tmp_path / "positions.png").stat().st_size > 10_000
