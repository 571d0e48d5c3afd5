"""Arrays as pictures: a matrix in colors, scores as bars."""

import numpy as np
from matplotlib.ticker import PercentFormatter

from tubevit_np.plots.style import FAINT, INK, LINE, TUBE_COLORS, color, tidy


@tidy
def draw_matrix(ax, matrix, title="", rows="", columns="", signed=True):
    """A matrix (n, m), the first row on top; red is above zero, blue below, white is zero.

    Not signed: white is zero, dark the largest.  The bar beside it tells the limits."""
    most = np.abs(matrix).max()
    image = ax.imshow(matrix, cmap="RdBu_r" if signed else "Greys", vmin=-most if signed else 0,
                      vmax=most, interpolation="none", aspect="auto")
    ax.set(title=title, xlabel=columns, ylabel=rows)
    for axis in (ax.xaxis, ax.yaxis):
        axis.get_major_locator().set_params(integer=True)  # no row lies between two
    ax.spines[:].set(visible=True)
    bar = ax.figure.colorbar(image, ax=ax, ticks=[-most, 0, most] if signed else [0, most],
                             format="%.2g", fraction=0.03, pad=0.02, aspect=40)
    bar.outline.set_visible(False)


@tidy
def mark_tubes(ax, counts, across=False):
    """Bars in the tubes' colors along the rows of a matrix of tokens, and lines between tubes.

    counts: how many tokens each tube has;  across: along its columns too."""
    first = -0.5
    for i, count in enumerate(counts):
        edge, span = (-0.035, -0.035), (first + 0.3, first + count - 0.3)
        bar = {"color": color(i), "linewidth": 5, "solid_capstyle": "butt", "clip_on": False}
        ax.axhline(first, color=FAINT, linewidth=0.6)
        ax.plot(edge, span, transform=ax.get_yaxis_transform(), **bar)
        if across:
            ax.axvline(first, color=FAINT, linewidth=0.6)
            ax.plot(span, edge, transform=ax.get_xaxis_transform(), **bar)
        first += count
    ax.set(yticks=[], **{"xticks": []} if across else {})


@tidy
def draw_scores(ax, names, shares, right=None, title=""):
    """A bar for each class, its share in percent; `right`: the index of the true one, in red."""
    shades = [TUBE_COLORS[3] if k == right else TUBE_COLORS[4] for k in range(len(names))]
    ax.barh(names, shares, color=shades, height=0.7)
    for k, share in enumerate(shares):
        ax.text(share + 0.015, k, f"{share:.0%}", va="center", fontsize=8, color=INK)
    ax.set(title=title, xlim=(0, 1.15), xticks=[0, 0.5, 1])
    ax.invert_yaxis()
    ax.xaxis.set_major_formatter(PercentFormatter(1, decimals=0))
    ax.tick_params(axis="y", length=0)
    ax.grid(axis="x", color=LINE, linewidth=0.5)
    ax.set_axisbelow(True)
