"""The common style of all pictures: colors, pages in pixels, files without a date.

`draw_x(ax, data)` draws into given axes. `draw_x(data)` returns a whole Figure. Nothing uses
pyplot, so the figures and settings of a notebook stay unchanged. In pictures of kernels and tubes,
the color identifies the tube.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from pathlib import Path
from typing import Any

import numpy as np
from matplotlib import rcParams, style
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from tubevit_np.model.config import Tube
from tubevit_np.plots.fonts import families

# The Okabe-Ito palette, also for color-blind readers, by the tube's number in its Config.
TUBE_COLORS = ("#E69F00", "#56B4E9", "#009E73", "#D55E00",
               "#0072B2", "#CC79A7", "#F0E442", "#000000")
INK, FAINT, LINE = "#222222", "#6b6b6b", "#c9c9c9"
DPI = 160
UNDATED = {".png": ("Software",), ".svg": ("Date", "Creator"),  # what a file does not hold
           ".pdf": ("CreationDate", "Creator", "Producer")}
FONT, SMALLEST = 8.5, 6.0  # points: the font of the gallery; nothing smaller can be read in print

LOOK: list[str | dict[str, Any]] = ["default", {  # the defaults first, whatever the caller has set
    "font.family": list(families()), "font.size": FONT, "text.color": INK,
    "axes.labelcolor": FAINT,
    "axes.edgecolor": LINE, "axes.linewidth": 0.8, "axes.titlelocation": "left",
    "axes.titlesize": 9.5, "axes.titleweight": "bold",
    "axes.spines.top": False, "axes.spines.right": False,
    "xtick.color": LINE, "ytick.color": LINE, "xtick.labelcolor": FAINT, "ytick.labelcolor": FAINT,
    "xtick.labelsize": 7.5, "ytick.labelsize": 7.5,
    "svg.hashsalt": "tubevit", "svg.fonttype": "path",
    "pdf.fonttype": 42,  # TrueType: letters that can be selected
    # The name of a class or a folder may contain two dollar signs.  So log axes need plain labels.
    "text.parse_math": False,
}]
look: ContextVar[list[str | dict[str, Any]]] = ContextVar("look", default=LOOK)


@contextmanager
def _look_in_force() -> Iterator[None]:
    with style.context(look.get()):
        yield


tidy = _look_in_force()  # a decorator: LOOK, or what plots/paper/look.py puts in its place


def points(size: float) -> float:
    """Return the size of a text of the gallery at the font size that is in force.

    Parameters
    ----------
    size : float
        Size in the gallery, in points, where the font has 8.5 points.

    Returns
    -------
    float
        Size in points: the same in the gallery; in figures for a paper in proportion, at least 6.
    """
    if look.get() is LOOK:
        return size
    return max(SMALLEST, size * rcParams["font.size"] / FONT)


def color(index: int) -> str:
    """Return the color of a tube.

    Parameters
    ----------
    index : int
        Number of the tube in its Config. After the last of the 8 colors, the first is used again.

    Returns
    -------
    str
        A color such as "#E69F00".
    """
    return TUBE_COLORS[index % len(TUBE_COLORS)]


def spelled(tube: Tube) -> str:
    """Return the kernel size of a tube as a heading.

    Parameters
    ----------
    tube : Tube
        A tube of a Config.

    Returns
    -------
    str
        For example "8 × 4 × 4".
    """
    return tube.name.replace("x", " × ")


def page(width: float, height: float) -> Figure:
    """Return an empty Figure with a white background.

    Parameters
    ----------
    width, height : float
        Size in pixels, at 160 dots per inch.

    Returns
    -------
    Figure
        A Figure without axes, independent of pyplot.
    """
    return Figure(figsize=(width / DPI, height / DPI), dpi=DPI, facecolor="white")


def place(figure: Figure, left: float, top: float, width: float, height: float,
          **options: Any) -> Any:
    """Add axes at whole pixels, so that the pixels of kernels stay sharp.

    Parameters
    ----------
    figure : Figure
        A page.
    left, top : float
        Upper left corner of the axes, in pixels from the upper left corner of the page.
    width, height : float
        Size of the axes, in pixels.
    **options : Any
        Passed on to ``Figure.add_axes``, for example projection="3d".

    Returns
    -------
    Axes
        The new axes.
    """
    across, down = figure.get_size_inches() * figure.dpi
    box = (left / across, 1 - (top + height) / down, width / across, height / down)
    return figure.add_axes(box, **options)


@tidy
def render(figure: Figure) -> np.ndarray:
    """Return a Figure as an array of pixels.

    Parameters
    ----------
    figure : Figure
        The Figure to draw.

    Returns
    -------
    array, shape (h, w, 3), uint8
        Red, green and blue in 0 to 255, first row on top.
    """
    canvas = FigureCanvasAgg(figure)
    canvas.draw()
    return np.array(canvas.buffer_rgba())[..., :3]


@tidy
def save(figure: Figure, path: str | Path) -> None:
    """Write a Figure as PNG, SVG or PDF. Writing the same Figure again gives the same bytes.

    The file holds no date and no software version.

    Parameters
    ----------
    figure : Figure
        The Figure to write.
    path : str or Path
        A file name that ends in .png, .svg or .pdf.

    Raises
    ------
    ValueError
        If the file name has another suffix.
    """
    suffix = Path(path).suffix.lower()
    if suffix not in UNDATED:
        raise ValueError(f"cannot save {path}: give a file name that ends in .png, .svg or .pdf")
    figure.savefig(path, metadata=dict.fromkeys(UNDATED[suffix]))
