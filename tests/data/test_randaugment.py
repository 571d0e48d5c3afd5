"""RandAugment: each operation by hand or by Pillow on single frames, the same in all frames."""

import numpy as np
import pytest
from PIL import Image, ImageEnhance
from tiny import asked, class_folder

from tubevit_np.data import batch as streams
from tubevit_np.data.augmentation.randaugment import (
    FRAMEWISE,
    GRAY,
    OPERATIONS,
    apply_operation,
    randaugment,
)
from tubevit_np.data.datasets.in_memory import open_files


@pytest.fixture
def clip(rng):
    """No two frames, rows or columns alike, and of levels that leave room at both ends."""
    return rng.integers(20, 180, (3, 12, 17, 3), np.uint8)


def gray(x):
    """Luma of each pixel as Pillow rounds it, (..., 1)."""
    return ((x @ [19595, 38470, 7471] + 32768) // 65536)[..., None].astype(float)


def blend(start, x, s):
    return np.clip(start + (1 + 0.9 * s) * (x - start), 0, 255)


@pytest.mark.parametrize("s", [-1.0, -0.4, 0.7])
def test_pointwise_operations_by_hand(clip, s):
    levels = clip.astype(float)
    low, high = levels.min((0, 1, 2)), levels.max((0, 1, 2))
    mean = np.floor(gray(clip).mean() + 0.5)  # of the whole clip
    wanted = {
        "identity": levels, "autocontrast": (levels - low) * 255 / (high - low),
        "solarize": np.where(levels < 256 * (1 - abs(s)), levels, 255 - levels),
        "posterize": clip & np.uint8(256 - 2 ** round(4 * abs(s))),
        "color": blend(gray(clip), levels, s), "contrast": blend(mean, levels, s),
        "brightness": blend(0, levels, s)}
    for name, x in wanted.items():
        # Pillow truncates where this rounds.
        assert np.abs(apply_operation(clip, name, s) - x).max() <= 1, name


def test_equalize_gives_every_level_its_rank():
    """16 levels of 51 pixels each, in every channel others, are spread evenly from 0 to 255."""
    rank = np.broadcast_to(np.arange(16)[:, None, None], (3, 16, 17, 3))
    levels = (100 + rank + [0, 20, 40]).astype(np.uint8)
    assert np.array_equal(apply_operation(levels, "equalize", 1.0), 17 * rank)


def test_rotation_and_sharpness_are_those_of_pillow(clip):
    for s in (-1.0, 0.3):
        for frame, turned, sharp in zip(clip, apply_operation(clip, "rotate", s),
                                        apply_operation(clip, "sharpness", s), strict=True):
            image = Image.fromarray(frame)
            wanted = image.rotate(30 * s, Image.Resampling.BILINEAR, fillcolor=GRAY)
            assert np.abs(turned - np.asarray(wanted, float)).max() <= 1
            assert np.array_equal(sharp, ImageEnhance.Sharpness(image).enhance(1 + 0.9 * s))


def test_a_positive_angle_turns_to_the_left():
    x = np.zeros((1, 21, 21, 3), np.uint8)
    x[:, 10, 20] = 255  # at the right
    row, column = np.unravel_index(apply_operation(x, "rotate", 1.0)[0, ..., 0].argmax(), (21, 21))
    assert (row, column) == (5, 19)  # 30 degrees up, 10 away from the center (10, 10)


def test_translations_move_by_their_share_of_the_side():
    x = np.zeros((1, 20, 40, 3), np.uint8)
    x[:, 10, 20] = 255
    for name, s, place in (("translate x", 0.5, (10, 29)), ("translate x", -1.0, (10, 2)),
                           ("translate y", 1.0, (19, 20)), ("translate y", -1.0, (1, 20))):
        shown = apply_operation(x, name, s)[0]
        assert np.argwhere(shown[..., 0] == 255).tolist() == [list(place)], (name, s)
    assert (apply_operation(x, "translate x", 1.0)[0, :, :18] == GRAY).all()  # nothing was there


def test_shears_lean_by_three_tenths_about_the_center():
    x = np.full((1, 21, 21, 3), GRAY, np.uint8)
    x[:, :, 10] = 228  # an upright line
    rows = np.arange(21)
    for s in (1.0, -1.0):
        lean = apply_operation(x, "shear x", s)[0, ..., 0] - 128.0
        assert np.allclose(lean @ rows / lean.sum(1), 10 - 0.3 * s * (rows - 10), atol=0.02)
        turned = apply_operation(x.swapaxes(1, 2), "shear y", s)[0, ..., 0] - 128.0
        assert np.abs(turned - lean.T).max() <= 1


@pytest.mark.parametrize("name", OPERATIONS)
def test_at_no_strength_nothing_changes_and_at_some_it_does(clip, name):
    without = name in ("autocontrast", "equalize")
    assert np.array_equal(apply_operation(clip, name, 0.0), clip) != without
    shown = apply_operation(clip, name, 1.0)
    assert shown.shape == clip.shape and shown.dtype == np.uint8
    assert np.array_equal(shown, clip) == (name == "identity")


@pytest.mark.parametrize("name", OPERATIONS)
@pytest.mark.parametrize("s", [-1.0, 0.6])
def test_every_frame_is_changed_alike(clip, name, s):
    """A clip of one picture stays still, though others have other levels."""
    still = np.repeat(clip[:1], 4, 0)
    shown = apply_operation(still, name, s)
    assert all(np.array_equal(frame, shown[0]) for frame in shown)
    image = apply_operation(clip[0], name, s)
    assert np.array_equal(image, apply_operation(clip[:1], name, s)[0])
    if name in FRAMEWISE:
        assert np.array_equal(apply_operation(clip, name, s),
                              np.stack([apply_operation(frame, name, s) for frame in clip]))
    else:  # the same level of the same channel becomes the same in every frame
        mixed = clip.copy()
        mixed[:, 0, 0] = 90, 120, 60
        assert len(np.unique(apply_operation(mixed, name, s)[:, 0, 0], axis=0)) == 1


def test_the_draw_depends_on_the_generator_alone(clip):
    def drawn(x, seed, layers=2, magnitude=10.0):
        return randaugment(x, np.random.default_rng(seed), layers, magnitude)
    assert np.array_equal(drawn(clip, 3), drawn(clip, 3))
    assert len({drawn(clip, seed).tobytes() for seed in range(30)}) > 25
    assert len({drawn(clip, seed, 1).tobytes() for seed in range(400)}) == 14 + 9  # both sides
    assert np.array_equal(drawn(clip, 3, 0), clip)
    weak = {drawn(clip, seed, 1, 0.0).tobytes() for seed in range(200)}
    assert len(weak) == 3  # as it was, autocontrast, equalize


@pytest.mark.parametrize("kind, gigabytes, fps", [
    ("video", 1, None), ("video", 0, None), ("video", 0, 5), ("image", 1, None),
    ("image", 0, None)])
def test_training_files_alone_are_changed_each_by_its_own_draw(tmp_path, kind, gigabytes, fps):
    path = class_folder(tmp_path / "set", kind)
    plain, other = (open_files(path, kind, asked(memory=gigabytes, fps=fps, frames=3,
                                                 randaugment=layers))
                    for layers in (0, 2))
    usual, batch, again = plain.batch(3, 6), other.batch(3, 6), other.batch(3, 6)
    assert np.array_equal(batch.x, again.x)
    assert batch.labels["set"].tolist() == usual.labels["set"].tolist()
    assert batch.x.shape == usual.x.shape
    assert sum(np.array_equal(a, b) for a, b in zip(batch.x, usual.x, strict=True)) < 4
    for k, x in enumerate(usual.x):
        rng = np.random.default_rng([0, streams.AUGMENTATIONS, 3, k])  # whatever the others are
        assert np.array_equal(batch.x[k], randaugment(x, rng, 2, 10.0))
    assert np.array_equal(*(next(source.held_out(9)).x for source in (plain, other)))
