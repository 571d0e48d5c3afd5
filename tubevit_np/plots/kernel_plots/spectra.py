"""Power spectra of kernels: over the spatial frequencies, and along the motion with time.

In the second, a moving pattern lies on a line through the center whose slope is its speed.
"""

from collections.abc import Mapping

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from tubevit_np.plots.analysis.measured import Measured
from tubevit_np.plots.analysis.pixels import TINY, order_by_norm
from tubevit_np.plots.analysis.spectrum import power_at
from tubevit_np.plots.kernel_plots.slices import EMPTY, draw_frame, note, strongest, way
from tubevit_np.plots.layout import MARGIN, TOP, head, shaded, sheet, words, write
from tubevit_np.plots.style import INK, place, tidy

CELL, INSET, GAP, BAND, COLUMNS = 150, 56, 60, 330, 3  # pixels, except the count of columns
STEP = CELL + INSET
GROUP = 2 * STEP + CELL + GAP
POINTS = np.linspace(-0.5, 0.5, 65)
WORDS = words("spectra")


def plane(kernel: np.ndarray, rows: np.ndarray, columns: np.ndarray) -> np.ndarray:
    """Return the power (n, n) of a kernel at frequencies rows[i] + columns[j], (n, 3) each."""
    at = (rows[:, None] + columns).reshape(-1, 3)
    return power_at(kernel, at).reshape(len(rows), len(columns))


@tidy
def draw_space(ax: Axes, kernel: np.ndarray, peak: np.ndarray, shade: str) -> None:
    """Draw power over fw (right) and fh (down), at the temporal frequency of the peak.

    Parameters
    ----------
    ax : Axes
        Where to draw.
    kernel : array, shape (kt, kh, kw, C)
        One kernel.
    peak : array, shape (3,)
        Its strongest frequency (ft, fh, fw), from `peaks`.
    shade : str
        Color of the ring around the peak.
    """
    rows, columns = np.zeros((2, len(POINTS), 3))
    rows[:, 0], rows[:, 1], columns[:, 2] = peak[0], POINTS, POINTS
    _draw(ax, plane(kernel, rows, columns), "upper")
    _ring(ax, shade, peak[2], peak[1])
    if peak[0] == 0:
        _ring(ax, shade, -peak[2], -peak[1])
    ax.set(xlabel="across", ylabel="down")


@tidy
def draw_time(ax: Axes, kernel: np.ndarray, peak: np.ndarray, shade: str) -> None:
    """Draw power over the frequency along the motion (right) and ft (up), and a line of the speed.

    Parameters
    ----------
    ax : Axes
        Where to draw.
    kernel : array, shape (kt, kh, kw, C)
        One kernel, kt > 1.
    peak : array, shape (3,)
        Its strongest frequency (ft, fh, fw), from `peaks`.
    shade : str
        Color of the rings and of the line.
    """
    ahead = way(peak)
    rows, columns = np.zeros((2, len(POINTS), 3))
    rows[:, 0], columns[:, 1:] = POINTS, POINTS[:, None] * ahead
    along = peak[1:] @ ahead
    _draw(ax, plane(kernel, rows, columns), "lower")
    for sign in (1, -1):  # a real kernel has the same power at the opposite frequency
        _ring(ax, shade, sign * along, sign * peak[0])
    speed = -peak[0] / (along or TINY)
    ax.plot(POINTS, -speed * POINTS, color=shade, linewidth=1.2)
    ax.set(xlabel="along", ylabel="time", xlim=(-0.5, 0.5), ylim=(-0.5, 0.5))


@tidy
def draw_spectra(measured: Mapping[str, Measured],
                 title: str = "Spectra in space and time") -> Figure:
    """Draw the power spectra of three kernels of each tube.

    Parameters
    ----------
    measured : dict of Measured
        Measurements by tube name.
    title : str, optional
        Title of the page.

    Returns
    -------
    Figure
        A page with one band per tube.
    """
    tubes, top = [(*tube, _chosen(tube[1])) for tube in shaded(measured)], TOP
    heights = [BAND if chosen else EMPTY for *_, chosen in tubes]
    width = 2 * MARGIN + COLUMNS * GROUP - GAP
    figure = sheet(width, TOP + sum(heights), title, WORDS.caption)
    for height, tube in zip(heights, tubes, strict=True):
        _draw_band(figure, top, height, *tube)
        top += height
    return figure


def _chosen(found):
    """Return the indices of the kernels to draw, largest norm first."""
    if len(found.w) == 1:
        return list(order_by_norm(found.w)[:COLUMNS])
    return strongest(found, COLUMNS)[0]


def _draw_band(figure, top, height, name, found, shade, chosen):
    """Draw one tube."""
    moving, above = len(found.w) > 1, top + 80
    head(figure, MARGIN, top, height - 60, shade, name, note(found, COLUMNS) if moving else "")
    for i, d in enumerate(chosen):
        left, kernel, peak = MARGIN + i * GROUP, found.w[..., d].astype(np.float64), found.peaks[d]
        draw_frame(place(figure, left, above, CELL, CELL), kernel, way(peak))
        draw_space(place(figure, left + STEP, above, CELL, CELL), kernel, peak, shade)
        if moving:
            left += 2 * STEP
            draw_time(place(figure, left, above, CELL, CELL), kernel, peak, shade)
            speed = f"{found.tuning['speed'][d]:.2f} pixels per frame"
            write(figure, left, above - 12, speed, color=INK, fontsize=7.5)


def _ring(ax, shade, x, y):
    """Draw a ring around a point."""
    ax.plot(x, y, "o", markersize=6, markerfacecolor="none", markeredgecolor=shade,
            markeredgewidth=1.4)


def _draw(ax, power, origin):
    """Draw power (n, n) over frequencies from -1/2 to 1/2, white to black."""
    down = 0.5 if origin == "upper" else -0.5
    ax.imshow(power / max(power.max(), TINY), cmap="Greys", vmin=0, vmax=1, origin=origin,
              extent=(-0.5, 0.5, down, -down), interpolation="none")
    ax.spines[:].set_visible(True)
    ax.set_xticks([-0.5, 0, 0.5], ["-½", "0", "½"])
    ax.set_yticks([-0.5, 0, 0.5], ["", "0", ""])  # no space here: the ends are labeled below
    ax.tick_params(length=2, pad=1.5)
    ax.xaxis.labelpad = ax.yaxis.labelpad = 0
