"""The kernels of all tubes as the images that they respond to most (Fig. 5).

Each kernel is drawn at its own gain. Beside them stand all kernels at a single gain, with their
norms, so that a dead kernel looks dead.
"""

from collections.abc import Mapping
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from tubevit_np.plots.analysis import pixels
from tubevit_np.plots.layout import MARGIN, head, shaded, sheet, words, write
from tubevit_np.plots.style import FAINT, page, place, points, tidy

WIDE, GUTTER, SIDE = 1368, 92, 399  # pixels: strips or patches, a gap, all kernels
PATCHES, PARTS = 911, 398  # pixels: 2D patches, their principal components
HEADER, UNDER, BARS, BETWEEN = 46, 40, 94, 60
WORDS = words("grid")


def show(ax: Axes, picture: np.ndarray, **options: Any) -> None:
    """Show an image in axes without frame and ticks.

    Parameters
    ----------
    ax : Axes
        Where to draw.
    picture : array, shape (h, w, 3)
        Colors in [0, 1].
    **options : Any
        Passed on to ``Axes.imshow``.
    """
    ax.imshow(pixels.to_bytes(picture), interpolation="none", **options)
    ax.set_axis_off()


def pin(figure: Figure, left: float, top: float, picture: np.ndarray) -> Axes:
    """Show an image on a page, one pixel of the page for each of its pixels.

    Parameters
    ----------
    figure : Figure
        A page.
    left, top : float
        Upper left corner, in pixels.
    picture : array, shape (h, w, 3)
        Colors in [0, 1].

    Returns
    -------
    Axes
        Axes with the image.
    """
    ax = place(figure, left, top, picture.shape[1], picture.shape[0])
    show(ax, picture)
    return ax


@tidy
def draw_beside(pictures: Mapping[str, np.ndarray]) -> Figure:
    """Draw images side by side, pixel for pixel.

    Parameters
    ----------
    pictures : dict of arrays, shape (h, w, 3)
        Images in [0, 1] by title, from left to right.

    Returns
    -------
    Figure
        The page.
    """
    heights, widths, _ = zip(*(picture.shape for picture in pictures.values()), strict=True)
    left, width = 20, sum(widths) + BETWEEN * (len(widths) - 1)
    figure = page(width + 40, HEADER + max(heights) + 20)
    for title, picture in pictures.items():
        pin(figure, left, HEADER, picture).set_title(title)
        left += picture.shape[1] + BETWEEN
    return figure


@tidy
def draw_strips(ax: Axes, w: np.ndarray, count: int, columns: int = 1, scale: int = 4,
                gap: int = 24) -> None:
    """Draw kernels as strips of frames, largest norm first, with time from left to right.

    Parameters
    ----------
    ax : Axes
        Where to draw.
    w : array, shape (kt, kh, kw, C, D)
        Kernels of one tube, C = 1 or 3.
    count : int
        Number of kernels.
    columns : int, default 1
        Number of strips in a row.
    scale : int, default 4
        Each pixel of a kernel becomes scale x scale pixels.
    gap : int, default 24
        Pixels between columns.
    """
    picture = pixels.strips(w, count, columns, scale, gap)
    show(ax, picture)
    length, below = w.shape[0] * (w.shape[2] * scale + 1) - 1, len(picture) + 10
    ax.annotate("", (length, below), (0, below), annotation_clip=False, arrowprops={
        "arrowstyle": "-|>,head_width=0.15,head_length=0.35", "color": FAINT, "linewidth": 0.8,
        "shrinkA": 0, "shrinkB": 0})
    ax.annotate(f"time: {w.shape[0]} frames", (0, below), (0, -3), textcoords="offset points",
                va="top", fontsize=points(7), color=FAINT, annotation_clip=False)


@tidy
def draw_bars(ax: Axes, values: np.ndarray, label: str, shade: str = FAINT) -> None:
    """Draw bars from zero, the largest on the left.

    Parameters
    ----------
    ax : Axes
        Where to draw.
    values : array, shape (n,)
        Norms or fractions of variance, largest first.
    label : str
        Tick label of the largest value.
    shade : str, optional
        Color of the bars.
    """
    ax.stairs(values, fill=True, color=shade)
    ax.set(xlim=(0, len(values)), ylim=(0, max(values[0], 1e-12)), xticks=[],
           yticks=[0, values[0]], yticklabels=["0", label])


@tidy
def draw_kernels(kernels: Mapping[str, np.ndarray], title: str,
                 numbers: Mapping[str, int] | None = None) -> Figure:
    """Draw the kernels of all tubes of a model.

    Parameters
    ----------
    kernels : dict of arrays, shape (kt, kh, kw, C, D)
        Kernels by tube name, for example "8x8x8", in the order of the Config; C = 1 or 3.
    title : str
        Title of the page.
    numbers : dict of int, optional
        Number of each tube in its Config, which gives its color, if not all its tubes are drawn.

    Returns
    -------
    Figure
        A page with one band per tube.

    Raises
    ------
    ValueError
        If the kernels have another number of channels, or values that are not finite.

    References
    ----------
    Fig. 5.
    """
    heights, top = [_height(w) for w in kernels.values()], 160
    figure = sheet(WIDE + GUTTER + SIDE + 2 * MARGIN, top + sum(heights) + len(heights) * BETWEEN,
                   title, WORDS.caption, tail=50)
    for height, tube in zip(heights, shaded(kernels, numbers=numbers), strict=True):
        _draw_band(figure, top, height, *tube)
        top += height + BETWEEN
    return figure


def _height(w):
    """Return the pixels from the top to the bottom of a tube's band."""
    if len(w) == 1:
        left = max(len(pixels.patches(w, PATCHES)), 4 * 57 + BARS)
    else:
        left = len(pixels.strips(w, *_film(w))) + UNDER
    return HEADER + max(left, len(pixels.all_alike(w, SIDE)) + BARS)


def _film(w):
    """Return count, columns, scale and gap of the strips that fill the space beside all kernels."""
    kt, kh, kw = w.shape[:3]
    scale = max(1, min(40 // max(kh, kw), (WIDE // kt - 1) // kw))
    length = kt * (kw * scale + 1) - 1
    columns = max(1, (WIDE + 16) // (length + 16))
    gap = (WIDE - columns * length) // max(1, columns - 1)
    rows = max(6, (len(pixels.all_alike(w, SIDE)) + BARS - UNDER) // (kh * scale + 8))
    count = min(w.shape[-1], rows * columns)
    return count, pixels.even_columns(count, columns), scale, gap


def _draw_band(figure, top, height, name, w, shade):
    """Draw one tube: its name, its strongest kernels, and all its kernels at one gain."""
    count, flat = w.shape[-1], len(w) == 1
    shown, kind = (count, "patches") if flat else (_film(w)[0], "tubes")
    head(figure, MARGIN, top, height, shade, f"{name} {kind}",
         f"all {count}" if shown == count else f"the first {shown} of {count} by norm")
    (_draw_2d if flat else _draw_3d)(figure, top, w, shade)
    norms = pixels.norms(w)[pixels.order_by_norm(w)]
    _draw_with_bars(figure, MARGIN + WIDE + GUTTER, top, pixels.all_alike(w, SIDE), norms, shade,
                    f"all {count} at one gain, and their norms", f"{norms[0]:.3g}")


def _draw_2d(figure, top, w, shade):
    """Draw 2D kernels and their principal components."""
    pin(figure, MARGIN, top + HEADER, pixels.patches(w, PATCHES))
    kernels, fractions = pixels.components(w)
    _draw_with_bars(figure, MARGIN + WIDE - PARTS, top, pixels.parts(kernels, PARTS), fractions,
                    shade, f"principal components, {fractions.sum():.0%} of variance",
                    f"{fractions[0]:.0%}")


def _draw_3d(figure, top, w, shade):
    """Draw the strongest video kernels as strips of frames."""
    film = _film(w)
    height, width, _ = pixels.strips(w, *film).shape
    draw_strips(place(figure, MARGIN, top + HEADER, width, height), w, *film)


def _draw_with_bars(figure, left, top, picture, values, shade, note, label):
    """Draw an image below a note, and bars below the image."""
    write(figure, left, top + 26, note, color=FAINT)
    pin(figure, left, top + HEADER, picture)
    under = place(figure, left, top + HEADER + len(picture) + 30, picture.shape[1], BARS - 30)
    draw_bars(under, values, label, shade)
