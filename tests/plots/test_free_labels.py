"""Labels of points: where they hide no other point and no other label."""

import numpy as np

from tubevit_np.plots.analysis.measured import Measured
from tubevit_np.plots.analysis.synthetic_kernels import references
from tubevit_np.plots.free_labels import OFFSETS, box_beside, free_label, hidden, overlap
from tubevit_np.plots.kernel_plots.motion import draw_movement
from tubevit_np.plots.style import page, place, render


def axes():
    ax = place(page(700, 700), 100, 100, 500, 500)
    ax.set(xlim=(0, 1), ylim=(0, 1))
    return ax


def box_of(text):
    """The box (left, bottom, right, top) of a drawn text, without its line."""
    found = super(type(text), text).get_window_extent()
    return found.x0, found.y0, found.x1, found.y1


def test_a_label_hides_no_points_where_there_is_a_free_place(rng):
    ax, taken = axes(), []
    cloud = rng.uniform((0.6, 0), (1, 0.25), (300, 2))
    for name in ("static", "counterphase"):
        free_label(ax, (0.99, 0.0), name, cloud, taken)
    render(ax.figure)
    boxes = [box_of(text) for text in ax.texts]
    assert [hidden(box, ax.transData.transform(cloud), 0) for box in boxes] == [0, 0]
    assert not overlap(*boxes) and all(text.arrow_patch for text in ax.texts)


def test_a_label_is_beside_its_point_if_nothing_is_near():
    ax = axes()
    free_label(ax, (0.5, 0.5), "noise", np.zeros((0, 2)), [])
    assert ax.texts[0].arrow_patch is None
    left, bottom, *_ = box_beside(ax.transData.transform((0.5, 0.5)), OFFSETS[0], (50, 17))
    render(ax.figure)
    np.testing.assert_allclose(box_of(ax.texts[0])[:2], (left, bottom), atol=4)


def test_no_label_of_a_synthetic_kernel_has_a_box(rng):
    """A white box would cover the dots of kernels."""
    w = references((6, 7, 8), rng, 5)["moving"]
    found, ax = Measured(w, draws=1), axes()
    draw_movement(ax, w, found.own, found.own, "red")
    assert len(ax.texts) == 4
    assert all(text.get_bbox_patch() is None and text.get_path_effects() for text in ax.texts)
