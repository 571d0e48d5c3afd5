"""The command predict with many files: rows, tables, lists, the cache, and what is bad."""

import csv
import io
import json
import os
from unittest import mock

import clips
import numpy as np
import pytest
from remarks import remarks
from tiny import class_folder, coded, finished

import tubevit_np as tv
from tubevit_np.__main__ import main
from tubevit_np.commands import prediction_lines
from tubevit_np.data.datasets.find_files import Found, find_files
from tubevit_np.data.decoding import fixed_rate_clips, images, video
from tubevit_np.runs import predict_files

MODEL = tv.load(finished() / "model.safetensors")
LABELS = MODEL[2]["labels"]


def run(*arguments):
    """Predict with a finished run; return the exit status."""
    return main(["predict", str(finished()), *map(str, arguments)])


def warned(*arguments):
    """As run; return the exit status and all warnings, one a line."""
    status, texts = remarks(run, *arguments)
    return status, "\n".join(texts)


def table(path):
    """The rows of a CSV or JSON lines file, as dicts."""
    with open(path, newline="", encoding="utf-8", errors="surrogateescape") as file:
        return list(csv.DictReader(file)) if path.suffix == ".csv" else [*map(json.loads, file)]


@pytest.fixture
def place(tmp_path, monkeypatch):
    """A folder of two videos, two images, two bad files, a text and hidden files."""
    monkeypatch.chdir(tmp_path)
    folder = tmp_path / "in"
    (folder / "sub").mkdir(parents=True), (folder / ".old").mkdir()
    for k, name in enumerate(("b.mov", "sub/a.mov", ".old/c.mov")):
        clips.write_video(folder / name, coded(k, 27, 16))
    for k, name in enumerate(("a.png", "sub/c.png", ".d.png")):
        clips.write_pictures(folder / name, coded(k, 27))
    (folder / "bad.mp4").write_text("no film", encoding="utf-8"), (folder / "empty.jpg").touch()
    (folder / "list.txt").touch()
    return folder


ROWS = ["in/a.png", "in/b.mov", "in/bad.mp4", "in/empty.jpg", "in/sub/a.mov", "in/sub/c.png"]


@pytest.mark.parametrize("suffix", ["csv", "jsonl"])
def test_a_row_for_each_file_in_the_order_given(place, capsys, suffix):
    """Floats are written with all digits: those of the model's softmax in float64."""
    out = place / f"out.{suffix}"
    status, told = warned("in/sub/c.png", "in", "in/*.mov", "no.mp4", "--out", out)
    assert (status, capsys.readouterr().out) == (3, f"written: {out}\n")
    assert not [*place.glob("*.part*")]
    assert told.count("cannot read") == 2 and "no.mp4: there is no such file" in told
    assert "in: left out a file that is neither a video nor an image: list.txt" in told
    assert told.endswith("3 of 9 files could not be read")
    rows = table(out)
    assert [row["file"] for row in rows] == ["in/sub/c.png", *ROWS, "in/b.mov", "no.mp4"]
    for row in rows:
        pixels = {"a.png": coded(0, 27), "b.mov": coded(0, 27, 16), "a.mov": coded(1, 27, 16),
                  "c.png": coded(1, 27)}.get(row["file"].split("/")[-1])
        heads = () if pixels is None else ("verb", "noun") if pixels.ndim == 4 else ("noun",)
        assert bool(row["error"]) == (pixels is None)
        assert row["kind"] == {0: "", 2: "video", 1: "image"}[len(heads)]
        check_heads(row, pixels, heads, suffix)


def check_heads(row, pixels, heads, suffix):
    """The probabilities of a row are those of the model; other heads are empty."""
    for head in ("verb", "noun"):
        if suffix == "csv":
            own = {name: row[f"{head}: {name}"] for name in LABELS[head]}
            best, highest = row[f"{head} class"], row[f"{head} probability"]
            if head not in heads:
                assert {*own.values(), best, highest} == {""}
        if head in heads:
            if suffix == "jsonl":
                own, best, highest = (row["heads"][head][name] for name in
                                      ("probabilities", "class", "probability"))
            crop = pixels[None, ..., 1:25, 1:25, :]  # the center of 27 x 27
            logits = tv.forward(MODEL[0], crop, MODEL[1], head)[0]
            wanted = tv.softmax(logits.astype(float))[0]
            assert np.allclose([*map(float, own.values())], wanted, rtol=1e-4)
            assert sum(map(float, own.values())) == pytest.approx(1, abs=1e-12)
            assert list(own) == LABELS[head] and best == LABELS[head][wanted.argmax()]
            assert float(highest) == float(own[best]) == max(map(float, own.values()))


def test_lines_fit_the_terminal_unless_top_is_given(place, capsys, monkeypatch):
    monkeypatch.setenv("COLUMNS", "44")
    assert warned("in")[0] == 3
    assert {line.count("%") for line in capsys.readouterr().out.splitlines()} == {5}  # no terminal
    monkeypatch.setattr(prediction_lines, "is_terminal", lambda: True)
    assert warned("in")[0] == 3
    lines = capsys.readouterr().out.splitlines()
    assert max(map(len, lines)) <= 44 and {line.count("%") for line in lines} < {1, 2, 3}
    assert [line.split()[:2] for line in lines] == [
        ["in/a.png", "noun:"], ["in/b.mov", "verb:"], ["in/b.mov", "noun:"],
        ["in/sub/a.mov", "verb:"], ["in/sub/a.mov", "noun:"], ["in/sub/c.png", "noun:"]]
    assert warned("in", "--top", 3)[0] == 3
    assert {line.count("%") for line in capsys.readouterr().out.splitlines()} == {3}


def test_a_single_bad_file_has_the_status_of_bad_files(place, capsys):
    status, told = warned("in/bad.mp4")
    assert status == 3 and capsys.readouterr() == ("", "")
    assert told == "cannot read video in/bad.mp4: Invalid data found when processing input"


@pytest.mark.parametrize("text", [b"in/b.mov\n\nin/sub\n", b"in/b.mov\r\nin/sub\r\n",
                                  b"in/b.mov\0in/sub\0"])
def test_a_list_from_standard_input(place, capsys, monkeypatch, text):
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(text), encoding="utf-8"))
    assert run("-", "in/a.png", "--out", "-") == 0
    rows = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [row["file"] for row in rows] == ["in/b.mov", "in/sub/a.mov", "in/sub/c.png", "in/a.png"]
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(b"\n"), encoding="utf-8"))
    assert run("-") == 2 and "the list of files is empty" in capsys.readouterr().err


def test_names_of_all_kinds(tmp_path, monkeypatch, capsys):
    """Only line breaks and the like are printed as escapes; tables keep them."""
    monkeypatch.chdir(tmp_path)
    names = ["-dash.png", "[1].png", "a b,\"c\".png", "new\nline.png", "\u6f22.png",
             os.fsdecode(b"caf\xe9.png")]
    for name in names:
        clips.write_pictures(tmp_path / "x.png", coded(1, 24))
        os.rename(tmp_path / "x.png", name)
    for suffix in ("csv", "jsonl"):
        assert run(f"--out=x.{suffix}", "--", *names) == 0
        assert [row["file"] for row in table(tmp_path / f"x.{suffix}")] == names
    assert warned(".")[0] == 0
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == 2 + len(names) and any("new\\nline.png  noun: " in one for one in lines)


def test_folders_behind_links_and_circles_are_listed_once(place, recwarn):
    os.symlink("..", place / "sub" / "up"), os.symlink("gone", place / "z.mov")
    assert [found.file for found in find_files(["in", "in/s*"])] == [
        *ROWS, "in/z.mov", *ROWS[4:], *(f"in/sub/up/{name[3:]}" for name in ROWS[:4]),
        "in/sub/up/z.mov"]
    (place / "only").mkdir(), (place / "only" / "x.txt").touch()
    [found] = find_files(["in/only"])
    assert found.error.endswith("holds a file that is neither a video nor an image: x.txt")


def pretend(x, heads):
    """Logits that depend on each clip alone."""
    return {head: x.reshape(len(x), -1)[:, :len(LABELS[head])].astype(np.float32) / 255
            for head in heads}


def test_videos_and_images_in_batches_of_their_own(place):
    """The order is that of the names, and the batches change nothing."""
    files = [Found(ROWS[k]) for k in (0, 1, 5, 2, 4, 0, 0, 1, 5, 4)]
    found, seen = {}, []

    def watched(x, heads):
        seen.append(x.shape[:-3])
        return pretend(x, heads)
    for batch in (1, 4, 99):
        found[batch] = [*predict_files.predictions(watched, MODEL[2], files, batch=batch)]
    assert found[1] == found[4] == found[99]
    assert [one.file for one in found[1]] == [one.file for one in files]
    assert seen[9:] == [(4,), (4, 16), (1,), (5,), (4, 16)]


def test_the_batch_size_changes_nothing_but_rounding(place):
    given = finished(), ["in", "in"], (1, 1)
    (one, _), (many, _) = (remarks(list, predict_files.predict_files(*given, batch))
                           for batch in (1, 5))
    for a, b in zip(one, many, strict=True):
        assert a.file == b.file and a.error == b.error and a.probabilities.keys() == (
            b.probabilities.keys())
        for head, named in a.probabilities.items():
            assert np.allclose([*named.values()], [*b.probabilities[head].values()], atol=1e-6)


def test_a_rare_kind_does_not_hold_back_the_others(place, monkeypatch):
    """One image before many videos; the first rows come before all files are read."""
    monkeypatch.setattr(predict_files, "MAX_WAITING", 2)
    begun = []
    files = (begun.append(k) or Found(ROWS[bool(k)]) for k in range(40))
    rows = predict_files.predictions(pretend, MODEL[2], files, batch=2)
    assert next(rows).file == ROWS[0] and len(begun) < 20
    assert len([*rows]) == 39


def test_views_are_averaged_as_in_evaluate(tmp_path, rng):
    """The table of predict and the details of evaluate have the same probabilities."""
    names = LABELS["verb"][:2]
    data = class_folder(tmp_path / "set", "video", LABELS["verb"], train=0, val=1, size=30)
    for views in ("1x1", "2x3"):
        assert main(["evaluate", str(finished()), "--data", f"verb={data}", "--views", views,
                     "--details", str(tmp_path / views)]) == 0
        assert run(data, "--views", views, "--out", tmp_path / "x.csv") == 0
        own = {row["file"]: row for row in table(tmp_path / "x.csv")}
        scored = table(tmp_path / views / "video-verb-predictions.csv")
        assert len(scored) == len(own) == 8
        for row in scored:
            for name in names:
                wanted = float(row[f"verb: {name}"])
                assert float(own[row["example"]][f"verb: {name}"]) == pytest.approx(wanted, 1e-4)
    one_view = table(tmp_path / "1x1" / "video-verb-predictions.csv")
    assert scored[0]["verb: left"] != one_view[0]["verb: left"]


@pytest.fixture
def no_decoder(monkeypatch):
    """Call it, and from then on every decoder fails."""
    def stop():
        for module, name in ((video, "read_view_frames"), (images, "read_frames"),
                             (fixed_rate_clips, "decode_clip")):
            monkeypatch.setattr(module, name, mock.Mock(side_effect=AssertionError("decoded")))
    return stop


@pytest.mark.parametrize("views", ["1x1", "2x2"])
def test_the_second_time_predict_decodes_nothing(place, no_decoder, views):
    given = "in/sub", "in/b.mov", "--views", views
    assert run(*given, "--out", "plain.csv") == 0
    assert run(*given, "--out", "first.csv", "--cache", "kept") == 0
    no_decoder()
    assert run(*given, "--out", "second.csv", "--cache", "kept") == 0
    texts = [(place.parent / f"{name}.csv").read_text(encoding="utf-8")
             for name in ("plain", "first", "second")]
    assert texts[0] == texts[1] == texts[2]


@pytest.mark.parametrize("views", ["1x1", "2x2"])
def test_the_second_time_evaluate_decodes_nothing(tmp_path, no_decoder, capsys, views):
    data = class_folder(tmp_path / "set", "video", LABELS["verb"], train=0, val=1, size=30)
    given = ["evaluate", str(finished()), "--data", f"verb={data}", "--views", views]
    assert main(given) == 0
    wanted = capsys.readouterr().out
    assert main([*given, "--cache", str(tmp_path / "kept")]) == 0
    assert capsys.readouterr().out == wanted
    no_decoder()
    assert main([*given, "--cache", str(tmp_path / "kept")]) == 0
    assert capsys.readouterr().out == wanted


def test_evaluate_lists_the_files_that_it_wrote(tmp_path, capsys):
    assert main(["evaluate", str(finished() / "model.safetensors"), "--data", "something-moves",
                 "--count", "8", "--details", str(tmp_path / "new")]) == 0
    _, _, lines = capsys.readouterr().out.rpartition("\n\n")
    assert {line.removeprefix("written: ") for line in lines.splitlines()} == {
        str(path) for path in (tmp_path / "new").iterdir()} and "verb-predictions.csv" in lines
    for row in table(tmp_path / "new" / "video-noun-predictions.csv"):
        assert sum(float(row[f"noun: {name}"]) for name in LABELS["noun"]) == pytest.approx(1)


@pytest.mark.parametrize("error, status, words", [
    (KeyboardInterrupt, 130, "stopped"), (MemoryError("no 1 GiB"), 2, "no 1 GiB"),
    (OSError(28, "No space left on device"), 2, "cannot write out.part.csv: No space left")])
def test_a_stop_keeps_the_rows_so_far_and_the_older_table(place, capsys, error, status, words):
    (place.parent / "out.csv").write_text("older\n", encoding="utf-8")
    real, calls = predict_files.compute, []

    def stopped(*given):
        calls.append(given)
        if len(calls) > 2:
            raise error
        real(*given)
    with mock.patch.object(predict_files, "compute", stopped):
        found, told = warned("in/b.mov", "in/a.png", "in/b.mov", "--batch", 1, "--out", "out.csv")
    assert found == status and words in capsys.readouterr().err
    assert told == "the predictions of the first 2 files are in out.part.csv"
    assert [row["file"] for row in table(place.parent / "out.part.csv")] == ["in/b.mov", "in/a.png"]
    assert (place.parent / "out.csv").read_text(encoding="utf-8") == "older\n"
    assert run("in/b.mov", "--out", "out.csv") == 0
    assert len(table(place.parent / "out.csv")) == 1
    assert not (place.parent / "out.part.csv").exists()


def test_short_and_damaged_files_have_a_note(place):
    for k in range(2):
        clips.write_video(place / f"short{k}.mov", coded(k, 24, 5))
    status, told = warned("in/short0.mov", "in/b.mov", "in/short1.mov", "--out", "x.csv")
    assert status == 0 and told == (
        "2 of 3 files are damaged or short, but were used; the first: in/short0.mov has only 5 of "
        "the 16 frames of a clip; the last one is repeated")
    assert [bool(row["note"]) for row in table(place.parent / "x.csv")] == [True, False, True]
