"""Orientation, colors and crops of images, against known pixels."""

import os

import clips
import numpy as np
import pytest
from PIL import Image

from tubevit_np.data.decoding.images import read_image, resize, resize_crop

ORIENTED = {  # what a viewer shows of the stored rows and columns, by EXIF's own definition
    1: lambda a: a, 2: lambda a: a[:, ::-1], 3: lambda a: a[::-1, ::-1], 4: lambda a: a[::-1],
    5: lambda a: a.swapaxes(0, 1), 6: lambda a: a[::-1].swapaxes(0, 1),
    7: lambda a: a[::-1, ::-1].swapaxes(0, 1), 8: lambda a: a[:, ::-1].swapaxes(0, 1)}


def loop_resize(image, height, width):
    """Means over areas, one pixel after another, each pixel divided into as many equal parts as
    needed for whole numbers."""
    fine = image.repeat(height, axis=0).repeat(width, axis=1).astype(float)
    rows, columns = image.shape[:2]
    return np.array([[fine[i * rows:(i + 1) * rows, j * columns:(j + 1) * columns].mean((0, 1))
                      for j in range(width)] for i in range(height)])


@pytest.mark.parametrize("shape, size, cut", [
    ((9, 12), 3, np.s_[:, :3]), ((12, 9), 3, np.s_[:3]), ((7, 11), 5, np.s_[:, 1:6]),
    ((11, 7), 5, np.s_[1:6]), ((5, 8), 7, np.s_[:, 2:9]), ((6, 6), 6, np.s_[:]),
    ((1, 1), 3, np.s_[:]), ((1, 9), 1, np.s_[:, 4:5]), ((64, 2), 1, np.s_[15:16]),
    ((2, 5), 9, np.s_[:, 6:15]), ((41, 67), 13, np.s_[:, 4:17])], ids=str)
def test_areas_are_averaged_and_the_center_is_cut(rng, shape, size, cut):
    image = rng.integers(0, 256, (*shape, 3), np.uint8)
    height, width = (round(n * size / min(shape)) for n in shape)
    wanted = loop_resize(image, height, width)[cut]
    assert wanted.shape == (size, size, 3)
    assert np.array_equal(resize_crop(image, size), np.rint(wanted))  # the means are exact


def test_large_pictures_are_averaged_exactly(rng):
    """A mean that ends in a half is rounded to even: with inexact sums, up or down by chance."""
    image = rng.integers(0, 256, (406, 542, 3), np.uint8)
    wanted = np.rint(image.reshape(203, 2, 271, 2, 3).mean((1, 3)))
    assert np.array_equal(resize(image, 203), wanted)


@pytest.mark.parametrize("colors", ["RGB", "L", "P"])
@pytest.mark.parametrize("orientation", ORIENTED)
def test_every_orientation(tmp_path, rng, orientation, colors):
    stored = Image.fromarray(rng.integers(0, 256, (6, 10, 3), np.uint8)).convert(colors)
    exif = Image.Exif()
    exif[0x0112] = orientation
    stored.save(tmp_path / "image.png", exif=exif)
    upright = ORIENTED[orientation](np.array(stored.convert("RGB")))
    wanted = upright[:, 2:8] if upright.shape[0] == 6 else upright[2:8]
    assert np.array_equal(read_image(tmp_path / "image.png", 6), wanted)


def test_deep_transparent_and_bilevel_pixels(tmp_path):
    path = tmp_path / "image.png"
    clips.write_pictures(path, np.array([[0, 386], [257 * 200, 65535]], np.uint16))
    assert read_image(path, 2)[..., 2].tolist() == [[0, 2], [200, 255]]
    clear = [[10, 20, 30, 0], [10, 20, 30, 255]], [[10, 20, 30, 51], [0, 0, 0, 0]]
    clips.write_pictures(path, np.array(clear, np.uint8))
    assert read_image(path, 2).tolist() == [[[255] * 3, [10, 20, 30]], [[206, 208, 210], [255] * 3]]
    clips.write_pictures(path, np.eye(2, dtype=bool))
    assert read_image(path, 2)[..., 0].tolist() == [[255, 0], [0, 255]]


def test_a_transparent_color_of_a_palette(tmp_path):
    image = Image.fromarray(np.array([[0, 1], [1, 1]], np.uint8), "P")
    image.putpalette([9, 9, 9, 80, 90, 100])
    image.save(tmp_path / "image.png", transparency=0)
    assert read_image(tmp_path / "image.png", 2)[0].tolist() == [[255] * 3, [80, 90, 100]]


def test_jpeg_and_the_first_picture_of_many(tmp_path):
    clips.write_pictures(tmp_path / "image.JPG", clips.levels(4)[3])
    clips.write_pictures(tmp_path / "film.gif", clips.levels(4)[1:])
    assert np.abs(read_image(tmp_path / "image.JPG", 4) - 60.0).max() <= 1
    assert (read_image(tmp_path / "film.gif", 4) == 20).all()


def test_long_thin_pictures_take_little_memory():
    image = np.zeros((1, 60000, 3), np.uint8)
    image[:, 30000:] = 255
    assert resize_crop(image, 64)[0, :, 0].tolist() == [0] * 32 + [255] * 32


def unreadable(folder):
    path = folder / "cut.png"
    clips.write_pictures(path, np.arange(99 * 99, dtype=np.uint8).reshape(99, 99) % 97)
    os.truncate(path, 200)
    (folder / "text.jpg").write_text("no picture", encoding="utf-8")
    (folder / "empty.png").touch()
    Image.fromarray(np.ones((4, 4), np.float32)).save(folder / "float.tif")
    return {"missing.png": "no such file", ".": "a folder", "text.jpg": "not an image",
            "empty.png": "empty", "cut.png": "truncated", "float.tif": "floating"}


@pytest.mark.parametrize("name", ["missing.png", ".", "text.jpg", "empty.png", "cut.png",
                                  "float.tif"])
def test_an_unreadable_image_is_one_clear_line(tmp_path, name):
    words = unreadable(tmp_path)[name]
    with pytest.raises(ValueError, match=words) as caught:
        read_image(tmp_path / name, 8)
    assert str(tmp_path / name) in str(caught.value) and "\n" not in str(caught.value)
