"""Which frames a clip takes, how they are rotated, cropped and scaled, and damaged files."""

import csv
import os
import warnings
from fractions import Fraction

import av
import clips
import numpy as np
import pytest
from clips import SHARED, needs_shared

from tubevit_np.data.decoding import video
from tubevit_np.data.decoding.video import ShortClip, decode, frame_indices, is_video, read_clip

MIDDLE = slice(8, 32)  # of 40 columns, as wide as the frames are high: no scaling, exact pixels


@pytest.fixture
def film(tmp_path, rng):
    """A lossless file of 10 frames, 24 x 40, and the frames cut as `read_clip` cuts them."""
    frames = clips.noise(rng)
    clips.write_video(tmp_path / "film.mov", frames)
    return tmp_path / "film.mov", frames[:, :, MIDDLE]


@pytest.mark.parametrize("count, wanted", [
    (1, [5]), (2, [2, 7]), (3, [1, 5, 8]), (4, [1, 3, 6, 8]), (10, list(range(10))),
    (13, [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 9, 9, 9])])
def test_frames_at_the_middle_of_equal_parts_and_a_short_video_holds_its_last(film, count, wanted):
    path, frames = film
    clip = read_clip(path, count, 24)
    assert clip.shape == (count, 24, 24, 3) and clip.dtype == np.uint8
    assert clips.which(clip, frames) == wanted


def test_positions_are_the_middles_of_equal_parts():
    for count in range(8, 40):
        middles = (np.arange(8) + 0.5) / 8 * count
        assert np.array_equal(frame_indices(count, 8), [np.floor(middles)])


@pytest.mark.parametrize("suffix, codec, pixels", [
    (".mkv", "ffv1", "bgr0"), (".avi", "ffv1", "bgr0"), (".mov", "qtrle", "rgb24")])
def test_containers_with_and_without_a_frame_count(tmp_path, rng, suffix, codec, pixels):
    frames = clips.noise(rng, count=7)
    clips.write_video(tmp_path / f"film{suffix}", frames, codec=codec, pixels=pixels)
    clip = read_clip(str(tmp_path / f"film{suffix}"), 3, 24)
    assert clips.which(clip, frames[:, :, MIDDLE]) == [1, 3, 5]


def test_upright_and_odd_remainders_are_cut_at_the_center(tmp_path, rng):
    tall = clips.noise(rng, 3, height=41, width=24)
    clips.write_video(tmp_path / "tall.mov", tall)
    assert np.array_equal(read_clip(tmp_path / "tall.mov", 3, 24), tall[:, 8:32])


def test_scaling_averages_areas(tmp_path, rng):
    frames = clips.noise(rng, 2, height=24, width=48)[..., :1].repeat(3, axis=-1)
    clips.write_video(tmp_path / "film.mov", frames)
    wanted = frames.reshape(2, 8, 3, 16, 3, 3).mean((2, 4))[:, :, 4:12]
    # Gray, as the scaler halves the resolution of color.
    assert np.abs(read_clip(tmp_path / "film.mov", 2, 8) - wanted).max() < 1.5


MATRICES = {"BT.601": (5, 0.299, 0.114), "BT.709": (1, 0.2126, 0.0722), "none": (2, 0.299, 0.114)}


@pytest.mark.parametrize("matrix", MATRICES)
@pytest.mark.parametrize("full", [False, True])
def test_colors_are_exact_and_white_is_255(tmp_path, rng, matrix, full):
    number, red, blue = MATRICES[matrix]
    y, u, v = (rng.integers(16, 236, (side, side), np.uint8) for side in (48, 24, 24))
    low, high = (0, 255) if full else (16, 235)
    y[:12], y[12:24], u[:12], v[:12] = high, low, 128, 128  # white, black, then any colors
    write_yuv(tmp_path / "x.mkv", np.concatenate([y.ravel(), u.ravel(), v.ravel()]), number, full)
    y = (y.reshape(24, 2, 24, 2).mean((1, 3)) - low) / (high - low)  # of the pixels of one color
    u, v = ((x - 128.0) / (127.5 if full else 112) for x in (u, v))
    r, b = y + (1 - red) * v, y + (1 - blue) * u
    g = (y - red * r - blue * b) / (1 - red - blue)
    shown = read_clip(tmp_path / "x.mkv", 1, 24)[0]
    assert np.abs(shown - 255 * np.stack([r, g, b], -1).clip(0, 1)).max() < 1
    assert (shown[:6] == 255).all() and (shown[6:12] == 0).all()


def write_yuv(path, pixels, matrix, full):
    """A lossless video of one frame of 48 x 48 pixels, whose color has half their resolution."""
    with av.open(path, "w") as file:
        stream = file.add_stream("ffv1", rate=10)
        stream.height, stream.width, stream.pix_fmt = 48, 48, "yuv420p"
        stream.codec_context.colorspace, stream.codec_context.color_range = matrix, 1 + full
        frame = av.VideoFrame.from_ndarray(pixels.reshape(72, 48), "yuv420p")
        frame.colorspace, frame.color_range = matrix, 1 + full
        file.mux([*stream.encode(frame), *stream.encode(None)])


def test_pixels_that_are_not_square_are_stretched(tmp_path):
    frames = np.zeros((2, 24, 24, 3), np.uint8)
    frames[:, :, 8:16] = 255
    clips.write_video(tmp_path / "wide.mov", frames, aspect=Fraction(2, 1))
    clip = read_clip(tmp_path / "wide.mov", 2, 24)  # the bar is 16 of 48 columns, at the center
    assert (clip[:, :, 6:18] == 255).all() and (clip[:, :, [0, 1, -2, -1]] == 0).all()


def test_the_main_stream_of_several_is_read(tmp_path, rng):
    frames = clips.noise(rng)
    clips.write_video(tmp_path / "two.mov", clips.noise(rng, 1, 16, 16), frames)
    assert np.array_equal(read_clip(tmp_path / "two.mov", 10, 24), frames[:, :, MIDDLE])


def test_titles_that_are_not_unicode_do_not_matter(tmp_path, rng):
    frames = clips.noise(rng)
    clips.write_video(tmp_path / "film.avi", frames, codec="ffv1", pixels="bgr0", title="A TITLE")
    clips.overwrite(tmp_path / "film.avi", b"A TITLE", b"\xd3\xff")
    assert np.array_equal(read_clip(tmp_path / "film.avi", 10, 24), frames[:, :, MIDDLE])


def test_damage_on_the_way_leaves_what_came_before(film):
    path, frames = film
    clips.overwrite(path, b"\x89PNG\r\n", bytes(6), nth=6)
    with pytest.warns(UserWarning, match="film.mov: damaged, only its first 6 frames are used: .+"):
        clip = read_clip(path, 3, 24)
    assert clips.which(clip, frames) == [1, 3, 5]


def test_a_truncated_file_is_sampled_over_what_is_left(tmp_path, rng):
    frames = clips.noise(rng)
    path = tmp_path / "film.avi"
    clips.write_video(path, frames, codec="ffv1", pixels="bgr0")
    os.truncate(path, path.stat().st_size * 6 // 10)
    with pytest.warns(UserWarning, match="only its first 5 frames"):
        clip = read_clip(path, 5, 24)
    assert clips.which(clip, frames[:, :, MIDDLE]) == [0, 1, 2, 3, 4]


def test_no_warning_for_a_sound_file(film):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        read_clip(film[0], 4, 24)


@pytest.fixture
def decoded(monkeypatch):
    """The paths that were decoded, one for each time."""
    paths = []
    monkeypatch.setattr(video, "decode", lambda *args: paths.append(args[0]) or decode(*args))
    return paths


def test_a_sound_file_is_decoded_only_once(film, decoded):
    read_clip(film[0], 4, 24)
    assert decoded == [film[0]]


@needs_shared
def test_frames_that_an_edit_list_hides_are_not_counted(decoded):
    read_clip(SHARED / "bad" / "cut_copy_mid_gop.mp4", 4, 24)
    assert len(decoded) == 1


@pytest.mark.parametrize("frames, size", [(0, 24), (-1, 24), (4, 0)])
def test_sizes_that_make_no_clip(film, frames, size):
    with pytest.raises(ValueError, match="at least 1"):
        read_clip(film[0], frames, size)


@pytest.mark.parametrize("suffix", ["gif", "apng", "png", "webp"])
def test_animations_are_videos_and_single_pictures_are_not(tmp_path, suffix):
    moving, still = tmp_path / f"moving.{suffix}", tmp_path / f"still.{suffix}"
    clips.write_pictures(moving, clips.levels(7))
    clips.write_pictures(still, clips.levels(7)[3])
    assert is_video(moving) and not is_video(still)
    assert read_clip(moving, 3, 6)[:, 0, 0, 0].tolist() == [20, 60, 100]
    assert read_clip(still, 3, 6)[:, 0, 0, 0].tolist() == [60, 60, 60]


def test_a_truncated_animation_leaves_what_came_before(tmp_path, rng):
    path = tmp_path / "film.png"
    frames = clips.noise(rng)
    clips.write_pictures(path, frames)
    os.truncate(path, path.stat().st_size * 6 // 10)
    with pytest.warns(UserWarning, match="film.png: damaged, only its first 5 frames are used: .+"):
        assert clips.which(read_clip(path, 5, 24), frames[:, :, MIDDLE]) == [0, 1, 2, 3, 4]


@needs_shared
def test_every_bad_file_gives_what_its_manifest_says():
    with open(SHARED / "bad" / "MANIFEST.csv", newline="", encoding="utf-8") as file:
        rows = [row for row in csv.DictReader(file) if (SHARED / "bad" / row["file"]).exists()]
    for row in rows:
        path = SHARED / "bad" / row["file"]
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            try:
                assert read_clip(path, 5, 16).std() > 0 or "unordered" in row["file"]
                damaged = [told for told in caught if told.category is not ShortClip]
                result = "partial" if damaged else "ok"
            except ValueError as error:
                assert str(path) in str(error) and "\n" not in str(error)
                result = "unreadable"
        # Titles that are not UTF-8 were the whole trouble of one file in the manifest's readers.
        assert result == ("ok" if "utf8" in row["file"] else row["pyav_result"]), row["file"]


@needs_shared
def test_real_rotated_files():
    clip = read_clip(SHARED / "bad" / "ok_base.mp4", 5, 32).astype(float)
    turned = read_clip(SHARED / "bad" / "rotated_meta90_upright_landscape.mp4", 5, 32)
    half = read_clip(SHARED / "bad" / "rotated_meta180.mp4", 5, 32)
    # Encoded anew, and cut half a pixel aside: 5 of 255 measured, 50 and more if left unturned.
    assert np.abs(turned - clip).mean() < 10
    assert np.abs(half[:, ::-1, ::-1] - clip).mean() < 10
