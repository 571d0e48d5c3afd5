"""Names in any script, in files of text and on terminals; names of files that are not UTF-8."""

import builtins
import io
import json
import os
import pathlib
from contextlib import redirect_stdout

import pytest
from remarks import remarks
from tiny import class_folder, glance, recipe_on

from notebooks import __main__ as lessons
from tubevit_np.__main__ import main
from tubevit_np.data.datasets.listing import list_parts
from tubevit_np.data.datasets.summary import digest
from tubevit_np.runs.open_run import new_run, open_run
from tubevit_np.training.train import train

CLASSES = "\u00c1zsia", "\u3044\u306c"  # C3 81 in UTF-8: cp1252 has no letter for 81
LATIN1 = os.fsdecode(b"caf\xe9")  # as a camera or an old archive may name a file


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


def in_ascii(main, *arguments):
    """What a command that succeeds prints on a terminal that has only ASCII."""
    output = io.BytesIO()
    with redirect_stdout(io.TextIOWrapper(output, encoding="ascii", write_through=True)):
        assert main([*map(str, arguments)]) == 0
        return output.getvalue().decode("ascii")


def renamed(path, name):
    """Give a file another name, or skip the test where the disk refuses it."""
    try:
        return path.rename(path.with_name(name))
    except OSError:
        pytest.skip("names of files are Unicode here")


def trained(folder):
    """A run on images of two classes, two of them with a name that is not UTF-8, and its data."""
    data = class_folder(folder / "data", "image", CLASSES, train=2, val=1)
    for part in ("train", "val"):
        renamed(next((data / part / CLASSES[1]).iterdir()), f"{LATIN1}.png")
    with glance:
        train(new_run(folder / "run", recipe_on(images=str(data), steps=1, size=24)))
    return str(folder / "run"), data


def test_every_command_reads_what_another_wrote(tmp_path, cp1252):
    run, data = trained(tmp_path)
    _, told = remarks(lambda: train(open_run(run, 2)))
    assert not told  # "files have changed"
    table, details, shared = (tmp_path / name for name in ("table.csv", "details", "shared"))
    in_ascii(main, "evaluate", run, "--details", details)
    in_ascii(main, "predict", run, data, "--out", table)
    in_ascii(main, "share", run, shared)
    printed = in_ascii(main, "predict", run, data)
    assert r"caf\udce9.png" in printed and r"\u3044\u306c" in printed
    stored = json.loads((tmp_path / "run/data.json").read_text(encoding="utf-8"))
    assert f"val/{CLASSES[1]}/{LATIN1}.png" in stored[0]["held out"]["files"]
    texts = [tmp_path / "run/data.json", table, *details.glob("*classes.csv"), shared / "README.md"]
    assert all(name.encode() in path.read_bytes() for name in CLASSES for path in texts)


def test_a_class_whose_name_is_not_utf8_is_refused(tmp_path):
    data = class_folder(tmp_path / "data", "image", train=1, val=1)
    renamed(data / "val" / "eel", LATIN1)
    with pytest.raises(ValueError, match=r"class 'caf\\udce9' is not UTF-8.*convmv"):
        list_parts(data, "image")
    assert main(["train", "--images", str(data), "--out", str(tmp_path / "run")]) == 2
    assert not (tmp_path / "run").exists()


def test_the_digest_of_names_in_utf8_is_that_of_earlier_releases():
    assert digest([("a/\u3044.png", 7)], [1]).startswith("b1f3af60")
    assert digest([(LATIN1, 7)], [1]) != digest([("caf", 7)], [1])


def test_lessons_are_built_on_a_terminal_that_has_only_ascii(monkeypatch):
    monkeypatch.setattr(lessons, "write_pages", lambda sources, folder: folder)
    assert in_ascii(lessons.main, "--html", CLASSES[1]) == "wrote \\u3044\\u306c\n"
