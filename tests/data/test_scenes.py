"""The generated data set "scenes": dead leaves under a camera."""

import numpy as np
import pytest

from tubevit_np.data import sources
from tubevit_np.data.batch import HELD_OUT
from tubevit_np.data.camera.motion import draw_paths
from tubevit_np.data.generated import leaves, scenes
from tubevit_np.data.generated.scenes import NOUNS, VERBS, make_clips, make_images, make_pools
from tubevit_np.data.sources import generated_source

SIZE = 24


@pytest.fixture(scope="module")
def pools():
    return make_pools(np.random.default_rng(0), SIZE, pictures=24)


def test_same_seed_same_bytes(pools):
    again = make_pools(np.random.default_rng(0), SIZE, pictures=24)
    assert again.pictures.tobytes() == pools.pictures.tobytes()
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


def test_labels_are_uniform(pools):
    _, labels = make_clips(pools, 1600, np.random.default_rng(0), 1)
    for head, names in (("verb", VERBS), ("noun", NOUNS)):
        counts, share = np.bincount(labels[head], minlength=len(names)), 1 / len(names)
        assert len(counts) == len(names)
        assert abs(counts - 1600 * share).max() < 4 * np.sqrt(1600 * share * (1 - share))


@pytest.mark.parametrize("wrong", [
    lambda pools, rng: make_pools(rng, size=15), lambda pools, rng: make_pools(rng, pictures=3),
    lambda pools, rng: make_clips(pools, -1, rng), lambda pools, rng: make_images(pools, -1, rng),
    lambda pools, rng: make_clips(pools, 1, rng, frames=0)])
def test_absurd_arguments(pools, wrong):
    with pytest.raises(ValueError, match=r"=-?\d+") as error:
        wrong(pools, np.random.default_rng(0))
    assert "\n" not in str(error.value)


def test_a_clip_shows_a_picture_of_its_noun(pools):
    flat = np.broadcast_to(np.arange(24)[:, None, None, None], pools.pictures.shape)
    numbered = scenes.Pools(SIZE, flat.astype(np.uint8), pools.nouns)
    for make in (make_clips, make_images):
        x, labels = make(numbered, 40, np.random.default_rng(0))
        shown = x.reshape(40, -1)
        assert (shown == shown[:, :1]).all() and len(set(shown[:, 0].tolist())) > 12
        assert (labels["noun"] == pools.nouns[shown[:, 0]]).all()


def test_textures_differ_as_their_names_say():
    """Along a line: stripes and plain leaves are straight, checks and zigzags bend."""
    y, x = np.mgrid[:40, :40].astype(np.float32)
    rng, flat = np.random.default_rng(0), {}
    for texture in NOUNS:
        patterns = np.stack([leaves.make_pattern(rng, texture, y, x) for _ in range(20)])
        assert patterns.min() >= 0 and patterns.max() <= 1
        gradient = np.stack(np.gradient(patterns, axis=(1, 2)), -1).reshape(20, -1, 2)
        tensor = np.einsum("nij,nik->njk", gradient, gradient)
        weak, strong = np.linalg.eigvalsh(tensor).mean(0)
        flat[texture] = weak / strong, np.abs(gradient).mean()
    assert max(flat["plain"][0], flat["stripes"][0]) < 0.02
    assert min(flat["checks"][0], flat["zigzag"][0]) > 0.2
    assert flat["plain"][1] < flat["stripes"][1] / 5


def test_leaves_cover_their_picture_and_cross_its_edges(pools):
    """The statistics do not depend on the place: a frame does not show where it is."""
    many = make_pools(np.random.default_rng(1), SIZE, pictures=160).pictures.astype(float)
    edges = np.abs(np.diff(many.mean(-1), axis=2)).mean(0)
    middle, border = edges[20:-20, 20:-20].mean(), edges[:, [0, 1, -2, -1]].mean()
    assert abs(middle / border - 1) < 0.15


def test_edges_have_all_orientations(pools):
    gradient = np.stack(np.gradient(pools.pictures.mean(-1), axis=(1, 2)))
    strength, angle = np.hypot(*gradient), np.arctan2(*gradient) % np.pi
    shares = np.histogram(angle, 6, (0, np.pi), weights=strength)[0] / strength.sum()
    assert abs(shares - 1 / 6).max() < 0.05


def test_held_out_clips_are_made_of_other_pictures():
    mine = generated_source("scenes", "video", 16, SIZE, 0)
    held = sources.generated_pools("scenes", SIZE, 0, HELD_OUT)
    assert not ({one.tobytes() for one in mine.pools.pictures}
                & {one.tobytes() for one in held.pictures})


def test_every_direction_is_equally_likely(pools):
    """The view is turned at random, so the picture says nothing about the direction of a pan."""
    paths = draw_paths(np.full(400, VERBS.index("pan right")), np.random.default_rng(0), 2)
    views = scenes.OVER_LEAVES.views(paths, 72, SIZE, np.random.default_rng(0))
    step = views[:, 1, :2] - views[:, 0, :2]
    counts = np.histogram(np.arctan2(*step.T), 8, (-np.pi, np.pi))[0]
    assert abs(counts - 50).max() < 28
