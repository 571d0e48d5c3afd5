"""Which kernels see something move, rather than flicker or stand still."""

from functools import partial

import numpy as np

from tubevit_np.plots.analysis.null_models import random_directions
from tubevit_np.plots.analysis.spectrum import direction_selectivity, separability
from tubevit_np.plots.analysis.synthetic_kernels import references
from tubevit_np.plots.layout import MARGIN, TOP, columned, shaded, words
from tubevit_np.plots.style import FAINT, INK, LINE, place, tidy

SIDE, GAP = 500, 120  # pixels
RIGHT = {"xytext": (7, 6)}
LABEL_OFFSETS = {  # these two points lie on each other
    "counterphase": {"xytext": (9, 7), "ha": "right"},
    "static": {"xytext": (9, 17), "ha": "right"}}
WORDS = words("motion")


@tidy
def draw_movement(ax, w, own, plain, shade):
    """Dots of kernels w (kt, kh, kw, C, D);  own, plain: {measure: (D,)}, learned, untrained."""
    chance = random_directions(w, np.random.default_rng(0))
    ax.scatter(separability(chance), direction_selectivity(chance), s=9, color=LINE, linewidth=0)
    ax.scatter(plain["separability"], plain["direction"], s=12, facecolor="none", edgecolor=FAINT,
               linewidth=0.7)
    ax.scatter(own["separability"], own["direction"], s=16, color=shade, linewidth=0, alpha=0.85)
    known = references(w.shape[:3], np.random.default_rng(0))
    for name, kernels in known.items():
        at = np.median(separability(kernels)), np.median(direction_selectivity(kernels))
        ax.plot(*at, "*", color=INK, markersize=9, markeredgecolor="white", clip_on=False,
                markeredgewidth=0.6, zorder=5)
        ax.annotate(name, at, textcoords="offset points", fontsize=7.5,
                    **LABEL_OFFSETS.get(name, RIGHT),
                    bbox={"facecolor": "white", "alpha": 0.75, "linewidth": 0, "pad": 1})
    ax.set(xlim=(0, 1.02), ylim=(0, 1.02), xlabel="space-time separability")


@tidy
def draw_movements(measured, untrained, title="Moving, flickering or still"):
    """The page of all video tubes: measures {name: Measured} of learned and untrained kernels."""
    tubes, step = shaded(measured, moving=True), SIDE + GAP
    width, draw = 2 * MARGIN + max(3, len(tubes)) * step - GAP, partial(_draw_column, untrained)
    return columned(tubes, step, width, TOP + SIDE + 160, title, WORDS.caption, draw)


def _draw_column(untrained, figure, left, name, found, shade):
    ax = place(figure, left + 30, TOP + 40, SIDE, SIDE)
    draw_movement(ax, found.w, found.own, untrained[name].own, shade)
    ax.set(ylabel="" if left > MARGIN else "direction selectivity")
