"""One process at a time trains in a run folder, which may be moved, copied or read-only."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from filelock import FileLock, Timeout
from killing import content, resume, without_rate
from tiny import RECIPE, copied, finished

from tubevit_np.__main__ import ENGINE
from tubevit_np.commands import cli, report
from tubevit_np.runs.lock import LOCK
from tubevit_np.runs.open_run import new_run, open_run
from tubevit_np.runs.run_folder import MODEL
from tubevit_np.storage import atomic_files

HOLDER = """
import sys
from pathlib import Path
from tubevit_np.runs.lock import lock_run
lock = lock_run(Path(sys.argv[1]))
print("locked", flush=True)
sys.stdin.read()
"""


@pytest.fixture
def held(tmp_path):
    """A run folder, and another process that holds its lock."""
    folder = copied(tmp_path / "run")
    process = subprocess.Popen([sys.executable, "-c", HOLDER, folder], stdin=subprocess.PIPE,
                               stdout=subprocess.PIPE, cwd=Path(__file__).resolve().parents[2])
    assert process.stdout.readline() == b"locked\n"
    yield folder, process
    process.kill()
    process.communicate()


def test_a_second_process_is_refused_until_the_first_one_is_killed(held):
    folder, process = held
    for name in ("config.json", None):
        with pytest.raises(ValueError, match=re.escape(
                f"another process trains in {folder} (process {process.pid} on ")):
            open_run(folder) if name else new_run(folder, RECIPE)
        for path in [*folder.glob("*.safetensors"), folder / "config.json"] if name else ():
            path.unlink()  # as if the first one were about to begin
    process.kill()
    process.wait()
    new_run(folder, RECIPE)
    assert (folder / LOCK).read_text(encoding="utf-8").startswith(f"process {os.getpid()} on ")


def test_the_lock_is_held_as_long_as_the_run_is_open(tmp_path):
    folder = copied(tmp_path / "run")
    run = open_run(folder)
    again = open_run(folder)  # in the same process
    other = FileLock(folder / LOCK, timeout=0)
    for _ in range(2):
        with pytest.raises(Timeout):
            other.acquire()
        run = again
    del run, again
    with other:
        pass


@pytest.mark.parametrize("begin", [open_run, lambda folder: new_run(folder / "new", RECIPE)])
def test_a_drive_without_locks_gets_a_warning(tmp_path, monkeypatch, begin):
    def acquire(*_, **__):
        raise OSError(37, "No locks available")

    folder = copied(tmp_path / "run")
    monkeypatch.setattr(FileLock, "acquire", acquire)
    with pytest.warns(UserWarning, match=r"cannot lock .*run.* \(No locks available\); make sure"):
        begin(folder)


def test_leftovers_of_killed_processes_are_deleted(tmp_path):
    """Those of evaluation.json stay: another process may be writing it."""
    folder = copied(tmp_path / "run")
    for name in (".checkpoint-000008.safetensors.part", ".metrics.jsonl.1f.part",
                 "snapshots/.000008.safetensors.2e.part", ".evaluation.json.3d.part"):
        (folder / name).touch()
    open_run(folder)
    assert [path.name for path in folder.rglob("*.part")] == [".evaluation.json.3d.part"]


def test_a_moved_run_goes_on(tmp_path):
    (tmp_path / "elsewhere").mkdir()
    folder = copied(tmp_path / "run").rename(tmp_path / "elsewhere" / "a run")
    for name in ("checkpoint-000011.safetensors", MODEL):
        (folder / name).unlink()
    resume(folder)
    assert content(folder / MODEL) == content(finished() / MODEL)
    assert without_rate(folder) == without_rate(finished())


@pytest.mark.parametrize("typed, way", [
    ("train --resume RUN", "make it writable, or resume a copy of RUN"),
    ("train --out RUN/new", "give another --out"),
    ("kernels RUN", "give another folder with --out"),
    ("figures RUN --only kernels", "give another folder with --out"),
])
def test_a_read_only_folder_names_the_way_out(tmp_path, monkeypatch, capsys, typed, way):
    folder = copied(tmp_path / "run")
    monkeypatch.setattr(atomic_files.os, "access", lambda *_: False)
    words = typed.replace("RUN", str(folder)).split()
    assert cli.main("tubevit_np", ENGINE, words) == 2
    shown = capsys.readouterr().err
    assert shown.startswith(f"tubevit_np: cannot write into {folder}")
    assert shown.endswith(f": it is read-only; {way.replace('RUN', str(folder))}\n")


def test_scores_that_cannot_be_stored_are_printed(tmp_path, monkeypatch, capsys):
    def write_text(*_):
        raise OSError(30, "Read-only file system")

    monkeypatch.setattr(report, "write_text", write_text)
    folder = copied(tmp_path / "run")
    with pytest.warns(UserWarning, match="evaluation.json: Read-only file system; the scores are"):
        assert cli.main("tubevit_np", ENGINE, ["evaluate", str(folder), "--count", "8"]) == 0
    shown = capsys.readouterr().out
    assert "8 held-out videos" in shown and "written" not in shown
