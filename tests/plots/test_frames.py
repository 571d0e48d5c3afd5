"""Pictures of clips, weights, matrices and the model map: what is drawn where."""

import numpy as np
import pytest
from matplotlib.colors import to_hex
from matplotlib.patches import Rectangle

from tests.helpers.small import MODEL
from tubevit_np.model.geometry import grid, token_counts
from tubevit_np.plots.lesson_plots.arrays import draw_matrix, draw_scores, mark_tubes
from tubevit_np.plots.lesson_plots.frames import (
    draw_cuts,
    draw_film,
    draw_slice,
    draw_weights,
    panels,
)
from tubevit_np.plots.model_plots.model_map import (
    GAP,
    LEFT,
    MARKED,
    PARTS,
    SIDE,
    TOP,
    draw_overview,
)
from tubevit_np.plots.style import FAINT, TUBE_COLORS, color, page, place, render

SHAPE = (7, 10, 13)


def axes(count=1):
    figure = page(200 * count, 200)
    return [place(figure, 200 * i, 0, 200, 200) for i in range(count)]


@pytest.fixture
def clip(rng):
    return rng.integers(0, 256, (*SHAPE, 3), np.uint8)


def picture(ax):
    return np.asarray(ax.images[0].get_array())


def test_a_film_shows_every_so_many_frames_with_their_numbers(clip):
    ax, = axes()
    draw_film(ax, clip, every=3)
    assert np.array_equal(picture(ax)[:, 14:27], clip[3])
    assert np.array_equal(picture(ax)[:, 28:], clip[6])
    assert [text.get_text() for text in ax.get_xticklabels()] == ["0", "3", "6"]
    assert ax.get_xticks().tolist() == [6, 20, 34]


def test_a_slice_has_time_to_the_right(clip):
    ax, = axes()
    draw_slice(ax, clip, row=2)
    assert np.array_equal(picture(ax)[5, 3], clip[3, 2, 5])


def test_cuts_go_row_by_row(clip):
    ax, = axes()
    draw_cuts(ax, [clip[t, :4, :5] for t in range(4)], 2)
    assert np.array_equal(picture(ax)[6:, :5], clip[2, :4, :5])


def test_every_token_has_its_weight_in_its_place(clip, rng):
    weights = rng.uniform(0.1, 1, sum(token_counts(MODEL, SHAPE)))
    found = axes(panels(MODEL, SHAPE))
    draw_weights(found, clip, MODEL, weights)
    rest, panel = list(weights / weights.max()), 0
    for i, tube in enumerate(MODEL.tubes):
        for t in range(grid(tube, SHAPE)[0]):
            boxes = [patch for patch in found[panel].patches if isinstance(patch, Rectangle)]
            for box, (h, w) in zip(boxes, np.ndindex(grid(tube, SHAPE)[1:]), strict=True):
                assert box.get_facecolor()[3] == pytest.approx(rest.pop(0))
                assert to_hex(box.get_facecolor()).upper() == color(i)
                assert box.get_xy() == (tube.offset[2] + w * tube.stride[2] - 0.5,
                                        tube.offset[1] + h * tube.stride[1] - 0.5)
            middle = tube.offset[0] + t * tube.stride[0] + tube.kernel[0] // 2
            assert np.array_equal(picture(found[panel]), 128 + clip[min(middle, 6)] // 2)
            panel += 1
    assert not rest


def test_zero_is_white_in_a_matrix_and_its_bar_tells_the_limits():
    ax, = axes()
    draw_matrix(ax, np.array([[3.5, 0.0], [0.0, -1.0]]))
    image = ax.images[0]
    assert image.get_clim() == (-3.5, 3.5) and min(image.cmap(image.norm(0.0))) > 0.96
    labels = ax.figure.axes[1].get_yticklabels()
    assert [text.get_text() for text in labels] == ["-3.5", "0", "3.5"]
    assert all(at == round(at) for axis in (ax.xaxis, ax.yaxis) for at in axis.get_majorticklocs())


def test_the_bars_at_a_matrix_are_as_long_as_the_tubes_have_tokens():
    ax, = axes()
    draw_matrix(ax, np.ones((9, 9)))
    mark_tubes(ax, [2, 3, 4])
    bars = [line for line in ax.lines if line.get_color() != FAINT]
    assert [line.get_color() for line in bars] == list(TUBE_COLORS[:3])
    assert [list(line.get_ydata()) for line in bars] == [
        pytest.approx(ends) for ends in ([-0.2, 1.2], [1.8, 4.2], [4.8, 8.2])]


def test_the_true_class_has_a_color_of_its_own():
    ax, = axes()
    draw_scores(ax, ["a", "b", "c"], [0.2, 0.7, 0.1], right=1)
    assert [bar.get_width() for bar in ax.patches] == [0.2, 0.7, 0.1]
    shades = [to_hex(bar.get_facecolor()).upper() for bar in ax.patches]
    assert shades[1] == TUBE_COLORS[3] and shades[0] == shades[2] != shades[1]
    assert [text.get_text() for text in ax.texts] == ["20%", "70%", "10%"]
    assert ax.get_ylim()[0] > ax.get_ylim()[1]  # the first on top


def test_the_map_marks_what_is_asked_and_nothing_else():
    seen = render(draw_overview(("tokens", "heads")))
    ground = [to_hex(seen[TOP + 8, LEFT + k * (SIDE + GAP) + 8] / 255).upper()
              for k in range(len(PARTS))]
    assert [part for part, shade in zip(PARTS, ground) if shade == MARKED] == ["tokens", "heads"]


def test_a_part_that_the_map_has_not():
    with pytest.raises(ValueError, match="no part 'decoder'; it has video, tubes"):
        draw_overview(("decoder",))
