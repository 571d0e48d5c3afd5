"""How the kernels of each tube score, beside untrained ones and beside chance."""

from functools import partial

import numpy as np
from matplotlib.ticker import MaxNLocator

from tubevit_np.plots.analysis.null_models import beaten
from tubevit_np.plots.layout import MARGIN, TOP, columned, shaded, words
from tubevit_np.plots.style import FAINT, INK, place, tidy

SIDE, TALL, GAP, BAND = 360, 190, 100, 340  # pixels
MEASURES = {"gabor": "R² of the best Gabor", "direction": "direction selectivity"}
WORDS = words("score_histograms")


@tidy
def draw_distribution(ax, own, chance, plain, shade):
    """Shares of kernels over a score: own (D,), chance (draws, D) and plain (D,)."""
    edges = np.linspace(0, 1, 21)
    learned, luck, noise = (np.histogram(x, edges)[0] / x.size for x in (own, chance, plain))
    ax.stairs(learned, edges, fill=True, color=shade)
    for shares, line in ((noise, FAINT), (luck, INK)):
        ax.stairs(shares, edges, color=line, linewidth=1)
    for values, line in ((plain, FAINT), (chance, INK), (own, shade)):
        ax.plot(np.median(values), 1.0, "v", color=line, markersize=6, clip_on=False,
                markeredgecolor="white", markeredgewidth=0.6,
                transform=ax.get_xaxis_transform())
    ax.set(xlim=(0, 1), xticks=[0, 0.5, 1], ylim=(0, 1.2 * max(*learned, *luck)),
           ylabel="share of kernels")
    ax.yaxis.set_major_locator(MaxNLocator(3))


@tidy
def draw_distributions(measured, untrained, title="How kernels score, beside chance"):
    """The page of all tubes: measures {name: Measured} of learned and of untrained kernels."""
    width, bottom = 2 * MARGIN + max(3, len(measured)) * (SIDE + GAP), TOP + 60 + 2 * BAND
    return columned(shaded(measured), SIDE + GAP, width, bottom, title, WORDS.caption,
                    partial(_draw_column, untrained))


def _draw_column(untrained, figure, left, name, found, shade):
    for k, (measure, label) in enumerate(MEASURES.items()):
        own, chance = found.own[measure], found.chance[measure]
        if np.isfinite(chance).all():
            ax = place(figure, left + 60, TOP + 90 + k * BAND, SIDE, TALL)
            draw_distribution(ax, own, chance, untrained[name].own[measure], shade)
            ax.set(xlabel=label, ylabel="" if left > MARGIN else "share of kernels")
            ax.text(1, 1.12, f"{beaten(own, chance).mean():.0%} beat chance", ha="right",
                    fontsize=8, transform=ax.transAxes)
