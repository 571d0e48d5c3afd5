"""Class names in any script: files of text are UTF-8 on a system whose default is another."""

import builtins
import io
import pathlib

import pytest
from tiny import class_folder, glance, recipe_on

from tubevit_np.__main__ import main
from tubevit_np.runs.open_run import new_run, open_run
from tubevit_np.training.train import train

CLASSES = "\u00c1zsia", "\u3044\u306c"  # C3 81 in UTF-8: cp1252 has no letter for 81


@pytest.fixture
def cp1252(monkeypatch):
    """Text files without a named encoding are in code page 1252, as on Windows."""
    opened, read = io.open, pathlib.Path.read_text

    def as_there(file, mode="r", buffering=-1, encoding=None, *rest, **options):
        page = encoding if "b" in mode or encoding not in (None, "locale") else "cp1252"
        return opened(file, mode, buffering, page, *rest, **options)

    monkeypatch.setattr(io, "open", as_there)
    monkeypatch.setattr(builtins, "open", as_there)
    monkeypatch.setattr(pathlib.Path, "read_text",
                        lambda path, encoding="cp1252", errors=None: read(path, encoding, errors))


def test_every_command_reads_what_another_wrote(tmp_path, capsys, cp1252):
    data = class_folder(tmp_path / "data", "image", CLASSES, train=2, val=1)
    run, table = str(tmp_path / "run"), tmp_path / "table.csv"
    with glance:
        train(new_run(run, recipe_on(images=str(data), steps=1, image_batch=2, size=24)))
        train(open_run(run, 2))
    assert main(["evaluate", run, "--details", str(tmp_path / "details")]) == 0
    assert main(["predict", run, str(data), "--out", str(table)]) == 0
    assert main(["share", run, str(tmp_path / "shared")]) == 0
    texts = [tmp_path / "run/data.json", table, *(tmp_path / "details").glob("*classes.csv"),
             tmp_path / "shared/README.md"]
    assert all(name in path.read_text(encoding="utf-8") for name in CLASSES for path in texts)
