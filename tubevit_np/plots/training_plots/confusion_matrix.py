"""Which class is taken for which: each row is a class, and where its examples went."""

import numpy as np
from matplotlib.ticker import PercentFormatter

from tubevit_np.plots.layout import sheet, shortened, words
from tubevit_np.plots.style import FAINT, place, tidy

SIDE, LEFT, TOP = 720, 330, 96  # pixels
NAMED = 60  # classes, more names would not be read
CAPTION = words("confusion_matrix").caption


@tidy
def draw_confusion(table, names, title):
    """A Figure of table (K, K), counts by class (rows) and answer (columns)."""
    bottom = TOP + SIDE + (240 if len(names) <= NAMED else 40)
    figure = sheet(LEFT + SIDE + 130, bottom, title, CAPTION, 40, 52, size=12)
    image = draw_shares(place(figure, LEFT, TOP, SIDE, SIDE), table, names)
    bar = figure.colorbar(image, cax=place(figure, LEFT + SIDE + 24, TOP, 16, SIDE))
    bar.outline.set_visible(False)
    bar.ax.yaxis.set_major_formatter(PercentFormatter(1, decimals=0))
    return figure


def draw_shares(ax, table, names):
    """The table's rows as shares of their sums, white to dark; a class without examples is gray."""
    sums = table.sum(1, keepdims=True)
    fractions = np.where(sums > 0, table / np.maximum(sums, 1), np.nan)
    ax.set_facecolor("#dddddd")
    image = ax.imshow(fractions, cmap="Blues", vmin=0, vmax=1, interpolation="none")
    ax.spines[:].set_visible(False)
    if len(names) > NAMED:
        ax.set(xticks=[], yticks=[], ylabel=f"{len(names)} classes, in the order of the head")
        return image
    short = [shortened(name) for name in names]
    font = {"fontsize": min(7.5, 380 / len(names)), "color": FAINT}
    ax.set_xticks(range(len(names)), short, rotation=90, **font)
    ax.set_yticks(range(len(names)), short, **font)
    return image
