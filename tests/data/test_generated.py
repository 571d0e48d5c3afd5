"""The generated data set: clips show what their labels say, one frame does not reveal the verb."""

from colorsys import rgb_to_hsv
from dataclasses import replace

import numpy as np
import pytest

from tubevit_np.data.generated import clips as generated
from tubevit_np.data.generated import sprites
from tubevit_np.data.generated.clips import (
    NOUNS,
    REVERSED,
    VERBS,
    make_clips,
    make_images,
    make_pools,
)

SIZE, FRAMES = 40, 12


@pytest.fixture(scope="module")
def pools():
    return make_pools(np.random.default_rng(0), size=SIZE, canvases=12, sprites=16)


@pytest.fixture(scope="module")
def on_black(pools):
    """The same objects on a black background."""
    return replace(pools, canvases=np.zeros_like(pools.canvases))


@pytest.fixture(scope="module")
def silhouettes(on_black):
    """White shapes on black: all four values of a texel are its alpha."""
    alpha = on_black.sprites >> np.uint64(48)
    return replace(on_black, sprites=alpha * np.uint64(0x0001000100010001))


def test_same_seed_same_bytes(pools):
    again = make_pools(np.random.default_rng(0), size=SIZE, canvases=12, sprites=16)
    for field in ("canvases", "sprites", "reach"):
        np.testing.assert_array_equal(getattr(again, field), getattr(pools, field))
    for make in (make_clips, make_images):
        a, b, other = (make(p, 6, np.random.default_rng(seed))
                       for p, seed in ((pools, 1), (again, 1), (pools, 2)))
        assert a[0].tobytes() == b[0].tobytes() != other[0].tobytes()
        assert all((a[1][name] == b[1][name]).all() for name in a[1])


@pytest.mark.parametrize("count, frames", [(3, 5), (2, 1), (0, 16), (1, 40)])
def test_shapes(pools, count, frames):
    clips, labels = make_clips(pools, count, np.random.default_rng(0), frames)
    images, nouns = make_images(pools, count, np.random.default_rng(0))
    assert clips.shape == (count, frames, SIZE, SIZE, 3) and images.shape == (count, SIZE, SIZE, 3)
    assert clips.dtype == images.dtype == np.uint8
    assert set(labels) == {"verb", "noun"} and set(nouns) == {"noun"}
    for label in (*labels.values(), *nouns.values()):
        assert label.shape == (count,) and label.dtype == np.int64


def test_other_sizes():
    for size in (16, 21, 65):
        pools = make_pools(np.random.default_rng(0), size, canvases=1, sprites=1)
        assert make_clips(pools, 2, np.random.default_rng(0))[0].shape == (2, 16, size, size, 3)


def test_labels_are_uniform(pools):
    verb, noun, _ = generated.draw_clips(pools, 7200, np.random.default_rng(0), FRAMES)
    for label, names in ((verb, VERBS), (noun, NOUNS)):
        counts, share = np.bincount(label, minlength=len(names)), 1 / len(names)
        assert len(counts) == len(names)
        assert abs(counts - 7200 * share).max() < 4 * np.sqrt(7200 * share * (1 - share))


def test_absurd_arguments(pools):
    rng = np.random.default_rng(0)
    for wrong in (lambda: make_pools(rng, size=15), lambda: make_pools(rng, canvases=0),
                  lambda: make_pools(rng, sprites=0), lambda: make_clips(pools, -1, rng),
                  lambda: make_clips(pools, 1, rng, frames=0), lambda: make_images(pools, -1, rng),
                  lambda: make_clips(pools, 1, rng, frames=10 ** 6)):
        with pytest.raises(ValueError, match=r"=-?\d+") as error:
            wrong()
        assert "\n" not in str(error.value)


# The pixels show the verb.

def center(silhouette):
    """Center (T, 2) in pixels of a white shape on a torus: the peak of its lowest frequency."""
    wave = np.exp(2j * np.pi * np.arange(SIZE) / SIZE)
    light = silhouette[..., 0].astype(float)
    turns = np.stack([np.angle(light.sum(2) @ wave), np.angle(light.sum(1) @ wave)], -1)
    return np.unwrap(turns, axis=0) * SIZE / (2 * np.pi)


def measured_verb(silhouette):
    """The verb of a white shape on black, from simple geometry."""
    down, right = (center(silhouette)[-1] - center(silhouette)[0]) / (FRAMES - 1)
    light = silhouette[..., 0].sum((1, 2), dtype=float)
    growth = np.log(light[-1] / light[0]) / (2 * (FRAMES - 1))
    changes = np.ptp(silhouette.astype(int), axis=0).max() > 0
    for pace, low, high, backward, forward in ((right, 0.58, 1.52, "left", "right"),
                                               (down, 0.58, 1.52, "up", "down"),
                                               (growth, 0.02, 0.05, "recede", "approach")):
        if low < abs(pace) < high:
            return VERBS.index(forward if pace > 0 else backward)
    return VERBS.index("spin" if changes else "still")


def test_the_pixels_show_the_verb_and_backwards_the_reversed_one(silhouettes):
    clips, labels = make_clips(silhouettes, 240, np.random.default_rng(0), FRAMES)
    for clip, verb in zip(clips, labels["verb"]):
        assert measured_verb(clip) == verb
        assert measured_verb(clip[::-1]) == REVERSED[verb]
    assert (REVERSED[REVERSED] == np.arange(8)).all()


def test_objects_move_smoothly(silhouettes):
    clips, labels = make_clips(silhouettes, 120, np.random.default_rng(0), FRAMES)
    for clip in clips[labels["verb"] < 4]:
        assert np.ptp(np.diff(center(clip), axis=0), axis=0).max() < 0.1    # pixels


def test_spin_turns_by_three_to_seven_degrees():
    verb = np.full(2000, VERBS.index("spin"))
    angle = generated.draw_paths(verb, np.random.default_rng(0), FRAMES, SIZE)["angle"]
    turn = np.degrees(np.diff(angle, axis=1))
    assert 3 <= abs(turn).min() < 3.1 and 6.9 < abs(turn).max() <= 7
    assert np.ptp(turn, axis=1).max() < 1e-9 and 0.45 < (turn[:, 0] > 0).mean() < 0.55


# Rendering, against a simple loop.

def test_object_against_a_loop():
    size, side, rng = 20, 32, np.random.default_rng(0)
    grid = (np.mgrid[:side, :side] - side / 2) / side
    fields = [120 + 80 * np.cos(4 * grid[0]), 90 + 80 * grid[1], 90 - 90 * grid[0] * grid[1]]
    alpha = np.clip(1 - 2 * (grid ** 2).sum(0), 0, 1)
    texels = np.round(np.stack([alpha * f for f in fields] + [255 * alpha], -1)).astype(np.uint16)
    paths = {"y": [[3.3, 15]], "x": [[19.2, 8.1]], "angle": [[0.4, 4]], "zoom": [[0.8, 1.2]]}
    axes = generated.sprite_axes({name: np.array(path) for name, path in paths.items()}, size)
    behind = rng.integers(65280, size=(2, size, size, 4)).astype(np.uint16)
    drawn = behind.copy()
    generated.draw_object(drawn, texels.reshape(-1).view(np.uint64), 7, *(a[0] for a in axes))
    for t, row, column in np.ndindex(2, size, size):
        y, x, angle, zoom = (paths[name][0][t] for name in ("y", "x", "angle", "zoom"))
        dy, dx = ((d + size / 2) % size - size / 2 for d in (row - y, column - x))
        along, across = (np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
                         @ (dy, dx) / zoom * side / (sprites.SPRITE_EXTENT * size) + side / 2)
        want = behind[t, row, column] / 256
        if np.hypot(dy, dx) < 7 * zoom:
            (i, a), (j, b) = divmod(along, 1), divmod(across, 1)
            square = texels[int(i):, int(j):][:2, :2].astype(float)
            color = np.einsum("i,j,ijc->c", (1 - a, a), (1 - b, b), square)
            want = color + want * (1 - color[3] / 255)
        assert abs(drawn[t, row, column] / 256 - want)[:3].max() < 2.5    # out of 255


def test_background_glides_along_its_path():
    canvas = np.zeros((80, 80, 4), np.uint8)
    canvas[..., 0], canvas[..., 1] = np.mgrid[:80, :80]    # a pixel's color is its position
    glide = np.cumsum(np.random.default_rng(0).uniform(-0.4, 0.5, (FRAMES, 2)), 0)
    frames = np.empty((FRAMES, 20, 20, 4), np.uint16)
    generated.draw_background(frames, canvas, glide, np.random.default_rng(1))
    place = frames[..., :2] / 256
    assert abs(np.diff(place, axis=0) - np.diff(glide, axis=0)[:, None, None]).max() < 0.08
    assert (np.diff(place[..., 0], axis=1) == 1).all()
    assert (np.diff(place[..., 1], axis=2) == 1).all()


def test_background_drifts_whatever_the_verb(pools):
    verb, _, paths = generated.draw_clips(pools, 8000, np.random.default_rng(0), FRAMES)
    drift = np.diff(paths["background"], axis=1)
    assert 0.29 < np.hypot(*drift[:, 0].T).max() <= 0.3    # pixels per frame
    assert np.ptp(drift, axis=1).max() < 1e-9
    for v in range(8):
        error = drift[:, 0].std(0) / np.sqrt((verb == v).sum())
        assert (abs(drift[verb == v, 0].mean(0)) < 4 * error).all()


# One frame does not reveal the verb.

def test_one_frame_has_the_same_places_turns_and_sizes_for_every_verb(pools):
    rng, share = np.random.default_rng(0), np.arange(0.1, 1, 0.1)
    verb, _, paths = generated.draw_clips(pools, 16000, rng, FRAMES)
    picked = np.arange(16000), rng.integers(FRAMES, size=16000)
    for name, period in (("y", SIZE), ("x", SIZE), ("angle", 2 * np.pi), ("zoom", 10)):
        seen = paths[name][picked] % period
        for v in range(8):
            below = (seen[verb == v, None] < np.quantile(seen, share)).mean(0)
            assert (abs(below - share) < 4 * np.sqrt(share * (1 - share) / (verb == v).sum())).all()


def features(frames):
    """Simple statistics of single frames: colors on a 5x5 grid, contrast, edges, lit area."""
    grid = frames.reshape(len(frames), 5, SIZE // 5, 5, SIZE // 5, 3).mean((2, 4))
    light = frames.mean(-1)
    edges = [abs(np.diff(light, axis=axis)).mean((1, 2)) for axis in (1, 2)]
    area = (light > 0).mean((1, 2))
    return np.column_stack([grid.reshape(len(frames), -1), light.std((1, 2)), *edges, area])


def held_out_accuracy(x, y):
    """Accuracy of a least-squares classifier, fitted to the first half, tested on the second."""
    x, half = np.column_stack([x, np.ones(len(x))]), len(x) // 2
    w = np.linalg.lstsq(x[:half], np.eye(len(VERBS))[y[:half]], rcond=None)[0]
    return ((x[half:] @ w).argmax(1) == y[half:]).mean()


@pytest.mark.parametrize("scene", ["pools", "on_black"])
def test_one_frame_tells_nothing_of_the_verb(scene, request):
    rng, count = np.random.default_rng(0), 1600
    clips, labels = make_clips(request.getfixturevalue(scene), count, rng, FRAMES)
    frame = clips[np.arange(count), rng.integers(FRAMES, size=count)]
    error = np.sqrt(1 / 8 * 7 / 8 / (count / 2))
    assert abs(held_out_accuracy(features(frame), labels["verb"]) - 1 / 8) < 3 * error


def test_the_first_frame_does_tell(on_black):
    """The features can detect a verb: approach starts small, recede starts large."""
    clips, labels = make_clips(on_black, 1600, np.random.default_rng(0), FRAMES)
    zooming = np.isin(labels["verb"], (4, 5))
    accuracy = held_out_accuracy(features(clips[zooming, 0]), labels["verb"][zooming])
    assert accuracy > 0.65


# The pixels show the noun.

def nearest_color(pixels):
    """0 red, 1 green, 2 blue, from the median hue of the brighter half of pixels (n, 3)."""
    bright = pixels[pixels.max(1) >= np.median(pixels.max(1))]
    hues = np.array([rgb_to_hsv(*pixel / 255)[0] for pixel in bright])
    return np.argmin([np.median(abs((hues - k / 3 + 0.5) % 1 - 0.5)) for k in range(3)])


def test_clips_and_images_show_the_color_of_their_noun(on_black):
    clips, labels = make_clips(on_black, 90, np.random.default_rng(0), FRAMES)
    images, nouns = make_images(on_black, 90, np.random.default_rng(0))
    for frame, noun in zip((*clips[:, 5], *images), (*labels["noun"], *nouns["noun"])):
        assert nearest_color(frame[frame.max(-1) > 20]) == noun // 3


def test_sprites_show_the_texture_of_their_noun(pools):
    """Stripes have one direction, dots and clouds have none; dots vary faster than clouds."""
    light = pools.sprites.view(np.uint16).reshape(9, 16, 64, 64, 4)[:, :, 22:42, 22:42, :3].max(-1)
    down, right = np.gradient(light.astype(float), axis=(2, 3))
    yy, xx, yx = ((a * b).mean((2, 3)) for a, b in ((down, down), (right, right), (down, right)))
    one_way = np.median(np.hypot(yy - xx, 2 * yx) / (yy + xx), axis=1).reshape(3, 3)
    change = np.median((yy + xx) / light.var((2, 3)), axis=1).reshape(3, 3)
    print(one_way, change)
    assert (one_way[:, 0] > 0.8).all() and (one_way[:, 1:] < 0.6).all()
    assert (change[:, 1] > 2 * change[:, 2]).all()


def test_clouds_have_a_middling_median():
    rng = np.random.default_rng(0)
    y, x = np.mgrid[:32, :32] - 16.0
    inside = np.broadcast_to(np.hypot(y, x) < 9, (20, 32, 32))
    cloud = sprites.paint_texture(rng, "cloud", y, x, inside)
    assert np.allclose(np.median(cloud[inside].reshape(20, -1), axis=1), 0.5, atol=1e-6)


def test_backgrounds_are_colorful(pools):
    colors = pools.canvases[:, ::9, ::9, :3].reshape(-1, 3) / 255
    vivid = colors[(np.ptp(colors, axis=1) > 0.3 * colors.max(1)) & (colors.max(1) > 0.2)]
    assert len(vivid) > 0.25 * len(colors)
    assert np.bincount(vivid.argmax(1), minlength=3).min() > 0.15 * len(vivid)


def test_images_are_frames_of_clips(pools, on_black):
    """Images and frames have equal mean features, within four standard errors."""
    for scene in (pools, on_black):
        rng = np.random.default_rng(0)
        clips, _ = make_clips(scene, 900, rng, FRAMES)
        a = features(clips[np.arange(900), rng.integers(FRAMES, size=900)])
        b = features(make_images(scene, 900, rng, FRAMES)[0])
        error = np.sqrt((a.var(0) + b.var(0)) / 900)
        assert (abs(a.mean(0) - b.mean(0)) <= 4 * error + 1e-9).all()


def test_images_come_from_anywhere_in_a_clip(pools, monkeypatch):
    """Zooms of images have the deciles of all frames; first frames have more extreme zooms."""
    share, zooms = np.arange(0.1, 1, 0.1), []
    monkeypatch.setattr(generated, "render", lambda pools, nouns, paths, rng: paths["zoom"])
    for make in (make_clips, make_images):
        zooms.append(make(pools, 16000, np.random.default_rng(0), FRAMES)[0])
    below = (zooms[1][:, None] < np.quantile(zooms[0], share)).mean(0)
    assert (abs(below - share) < 4 * np.sqrt(share * (1 - share) / 16000)).all()
