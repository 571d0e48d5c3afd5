"""Pictures of the kernels through training: which kernels, which frame, which gain."""

import numpy as np
import pytest
from matplotlib.colors import to_rgba
from PIL import Image
from test_figures import find

from tubevit_np.plots.analysis.pixels import kernel_rgb, norms, order_by_norm, tile, to_bytes
from tubevit_np.plots.kernel_plots.history import (
    animate_history,
    draw_history,
    draw_norms,
    stacked,
    strongest,
    timeline,
)
from tubevit_np.plots.style import FAINT, color, page, place

STEPS = (0, 25, 50, 70)
SHAPES = {"1x4x3": (1, 4, 3), "5x2x3": (5, 2, 3)}


@pytest.fixture
def history(rng):
    """Seven kernels of each tube, which grow at different rates, with different frames."""
    rates = rng.permutation(np.arange(1, 8.0))
    return {step: {name: rng.standard_normal((*shape, 3, 7)) * (1 + step * rates)
                   for name, shape in SHAPES.items()} for step in STEPS}


def test_a_stack_for_each_tube_in_the_order_of_steps(history):
    found = stacked(history)
    assert list(found) == list(SHAPES) and found["5x2x3"].shape == (4, 5, 2, 3, 3, 7)
    assert all(np.array_equal(found["5x2x3"][k], history[step]["5x2x3"])
               for k, step in enumerate(STEPS))
    for few in ({}, {0: history[0]}):
        with pytest.raises(ValueError, match=f"^{len(few)} snapshots of the kernels: .*snapshots/"):
            stacked(few)


def test_the_frame_of_most_energy_in_the_end_at_all_snapshots(history):
    stack = stacked(history)["5x2x3"]
    found = strongest(stack)
    for d in range(7):
        energy = [(stack[-1, t, ..., d] ** 2).sum() for t in range(5)]
        assert np.array_equal(found[..., d], stack[:, np.argmax(energy), ..., d])


def test_five_kernels_at_one_gain_over_all_snapshots(history):
    stack = stacked(history)["5x2x3"]
    stack[1, 0, 0, 0, 0] = 3000  # the peak is neither in the last snapshot nor in its frame
    picture = to_bytes(timeline(stack, side=12))
    assert picture.shape[:2] == (5 * 8 + 4 * 12, 4 * 12 + 3 * 12)
    order = np.argsort(-norms(stack[-1]))[:5]
    for row, d in enumerate(order):
        t = np.argmax([(stack[-1, t, ..., d] ** 2).sum() for t in range(5)])
        for s in range(4):
            cell = picture[20 * row:20 * row + 8:4, 24 * s:24 * s + 12:4]
            wanted = 0.5 + stack[s, t, ..., d] / (2 * np.abs(stack[..., d]).max())
            assert np.array_equal(cell, to_bytes(wanted))


def test_norms_of_all_kernels_and_the_five_of_them_in_color(history):
    stack = stacked(history)["1x4x3"]
    ax = place(page(500, 400), 80, 40, 300, 300)
    draw_norms(ax, STEPS, stack, color(1))
    found = {tuple(np.round(line.get_ydata(), 9)): to_rgba(line.get_color()) for line in ax.lines}
    order = np.argsort(-norms(stack[-1]))
    wanted = {tuple(np.round([norms(w)[d] for w in stack], 9)):
              to_rgba(color(1) if rank < 5 else FAINT) for rank, d in enumerate(order)}
    assert found == wanted and ax.get_ylim()[0] == 0
    assert [label.get_text() for label in ax.get_xticklabels()] == ["0", "25", "50", "70"]


def test_the_page_names_every_snapshot(history):
    figure = draw_history(history)
    pictures = [ax.images[0].get_array() for ax in figure.axes if ax.images]
    for picture, stack in zip(pictures, stacked(history).values(), strict=True):
        assert np.array_equal(picture, to_bytes(timeline(stack)))
    texts = [text.get_text() for text in figure.texts]
    assert [texts.count(str(step)) for step in STEPS] == [2, 2, 2, 2]


def test_the_animation_shows_a_snapshot_after_another(history, tmp_path):
    assert animate_history(history, tmp_path / "a.png") == 4
    moving = Image.open(tmp_path / "a.png")
    assert moving.n_frames == 4 and moving.info["duration"] == 700
    for step in range(4):
        moving.seek(step)
        frame = np.array(moving.convert("RGB"))
        for stack in stacked(history).values():
            films = strongest(stack)
            rgb = kernel_rgb(films)[order_by_norm(films), step]
            assert find(frame, to_bytes(tile(rgb, 4, scale=40 // max(rgb.shape[1:3]))))
