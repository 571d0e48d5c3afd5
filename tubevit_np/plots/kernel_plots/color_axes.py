"""How much of each kernel is color, and which two colors it contrasts."""

from collections.abc import Mapping

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Circle

from tubevit_np.plots.analysis.measured import Measured
from tubevit_np.plots.analysis.scores import OPPONENT
from tubevit_np.plots.kernel_plots.grid import show
from tubevit_np.plots.layout import MARGIN, banded, head, shaded, words, write
from tubevit_np.plots.style import FAINT, INK, LINE, place, points, tidy

WIDE, TALL, SIDE, GAP, BAND = 1100, 130, 250, 150, 340  # pixels
SHADES = ("#555555", "#c46a6a", "#6f83c4")  # gray, red-green, blue-yellow
NAMES = ("light - dark", "red - green", "blue - yellow")
ENDS = ((1, 0, "red", "left", "center"), (-1, 0, "green", "right", "center"),
        (0, 1, "blue", "center", "bottom"), (0, -1, "yellow", "center", "top"))
WORDS = words("color_axes")


def axes_of(w: np.ndarray) -> np.ndarray:
    """Find the main color axis of each kernel, the axis with most of its energy.

    Parameters
    ----------
    w : array, shape (kt, kh, kw, 3, D)
        Kernels of one tube.

    Returns
    -------
    array, shape (3, D)
        Colors of unit length. An axis has no sign; the end with more blue is returned.
    """
    rows = np.moveaxis(np.asarray(w, dtype=np.float64), -1, 0).reshape(w.shape[-1], -1, w.shape[3])
    moments = rows.swapaxes(1, 2) @ rows  # (D, C, C)
    axes = np.linalg.eigh(moments)[1][:, :, -1].T
    return axes * np.where(axes[-1] < 0, -1, 1)


def bright(found: np.ndarray) -> np.ndarray:
    """Return colors (3, D) as far from mid gray as the cube allows: (D, 3) in [0, 1]."""
    return (0.5 + 0.5 * found / abs(found).max(axis=0)).T


@tidy
def draw_shares(ax: Axes, shares: np.ndarray) -> None:
    """Draw the color fractions of kernels as stacked bars, the grayest kernel on the left.

    Parameters
    ----------
    ax : Axes
        Where to draw.
    shares : array, shape (3, D)
        Fractions of energy in gray, red-green and blue-yellow, as from `color_energy`.
    """
    order, bottoms = _grayest_first(shares), np.zeros(shares.shape[1])
    for share, shade in zip(shares[:, order], SHADES, strict=True):
        ax.stairs(bottoms + share, baseline=bottoms, fill=True, color=shade)
        bottoms = bottoms + share
    for third in (1 / 3, 2 / 3):
        ax.axhline(third, color="white", linewidth=0.8, linestyle=(0, (4, 2)))
    ax.set(xlim=(0, len(order)), ylim=(0, 1), xticks=[], yticks=[0, 1], yticklabels=["0", "1"])


@tidy
def draw_strip(ax: Axes, shares: np.ndarray, found: np.ndarray) -> None:
    """Draw the two ends of each kernel's color axis, in the order of `draw_shares`.

    Parameters
    ----------
    ax : Axes
        Where to draw.
    shares : array, shape (3, D)
        Fractions of energy, which give the order.
    found : array, shape (3, D)
        Color axes from `axes_of`.
    """
    ends = found[:, _grayest_first(shares)]
    show(ax, np.stack([bright(ends), bright(-ends)]), aspect="auto")


@tidy
def draw_plane(ax: Axes, found: np.ndarray, reach: float = 1.06) -> None:
    """Draw both ends of color axes on the opponent plane.

    Parameters
    ----------
    ax : Axes
        Where to draw. Right is red, left green, up blue, down yellow.
    found : array, shape (3, D)
        Color axes from `axes_of`.
    reach : float, default 1.06
        Where the names of the colors stand: the distance from the center, in radii.
    """
    ax.add_patch(Circle((0, 0), 1, facecolor="none", edgecolor=LINE, linewidth=0.8, clip_on=False))
    for sign in (1, -1):
        x, y = sign * (OPPONENT @ found)
        ax.scatter(x, y, s=12, c=bright(sign * found), edgecolor=INK, linewidth=0.3, clip_on=False)
    ax.set(xlim=(-1, 1), ylim=(-1, 1), aspect="equal")
    ax.set_axis_off()
    for x, y, name, across, up in ENDS:
        ax.text(reach * x, (reach + 0.02) * y, name, color=FAINT, fontsize=points(7.5), ha=across,
                va=up)


@tidy
def draw_colors(measured: Mapping[str, Measured],
                title: str = "Color and brightness in the kernels") -> Figure:
    """Draw the colors of all tubes: fractions, main color axes and the opponent plane.

    Parameters
    ----------
    measured : dict of Measured
        Measurements by tube name. The kernels must have three channels.
    title : str, optional
        Title of the page.

    Returns
    -------
    Figure
        A page with one band per tube.
    """
    width = 2 * MARGIN + WIDE + GAP + SIDE + 80
    return banded(shaded(measured), width, BAND, title, WORDS.caption, _draw_band)


def _draw_band(figure, top, name, found, shade):
    """Draw one tube."""
    head(figure, MARGIN, top, BAND - 60, shade, name)
    left, axes = MARGIN + 19 * len(name) + 40, axes_of(found.w)
    for word, paint, share in zip(NAMES, SHADES, found.energy.mean(axis=1), strict=True):
        text = f"{word} {share:.0%}"
        write(figure, left, top + 26, text, color=paint, weight="bold")
        left += 12.5 * len(text) + 30
    draw_shares(place(figure, MARGIN + 30, top + 50, WIDE, TALL), found.energy)
    draw_strip(place(figure, MARGIN + 30, top + 56 + TALL, WIDE, 70), found.energy, axes)
    draw_plane(place(figure, MARGIN + WIDE + GAP, top + 16, SIDE, SIDE), axes)


def _grayest_first(shares):
    """Return indices (D,) of kernels, the largest gray fraction first."""
    return np.argsort(-shares[0], kind="stable")
