"""Histograms of the kernels' scores, compared with untrained and with random kernels."""

from collections.abc import Mapping
from functools import partial

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from tubevit_np.plots.analysis.measured import Measured
from tubevit_np.plots.analysis.null_models import beaten
from tubevit_np.plots.layout import MARGIN, TOP, columned, shaded, words
from tubevit_np.plots.style import FAINT, INK, place, tidy

SIDE, TALL, GAP, BAND = 360, 190, 100, 340  # pixels
MEASURES = {"gabor": "R² of the best-fitting Gabor", "direction": "direction selectivity"}
WORDS = words("score_histograms")


@tidy
def draw_distribution(ax: Axes, own: np.ndarray, chance: np.ndarray, plain: np.ndarray,
                      shade: str) -> None:
    """Draw histograms of one score: learned, random and untrained kernels.

    Parameters
    ----------
    ax : Axes
        Where to draw.
    own : array, shape (D,)
        Scores of the learned kernels, in [0, 1].
    chance : array, shape (draws, D)
        Scores of random kernels.
    plain : array, shape (D,)
        Scores of untrained kernels.
    shade : str
        Color of the learned kernels.
    """
    edges = np.linspace(0, 1, 21)
    learned, luck, noise = (np.histogram(x, edges)[0] / x.size for x in (own, chance, plain))
    ax.stairs(learned, edges, fill=True, color=shade)
    for fractions, line in ((noise, FAINT), (luck, INK)):
        ax.stairs(fractions, edges, color=line, linewidth=1)
    for values, line in ((plain, FAINT), (chance, INK), (own, shade)):
        ax.plot(np.median(values), 1.0, "v", color=line, markersize=6, clip_on=False,
                markeredgecolor="white", markeredgewidth=0.6,
                transform=ax.get_xaxis_transform())
    ax.set(xlim=(0, 1), xticks=[0, 0.5, 1], ylim=(0, 1.2 * max(*learned, *luck)),
           ylabel="fraction of kernels")
    ax.yaxis.set_major_locator(MaxNLocator(3))


@tidy
def draw_distributions(measured: Mapping[str, Measured], untrained: Mapping[str, Measured],
                       title: str = "Kernel scores compared with chance") -> Figure:
    """Draw histograms of two scores, Gabor fit and direction selectivity, for all tubes.

    Parameters
    ----------
    measured, untrained : dict of Measured
        Learned and untrained kernels by tube name.
    title : str, optional
        Title of the page.

    Returns
    -------
    Figure
        A page with one column per tube.
    """
    width, bottom = 2 * MARGIN + max(3, len(measured)) * (SIDE + GAP), TOP + 60 + 2 * BAND
    return columned(shaded(measured), SIDE + GAP, width, bottom, title, WORDS.caption,
                    partial(_draw_column, untrained))


def _draw_column(untrained, figure, left, name, found, shade):
    """Draw one tube; a score that is not defined for it is left out."""
    for k, (measure, label) in enumerate(MEASURES.items()):
        own, chance = found.own[measure], found.chance[measure]
        if np.isfinite(chance).all():
            ax = place(figure, left + 60, TOP + 90 + k * BAND, SIDE, TALL)
            draw_distribution(ax, own, chance, untrained[name].own[measure], shade)
            ax.set(xlabel=label, ylabel="" if left > MARGIN else "fraction of kernels")
            ax.text(1, 1.12, f"{beaten(own, chance).mean():.0%} beat chance", ha="right",
                    fontsize=8, transform=ax.transAxes)
