"""A few frames of a clip in a row, time from left to right, for pictures of what is seen of it."""

import numpy as np

from tubevit_np.plots.kernel_plots.grid import show
from tubevit_np.plots.style import FAINT, place, write

SIDE, BETWEEN = 256, 10  # pixels of a frame, and between frames
GREY = np.array([0.299, 0.587, 0.114])  # how bright red, green and blue look


def picks(count, most=5):
    """Frames spread over a clip, the first and the last among them."""
    return np.unique(np.linspace(0, count - 1, min(count, most)).round().astype(int))


def zoomed(height, width):
    """Pixels (height, width) on the page: as large as SIDE by a whole factor, at least 1."""
    scale = max(1, SIDE // max(height, width))
    return height * scale, width * scale


def pale(frames):
    """uint8 frames (..., 3) as bright grey ones in [0, 1], on which colours stand out."""
    grey = (frames / 255) @ GREY
    return np.repeat((0.55 + 0.45 * grey)[..., None], 3, axis=-1)


def strip(figure, left, top, pictures):
    """The axes of pictures (n, h, w, 3) in [0, 1], side by side, sharp."""
    height, width = zoomed(*pictures.shape[1:3])
    found = []
    for k, picture in enumerate(pictures):
        ax = place(figure, left + k * (width + BETWEEN), top, width, height)
        show(ax, picture)
        found.append(ax)
    return found


def number(figure, left, base, times, width):
    """Which frames these are, above them."""
    for k, t in enumerate(times):
        write(figure, left + k * (width + BETWEEN), base, f"frame {t}", color=FAINT)
