"""The similarity of positions, and its maps."""

from dataclasses import replace

import numpy as np
import pytest
import small

import tubevit_np as tv
from tubevit_np.plots.model_plots.position_similarity import (
    added,
    draw_likeness,
    draw_map,
    likeness,
    middles,
)
from tubevit_np.plots.model_plots.position_table import draw_table
from tubevit_np.plots.style import page, place, save

CFG, SHAPE = small.MODEL, (7, 10, 13)
AT = tv.positions(CFG, SHAPE)
CENTERS = np.concatenate([tv.centers(tube, SHAPE) for tube in CFG.tubes])


@pytest.mark.parametrize("name", ["plain", "learned"])
def test_positions_are_what_the_model_adds(name, rng):
    cfg = small.MODELS[name]
    params = small.params(cfg, rng)
    _, out = small.forward(params, small.clips(rng), cfg, "noun")
    wanted = params["position"]["w"] if name == "learned" else AT
    np.testing.assert_allclose(added(out), wanted, atol=1e-13)


def test_likeness_is_a_mean_of_cosines_of_what_lies_between(token=11):
    between = CENTERS - CENTERS[token]
    waves = CFG.tau ** (-np.arange(4) / 4)  # 24 channels: four sixes
    wanted = np.cos(between[:, :, None] * waves).mean(axis=(1, 2))
    np.testing.assert_allclose(likeness(AT, token), wanted, atol=1e-14)


def test_likeness_is_a_cosine_whatever_the_lengths(rng):
    at = rng.standard_normal((5, 8)) * [[1], [20], [3], [0.1], [7]]
    for i in range(5):
        wanted = [a @ at[i] / np.sqrt((a @ a) * (at[i] @ at[i])) for a in at]
        np.testing.assert_allclose(likeness(at, i), wanted, rtol=1e-12)
    with pytest.raises(ValueError, match="this model has no positions"):
        likeness(np.zeros((5, 8)), 2)


def test_the_middle_of_each_tube():
    assert middles(CFG, SHAPE) == [7, 8 + 10, 20 + 10]  # (1, 1, 1) of 2x2x2, of 2x2x3 twice
    assert middles(CFG, (1, *SHAPE[1:])) == [4]


@pytest.mark.parametrize("tube", CFG.tubes, ids=["packed", "patch", "overlapping"])
def test_cells_lie_about_the_centers(tube, rng):
    at = tv.centers(tube, SHAPE).reshape(*tv.grid(tube, SHAPE), 3)[1]
    values = rng.random(at.shape[:2])
    image = draw_map(place(page(300, 300), 20, 20, 260, 200), values, at, tube, SHAPE, (0, 1))
    left, right, low, top = image.get_extent()
    rows, columns = values.shape
    np.testing.assert_allclose(top + (np.arange(rows) + 0.5) * (low - top) / rows, at[:, 0, 1])
    np.testing.assert_allclose(left + (np.arange(columns) + 0.5) * (right - left) / columns,
                               at[0, :, 2])
    assert np.array_equal(image.get_array(), values)
    assert image.axes.get_xlim() == (-0.5, 12.5) and image.axes.get_ylim() == (9.5, -0.5)


def test_a_map_for_each_token_tube_and_moment_at_one_scale(tmp_path):
    figure = draw_likeness(AT, CFG, SHAPE, [25, 3])
    save(figure, tmp_path / "a.png")
    images = [image for ax in figure.axes for image in ax.images]
    counts = [tv.grid(tube, SHAPE) for tube in CFG.tubes]
    for row, token in enumerate((25, 3)):
        wanted, first = likeness(AT, token), 0
        for i, (nt, nh, nw) in enumerate(counts):
            for t in range(nt):
                image = images[6 * row + sum(n for n, _, _ in counts[:i]) + t]
                part = wanted[first:first + nh * nw].reshape(nh, nw)
                assert np.array_equal(image.get_array(), part)
                first += nh * nw
    assert len(images) == 12 and len({image.get_clim() for image in images}) == 1
    both = np.concatenate([likeness(AT, 3), likeness(AT, 25)])
    assert images[0].get_clim() == (both.min(), both.max())


def test_the_token_itself_is_outlined():
    figure, i = draw_likeness(AT, CFG, SHAPE, [8 + 7]), 8 + 7  # a patch at (1, 0, 1)
    marked = [(k, ax.patches[0]) for k, ax in enumerate(figure.axes)
              if any(ax.images) and len(ax.patches)]
    [(_, patch)] = marked
    _, y, x = CENTERS[i]
    assert (patch.get_x(), patch.get_y()) == (x - 2.5, y - 3)  # stride (4, 6, 5)
    assert (patch.get_width(), patch.get_height()) == (5, 6)
    maps = [ax for ax in figure.axes if ax.images]
    assert maps.index(patch.axes) == 2 + 1  # two moments of the packed tube, then its second


def test_the_table_is_drawn_as_it_is():
    [image] = [image for ax in draw_table(AT, CFG, SHAPE).axes for image in ax.images]
    assert np.array_equal(image.get_array(), AT)
    assert image.get_clim() == (-np.abs(AT).max(), np.abs(AT).max())
    names = [label.get_text() for label in image.axes.get_xticklabels()]
    assert names == [f"{2 * np.pi * 50 ** (j / 4):.3g}" for j in range(4)]
    learned = replace(small.MODELS["learned"])
    [image] = [image for ax in draw_table(AT, learned, SHAPE).axes for image in ax.images]
    assert not image.axes.get_xticklabels()
