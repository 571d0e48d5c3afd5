"""The confusion matrix: named axes, counts, and names that fit on the page."""

from itertools import pairwise

import numpy as np
import pytest
from matplotlib.text import Text

from tubevit_np.plots.style import render
from tubevit_np.plots.training_plots.confusion_matrix import COUNTED, draw_confusion

LONG = "a class with a rather long name, number {}"


def drawn(count, name=LONG):
    table = np.arange(count * count).reshape(count, count) % 7
    figure = draw_confusion(table, [name.format(k) for k in range(count)], "verb: a title")
    return table, figure, figure.axes[0]


@pytest.mark.parametrize("count", [2, 9, COUNTED, COUNTED + 1, 60, 61])
def test_all_texts_are_on_the_page_and_apart_from_each_other(count):
    _, figure, ax = drawn(count)
    height, width, _ = render(figure).shape
    for text in figure.findobj(Text):
        if text.get_visible() and text.get_text():
            box = text.get_window_extent()
            assert box.x0 >= 0 and box.y0 >= 0 and box.x1 <= width and box.y1 <= height, text
    caption = figure.texts[1].get_window_extent()
    assert ax.xaxis.label.get_window_extent().y0 > caption.y1
    names = [label.get_window_extent() for label in ax.get_yticklabels()]
    assert all(box.x0 > ax.yaxis.label.get_window_extent().x1 for box in names)
    assert all(one.y0 >= other.y1 - 3 for one, other in pairwise(names))


@pytest.mark.parametrize("count", [2, 60, 61])
def test_the_axes_are_named(count):
    _, _, ax = drawn(count)
    assert ax.get_xlabel().startswith("predicted class")
    assert ax.get_ylabel().startswith("true class")


def test_every_row_has_its_number_of_examples():
    table, _, ax = drawn(5, "c{}")
    assert [label.get_text() for label in ax.get_yticklabels()] == [
        f"c{k}  ({table[k].sum()})" for k in range(5)]
    assert [label.get_text() for label in ax.get_xticklabels()] == [f"c{k}" for k in range(5)]


def test_cells_hold_their_counts_while_there_is_space():
    table, _, ax = drawn(COUNTED)
    written = {(round(text.get_position()[1]), round(text.get_position()[0])): text.get_text()
               for text in ax.texts}
    assert written == {at: str(count) for at, count in np.ndenumerate(table) if count}
    assert not drawn(COUNTED + 1)[2].texts


def test_a_large_count_fits_into_its_cell():
    figure = draw_confusion(np.full((COUNTED, COUNTED), 12345), ["x"] * COUNTED, "title")
    render(figure)
    ax = figure.axes[0]
    widest = max(text.get_window_extent().width for text in ax.texts)
    assert widest < ax.get_window_extent().width / COUNTED
