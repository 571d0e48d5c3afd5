"""Half a thing is never left: folders are made when everything that can be wrong was looked at."""

from types import SimpleNamespace

import pytest
from tiny import RECIPE, finished

from tubevit_np.__main__ import main
from tubevit_np.commands import report
from tubevit_np.runs import open_run
from tubevit_np.storage import atomic_files
from tubevit_np.transfer.new_folder import write_new


def test_there_is_no_folder_while_the_data_are_looked_at(tmp_path, monkeypatch):
    def look(recipe):
        assert not [*tmp_path.iterdir()]  # also if the process is killed now
        raise ValueError("wrong data")

    monkeypatch.setattr(open_run, "open_sources", look)
    with pytest.raises(ValueError, match="wrong data"):
        open_run.new_run(tmp_path / "a/b/c", RECIPE)
    assert not [*tmp_path.iterdir()]


def test_a_folder_that_cannot_be_made_is_reported_before_the_data_are_looked_at(
        tmp_path, monkeypatch):
    monkeypatch.setattr(open_run, "open_sources", lambda recipe: pytest.fail("looked"))
    monkeypatch.setattr(atomic_files.os, "access", lambda *_: False)
    with pytest.raises(ValueError, match="cannot write into .*; give another --out"):
        open_run.new_run(tmp_path / "a/b/c", RECIPE)
    assert not [*tmp_path.iterdir()]


@pytest.mark.parametrize("before", [[], ["mine.txt"]])
def test_a_run_that_cannot_be_written_leaves_the_folder_as_it_was(tmp_path, monkeypatch, before):
    def write_recipe(*_):
        raise OSError(28, "No space left on device")

    folder = tmp_path / "run"
    for name in before:
        folder.mkdir(), (folder / name).touch()
    monkeypatch.setattr(open_run, "write_recipe", write_recipe)
    with pytest.raises(OSError, match="No space"):
        open_run.new_run(folder, RECIPE)
    assert [path.name for path in folder.rglob("*")] == before and folder.exists() == bool(before)


@pytest.mark.parametrize("typed", [
    "train --out a/b/c --data missing", "train --out a/b/c --images empty --seeds 0 1",
    "kernels bad.safetensors --out a/b",
    "figures bad.safetensors --out a/b", "figures RUN --out a/b --clip bad.safetensors",
    "evaluate RUN --details a/b --data missing --cache a/c", "predict RUN missing --out a/b/c.csv",
    "subset --data missing --out a/b", "export bad.safetensors --format hf --out a/b",
    "share bad.safetensors a/b", "scale RUN bad.safetensors --out a/b.safetensors",
    "pretrained bad.safetensors --out a/b.safetensors", "ablate positions --batch 0 --out a/b",
    "ablate positions --base-steps 0 --out a/b", "export-log empty --csv a/b.csv"])
def test_a_command_that_fails_leaves_nothing(tmp_path, monkeypatch, typed):
    (tmp_path / "bad.safetensors").write_text("no weights", encoding="utf-8")
    (tmp_path / "empty").mkdir()
    monkeypatch.chdir(tmp_path)
    assert main(typed.replace("RUN", str(finished())).split()) == 2
    assert sorted(path.name for path in tmp_path.rglob("*")) == ["bad.safetensors", "empty"]


def test_a_log_may_be_exported_into_a_new_folder(tmp_path):
    assert main(["export-log", str(finished()), "--csv", str(tmp_path / "a/b.csv")]) == 0
    assert (tmp_path / "a/b.csv").exists()


def test_an_export_that_stops_halfway_is_deleted(tmp_path):
    with pytest.raises(TypeError):  # as if the disk were full
        write_new(tmp_path, {"model.py": b"", "model.safetensors": None})
    assert not [*tmp_path.iterdir()]
    write_new(tmp_path, {"model.py": b"x", "model.safetensors": b"y"})
    assert len([*tmp_path.iterdir()]) == 2


def test_no_details_are_written_before_all_sets_are_predicted(tmp_path, monkeypatch):
    def predict_all(predict, source, *rest):
        if source.kind == "video":
            raise ValueError("none can be read")

    monkeypatch.setattr("tubevit_np.training.evaluate.predict_all", predict_all)
    sets = [SimpleNamespace(kind=kind, examples=lambda count: []) for kind in ("image", "video")]
    with pytest.raises(ValueError, match="none can be read"):
        report.report(None, sets, None, None, details=str(tmp_path / "details"))
    assert not [*tmp_path.iterdir()]
