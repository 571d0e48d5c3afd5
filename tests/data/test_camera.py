"""A camera over a picture: the frames show what the verb says, and one frame does not show it."""

import numpy as np
import pytest

from tubevit_np.data.camera.film import Camera, film, mirrored
from tubevit_np.data.camera.motion import REVERSED, SIGNS, VERBS, draw_paths, draw_verbs

SIDE, SIZE, FRAMES = 70, 24, 9


@pytest.fixture(scope="module")
def smooth():
    """A picture (SIDE, SIDE, 3) whose red and green are its column and its row."""
    row, column = np.mgrid[:SIDE, :SIDE]
    return np.stack([3 * column, 3 * row, 0 * row], -1).astype(np.uint8)


def sampled(picture, x, y):
    """The color at a point (x, y), in pixels from the upper left corner, by a plain loop."""
    x, y = x - 0.5, y - 0.5  # the center of the first pixel
    left, top = int(np.floor(x)), int(np.floor(y))
    total = np.zeros(3)
    for i in (0, 1):
        for j in (0, 1):
            weight = (1 - abs(x - left - i)) * (1 - abs(y - top - j))
            a, b = left + i, top + j
            while not 0 <= a < len(picture):
                a = -1 - a if a < 0 else 2 * len(picture) - 1 - a
            while not 0 <= b < len(picture):
                b = -1 - b if b < 0 else 2 * len(picture) - 1 - b
            total += weight * picture[b, a]
    return total


@pytest.mark.parametrize("view", [(35, 30, 1.0, 0.0), (20.3, 44.1, 0.7, 0.5), (40, 33, 1.6, -2.0),
                                  (3, 66, 1.3, 3.0), (-150, 35, 1.0, 0.4)])
def test_film_is_bilinear_sampling_of_a_mirrored_picture(view):
    picture = np.random.default_rng(0).integers(0, 256, (SIDE, SIDE, 3), np.uint8)
    [frame] = film(picture, np.array([view]), SIZE)
    x, y, scale, angle = view
    for row in range(SIZE):
        for column in range(SIZE):
            right, down = column + 0.5 - SIZE / 2, row + 0.5 - SIZE / 2
            expected = sampled(picture,
                               x + scale * (np.cos(angle) * right - np.sin(angle) * down),
                               y + scale * (np.sin(angle) * right + np.cos(angle) * down))
            assert abs(frame[row, column] - expected).max() < 1.01, (row, column)


def test_a_picture_continues_as_its_mirror_image():
    assert mirrored(np.arange(-4, 8), 3).tolist() == [2, 2, 1, 0, 0, 1, 2, 2, 1, 0, 0, 1]


def moved(clip):
    """What the pixels of the smooth picture say: shift (x, y) of the view, its growth, its turn."""
    x, y = (clip[..., c].astype(float) / 3 for c in (0, 1))
    center = np.stack([x.mean((1, 2)), y.mean((1, 2))], -1)
    across = np.stack([(a[:, :, -1] - a[:, :, 0]).mean(1) for a in (x, y)], -1) / (SIZE - 1)
    scale, angle = np.hypot(*across.T), np.unwrap(np.arctan2(across[:, 1], across[:, 0]))
    cos, sin = np.cos(angle[0]), np.sin(angle[0])
    right, down = center[-1] - center[0]
    return (cos * right + sin * down, cos * down - sin * right, np.log(scale[-1] / scale[0]),
            angle[-1] - angle[0])


def verb_of(clip):
    """The verb of a clip of the smooth picture, from simple geometry."""
    right, down, growth, turn = moved(clip)
    if abs(turn) > 0.2:
        return VERBS.index("turn")
    if abs(growth) > 0.1:
        return VERBS.index("zoom out" if growth > 0 else "zoom in")
    if max(abs(right), abs(down)) < 0.4:
        return VERBS.index("still")
    if abs(right) > abs(down):
        return VERBS.index("pan right" if right > 0 else "pan left")
    return VERBS.index("pan down" if down > 0 else "pan up")


def test_the_pixels_show_the_verb_and_backward_the_reversed_one(smooth):
    rng, camera = np.random.default_rng(0), Camera((0.8, 1.2), 0.3, 0)
    verbs = np.arange(160) % 8
    clips = camera.film(np.stack([smooth] * 160), draw_paths(verbs, rng, FRAMES), SIZE, rng)
    for verb, clip in zip(verbs, clips, strict=True):
        assert verb_of(clip) == verb
        assert verb_of(clip[::-1]) == REVERSED[verb]


def test_a_path_played_backward_is_a_path_of_the_reversed_verb():
    for verb, other in enumerate(REVERSED):
        assert REVERSED[other] == verb
        turning = VERBS[verb] == "turn"  # in either direction
        assert (SIGNS[other] == (1 if turning else -1) * SIGNS[verb]).all()


def test_a_random_frame_has_the_same_distribution_for_all_verbs():
    rng = np.random.default_rng(0)
    samples = []
    for verb in range(len(VERBS)):
        paths = draw_paths(np.full(20_000, verb), rng, FRAMES)
        frames = paths[np.arange(len(paths)), rng.integers(FRAMES, size=len(paths))]
        samples.append(frames)
    limits = np.quantile(np.concatenate(samples), np.linspace(0.05, 0.95, 19), axis=0)
    below = np.array([[(frames < limit).mean(0) for limit in limits] for frames in samples])
    assert abs(below - below.mean(0)).max() < 0.015  # 4 standard errors


def test_a_turn_has_either_direction():
    turns = draw_paths(np.full(100, VERBS.index("turn")), np.random.default_rng(0), FRAMES)[..., 3]
    assert 30 < (turns[:, -1] > turns[:, 0]).sum() < 70


def test_verbs_are_uniform():
    counts = np.bincount(draw_verbs(8000, np.random.default_rng(0)), minlength=8)
    assert len(counts) == 8 and abs(counts - 1000).max() < 120


def test_long_clips_travel_as_far_as_short_ones():
    ends = [np.ptp(draw_paths(np.arange(8000) % 8, np.random.default_rng(0), frames), axis=1)
            for frames in (16, 64)]
    assert np.allclose(ends[0].max(0), ends[1].max(0), rtol=0.06)


def test_the_view_stays_in_a_large_picture():
    camera = Camera((0.8, 1.25), 0.2, 1.0)
    still = np.zeros((500, FRAMES, 4))
    views = camera.views(still, SIDE, SIZE, np.random.default_rng(0))
    reach = views[..., 2] * SIZE / 2
    assert (views[..., 0] >= reach - 1e-9).all() and (views[..., 0] <= SIDE - reach + 1e-9).all()
    assert np.ptp(views[:, 0, 1]) > 0.6 * (SIDE - SIZE)
