"""The kernels of the video tubes as an animated PNG, which unlike a GIF keeps all colors."""

import math
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import IO

import numpy as np
from matplotlib.colors import to_rgb
from PIL import Image

from tubevit_np.plots.analysis.pixels import (
    even_columns,
    kernel_rgb,
    order_by_norm,
    tile,
    to_bytes,
)
from tubevit_np.plots.layout import shaded, sheet, words, write
from tubevit_np.plots.style import FAINT, LINE, render, tidy

MARGIN, GUTTER, HEADER, SIDE, DOT = 40, 40, 76, 40, 10  # pixels
WORDS = words("animation")


def animate_kernels(kernels: Mapping[str, np.ndarray], path: str | Path, most: int = 32,
                    milliseconds: int = 125, caption: str = WORDS.caption) -> int:
    """Write an animated PNG of all video tubes side by side, each looping.

    A kernel of the paper's three tubes takes about 15 KB, a kernel of noise more.

    Parameters
    ----------
    kernels : dict of arrays, shape (kt, kh, kw, C, D)
        Kernels by tube name, for example "8x8x8", in the order of the Config. Tubes of a single
        frame are left out.
    path : str or Path
        The file to write.
    most : int, default 32
        Number of kernels per tube, those of largest norm.
    milliseconds : int, default 125
        Duration of a frame.
    caption : str, optional
        Text below the kernels.

    Returns
    -------
    int
        Number of frames; 0, and no file, if there is no video tube.
    """
    tubes = shaded(kernels, moving=True)
    return write_frames(_frames(tubes, most, caption), path, milliseconds) if tubes else 0


def write_frames(frames: Iterable[np.ndarray], file: str | Path | IO[bytes],
                 milliseconds: int) -> int:
    """Write frames as an animated PNG that loops.

    Parameters
    ----------
    frames : iterable of arrays, shape (h, w, 3), uint8
        At least one frame.
    file : str, Path or binary file
        Where to write.
    milliseconds : int
        Duration of a frame.

    Returns
    -------
    int
        Number of frames.
    """
    first, *rest = map(Image.fromarray, frames)
    first.save(file, format="PNG", save_all=True, append_images=rest, duration=milliseconds,
               loop=0, disposal=0, blend=0)
    return 1 + len(rest)


def _frames(tubes, most, caption):
    """Yield every frame of the loop, (h, w, 3) uint8: fixed text, kernels and clocks."""
    grids = [_grids(w, most) for _, w, _ in tubes]
    still, lefts = _lettering(tubes, most, caption, [grid.shape[1:3] for grid in grids])
    for time in range(_loop([len(grid) for grid in grids])):
        frame = still.copy()
        for left, grid, (_, _, shade) in zip(lefts, grids, tubes, strict=True):
            now = time % len(grid)
            _paste(frame, HEADER, left, grid[now])
            _paste(frame, HEADER + grid.shape[1] + 10, left, _clock(now, len(grid), shade))
        yield frame


def _loop(lengths):
    """Count the frames until all tubes end together, or of the longest tube if they are over 64."""
    common = math.lcm(*lengths)
    return common if common <= 64 else max(lengths)


def _grids(w, most):
    """Return the kernels at each frame: (kt, h, w, 3) uint8."""
    rgb = kernel_rgb(w)[order_by_norm(w)[:most]]
    columns = even_columns(len(rgb), math.ceil(math.sqrt(2 * len(rgb))))
    scale = max(1, SIDE // max(w.shape[1:3]))
    return to_bytes(np.stack([tile(rgb[:, t], columns, scale=scale) for t in range(len(w))]))


def _clock(now, length, shade):
    """Return a row of dots; the dot of the current frame has the color of the tube."""
    dots = np.full((length, DOT, DOT, 3), to_rgb(LINE))
    dots[now] = to_rgb(shade)
    return to_bytes(tile(dots, length, gap=4))


@tidy
def _lettering(tubes, most, caption, sizes):
    """Return the fixed part of all frames, (h, w, 3) uint8, and the left edge of each grid."""
    widths = [max(width, len(w) * (DOT + 4), 300) + GUTTER
              for (_, width), (_, w, _) in zip(sizes, tubes, strict=True)]
    lefts = [MARGIN + sum(widths[:i]) for i in range(len(widths))]
    width, bottom = sum(widths) - GUTTER, HEADER + max(height for height, _ in sizes) + 50
    figure = sheet(width + 2 * MARGIN, bottom, "", caption, MARGIN, tail=24)
    for left, (name, w, _) in zip(lefts, tubes, strict=True):
        write(figure, left, 46, name.replace("x", "×"), fontsize=12, weight="bold")
        count = f"{min(most, w.shape[-1])} of {w.shape[-1]}"
        write(figure, left + 19 * len(name) + 14, 46, count, color=FAINT)
    picture = render(figure)
    for left, (_, width), (_, _, shade) in zip(lefts, sizes, tubes, strict=True):
        _paste(picture, HEADER - 14, left, to_bytes(np.full((6, width, 3), to_rgb(shade))))
    return picture, lefts


def _paste(picture, top, left, part):
    picture[top:top + part.shape[0], left:left + part.shape[1]] = part
