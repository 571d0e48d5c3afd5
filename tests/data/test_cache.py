"""The cache of decoded frames: batches do not change, and damaged entries are rebuilt."""

import errno
import os
import time
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from multiprocessing import get_context
from threading import Barrier

import clips
import numpy as np
import pytest
from clips import SHARED, needs_shared
from remarks import remarks
from test_sources import same
from tiny import asked, class_folder

from tubevit_np.data.datasets import cache, reader
from tubevit_np.data.datasets.cache import Cache
from tubevit_np.data.datasets.dataset import Dataset
from tubevit_np.data.datasets.in_memory import open_files
from tubevit_np.data.datasets.streaming import StreamSource
from tubevit_np.data.decoding import fixed_rate_clips, images, video


@pytest.fixture
def films(tmp_path, rng):
    """Six videos of 0.4 to 2.9 seconds, encoded with common codecs."""
    for k in range(6):
        place = tmp_path / "films" / ("train" if k < 4 else "val") / "ab"[k % 2]
        place.mkdir(parents=True, exist_ok=True)
        clips.write_ordinary(place / f"{k}.mp4", clips.smooth(rng, 4 + 5 * k))
    return tmp_path / "films"


def pair(path, folder, kind="video", **given):
    """A source without and a source with a cache."""
    return [open_files(path, kind, asked(**given, cache=kept)) for kept in (None, folder)]


def read_again(monkeypatch):
    """A list to which every later call of a decoder appends its path."""
    paths = []

    def watched(real):
        return lambda path, *given: paths.append(path) or real(path, *given)
    for module, name in ((fixed_rate_clips, "read_fixed_rate_clip"), (video, "read_clip"),
                         (fixed_rate_clips, "read_fixed_rate_frames"), (images, "read_image")):
        monkeypatch.setattr(module, name, watched(getattr(module, name)))
    return paths


@pytest.mark.parametrize("given", [
    {"fps": 5}, {"fps": 12.5, "frames": 7}, {"fps": 10, "frames": 3, "flip": True}, {"frames": 6},
    {"frames": 2, "randaugment": 1}])
def test_the_same_batches_and_the_second_time_nothing_is_decoded(tmp_path, films, monkeypatch,
                                                                 given):
    plain, kept = pair(films, tmp_path / "kept", **given)
    wanted = [plain.batch(step, 5) for step in range(6)]
    assert all(same(kept.batch(step, 5), batch) for step, batch in enumerate(wanted))
    assert same(*(next(source.held_out(9)) for source in (plain, kept)))
    again = read_again(monkeypatch)
    assert all(same(kept.batch(step, 5), batch) for step, batch in enumerate(wanted))
    assert same(*(next(source.held_out(9)) for source in (pair(films, tmp_path / "kept", **given))))
    assert not set(again) - {path for path, _ in plain.val.items}  # files of plain
    assert len(list((tmp_path / "kept").iterdir())) == 6


def test_images_too(tmp_path, monkeypatch):
    path = class_folder(tmp_path / "set", "image")
    plain, kept = pair(path, tmp_path / "kept", "image")
    wanted = [plain.batch(step, 6) for step in range(2)]
    assert all(same(kept.batch(step, 6), batch) for step, batch in enumerate(wanted))
    again = read_again(monkeypatch)
    assert all(same(kept.batch(step, 6), batch) for step, batch in enumerate(wanted)) and not again


def test_the_views_of_a_clip_by_the_clock_come_from_the_cache(tmp_path, films, monkeypatch):
    plain, kept = pair(films, tmp_path / "kept", fps=5)
    next(kept.held_out(9))
    wanted = list(plain.held_out_views(3, 2))
    again = read_again(monkeypatch)
    assert all(map(same, kept.held_out_views(3, 2), wanted)) and not again


@pytest.mark.parametrize("kind", ["video", "image"])
def test_views_without_a_rate_come_from_the_cache(tmp_path, films, rng, monkeypatch, kind):
    """Also of videos that are shorter than a clip, or than all temporal crops together."""
    path = films
    if kind == "image":
        path = class_folder(tmp_path / "set", "image")
        clips.write_pictures(path / "val/eel/9.png", clips.noise(rng, 1, 30, 47)[0])
    for frames, temporal in ((10, 1), (10, 2), (12, 3), (23, 2), (26, 2)):  # of 24 and 29 frames
        plain, kept = pair(path, tmp_path / "kept", kind, frames=frames)
        wanted, first = (remarks(list, source.held_out_views(temporal, 2))[0]
                         for source in (plain, kept))
        for name in ("read_view_frames", "read_views"):
            monkeypatch.setattr(video, name, lambda *_: pytest.fail("decoded again"))
        monkeypatch.setattr(images, "read_frames", lambda *_: pytest.fail("decoded again"))
        second, _ = remarks(list, kept.held_out_views(temporal, 2))
        monkeypatch.undo()
        assert all(map(same, first, wanted)) and all(map(same, second, wanted))
        assert len(wanted) == len(second) == (5 if kind == "image" else 2)


def test_another_file_size_or_speed_is_another_entry(tmp_path, films):
    _, kept = pair(films, tmp_path / "kept", fps=5)
    next(kept.held_out(9))
    assert len(list((tmp_path / "kept").iterdir())) == 2
    path = kept.val.items[0][0]
    os.utime(path, ns=(1, 1))
    next(kept.held_out(9))
    for other in ({"fps": 4}, {"fps": 5, "size": 16}, {"fps": 5, "frames": 3}, {"frames": 2}):
        next(pair(films, tmp_path / "kept", **other)[1].held_out(9))
    assert len(list((tmp_path / "kept").iterdir())) == 2 + 1 + 4 * 2


@pytest.mark.parametrize("damage", [
    lambda path: os.truncate(path, path.stat().st_size - 1), lambda path: os.truncate(path, 0),
    lambda path: os.truncate(path, 7), lambda path: path.write_bytes(b"nothing" * 99)])
def test_a_damaged_entry_is_made_anew(tmp_path, films, damage):
    kept = pair(films, tmp_path / "kept", fps=5)[1]
    wanted = next(kept.held_out(9))
    for path in (tmp_path / "kept").iterdir():
        sound = path.read_bytes()
        damage(path)
        assert same(next(kept.held_out(9)), wanted) and path.read_bytes() == sound


def test_what_is_damaged_or_not_as_its_header_says_is_read_directly(tmp_path, films, rng):
    damaged, short = films / "train/b/8.mov", films / "train/b/9.mkv"
    clips.write_video(damaged, clips.noise(rng, 12, 30, 40))
    clips.overwrite(damaged, b"\x89PNG\r\n", bytes(6), nth=6)
    clips.write_video(short, clips.noise(rng, 12, 30, 40), codec="ffv1", pixels="bgr0")
    os.truncate(short, short.stat().st_size // 2)
    plain, kept = pair(films, tmp_path / "kept", fps=10)
    for step in range(6):
        (one, said), (other, again) = (
            remarks(source.batch, step, 6) for source in (plain, kept))
        assert same(one, other) and set(said) == set(again)
    sizes = [len(np.load(path)) for path in (tmp_path / "kept").iterdir()]
    assert sizes.count(0) == 2 and len(sizes) == 6


def test_times_that_jump_back_are_read_directly(tmp_path, films, rng):
    """Two transport streams joined into one file have such times."""
    for name in "xy":
        clips.write_ordinary(tmp_path / f"{name}.ts", clips.smooth(rng, 24))
    joined = (tmp_path / "x.ts").read_bytes() + (tmp_path / "y.ts").read_bytes()
    (films / "train/a/9.ts").write_bytes(joined)
    plain, kept = pair(films, tmp_path / "kept", fps=10, frames=4)
    assert all(same(kept.batch(step, 5), plain.batch(step, 5)) for step in range(6))
    sizes = [len(np.load(path)) for path in (tmp_path / "kept").iterdir()]
    assert sorted(sizes) == [0, 4, 9, 14, 19]


def test_a_long_film_is_not_kept(tmp_path, films, monkeypatch):
    monkeypatch.setattr(reader, "MAX_ENTRY_BYTES", 15 * 27 * 40 * 3)  # 15 frames
    plain, kept = pair(films, tmp_path / "kept", fps=10)
    assert all(same(kept.batch(step, 4), plain.batch(step, 4)) for step in range(3))
    sizes = [len(np.load(path)) for path in (tmp_path / "kept").iterdir()]
    assert sorted(sizes) == [0, 4, 9, 14]  # no entry of 19 frames


def test_a_full_disk_is_said_once_and_training_goes_on(tmp_path, films, monkeypatch):
    plain, kept = pair(films, tmp_path / "kept", fps=5)
    next(kept.held_out(9))
    before = sorted((tmp_path / "kept").iterdir())

    def full(*_):
        raise OSError(errno.ENOSPC, "No space left on device")
    monkeypatch.setattr(cache.np, "save", full)
    with pytest.warns(UserWarning) as caught:
        assert all(same(kept.batch(step, 4), plain.batch(step, 4)) for step in range(3))
    [said] = [str(told.message) for told in caught if "repeats" not in str(told.message)]
    assert said == f"cache {tmp_path / 'kept'}: No space left on device; continuing without it"
    assert sorted((tmp_path / "kept").iterdir()) == before  # no partial file remains
    again = read_again(monkeypatch)
    next(kept.held_out(9))
    assert not again  # existing entries are still read


def test_a_folder_that_cannot_be_made_is_refused(tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(ValueError, match="cannot make folder .*file/kept: .*another --cache"):
        Cache(tmp_path / "file" / "kept")


def hold_out(path, folder):
    return next(pair(path, folder, fps=5)[1].held_out(9)).x


def test_several_processes_share_a_cache(tmp_path, films):
    with ProcessPoolExecutor(2, get_context("spawn")) as pool:
        found = list(pool.map(hold_out, [films] * 4, [tmp_path / "kept"] * 4))
    assert all(np.array_equal(x, found[0]) for x in found)
    assert len(list((tmp_path / "kept").iterdir())) == 2


def test_old_leftovers_are_deleted(tmp_path):
    for name, hours in ((".a.npy.1.part", 25), (".b.npy.2.part", 23), ("c.npy", 99)):
        (tmp_path / name).touch()
        os.utime(tmp_path / name, 2 * (time.time() - 3600 * hours,))
    Cache(tmp_path)
    assert sorted(os.listdir(tmp_path)) == [".b.npy.2.part", "c.npy"]


def test_threads_that_write_the_same_entry(tmp_path, rng, monkeypatch):
    """Four threads write separate files at once; the final entry is complete."""
    x, together, save = clips.noise(rng, 20), Barrier(4), np.save
    monkeypatch.setattr(np, "save", lambda *args: (together.wait(), save(*args)))
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda _: cache.write(tmp_path / "x.npy", lambda: x), range(4)))
    assert np.array_equal(cache.load(tmp_path / "x.npy"), x) and len(os.listdir(tmp_path)) == 1


@needs_shared
@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("fps, moments", [(7.3, (0, 0.6, 1)), (None, (0,))])
def test_bad_files_give_the_same_from_the_cache(tmp_path, fps, moments):
    paths = [path for path in sorted((SHARED / "bad").iterdir()) if path.suffix != ".csv"]
    part = Dataset("video", "bad", ("a", "b"), tuple((path, 0) for path in paths), 5, 27)
    plain, kept = (StreamSource("video", "bad", 24, ("a", "b"), part, fps=fps,
                                cache=folder and Cache(folder))
                   for folder in (None, tmp_path / "kept"))
    for path in paths:
        for at in moments:
            one, *others = [shown(source, path, at) for source in (plain, kept, kept)]
            assert all(np.array_equal(one, other) for other in others), path


def shown(source, path, at):
    try:
        return source.reader.clip(source.kind, path, at)
    except ValueError as error:
        return str(error)


def test_threads_load_entries_one_after_another(tmp_path, monkeypatch):
    """NumPy parses the header of an entry with Python's parser, which fails now and then if several
    threads use it at once (Python 3.11: SystemError, recursion depth mismatch)."""
    np.save(tmp_path / "a.npy", np.ones((2, 3), np.uint8))
    inside, most, real = [], [], np.load

    def slow(*given, **options):
        inside.append(1), most.append(len(inside)), time.sleep(0.01), inside.pop()
        return real(*given, **options)
    monkeypatch.setattr(np, "load", slow)
    with ThreadPoolExecutor(4) as pool:
        assert all(x.shape == (2, 3) for x in pool.map(cache.load, [tmp_path / "a.npy"] * 4))
    assert most == [1] * 4
