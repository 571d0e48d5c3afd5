"""Slices through time: a line across a kernel along its direction of motion, frame after frame.

In such a slice, a moving pattern is a slanted stripe, and the slant is its speed (Adelson and
Bergen 1985).
"""

import math
from collections.abc import Mapping

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from tubevit_np.plots.analysis.measured import Measured
from tubevit_np.plots.analysis.pixels import (
    TINY,
    WHITE,
    best_frame,
    even_columns,
    kernel_rgb,
    order_by_norm,
)
from tubevit_np.plots.kernel_plots.grid import show
from tubevit_np.plots.layout import MARGIN, TOP, head, shaded, sheet, words, write
from tubevit_np.plots.style import INK, place, tidy

CELL, GAP, COLUMNS, ROWS = 132, 46, 6, 2  # pixels, except the counts
STEP, EMPTY = 2 * CELL + 6 + GAP, 110
WORDS = words("slices")


def strongest(found: Measured, count: int) -> tuple[list[int], int]:
    """Choose the direction-selective kernels of largest norm.

    Parameters
    ----------
    found : Measured
        Measurements of one video tube.
    count : int
        At most this number is chosen.

    Returns
    -------
    chosen : list of int
        Indices, largest norm first.
    total : int
        Number of all direction-selective kernels; 0 if there are no more than by chance.
    """
    if not found.is_selective:
        return [], 0
    chosen = found.chooses & (found.tuning["speed"] > 0)
    order = [d for d in order_by_norm(found.w) if chosen[d]]
    return order[:count], len(order)


def way(peak: np.ndarray) -> np.ndarray:
    """Return the direction in which a grating moves.

    Parameters
    ----------
    peak : array, shape (3,)
        Frequency (ft, fh, fw) of the grating.

    Returns
    -------
    array, shape (2,)
        Unit vector (h, w); zeros if the grating does not move.
    """
    ft, *space = peak
    return -np.sign(ft) * np.array(space) / max(np.hypot(*space), TINY)


def line_of(kernel: np.ndarray, ahead: np.ndarray) -> np.ndarray:
    """Return points one pixel apart on a line through the center of a kernel's energy.

    Parameters
    ----------
    kernel : array, shape (kt, kh, kw, C)
        One kernel.
    ahead : array, shape (2,)
        Unit vector (h, w) along the line.

    Returns
    -------
    array, shape (max(kh, kw), 2)
        Points (h, w), as near to the middle of the kernel as the line allows.
    """
    energy = (kernel**2).sum(axis=(0, 3))
    sizes = np.array(energy.shape)
    places = np.moveaxis(np.indices(energy.shape), 0, -1)
    center = (places * energy[..., None]).sum(axis=(0, 1)) / max(energy.sum(), TINY)
    foot = center + ((sizes - 1) / 2 - center) @ ahead * ahead
    count = max(sizes)
    return foot + (np.arange(count) - (count - 1) / 2)[:, None] * ahead


def along(frames: np.ndarray, at: np.ndarray) -> np.ndarray:
    """Sample frames at points, with linear interpolation.

    Parameters
    ----------
    frames : array, shape (t, h, w, 3)
        Colors in [0, 1].
    at : array, shape (n, 2)
        Points (h, w), in pixels.

    Returns
    -------
    array, shape (n, t, 3)
        Colors; white outside the frames.
    """
    sizes = np.array(frames.shape[1:3])
    inside = ((at >= -0.5) & (at <= sizes - 0.5)).all(axis=1)
    rows, columns = (np.maximum(0, 1 - abs(at[:, i].clip(0, n - 1)[:, None] - np.arange(n)))
                     for i, n in enumerate(sizes))
    colors = np.einsum("nh,nw,thwc->ntc", rows, columns, frames)
    return np.where(np.expand_dims(inside, (1, 2)), colors, WHITE)


@tidy
def draw_frame(ax: Axes, kernel: np.ndarray, ahead: np.ndarray) -> None:
    """Draw the frame of most energy, with an arrow along the line of the slice.

    Parameters
    ----------
    ax : Axes
        Where to draw.
    kernel : array, shape (kt, kh, kw, C)
        One kernel.
    ahead : array, shape (2,)
        Unit vector (h, w) along the motion, from `way`.
    """
    frames = kernel_rgb(kernel[..., None])[0]
    show(ax, frames[best_frame(kernel)])
    at = line_of(kernel, ahead)
    tail, head = at[[0, -1]].clip(-0.4, np.array(frames.shape[1:3]) - 0.6)
    for width, shade in ((2.4, "white"), (1.0, INK)):
        ax.annotate("", head[::-1], tail[::-1], arrowprops={
            "arrowstyle": "->,head_width=0.2,head_length=0.3", "color": shade,
            "linewidth": width, "shrinkA": 0, "shrinkB": 0})


@tidy
def draw_slice(ax: Axes, kernel: np.ndarray, ahead: np.ndarray, speed: float) -> None:
    """Draw the slice of a kernel: time to the right, the direction of motion upward.

    Parameters
    ----------
    ax : Axes
        Where to draw.
    kernel : array, shape (kt, kh, kw, C)
        One kernel.
    ahead : array, shape (2,)
        Unit vector (h, w) along the motion, from `way`.
    speed : float
        Pixels per frame, drawn as the slope of two line segments.
    """
    picture = along(kernel_rgb(kernel[..., None])[0], line_of(kernel, ahead))[::-1]
    show(ax, picture, aspect="auto")
    rows, times = picture.shape[:2]
    energy = (kernel**2).sum(axis=(1, 2, 3))
    middle = (energy * np.arange(times)).sum() / max(energy.sum(), TINY)
    reach = min(times / 2, rows / 2 / max(speed, TINY))
    for part in (np.array([-1, -0.7]), np.array([0.7, 1])):  # two ends: the middle stays visible
        t = reach * part
        for width, shade in ((2.6, "white"), (1.2, INK)):
            ax.plot(middle + t, (rows - 1) / 2 - speed * t, color=shade, linewidth=width)
    ax.set(xlim=(-0.5, times - 0.5), ylim=(rows - 0.5, -0.5))


@tidy
def draw_slices(measured: Mapping[str, Measured],
                title: str = "Motion: slices through time") -> Figure:
    """Draw slices of the direction-selective kernels of all video tubes.

    Parameters
    ----------
    measured : dict of Measured
        Measurements by tube name.
    title : str, optional
        Title of the page.

    Returns
    -------
    Figure
        A page with one band per video tube.
    """
    tubes, top = shaded(measured, moving=True), TOP
    heights = [_height(strongest(found, ROWS * COLUMNS)[0]) for _, found, _ in tubes]
    figure = sheet(2 * MARGIN + COLUMNS * STEP - GAP, TOP + sum(heights), title, WORDS.caption)
    for height, tube in zip(heights, tubes, strict=True):
        _draw_band(figure, top, height, *tube)
        top += height
    return figure


def note(found: Measured, most: int) -> str:
    """Say how many kernels of a tube are drawn, or why none is."""
    chosen, count = strongest(found, most)
    if chosen:
        part = "all" if len(chosen) == count else f"{len(chosen)} of the"
        return f"{part} {count} direction-selective kernels ({found.w.shape[-1]} in all)"
    return (f"no more direction-selective kernels than by chance: {found.chooses.sum()} of the "
            f"{found.striped.sum()} kernels with an orientation")


def _height(chosen):
    """Return the pixels from the top of a band to the next one."""
    rows = math.ceil(len(chosen) / COLUMNS)
    return 80 + rows * (CELL + 50) if rows else EMPTY


def _draw_band(figure, top, height, name, found, shade):
    """Draw the chosen kernels of one tube in rows of nearly equal length."""
    chosen, _ = strongest(found, ROWS * COLUMNS)
    columns = even_columns(len(chosen), COLUMNS)
    head(figure, MARGIN, top, height - 50, shade, f"{name} tubes", note(found, ROWS * COLUMNS))
    for i, d in enumerate(chosen):
        left, above = MARGIN + i % columns * STEP, top + 50 + i // columns * (CELL + 50)
        kernel, ahead = found.w[..., d].astype(np.float64), way(found.peaks[d])
        speed = found.tuning["speed"][d]
        draw_frame(place(figure, left, above, CELL, CELL), kernel, ahead)
        draw_slice(place(figure, left + CELL + 6, above, CELL, CELL), kernel, ahead, speed)
        write(figure, left, above + CELL + 28, f"{speed:.2f} pixels per frame", color=INK)
