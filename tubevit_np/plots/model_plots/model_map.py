"""A map of the whole model, with one picture for each part. Lessons mark their own parts on it."""

from collections.abc import Collection

import numpy as np
from matplotlib.figure import Figure
from matplotlib.patches import FancyArrowPatch, Rectangle

from tubevit_np.plots.layout import write
from tubevit_np.plots.style import FAINT, INK, LINE, TUBE_COLORS, page, place, tidy

SIDE, GAP, LEFT, TOP = 124, 38, 14, 24  # pixels: a part's picture, the gap, the margins
MARKED = "#FFF3D6"  # background of the marked parts
STEEL = "#5b7083"


@tidy
def draw_overview(marked: Collection[str] = ()) -> Figure:
    """Draw all parts of the model from left to right.

    Parameters
    ----------
    marked : collection of str, optional
        Parts to mark, names from `PARTS`: "video", "tubes", "tokens", "positions", "encoder",
        "pooling", "heads", "training", "kernels".

    Returns
    -------
    Figure
        The map.

    Raises
    ------
    ValueError
        If a part does not exist.
    """
    unknown = [part for part in marked if part not in PARTS]
    if unknown:
        raise ValueError(f"the map has no part {unknown[0]!r}; it has {', '.join(PARTS)}")
    figure = page(2 * LEFT + len(PARTS) * SIDE + (len(PARTS) - 1) * GAP, TOP + SIDE + 76)
    for k, part in enumerate(PARTS):
        _part(figure, LEFT + k * (SIDE + GAP), part, part in marked)
        if k:
            _arrow(figure, LEFT + k * (SIDE + GAP) - GAP)
    return figure


def _part(figure, left, part, marked):
    """Draw one part: its picture, its name, and the shape of its output."""
    draw, shape = PARTS[part]
    shade, middle = INK if marked else FAINT, left + SIDE / 2
    ax = place(figure, left, TOP, SIDE, SIDE, facecolor=MARKED if marked else "white")
    ax.set(xlim=(0, 1), ylim=(1, 0), xticks=[], yticks=[])
    ax.spines[:].set(visible=True, color=TUBE_COLORS[0] if marked else LINE,
                     linewidth=2.4 if marked else 1)
    draw(ax)
    write(figure, middle, TOP + SIDE + 34, part, ha="center", fontsize=9.5, color=shade,
          weight="bold" if marked else "normal")
    write(figure, middle, TOP + SIDE + 62, shape, ha="center", fontsize=7, color=shade)


def _arrow(figure, left):
    """Draw the arrow from one part to the next."""
    ax = place(figure, left + 7, TOP, GAP - 14, SIDE)
    ax.add_patch(FancyArrowPatch((0, 0.5), (1, 0.5), arrowstyle="-|>", mutation_scale=8,
                                 color=FAINT, shrinkA=0, shrinkB=0))
    ax.set_axis_off()


def _box(ax, x, y, width, height, shade, edge="white"):
    """Draw a filled box."""
    ax.add_patch(Rectangle((x, y), width, height, facecolor=shade, edgecolor=edge, linewidth=0.8))


def _video(ax):
    """Draw frames, one behind the other, and an object that moves through them."""
    for k in range(4):
        _box(ax, 0.44 - 0.1 * k, 0.16 + 0.1 * k, 0.42, 0.38, "#d5dce2", STEEL)
        ax.plot(0.54 - 0.03 * k, 0.26 + 0.11 * k, "o", color=TUBE_COLORS[3], markersize=5)


def _tubes(ax):
    """Draw tubes from the side, time to the right, each in its color."""
    _box(ax, 0.1, 0.16, 0.8, 0.68, "#edf0f3", STEEL)
    for k, (x, y, width, height) in enumerate(((0.12, 0.2, 0.05, 0.18), (0.24, 0.28, 0.26, 0.16),
                                               (0.14, 0.68, 0.7, 0.1), (0.6, 0.22, 0.16, 0.36))):
        _box(ax, x, y, width, height, TUBE_COLORS[k])


def _tokens(ax):
    """Draw a row for each token, in the color of its tube."""
    for k in range(8):
        _box(ax, 0.16, 0.12 + 0.097 * k, 0.68, 0.075, TUBE_COLORS[k // 2])


def _positions(ax):
    """Draw sine waves of three wavelengths."""
    at = np.linspace(0, 1, 80)
    for k in range(3):
        ax.plot(0.1 + 0.8 * at, 0.25 + 0.25 * k - 0.09 * np.sin(2 * np.pi * at * 2 ** (2 - k)),
                color=STEEL, linewidth=1.3)


def _encoder(ax):
    """Draw two blocks in which every token is connected to every token."""
    at = np.linspace(0.18, 0.82, 5)
    for low, high in ((0.84, 0.5), (0.5, 0.16)):
        for x in at:
            ax.plot(np.stack([np.full(5, x), at]), [low, high], color=STEEL, linewidth=0.5)
    for y in (0.84, 0.5, 0.16):
        ax.plot(at, np.full(5, y), "o", color=INK, markersize=3.5)


def _pooling(ax):
    """Draw all tokens going into one, some with more weight."""
    for y, weight in zip(np.linspace(0.12, 0.88, 6), (0.4, 2.6, 0.6, 1.6, 0.4, 0.8)):
        ax.plot([0.2, 0.78], [y, 0.5], color=STEEL, linewidth=weight)
        ax.plot(0.2, y, "o", color=INK, markersize=3.5)
    ax.plot(0.8, 0.5, "o", color=TUBE_COLORS[3], markersize=8)


def _heads(ax):
    """Draw the scores of five classes."""
    for k, width in enumerate((0.2, 0.62, 0.12, 0.3, 0.08)):
        _box(ax, 0.2, 0.16 + 0.14 * k, width, 0.1, TUBE_COLORS[3] if k == 1 else STEEL)
    ax.plot([0.2, 0.2], [0.12, 0.86], color=INK, linewidth=0.8)


def _training(ax):
    """Draw a loss that falls."""
    at = np.linspace(0, 1, 60)
    ax.plot(0.16 + 0.7 * at, 0.8 - 0.62 * np.exp(-4 * at), color=INK, linewidth=1.6)
    ax.plot([0.16, 0.16, 0.88], [0.12, 0.86, 0.86], color=STEEL, linewidth=0.8)


def _kernels(ax):
    """Draw gratings of four orientations."""
    y, x = (np.mgrid[:9, :9] - 4) / 4
    for k in range(4):
        angle, wave = k * np.pi / 4, np.exp(-x * x - y * y)
        picture = 0.5 + 0.5 * wave * np.sin(4 * (x * np.cos(angle) + y * np.sin(angle)))
        left, top = 0.13 + 0.39 * (k % 2), 0.13 + 0.39 * (k // 2)
        ax.imshow(picture, cmap="gray", vmin=0, vmax=1, interpolation="none", aspect="auto",
                  extent=(left, left + 0.35, top + 0.35, top))
    ax.set(xlim=(0, 1), ylim=(1, 0))


PARTS = {  # in the order of the model: how to draw it, and the shape of its output
    "video": (_video, "(B, T, H, W, C)"), "tubes": (_tubes, "(kt, kh, kw)"),
    "tokens": (_tokens, "(B, N, D)"), "positions": (_positions, "+ (N, D)"),
    "encoder": (_encoder, "(B, N, D)"), "pooling": (_pooling, "(B, D)"),
    "heads": (_heads, "(B, K)"), "training": (_training, "one number"),
    "kernels": (_kernels, "(kt, kh, kw, C, D)")}
