"""A few frames of a clip in a row, time from left to right, for pictures of what is seen of it."""

import numpy as np

from tubevit_np.plots.kernel_plots.grid import show
from tubevit_np.plots.layout import sheet, write
from tubevit_np.plots.style import FAINT, place

SIDE, BETWEEN = 256, 10  # pixels of a frame, and between frames
LEFT, FILM, TOP = 60, 450, 170  # pixels: the names of the rows, and their first frames
GRAY = np.array([0.299, 0.587, 0.114])  # how bright red, green and blue look


def named_frames(first, last):
    """Frames by their numbers, in words."""
    return f"frame {first}" if first == last else f"frames {first} to {last}"


def film_page(clip, rows, least, gap, right, title, caption):
    """A page with room for rows of frames of a clip uint8 (T, H, W, 3), their numbers on top.

    Rows are `least` pixels or more high, `gap` apart; `right` pixels stay beside the frames.
    Returns the figure, the numbers of the frames, the pixels from row to row and of their end."""
    times, (height, width) = picks(len(clip)), zoomed(*clip.shape[1:3])
    step, end = max(height, least) + gap, FILM + len(times) * (width + BETWEEN)
    figure = sheet(end + right, TOP + rows * step, title, caption, LEFT, 76)
    for k, t in enumerate(times):
        write(figure, FILM + k * (width + BETWEEN), TOP - 14, f"frame {t}", color=FAINT)
    return figure, times, step, end


def picks(count, most=5):
    """Frames spread over a clip, the first and the last among them."""
    return np.unique(np.linspace(0, count - 1, min(count, most)).round().astype(int))


def zoomed(height, width):
    """Pixels (height, width) on the page: as large as SIDE by a whole factor, at least 1."""
    scale = max(1, SIDE // max(height, width))
    return height * scale, width * scale


def pale(frames):
    """uint8 frames (..., 3) as bright gray ones in [0, 1], on which colors stand out."""
    gray = (frames / 255) @ GRAY
    return np.repeat((0.55 + 0.45 * gray)[..., None], 3, axis=-1)


def strip(figure, top, pictures):
    """The axes of pictures (n, h, w, 3) in [0, 1], side by side, sharp."""
    height, width = zoomed(*pictures.shape[1:3])
    axes = [place(figure, FILM + k * (width + BETWEEN), top, width, height)
            for k in range(len(pictures))]
    for ax, picture in zip(axes, pictures, strict=True):
        show(ax, picture)
    return axes
