"""The voxels that a token reads, by plain loops, and their pictures on a clip."""

import itertools
from collections import Counter

import clips
import numpy as np
import pytest
from clips import SHARED, needs_shared
from matplotlib.colors import to_rgba
from small import MODEL, OVERLAPPING, PACKED, PATCH

import tubevit_np as tv
from tubevit_np.conformance import loops
from tubevit_np.data.decoding.video import read_clip
from tubevit_np.plots.analysis.pixels import to_bytes
from tubevit_np.plots.analysis.receptive_fields import (
    by_tube,
    coverage,
    heat,
    owner,
    token_boxes,
    voxels,
)
from tubevit_np.plots.model_plots.frame_strip import pale, picks, zoomed
from tubevit_np.plots.model_plots.overlay import (
    draw_overlay,
    draw_reads,
    draw_shares,
    shades,
    shares,
)
from tubevit_np.plots.style import INK, color, page, place, save

SHAPE = (7, 10, 13)
COUNT = sum(np.prod(tv.grid(tube, SHAPE)) for tube in MODEL.tubes)
LONG = tv.Tube((8, 2, 2), (1, 1, 1))  # does not fit into 7 frames
TUBES = pytest.mark.parametrize("tube", [PATCH, OVERLAPPING, PACKED, LONG],
                                ids=["patch", "overlapping", "packed", "too long"])


def reads(tube, shape):
    """For every token, the voxels (t, h, w) of its places, without those outside the clip."""
    for at in itertools.product(*map(range, tv.grid(tube, shape))):
        starts = [loops.member_start(tube, at, member)
                  for member in itertools.product(*map(range, tube.s2d))]
        yield [voxel for start in starts
               for voxel in itertools.product(*map(range, start, np.add(start, tube.kernel)))
               if all(np.less(voxel, shape))]


@TUBES
def test_a_token_reads_what_its_kernel_covers(tube):
    found = voxels(tube, SHAPE)
    assert found.shape == (np.prod(tv.grid(tube, SHAPE)), tube.members * np.prod(tube.kernel))
    wanted = [sorted(np.ravel_multi_index(voxel, SHAPE) for voxel in token)
              for token in reads(tube, SHAPE)]
    assert [sorted(token[token >= 0].tolist()) for token in found] == wanted


@TUBES
def test_how_many_places_read_a_voxel(tube):
    wanted = np.zeros(SHAPE, int)
    for voxel in itertools.chain(*reads(tube, SHAPE)):
        wanted[voxel] += 1
    assert np.array_equal(coverage(tube, SHAPE), wanted)


def test_the_heat_of_one_token_lies_on_what_it_reads_and_nowhere_else():
    first = 0
    for i, tube in enumerate(MODEL.tubes):
        for n, token in enumerate(reads(tube, SHAPE)):
            weights = np.zeros(COUNT)
            weights[first + n] = 0.75
            wanted = np.zeros((3, *SHAPE))
            for voxel, count in Counter(token).items():
                wanted[(i, *voxel)] = 0.75 * count / len(token)
            np.testing.assert_allclose(heat(weights, MODEL, SHAPE), wanted, rtol=1e-14)
        first += n + 1


def test_heat_keeps_every_tubes_share(rng):
    weights = rng.dirichlet(np.ones(COUNT))
    found = heat(weights, MODEL, SHAPE)
    parts = by_tube(weights, MODEL, SHAPE)
    assert [len(part) for part in parts] == [np.prod(tv.grid(t, SHAPE)) for t in MODEL.tubes]
    np.testing.assert_allclose(found.sum((1, 2, 3)), [part.sum() for part in parts], rtol=1e-13)
    assert found.sum() == pytest.approx(1, abs=1e-13)


def test_an_image_has_heat_where_its_patches_are():
    found = heat(np.full(6, 1 / 6), MODEL, (1, *SHAPE[1:]))
    assert [row.any() for row in found] == [False, True, False]
    assert np.array_equal(found[1] > 0, coverage(PATCH, (1, *SHAPE[1:])) > 0)


@TUBES
def test_the_boxes_of_a_token_are_its_places(tube):
    for n, at in enumerate(itertools.product(*map(range, tv.grid(tube, SHAPE)))):
        near = [loops.member_start(tube, at, member)
                for member in itertools.product(*map(range, tube.s2d))]
        wanted = [(list(a), np.minimum(np.add(a, tube.kernel), SHAPE).tolist()) for a in near
                  if all(np.less(a, SHAPE))]
        assert token_boxes(tube, SHAPE, n).tolist() == [[*map(list, box)] for box in wanted]


def test_whose_token_it_is():
    counts = [np.prod(tv.grid(tube, SHAPE)) for tube in MODEL.tubes]
    wanted = [(i, n) for i, count in enumerate(counts) for n in range(count)]
    assert [owner(k, MODEL, SHAPE) for k in range(len(wanted))] == wanted
    for token in (-1, len(wanted)):
        with pytest.raises(ValueError, match=f"no token {token}: this clip gives {len(wanted)}"):
            owner(token, MODEL, SHAPE)


def test_frames_spread_from_the_first_to_the_last():
    assert [picks(n).tolist() for n in (1, 3, 16)] == [[0], [0, 1, 2], [0, 4, 8, 11, 15]]
    assert zoomed(48, 40) == (240, 200) and zoomed(128, 112) == (256, 224)
    assert zoomed(300, 500) == (300, 500)


def test_what_is_read_keeps_its_colors_and_all_else_is_pale(rng):
    frame = clips.noise(rng, 1, *SHAPE[1:])[0]
    for tubes, t in (({0: PACKED}, 4), ({1: PATCH}, 0), ({1: PATCH}, 1), ({0: PACKED, 2: LONG}, 6)):
        ax = place(page(300, 300), 20, 20, 260, 200)
        draw_reads(ax, frame, tubes, t, SHAPE)
        seen = {voxel[1:] for tube in tubes.values() for token in reads(tube, SHAPE)
                for voxel in token if voxel[0] == t}
        [image], (gray,) = ax.images, (to_bytes(pale(frame)),)
        for h, w in itertools.product(*map(range, SHAPE[1:])):
            wanted = frame[h, w] if (h, w) in seen else gray[h, w]
            assert (image.get_array()[h, w] == wanted).all()
        assert [tuple(c.get_edgecolor()[0]) for c in ax.collections if len(c.get_paths())] == [
            to_rgba(color(i)) for i, tube in tubes.items() if coverage(tube, SHAPE)[t].any()]


def test_boxes_stand_round_the_pixels_that_are_read():
    ax = place(page(300, 300), 20, 20, 260, 200)
    draw_reads(ax, np.zeros((*SHAPE[1:], 3), np.uint8), {0: OVERLAPPING}, 5, SHAPE)
    found = [path.get_extents().bounds for path in ax.collections[0].get_paths()]
    wanted = []  # of the second six alone: the first ones end before frame 5
    for at in itertools.product(*map(range, tv.grid(OVERLAPPING, SHAPE))):
        t, h, w = loops.member_start(OVERLAPPING, at, (0, 0, 0))
        if t <= 5 < t + 4:
            wanted.append((w - 0.5, h - 0.5, 2, 3))  # left, top, width, height
    assert sorted(found) == sorted(wanted) and len(found) == 6


def test_shares_of_voxels_by_how_many_places_read_them():
    counts = np.array([0, 0, 0, 1, 1, 2, 3, 7, 9, 4]).reshape(1, 2, 5)
    assert shares(counts).tolist() == [0.3, 0.2, 0.1, 0.4]
    ax = place(page(300, 300), 20, 20, 260, 200)
    draw_shares(ax, counts, INK)
    assert [bar.get_width() for bar in ax.patches] == [0.3, 0.2, 0.1, 0.4]
    assert [text.get_text() for text in ax.texts] == ["30.0%", "20.0%", "10.0%", "40.0%"]


def test_the_page_ends_with_how_many_places_read_each_pixel(rng):
    clip = clips.noise(rng, *SHAPE)
    total, times = sum(coverage(tube, SHAPE) for tube in MODEL.tubes), picks(len(clip))
    last = draw_overlay(clip, MODEL).axes[-len(times):]
    assert [ax.get_position().x0 for ax in last] == sorted(ax.get_position().x0 for ax in last)
    for ax, t in zip(last, times, strict=True):
        wanted = to_bytes(shades(INK)[np.minimum(total[t], 3)])
        assert np.array_equal(ax.images[0].get_array(), wanted)


@pytest.mark.parametrize("shape", [(1, 10, 13), (3, 9, 8)])
def test_images_and_clips_that_not_every_tube_fits_into(rng, shape, tmp_path):
    figure = draw_overlay(clips.noise(rng, *shape), MODEL)
    save(figure, tmp_path / "a.png")
    texts = [text.get_text() for text in figure.texts]
    assert ("image" in texts[0]) == (shape[0] == 1)
    assert any(text.endswith("= 0 tokens") or "= 0 tokens," in text for text in texts)


@needs_shared
def test_the_page_of_a_real_clip_shows_its_frames(tmp_path):
    path = SHARED / "kinetics_clips/val/R6llTwEh07w_000000_000010.mp4"
    clip = read_clip(path, 16, 48)[:, :44]
    figure = draw_overlay(clip, tv.PRESETS["demo"])
    first = next(ax for ax in figure.axes if ax.images)
    assert np.array_equal(first.images[0].get_array()[:40], clip[0, :40])  # all of it patches
    assert np.array_equal(first.images[0].get_array()[40:], to_bytes(pale(clip[0, 40:])))
