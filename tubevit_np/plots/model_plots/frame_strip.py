"""Some frames of a clip in a row, with time from left to right."""

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from tubevit_np.plots.kernel_plots.grid import show
from tubevit_np.plots.layout import sheet, write
from tubevit_np.plots.style import FAINT, place

SIDE, BETWEEN = 256, 10  # pixels of a frame, and between frames
LEFT, FILM, TOP = 60, 450, 170  # pixels: labels of the rows, first frames
GRAY = np.array([0.299, 0.587, 0.114])  # perceived brightness of red, green and blue


def named_frames(first: int, last: int) -> str:
    """Return "frame 3" or "frames 3 to 5"."""
    return f"frame {first}" if first == last else f"frames {first} to {last}"


def film_page(clip: np.ndarray, rows: int, least: int, gap: int, right: int, title: str,
              caption: str) -> tuple[Figure, np.ndarray, int, int]:
    """Return a page with space for rows of frames, and the frame numbers on top.

    Parameters
    ----------
    clip : array, shape (T, H, W, 3), uint8
        The clip.
    rows : int
        Number of rows.
    least, gap : int
        Smallest height of a row, and space between rows, in pixels.
    right : int
        Space to the right of the frames, in pixels.
    title, caption : str
        Texts of the page.

    Returns
    -------
    figure : Figure
        The page.
    times : array of int
        Numbers of the frames.
    step : int
        Pixels from row to row.
    end : int
        Right edge of the frames, in pixels.
    """
    times, (height, width) = picks(len(clip)), zoomed(*clip.shape[1:3])
    step, end = max(height, least) + gap, FILM + len(times) * (width + BETWEEN)
    figure = sheet(end + right, TOP + rows * step, title, caption, LEFT, 76)
    for k, t in enumerate(times):
        write(figure, FILM + k * (width + BETWEEN), TOP - 14, f"frame {t}", color=FAINT)
    return figure, times, step, end


def picks(count: int, most: int = 5) -> np.ndarray:
    """Return at most `most` of `count` frame numbers, evenly spread from first to last."""
    return np.unique(np.linspace(0, count - 1, min(count, most)).round().astype(int))


def zoomed(height: int, width: int) -> tuple[int, int]:
    """Return the size of a frame on the page, enlarged by a whole factor to at most 256 pixels."""
    scale = max(1, SIDE // max(height, width))
    return height * scale, width * scale


def pale(frames: np.ndarray) -> np.ndarray:
    """Return frames as pale gray images, on which colors stand out.

    Parameters
    ----------
    frames : array, shape (..., 3), uint8
        Frames of a clip.

    Returns
    -------
    array, shape (..., 3)
        Grays in [0.55, 1].
    """
    gray = (frames / 255) @ GRAY
    return np.repeat((0.55 + 0.45 * gray)[..., None], 3, axis=-1)


def strip(figure: Figure, top: float, pictures: np.ndarray) -> list[Axes]:
    """Draw images (n, h, w, 3) in [0, 1] side by side, without interpolation; return their axes."""
    height, width = zoomed(*pictures.shape[1:3])
    axes = [place(figure, FILM + k * (width + BETWEEN), top, width, height)
            for k in range(len(pictures))]
    for ax, picture in zip(axes, pictures, strict=True):
        show(ax, picture)
    return axes
