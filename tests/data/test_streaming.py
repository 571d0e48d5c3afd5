"""Clips decoded on the fly: the right frames, the right order, and unreadable files."""

import csv
import json
import warnings

import av
import clips
import numpy as np
import pytest
from clips import SHARED, needs_shared, which
from tiny import asked, class_folder, coded

from tubevit_np.__main__ import ENGINE
from tubevit_np.commands import cli
from tubevit_np.data.augmentation.flip import has_sides
from tubevit_np.data.datasets.in_memory import open_files, open_held_out
from tubevit_np.data.datasets.streaming import StreamSource, crop_at
from tubevit_np.data.decoding import timestamps
from tubevit_np.data.decoding.fixed_rate_clips import num_clip_frames, read_fixed_rate_clip
from tubevit_np.data.decoding.images import center_crop
from tubevit_np.data.decoding.timestamps import duration
from tubevit_np.data.decoding.video import decode
from tubevit_np.training.evaluate import evaluate


def whole(picture):
    return picture.copy()


def same(a, b):
    return np.array_equal(a.x, b.x) and all(
        np.array_equal(a.labels[head], b.labels[head]) for head in a.labels)


# One clip.

@pytest.mark.parametrize("at, fps, wanted", [
    (0, 5, [0, 2, 4, 6]), (1, 5, [16, 18, 20, 22]), (0.5, 5, [8, 10, 12, 14]),
    (0, 20, [0, 0, 1, 1]), (1, 10, [20, 21, 22, 23]), (0, 1, [0, 10, 20, 20]),
    (1, 1, [0, 10, 20, 20])])
@pytest.mark.filterwarnings("ignore:.*has only 3 of the 4 frames")
def test_frames_by_the_clock(tmp_path, rng, at, fps, wanted):
    film = clips.noise(rng, 24, height=12, width=20)
    clips.write_video(tmp_path / "x.mov", film)  # 10 frames a second, 2.4 seconds
    assert which(read_fixed_rate_clip(tmp_path / "x.mov", 4, fps, at, 12, whole), film) == wanted
    assert duration(tmp_path / "x.mov") == pytest.approx(2.4)


@pytest.mark.parametrize("suffix", ["mp4", "mkv", "avi", "ts"])
def test_seeking_finds_the_frames_that_decoding_all_of_them_does(tmp_path, rng, suffix):
    path = tmp_path / f"x.{suffix}"
    codec = "mpeg4" if suffix == "avi" else "libx264"
    clips.write_ordinary(path, clips.smooth(rng, 60), codec=codec)
    count, shown, _ = decode(path, 32, np.arange(60), whole)
    assert count == 60 and duration(path) == pytest.approx(6, abs=0.11)
    assert len({picture.tobytes() for picture in shown.values()}) > 55
    for first in (0, 7, 8, 9, 31, 52):
        at = (first + 0.5) / (num_clip_frames(duration(path), 10) - 8 + 1)
        clip = read_fixed_rate_clip(path, 8, 10, at, 32, whole)
        assert np.array_equal(clip, np.stack([shown[first + k] for k in range(8)]))


def test_only_what_is_needed_is_decoded(tmp_path, rng, monkeypatch):
    clips.write_ordinary(tmp_path / "x.mp4", clips.smooth(rng, 60))
    seen = []
    real = timestamps.timed_frames

    def watched(*given):
        for time, frame in real(*given):
            seen.append(time)
            yield time, frame
    monkeypatch.setattr(timestamps, "timed_frames", watched)
    read_fixed_rate_clip(tmp_path / "x.mp4", 4, 5, 0.5, 32, whole)  # 2.6, 2.8, 3.0, 3.2 seconds
    assert 1.7 < seen[0] <= 2.6 and seen[-1] == pytest.approx(3.3, abs=0.01)


def test_a_variable_rate_goes_by_the_clock(tmp_path, rng):
    film = clips.noise(rng, 4, height=12, width=20)
    with av.open(tmp_path / "x.mkv", "w") as file:
        stream = file.add_stream("ffv1", rate=10)
        stream.height, stream.width, stream.pix_fmt = 12, 20, "bgr0"
        for frame, pts in zip(film, (0, 5, 6, 7), strict=True):  # the first is shown for long
            picture = av.VideoFrame.from_ndarray(frame, "rgb24")
            picture.pts = pts
            file.mux(stream.encode(picture))
        file.mux(stream.encode(None))
    clip = read_fixed_rate_clip(tmp_path / "x.mkv", 8, 10, 0, 12, whole)
    assert which(clip, film) == [0, 0, 0, 0, 0, 1, 2, 3]


@pytest.mark.parametrize("at, wanted", [
    (0, [0, 1, 2, 3, 4, 5, 5, 5]), (0.38, [0, 1, 2, 3, 4, 5, 5, 5])])
def test_damaged_on_the_way_and_right_at_the_beginning(tmp_path, rng, at, wanted):
    film = clips.noise(rng, 24, height=12, width=20)
    clips.write_video(tmp_path / "x.mov", film)
    clips.overwrite(tmp_path / "x.mov", b"\x89PNG\r\n", bytes(6), nth=6)
    with pytest.warns(UserWarning, match="x.mov: damaged, only the frames before the damage"):
        assert which(read_fixed_rate_clip(tmp_path / "x.mov", 8, 10, at, 12, whole), film) == wanted


def test_crops_reach_every_corner():
    picture = coded(1, 9)
    assert np.array_equal(crop_at(picture, 6, (0, 0)), picture[:6, :6])
    assert np.array_equal(crop_at(picture, 6, (0.999, 0.3)), picture[3:, 1:7])
    assert np.array_equal(crop_at(picture[None], 6, (0.5, 0.999)), picture[None, 2:8, 3:])


@needs_shared
@pytest.mark.filterwarnings("ignore")
def test_no_bad_file_hangs_or_crashes():
    with open(SHARED / "bad" / "MANIFEST.csv", newline="", encoding="utf-8") as file:
        paths = [SHARED / "bad" / row["file"] for row in csv.DictReader(file)]
    read = 0
    for path in filter(lambda path: path.exists(), paths):
        for at in (0, 0.5, 1):
            try:
                clip = read_fixed_rate_clip(path, 4, 10, at, 24,
                                            lambda x: center_crop(x, 24).copy())
                assert clip.shape == (4, 24, 24, 3)
                read += 1
            except ValueError as error:
                assert str(path) in str(error) and "\n" not in str(error)
    assert read > 60


# A source of batches.

@pytest.mark.parametrize("kind", ["video", "image"])
def test_the_same_examples_as_from_memory(tmp_path, kind):
    path = class_folder(tmp_path / "set", kind, train=5, val=3)
    stream, memory = (open_files(path, kind, asked(memory=gigabytes))
                      for gigabytes in (0, 1))
    assert isinstance(stream, StreamSource) and not isinstance(memory, StreamSource)
    assert same(*(next(source.held_out(9)) for source in (stream, memory)))
    assert same(*(next(source.held_out(9, 4)) for source in (stream, memory)))
    assert stream.examples(4) == memory.examples(4) and stream.labels == memory.labels
    for views in ((1, 1), (2, 2)):
        for one, other in zip(stream.held_out_views(*views), memory.held_out_views(*views),
                              strict=True):
            assert same(one, other)
    for step in range(4):
        one, other = stream.batch(step, 5), memory.batch(step, 5)
        assert one.labels["set"].tolist() == other.labels["set"].tolist()
        assert one.x[..., 0].tolist() == other.x[..., 0].tolist()  # the same files, other crops


def test_a_batch_depends_on_seed_and_number_alone(tmp_path):
    path = class_folder(tmp_path / "set", "video")
    source, again, other = (open_files(path, "video", asked(fps=5, seed=seed))
                            for seed in (3, 3, 4))
    assert same(source.batch(7, 4), again.batch(7, 4))
    assert not same(source.batch(7, 4), source.batch(8, 4))
    assert not same(source.batch(7, 4), other.batch(7, 4))


def test_a_clip_begins_at_any_moment_and_place(tmp_path, rng):
    film = np.stack([coded(k, 27) for k in range(12)])
    for k in range(6):
        place = tmp_path / "set" / ("train" if k < 4 else "val") / "ab"[k % 2]
        place.mkdir(parents=True, exist_ok=True)
        clips.write_video(place / f"{k}.mov", film)  # 10 frames a second
    source = open_files(tmp_path / "set", "video", asked(fps=5))
    shown = np.concatenate([source.batch(step, 8).x for step in range(12)])
    first = shown[:, :, 0, 0]
    assert np.array_equal(first[:, 1, 0] - first[:, 0, 0], [40] * 96)  # two frames later
    assert {*(first[:, 0, 0] // 20).tolist()} == {0, 2, 4, 6, 8}
    assert {*first[:, 0, 1].tolist()} == {*first[:, 0, 2].tolist()} == {0, 1, 2, 3}
    [held] = source.held_out(9)
    assert {tuple(x[:, 0, 0, 0] // 20) for x in held.x} == {(4, 6)}  # the middle of the video
    several = next(source.held_out_views(3, 1)).x
    assert (several[:, :, 0, 0, 0] // 20).tolist() == [[0, 2], [4, 6], [8, 10]]


@pytest.mark.parametrize("name, sides", [
    ("turning left", True), ("Pushing something from right to left", True), ("swipe_right", True),
    ("stirring counter-clockwise", True), ("bright lights", False), ("leftovers", False),
    ("playing guitar", False)])
def test_which_classes_tell_left_from_right(name, sides):
    assert has_sides(name) is sides


@pytest.mark.parametrize("gigabytes", [0, 1])
def test_mirrored_are_half_of_the_files_but_of_no_class_with_sides(tmp_path, gigabytes):
    path = class_folder(tmp_path / "set", "video", classes=("eel", "turn left"))
    plain, flipped = (open_files(path, "video", asked(memory=gigabytes, flip=flip))
                      for flip in (False, True))
    swapped = {0: [], 1: []}
    for step in range(20):
        usual, other = plain.batch(step, 6), flipped.batch(step, 6)
        for a, b, label in zip(usual.x, other.x, usual.labels["set"], strict=True):
            swapped[label].append(not np.array_equal(a, b))
            assert np.array_equal(a[:, :, ::-1] if swapped[label][-1] else a, b)
    assert 0.3 < np.mean(swapped[0]) < 0.7 and not any(swapped[1])
    assert same(next(plain.held_out(9)), next(flipped.held_out(9)))


def test_what_is_broken_is_left_out_and_counted(tmp_path):
    path = class_folder(tmp_path / "set", "video", train=3, val=3)
    for name in ("train/cat/1.mov", "val/cat/1.mov"):
        (path / name).write_bytes(b"no video")
    source = open_files(path, "video", asked())
    with pytest.warns(UserWarning, match="skipped: cannot read video .*train/cat/1.mov"):
        drawn = np.concatenate([source.batch(step, 6).x[:, 0, 0, 0, 0] for step in range(2)])
    assert sorted(drawn // 20) == [0, 0, 2, 2, 2, 2, 3, 3, 4, 4, 5, 5]  # 2 stands in for 1
    with pytest.warns(UserWarning, match="skipped: cannot read video .*val/cat/1.mov"):
        scores = evaluate(lambda x, heads: {"set": np.zeros((len(x), 2))}, source)
    assert scores["count"] == 5 and [file.name for file, _ in source.skipped] == ["1.mov"]
    assert len(source.examples()) == 5 and not any("cat/1.mov" in name
                                                   for name in source.examples())


@pytest.mark.filterwarnings("ignore:skipped")
def test_a_set_of_broken_files_ends_the_training(tmp_path):
    path = class_folder(tmp_path / "set", "video")
    for file in path.glob("train/*/*.mov"):
        file.write_bytes(b"no video")
    with pytest.raises(ValueError, match="files in a row cannot be read, the last: cannot read"):
        open_files(path, "video", asked()).batch(0, 1)


@pytest.mark.parametrize("opened", [
    lambda path: open_files(path, "video", asked()),
    lambda path: open_held_out(path, "video", 2, 24, "set", ("cat", "eel"), fps=5)])
def test_what_can_never_be_scored_is_told_at_once(tmp_path, opened):
    path = class_folder(tmp_path / "set", "video")
    broken = sorted(path.glob("val/*/*.mov"))
    for file in broken[:-1]:
        file.write_bytes(b"no video")
    opened(path)
    broken[-1].write_bytes(b"no video")
    with pytest.raises(ValueError, match="none of 4 videos can be read, .* video .*0.mov"):
        opened(path)


def test_a_large_set_is_scored_without_holding_it(tmp_path):
    path = class_folder(tmp_path / "set", "video")
    given = path, "video", 2, 24, "set", ("cat", "eel")
    kept, read = open_held_out(*given), open_held_out(*given, memory=4 * 2 * 26 * 27 * 3 / 1e9)
    assert (kept.slow, read.slow) == (False, True)
    assert all(same(*pair) for pair in zip(kept.held_out(3), read.held_out(3), strict=True))


@pytest.mark.filterwarnings("ignore:.*gives no tokens")
def test_training_evaluating_and_predicting_at_a_speed(tmp_path, capfd):
    """Through the process that makes batches ahead, from the command line."""
    films = class_folder(tmp_path / "films", "video", size=27)

    def run(*given):
        status = cli.main("tubevit_np", ENGINE, [str(word) for word in given])
        return status, capfd.readouterr().out
    status, told = run("train", "--data", films, "--fps", 5, "--frames", 2, "--size", 24,
                       "--steps", 2, "--batch", 2, "--out", tmp_path / "run")
    assert status == 0 and "4 held-out videos" in told
    stored = json.loads((tmp_path / "run/config.json").read_text(encoding="utf-8"))
    assert stored["recipe"]["fps"] == 5
    scores = told[told.index("\n4 held-out"):told.index("\nheads:")]
    for given in [tmp_path / "run"], [tmp_path / "run/model.safetensors", "--data", films]:
        status, again = run("evaluate", *given)
        assert status == 0 and scores in again
    status, told = run("predict", tmp_path / "run", films / "val/cat/0.mov")
    assert status == 0 and told.startswith("films of the video")
    with warnings.catch_warnings(record=True):
        assert run("train", "--data", films, "--fps", 0, "--out", tmp_path / "x")[0] == 2
