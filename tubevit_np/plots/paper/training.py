"""How a run went, at the width of a column."""

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

from tubevit_np.plots.paper.boxes import Box, below, beside
from tubevit_np.plots.paper.kernels import GAP, TWO_COLUMNS
from tubevit_np.plots.paper.panels import Panel, grid
from tubevit_np.plots.training_plots import curves


def lay_curves(records: Sequence[Mapping[str, Any]], chance: Mapping[str, float],
               final: Mapping[str, tuple[float, int]], width: float) -> Box:
    """Lay out loss, learning rate and accuracies, as `curves.draw_curves` does for the gallery.

    Parameters
    ----------
    records : list of dict
        Rows of metrics.jsonl.
    chance : dict of float
        Chance level of each accuracy, in [0, 1].
    final : dict of (float, int)
        Accuracy after training and number of its examples.
    width : float
        Width of the page, in pixels.

    Returns
    -------
    Box
        Three plots: in two columns, or one below the other.
    """
    wide = width > TWO_COLUMNS
    left, right = (0.45 * width, 0.55 * width - GAP) if wide else (width, width)
    accuracies = partial(curves.draw_accuracy, chance=chance, final=final)
    loss, rate, accuracy = (Panel(partial(draw, records=records))
                            for draw in (curves.draw_loss, curves.draw_rate, accuracies))
    first = grid([loss, rate], left, 1, (150, 60))
    second = grid([accuracy], right, 1, first.height - 60 if wide else 190)
    return beside([first, second], width, GAP) if wide else below([first, second], 10)
