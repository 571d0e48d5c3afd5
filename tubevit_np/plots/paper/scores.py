"""Scores of the kernels at the width of a column: tuning, motion, comparison with chance."""

from collections.abc import Mapping
from functools import partial

import numpy as np

from tubevit_np.plots.analysis.measured import Measured
from tubevit_np.plots.analysis.null_models import beaten
from tubevit_np.plots.kernel_plots import motion, score_histograms
from tubevit_np.plots.kernel_plots import tuning_histograms as tuned
from tubevit_np.plots.layout import shaded
from tubevit_np.plots.paper.boxes import INDENT, Box, barred, below, beside, text
from tubevit_np.plots.paper.kernels import BETWEEN, GAP, TWO_COLUMNS, heading
from tubevit_np.plots.paper.panels import Panel, grid


def lay_population(measured: Mapping[str, Measured], untrained: Mapping[str, Measured],
                   width: float) -> Box:
    """Lay out what kernels are tuned to, as `tuning_histograms.draw_population` for the gallery.

    Parameters
    ----------
    measured, untrained : dict of Measured
        Learned and untrained kernels by tube name.
    width : float
        Width of the page, in pixels.

    Returns
    -------
    Box
        A band for each tube: four plots in a row, or in two rows.
    """
    inner = width - INDENT
    return below([barred(_population(name, found, untrained[name], shade, inner), shade)
                  for name, found, shade in shaded(measured)], BETWEEN)


def _population(name, found, plain, shade, width):
    """Return the plots of one tube."""
    both = {"found": found, "plain": plain, "shade": shade}
    speeds = Panel(partial(tuned.draw_speeds, **both) if found.is_selective else
                   partial(tuned.say_why, found=found))
    panels = [Panel(partial(tuned.draw_orientations, **both), projection="polar"),
              Panel(partial(tuned.draw_frequencies, **both)), speeds,
              Panel(partial(tuned.draw_dots, found=found, shade=shade))]
    note = (f"{found.striped.sum()} of {len(found.striped)} kernels have an orientation "
            f"({plain.striped.sum()} untrained)")
    wide = width > TWO_COLUMNS
    return below([heading(name, note, width),
                  grid(panels, width, 4 if wide else 2, 120 if wide else (100, 72))], 8)


def lay_movements(measured: Mapping[str, Measured], untrained: Mapping[str, Measured],
                  width: float) -> Box:
    """Lay out motion against flicker, as `motion.draw_movements` does for the gallery.

    Parameters
    ----------
    measured, untrained : dict of Measured
        Learned and untrained kernels by tube name.
    width : float
        Width of the page, in pixels.

    Returns
    -------
    Box
        A plot for each video tube.
    """
    tubes = shaded(measured, moving=True)
    columns = min(len(tubes), 3) if width > TWO_COLUMNS else 1
    side = int((width - GAP * (columns - 1)) / columns)
    return beside([_movement(name, found, shade, untrained[name].own, side)
                   for name, found, shade in tubes], width, GAP, BETWEEN)


def _movement(name, found, shade, plain, width):
    """Return the plot of one tube, below its name."""
    def draw(ax):
        motion.draw_movement(ax, found.w, found.own, plain, shade)
        ax.set(ylabel="direction selectivity")

    plot = grid([Panel(draw)], width - INDENT, 1, min(width - 60, 260))
    return barred(below([heading(name, "", width - INDENT), plot], 6), shade)


def lay_distributions(measured: Mapping[str, Measured], untrained: Mapping[str, Measured],
                      width: float) -> Box:
    """Lay out histograms of two scores, as `score_histograms.draw_distributions` for the gallery.

    Parameters
    ----------
    measured, untrained : dict of Measured
        Learned and untrained kernels by tube name.
    width : float
        Width of the page, in pixels.

    Returns
    -------
    Box
        A column for each tube; four columns in a wide page, two in a narrow one.
    """
    columns = 4 if width > TWO_COLUMNS else 2
    each = (width - GAP * (columns - 1)) / columns - INDENT
    return beside([barred(_distribution(name, found, untrained[name], shade, each), shade)
                   for name, found, shade in shaded(measured)], width, GAP, BETWEEN)


def _distribution(name, found, plain, shade, width):
    """Return the histograms of one tube; a score that is not defined for it is left out."""
    plots = []
    for measure, label in score_histograms.MEASURES.items():
        own, chance = found.own[measure], found.chance[measure]
        if np.isfinite(chance).all():
            draw = partial(_histogram, own=own, chance=chance, plain=plain.own[measure],
                           shade=shade, label=label)
            plots += [text(f"{beaten(own, chance).mean():.0%} beat chance", width, 7.5),
                      grid([Panel(draw)], width, 1, 100)]
    return below([heading(name, "", width), *plots], 6)


def _histogram(ax, own, chance, plain, shade, label):
    """Draw one score of one tube."""
    score_histograms.draw_distribution(ax, own, chance, plain, shade)
    ax.set(xlabel=label)
