"""What moves, seen from the side: a line across a kernel along the way it moves, through time.

There a thing that moves is a slanted stripe, and the slant is its speed (Adelson and Bergen
1985)."""

import numpy as np

from tubevit_np.plots.analysis.pixels import TINY, WHITE, best_frame, kernel_rgb, order_by_norm
from tubevit_np.plots.kernel_plots.grid import show
from tubevit_np.plots.layout import MARGIN, banded, head, shaded, words, write
from tubevit_np.plots.style import INK, place, tidy

CELL, GAP, COLUMNS, ROWS = 132, 46, 6, 2  # pixels, except the counts
STEP, BAND = 2 * CELL + 6 + GAP, 80 + ROWS * (CELL + 50)
WORDS = words("slices")


def strongest(found, count):
    """Indices of the kernels of largest norm that choose a direction; how many do."""
    chosen = found.chooses & (found.tuning["speed"] > 0)
    order = [d for d in order_by_norm(found.w) if chosen[d]]
    return order[:count], len(order)


def way(peak):
    """The unit vector (h, w) along which a grating of frequency (ft, fh, fw) moves."""
    ft, *space = peak
    return -np.sign(ft) * np.array(space) / max(np.hypot(*space), TINY)


def line_of(kernel, ahead):
    """Points (n, 2) along the unit vector `ahead`, a pixel apart, through the middle of the energy.

    kernel (kt, kh, kw, C); the points are as near to the kernel's middle as they can be."""
    energy = (kernel**2).sum(axis=(0, 3))
    sizes = np.array(energy.shape)
    places = np.moveaxis(np.indices(energy.shape), 0, -1)
    center = (places * energy[..., None]).sum(axis=(0, 1)) / max(energy.sum(), TINY)
    foot = center + ((sizes - 1) / 2 - center) @ ahead * ahead
    count = max(sizes)
    return foot + (np.arange(count) - (count - 1) / 2)[:, None] * ahead


def along(frames, at):
    """Pictures (t, h, w, 3) at points (n, 2), linear between pixels, white outside: (n, t, 3)."""
    sizes = np.array(frames.shape[1:3])
    inside = ((at >= -0.5) & (at <= sizes - 0.5)).all(axis=1)
    rows, columns = (np.maximum(0, 1 - abs(at[:, i].clip(0, n - 1)[:, None] - np.arange(n)))
                     for i, n in enumerate(sizes))
    found = np.einsum("nh,nw,thwc->ntc", rows, columns, frames)
    return np.where(inside[:, None, None], found, WHITE)


@tidy
def draw_frame(ax, kernel, ahead):
    """One frame of a kernel (kt, kh, kw, C), an arrow along the line of its slice."""
    frames = kernel_rgb(kernel[..., None])[0]
    show(ax, frames[best_frame(kernel)])
    at = line_of(kernel, ahead)
    tail, head = at[[0, -1]].clip(-0.4, np.array(frames.shape[1:3]) - 0.6)
    for width, shade in ((2.4, "white"), (1.0, INK)):
        ax.annotate("", head[::-1], tail[::-1], arrowprops={
            "arrowstyle": "->,head_width=0.2,head_length=0.3", "color": shade,
            "linewidth": width, "shrinkA": 0, "shrinkB": 0})


@tidy
def draw_slice(ax, kernel, ahead, speed):
    """The line through time, to the right; the way of motion upwards, at `speed` pixels a frame."""
    picture = along(kernel_rgb(kernel[..., None])[0], line_of(kernel, ahead))[::-1]
    show(ax, picture, aspect="auto")
    rows, times = picture.shape[:2]
    energy = (kernel**2).sum(axis=(1, 2, 3))
    middle = (energy * np.arange(times)).sum() / max(energy.sum(), TINY)
    reach = min(times / 2, rows / 2 / max(speed, TINY))
    for part in (np.array([-1, -0.7]), np.array([0.7, 1])):  # its ends alone: what lies between
        t = reach * part                                      # is to be seen
        for width, shade in ((2.6, "white"), (1.2, INK)):
            ax.plot(middle + t, (rows - 1) / 2 - speed * t, color=shade, linewidth=width)
    ax.set(xlim=(-0.5, times - 0.5), ylim=(rows - 0.5, -0.5))


@tidy
def draw_slices(measured, title="What moves, from the side"):
    """The page of all video tubes, measures {name: Measured}."""
    width = 2 * MARGIN + COLUMNS * STEP - GAP
    return banded(shaded(measured, moving=True), width, BAND, title, WORDS.caption, _draw_band)


def _draw_band(figure, top, name, found, shade):
    chosen, count = strongest(found, ROWS * COLUMNS)
    head(figure, MARGIN, top, BAND - 50, shade, f"{name} tubes",
         f"{len(chosen)} of the {count} kernels, of {found.w.shape[-1]}, that choose a direction")
    for i, d in enumerate(chosen):
        left, above = MARGIN + i % COLUMNS * STEP, top + 50 + i // COLUMNS * (CELL + 50)
        kernel, ahead = found.w[..., d].astype(np.float64), way(found.peaks[d])
        speed = found.tuning["speed"][d]
        draw_frame(place(figure, left, above, CELL, CELL), kernel, ahead)
        draw_slice(place(figure, left + CELL + 6, above, CELL, CELL), kernel, ahead, speed)
        write(figure, left, above + CELL + 28, f"{speed:.2f} pixels a frame", color=INK)
