"""Pictures of kernels, tubes and training runs, drawn from plain NumPy arrays.

`draw_x(ax, data)` draws into axes that it is given, `draw_x(data)` returns a whole Figure.  All
goes without pyplot: no notebook's figures or settings are touched.  Of kernels and tubes, color
tells which tube it is."""

from pathlib import Path

import numpy as np
from matplotlib import style
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

# Okabe-Ito: apart for color-blind readers too; the index is that of the tube in its Config.
TUBE_COLORS = ("#E69F00", "#56B4E9", "#009E73", "#D55E00",
               "#0072B2", "#CC79A7", "#F0E442", "#000000")
INK, FAINT, LINE = "#222222", "#6b6b6b", "#c9c9c9"
DPI = 160

LOOK = ["default", {  # the defaults first, whatever the caller has set
    "font.family": "DejaVu Sans", "font.size": 8.5, "text.color": INK, "axes.labelcolor": FAINT,
    "axes.edgecolor": LINE, "axes.linewidth": 0.8, "axes.titlelocation": "left",
    "axes.titlesize": 9.5, "axes.titleweight": "bold",
    "axes.spines.top": False, "axes.spines.right": False,
    "xtick.color": LINE, "ytick.color": LINE, "xtick.labelcolor": FAINT, "ytick.labelcolor": FAINT,
    "xtick.labelsize": 7.5, "ytick.labelsize": 7.5,
    "svg.hashsalt": "tubevit", "svg.fonttype": "path",
    # A name of a class or a folder may hold two dollar signs.  Log axes need labels of their own.
    "text.parse_math": False,
}]
tidy = style.context(LOOK)  # a decorator


def color(index):
    return TUBE_COLORS[index % len(TUBE_COLORS)]


def spelled(tube):
    """A tube's kernel as a heading."""
    return tube.name.replace("x", " × ")


def page(width, height):
    """An empty Figure of so many pixels; white also on a dark page."""
    return Figure(figsize=(width / DPI, height / DPI), dpi=DPI, facecolor="white")


def place(figure, left, top, width, height, **options):
    """Axes at whole pixels, counted from the top left corner, so that kernels stay sharp."""
    across, down = figure.get_size_inches() * figure.dpi
    box = (left / across, 1 - (top + height) / down, width / across, height / down)
    return figure.add_axes(box, **options)


@tidy
def render(figure):
    """The pixels of a Figure: (h, w, 3) uint8."""
    canvas = FigureCanvasAgg(figure)
    canvas.draw()
    return np.array(canvas.buffer_rgba())[..., :3]


@tidy
def save(figure, path):
    """Write PNG or SVG by suffix, byte for byte the same each time: no date, no software version.

    Raises ValueError for another suffix."""
    empty = {".png": {"Software": None}, ".svg": {"Date": None, "Creator": None}}
    suffix = Path(path).suffix.lower()
    if suffix not in empty:
        raise ValueError(f"cannot save {path}: a figure becomes a .png or an .svg file")
    figure.savefig(path, metadata=empty[suffix])
