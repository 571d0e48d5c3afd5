"""export-log and --tensorboard: the records of a run's log for other programs."""

import csv
import struct
import sys

import pytest
from tensorboardX.proto.event_pb2 import Event
from tiny import copied, early, finished, glance

from tubevit_np.__main__ import ENGINE
from tubevit_np.commands import cli, training
from tubevit_np.runs.open_run import open_run
from tubevit_np.runs.run_folder import METRICS, read_metrics
from tubevit_np.runs.tensorboard import EVENTS, TensorBoard
from tubevit_np.training.train import train


def run(*arguments):
    return cli.main("tubevit_np", ENGINE, [*map(str, arguments)])


def events(folder):
    """Yield the events of a folder; each is framed by its length and two checksums."""
    for file in sorted(folder.glob(EVENTS), key=lambda file: file.stat().st_mtime_ns):
        data = file.read_bytes()
        while data:
            length, = struct.unpack("<Q", data[:8])
            yield Event.FromString(data[12:12 + length])
            data = data[16 + length:]


def points(folder):
    """Return {(name, step): value} as TensorBoard shows them: a start hides the later steps."""
    shown = {}
    for event in events(folder):
        if event.HasField("session_log"):
            shown = {key: value for key, value in shown.items() if key[1] < event.step}
        for value in event.summary.value:
            assert (value.tag, event.step) not in shown, "a point that is there twice"
            shown[value.tag, event.step] = value.simple_value
    return shown


def logged(folder):
    """Return the same of metrics.jsonl."""
    return {(name.replace(" ", "_"), record["step"]): pytest.approx(value, rel=1e-6)
            for record in read_metrics(folder / METRICS) for name, value in record.items()
            if name != "step"}


def test_a_log_for_tensorboard(tmp_path, capsys):
    assert run("export-log", finished(), "--tensorboard", tmp_path / "board") == 0
    assert points(tmp_path / "board") == logged(finished())
    assert ("train/image_noun", 10) in points(tmp_path / "board")
    count = len(read_metrics(finished() / METRICS))
    assert f"{count} records; look at them with: tensorboard --logdir" in capsys.readouterr().out


def test_a_log_as_csv(tmp_path):
    assert run("export-log", finished(), "--csv", tmp_path / "log.csv") == 0
    records = read_metrics(finished() / METRICS)
    with open(tmp_path / "log.csv", newline="", encoding="utf-8") as file:
        rows = [{name: float(text) for name, text in row.items() if text}
                for row in csv.DictReader(file)]
    assert rows == records and len({*map(len, rows)}) > 1  # means and scores: other columns


def test_a_resumed_run_has_each_point_once(tmp_path):
    """The log holds steps 2, 4, ..., 11; the checkpoint is of step 8, so 10 and 11 come again."""
    folder = copied(tmp_path / "run")
    board = TensorBoard(folder / "tensorboard")
    board.start(read_metrics(folder / METRICS))
    before = points(board.folder)
    assert {step for _, step in before} >= {8, 10, 11}
    for file in ("model.safetensors", "checkpoint-000011.safetensors"):
        (folder / file).unlink()
    with glance, early:
        resumed = open_run(folder)
        resumed.records.mirror = TensorBoard(folder / "tensorboard")
        train(resumed)
    assert len([*board.folder.glob(EVENTS)]) == 2
    shown = points(board.folder)
    assert shown == logged(folder) and shown.keys() == before.keys()


def test_a_log_that_begins_late_has_the_earlier_records(tmp_path):
    folder = copied(tmp_path / "run")
    (folder / "checkpoint-000011.safetensors").unlink()
    with glance, early:
        resumed = open_run(folder)
        resumed.records.mirror = TensorBoard(tmp_path / "board")
        train(resumed)
    assert points(tmp_path / "board") == logged(folder)


def test_train_writes_it_at_once(tmp_path, monkeypatch):
    """Every record is readable as soon as it is written; without a folder, it is in the run's."""
    seen = []
    add = TensorBoard.add

    def add_and_look(board, record):
        add(board, record)
        seen.append(points(board.folder).keys() == logged(tmp_path / "run").keys())

    monkeypatch.setattr(TensorBoard, "add", add_and_look)
    monkeypatch.setattr(training, "report", lambda *_, **__: None)  # the evaluation takes seconds
    with glance, early:
        assert run("train", "--data", "something-moves", "--steps", 3, "--batch", 2, "--size", 24,
                   "--tensorboard", "--out", tmp_path / "run") == 0
    assert seen and all(seen)
    assert points(tmp_path / "run/tensorboard") == logged(tmp_path / "run")


@pytest.mark.parametrize("arguments, message", [
    (["RUN"], "name a place for the log, with --tensorboard FOLDER or --csv FILE"),
    (["PLACE", "--csv", "PLACE/log.csv"], "has no log: "),
    (["RUN", "--csv", "PLACE/there.csv"], "there.csv exists already; give another --csv"),
    (["RUN", "--tensorboard", "PLACE/board"], "already holds a log for TensorBoard"),
    (["RUN", "--tensorboard", "PLACE/there.csv"], "give another --tensorboard"),
])
def test_what_cannot_be_exported(arguments, message, tmp_path, capsys):
    (tmp_path / "there.csv").write_text("kept", encoding="utf-8")
    (tmp_path / "board").mkdir()
    (tmp_path / "board/events.out.tfevents.1.here").touch()
    places = {"RUN": str(finished()), "PLACE": str(tmp_path)}
    for word, place in places.items():
        arguments = [argument.replace(word, place) for argument in arguments]
    assert run("export-log", *arguments) == 2
    assert message in capsys.readouterr().err
    assert (tmp_path / "there.csv").read_text(encoding="utf-8") == "kept"


def test_the_missing_package_is_named(tmp_path, capsys, monkeypatch):
    monkeypatch.setitem(sys.modules, "tensorboardX", None)
    assert run("export-log", finished(), "--tensorboard", tmp_path / "board") == 2
    assert "tensorboardX is not installed; pip install" in capsys.readouterr().err
    assert not (tmp_path / "board").exists()
