"""Unusual files, each made here, through both readers: whole videos and fixed-rate clips."""

import os

import av
import clips
import numpy as np
import pytest
from clips import which
from PIL import Image

from tubevit_np.data.decoding.fixed_rate_clips import read_fixed_rate_clip
from tubevit_np.data.decoding.images import center_crop
from tubevit_np.data.decoding.timestamps import duration
from tubevit_np.data.decoding.video import read_clip


def by_clock(path, frames, size, fps=10, at=0):
    return read_fixed_rate_clip(path, frames, fps, at, size, lambda x: center_crop(x, size).copy())


READERS = {"whole": read_clip, "by the clock": by_clock}
both = pytest.mark.parametrize("read", READERS.values(), ids=READERS)


# What can be read.

@both
@pytest.mark.parametrize("rotation", [90, 180, -90])
def test_turned_by_the_file(tmp_path, rng, read, rotation):
    stored = clips.noise(rng, 3, height=24, width=41)
    clips.write_video(tmp_path / "turned.mov", stored, rotation=rotation)
    upright = np.rot90(stored, rotation // 90, axes=(1, 2))
    wanted = upright[:, :, 8:32] if rotation == 180 else upright[:, 8:32]
    assert np.array_equal(read(tmp_path / "turned.mov", 3, 24), wanted)


WIDE = slice(None), slice(None), slice(8, 32)  # the middle of 24 x 41 pixels, and of 41 x 24
TALL = slice(None), slice(8, 32)
SHOWN = {  # a, b, c, d of a display matrix: what a player shows of (T, H, W, C)
    "as stored": ((1, 0, 0, 1), lambda x: x[WIDE]),
    "mirrored": ((-1, 0, 0, 1), lambda x: x[:, :, ::-1][WIDE]),
    "upside down": ((1, 0, 0, -1), lambda x: x[:, ::-1][WIDE]),
    "half a turn": ((-1, 0, 0, -1), lambda x: x[:, ::-1, ::-1][WIDE]),
    "transposed": ((0, 1, 1, 0), lambda x: x.swapaxes(1, 2)[TALL]),
    "along the other diagonal": ((0, -1, -1, 0), lambda x: x[:, ::-1, ::-1].swapaxes(1, 2)[TALL]),
    "turned left": ((0, -1, 1, 0), lambda x: x[:, :, ::-1].swapaxes(1, 2)[TALL]),
    "turned right": ((0, 1, -1, 0), lambda x: x[:, ::-1].swapaxes(1, 2)[TALL]),
    "100 degrees": ((-0.17, 0.98, -0.98, -0.17), lambda x: x[:, ::-1].swapaxes(1, 2)[TALL]),
    "mirrored and 10 degrees": ((-0.98, 0.17, 0.17, 0.98), lambda x: x[:, :, ::-1][WIDE]),
    "scaled": ((-2, 0, 0, 2), lambda x: x[:, :, ::-1][WIDE]),
    "a line": ((-1, -1, -1, -1), lambda x: x[WIDE]), "a point": ((0, 0, 0, 0), lambda x: x[WIDE])}


@both
@pytest.mark.parametrize("name", SHOWN)
def test_the_whole_display_matrix(tmp_path, rng, read, name):
    stored, (matrix, shown) = clips.noise(rng, 3, height=24, width=41), SHOWN[name]
    clips.write_video(tmp_path / "x.mov", stored)
    clips.set_display_matrix(tmp_path / "x.mov", *matrix, x=7, y=-3)
    assert np.array_equal(read(tmp_path / "x.mov", 3, 24), shown(stored))


@both
def test_side_data_of_an_unknown_kind_leave_the_angle(tmp_path, read):
    """JPEGs with EXIF data, of which not every PyAV can list the side data."""
    image = Image.fromarray(clips.levels(1, 32, 48)[0])
    image.paste((250, 250, 250), (0, 0, 16, 32))  # bright on the left
    exif = Image.Exif()
    exif[0x0112] = 6  # a quarter turn to the right
    image.save(tmp_path / "x.jpg", exif=exif)
    (tmp_path / "x.mjpeg").write_bytes((tmp_path / "x.jpg").read_bytes() * 3)
    shown = read(tmp_path / "x.mjpeg", 2, 32)
    assert (shown[:, :6] > 230).all() and (shown[:, 12:] < 20).all()


@both
def test_whole_frames_are_averaged_also_of_an_interlaced_video(tmp_path, rng, read):
    film = clips.noise(rng, 3, height=64, width=96)
    with av.open(tmp_path / "x.mp4", "w") as file:
        stream = file.add_stream("libx264rgb", rate=10)
        stream.height, stream.width, stream.pix_fmt = 64, 96, "rgb24"
        stream.options = {"qp": "0", "x264-params": "tff=1"}
        for frame in [*(av.VideoFrame.from_ndarray(frame, "rgb24") for frame in film), None]:
            file.mux(stream.encode(frame))
    with av.open(tmp_path / "x.mp4") as file:
        assert next(file.decode(video=0)).interlaced_frame
    means = film.reshape(3, 16, 4, 24, 4, 3).mean((2, 4))[:, :, 4:20]
    assert np.abs(read(tmp_path / "x.mp4", 3, 16) - means).max() <= 1


@both
def test_odd_sides_and_a_wrong_suffix(tmp_path, rng, read):
    film = clips.noise(rng, 4, height=13, width=21)
    clips.write_video(tmp_path / "x.mkv", film, codec="ffv1", pixels="bgr0")
    (tmp_path / "x.mkv").rename(tmp_path / "x.mp4")
    assert np.array_equal(read(tmp_path / "x.mp4", 4, 13), film[:, :, 4:17])


@both
@pytest.mark.parametrize("codec, pixels", [
    ("png", "gray"), ("ffv1", "yuv420p10le"), ("ffv1", "yuv422p"), ("ffv1", "gray16le"),
    ("libx264", "yuv420p10le")])
def test_gray_and_deep_and_subsampled_pixels(tmp_path, read, codec, pixels):
    film = clips.levels(5, 16, 32) + np.uint8(20)
    path = tmp_path / ("x.mov" if codec == "png" else "x.mkv")
    clips.write_video(path, film, codec=codec, pixels=pixels)
    shown = read(path, 5, 16).astype(int)
    assert np.abs(shown - film[:, :, 8:24]).max() < 4


@both
def test_a_single_frame(tmp_path, rng, read):
    film = clips.noise(rng, 1, 12, 20)
    clips.write_video(tmp_path / "x.mov", film)
    with pytest.warns(UserWarning, match="x.mov has only 1 of the 3 frames of a clip"):
        assert which(read(tmp_path / "x.mov", 3, 12), film[:, :, 4:16]) == [0, 0, 0]


def test_a_frame_size_that_changes_on_the_way(tmp_path):
    film = {}
    for name, shape, gray in (("a", (6, 32, 48, 3), 50), ("b", (4, 24, 64, 3), 200)):
        film[name] = np.full(shape, gray, np.uint8)
        clips.write_video(tmp_path / f"{name}.mjpeg", film[name], codec="mjpeg", pixels="yuvj420p")
    joined = (tmp_path / "a.mjpeg").read_bytes() + (tmp_path / "b.mjpeg").read_bytes()
    (tmp_path / "both.mjpeg").write_bytes(joined)
    for clip in (read_clip(tmp_path / "both.mjpeg", 10, 24),
                 by_clock(tmp_path / "both.mjpeg", 10, 24, 25)):  # a rate that it does not tell
        assert np.abs(clip[:6].astype(float) - 50).max() < 4
        assert np.abs(clip[6:].astype(float) - 200).max() < 4


@both
def test_without_its_first_key_frame(tmp_path, rng, read):
    film = clips.smooth(rng, 20)
    clips.write_ordinary(tmp_path / "whole.mkv", film)
    clips.write_ordinary(tmp_path / "cut.mkv", film, drop=1)
    shown, rest = read_clip(tmp_path / "whole.mkv", 20, 32), read(tmp_path / "cut.mkv", 13, 32)
    found = which(rest, shown)
    assert found == sorted(found) and 6 < found[0] < 9  # what leans on it cannot be seen


@pytest.mark.parametrize("at, first", [(0, 0), (0.5, 9), (1, 18)])
def test_times_before_zero(tmp_path, rng, at, first):
    film = clips.smooth(rng, 24)
    clips.write_ordinary(tmp_path / "x.ts", film, begin=-5,
                         options={"avoid_negative_ts": "disabled"})
    with av.open(str(tmp_path / "x.ts")) as file:
        assert file.streams.video[0].start_time < 0
    shown = read_clip(tmp_path / "x.ts", 24, 32)
    assert which(by_clock(tmp_path / "x.ts", 6, 32, at=at), shown) == [*range(first, first + 6)]


@pytest.mark.parametrize("at, first", [(0, 0), (0.5, 9), (1, 18)])
def test_frames_without_times_are_counted(tmp_path, rng, at, first):
    """A bare stream, which cannot seek either; it does not tell its rate, and 25 is taken."""
    clips.write_ordinary(tmp_path / "x.mp4", clips.smooth(rng, 24), format="h264")
    shown = read_clip(tmp_path / "x.mp4", 24, 32)
    assert which(by_clock(tmp_path / "x.mp4", 6, 32, 25, at), shown) == [*range(first, first + 6)]


def test_sound_that_lasts_longer_is_no_part_of_the_video(tmp_path, rng):
    film = clips.noise(rng, 12, 12, 20)
    with av.open(tmp_path / "x.mkv", "w") as file:
        pictures, sounds = file.add_stream("ffv1", rate=10), file.add_stream("aac", rate=8000)
        pictures.height, pictures.width, pictures.pix_fmt = 12, 20, "bgr0"
        for frame in [*(av.VideoFrame.from_ndarray(frame, "rgb24") for frame in film), None]:
            file.mux(pictures.encode(frame))
        for frame in [*tone(24000), None]:
            file.mux(sounds.encode(frame))
    assert duration(tmp_path / "x.mkv") == pytest.approx(1.2)
    for at, first in ((0, 0), (0.5, 4), (1, 8)):
        shown = by_clock(tmp_path / "x.mkv", 4, 12, at=at)
        assert which(shown, film[:, :, 4:16]) == [*range(first, first + 4)]


def test_a_file_cut_short_that_does_not_say_so(tmp_path, rng):
    """The header has the old length, so frames at later times are missing."""
    film = clips.noise(rng, 24, 12, 20)
    clips.write_video(tmp_path / "x.mkv", film, codec="ffv1", pixels="bgr0")
    os.truncate(tmp_path / "x.mkv", (tmp_path / "x.mkv").stat().st_size // 2)
    for at in (0, 0.5, 1):
        assert which(by_clock(tmp_path / "x.mkv", 6, 12, at=at), film[:, :, 4:16]) == [*range(6)]


# Files that cannot be decoded.

def text(path):
    path.write_text("<html>404 not found</html>\n" * 99, encoding="utf-8")


def pointer(path):
    path.write_text(f"version https://git-lfs.github.com/spec/v1\noid sha256:{'ab' * 32}\nsize 9\n",
                    encoding="utf-8")


def tone(samples):
    """Silence, in frames as an encoder takes them."""
    for at in range(0, samples, 1024):
        frame = av.AudioFrame.from_ndarray(np.zeros((1, 1024), np.float32), "fltp", "mono")
        frame.sample_rate, frame.pts = 8000, at
        yield frame


def sound(path):
    with av.open(path, "w") as file:
        stream = file.add_stream("aac", rate=8000)
        for frame in [*tone(2048), None]:
            file.mux(stream.encode(frame))


def no_frames(path):
    with av.open(path, "w", format="mov") as file:
        stream = file.add_stream("png", rate=10)
        stream.height, stream.width, stream.pix_fmt = 8, 8, "rgb24"
        file.start_encoding()


def first_broken(path):
    clips.write_video(path, np.zeros((1, 8, 8, 3), np.uint8))
    clips.overwrite(path, b"\x89PNG\r\n", bytes(6))


def index_lost(path):
    """An mp4 keeps its index at the end."""
    clips.write_ordinary(path, np.zeros((20, 32, 48, 3), np.uint8))
    os.truncate(path, path.stat().st_size // 2)


UNREADABLE = {  # file: how it is made, words of the message
    "missing.mp4": (lambda path: None, "no such file"), "folder.mp4": (os.mkdir, "a folder"),
    "pipe.mp4": (os.mkfifo, "no such file"),  # nobody writes into it: to open it would wait
    "empty.mp4": (lambda path: path.touch(), "empty"), "text.mp4": (text, "Invalid data"),
    "lfs.mp4": (pointer, "Invalid data"), "sound.mp4": (sound, "no video"),
    "none.mov": (no_frames, "no video"), "first.mov": (first_broken, "Invalid data"),
    "index.mp4": (index_lost, "Invalid data"), "text.gif": (text, "not an image")}


@both
@pytest.mark.parametrize("name", UNREADABLE)
def test_an_unreadable_file_is_one_clear_line(tmp_path, read, name):
    make, words = UNREADABLE[name]
    make(tmp_path / name)
    with pytest.raises(ValueError, match=words) as caught:
        read(tmp_path / name, 4, 8)
    assert str(tmp_path / name) in str(caught.value) and "\n" not in str(caught.value)


@both
def test_a_file_that_may_not_be_read(tmp_path, read, monkeypatch):
    clips.write_video(tmp_path / "x.mov", clips.levels(3))

    def refuse(*_, **__):  # as for all but an administrator
        raise PermissionError(13, "Permission denied")
    monkeypatch.setattr(av, "open", refuse)
    with pytest.raises(ValueError, match="cannot read video .*x.mov: Permission denied"):
        read(tmp_path / "x.mov", 4, 6)
