"""Frames of a clip in a row, as wide as a column, and what the tubes read of them."""

from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np

from tubevit_np.model.config import Config
from tubevit_np.plots.analysis.receptive_fields import coverage
from tubevit_np.plots.kernel_plots.grid import show
from tubevit_np.plots.model_plots import overlay
from tubevit_np.plots.model_plots.frame_strip import picks
from tubevit_np.plots.paper.boxes import INDENT, Box, barred, below, beside, text
from tubevit_np.plots.paper.kernels import GAP, TWO_COLUMNS, heading
from tubevit_np.plots.paper.panels import Panel, grid
from tubevit_np.plots.style import FAINT, INK, color, place, spelled

FRAMES_GAP, LEAST = 4, 84  # pixels: between frames; the smallest height of bars


class Film:
    """The frames of a clip that fit into the width of a page.

    Parameters
    ----------
    clip : array, shape (T, H, W, 3), uint8
        The clip; an image with T = 1.
    width : float
        Width of the page, in pixels.
    """

    def __init__(self, clip: np.ndarray, width: float) -> None:
        wide = width > TWO_COLUMNS
        self.clip, self.width, self.aside = clip, width, 230 if wide else 196
        count = 5 if wide else 4
        self.times = picks(len(clip), count)
        room = (width - self.aside - GAP) / count - FRAMES_GAP
        longest = max(clip.shape[1:3])
        fits = room / longest
        scale = int(2 * fits) / 2 if fits > 1 else fits  # whole pixels of a file, at 320 per inch
        self.height, self.across = (scale * side for side in clip.shape[1:3])

    def frames(self, draw: Callable[[Any, int], Any], named: bool = False) -> Box:
        """Return frames from left to right, each drawn by draw(ax, its number in the clip).

        Parameters
        ----------
        draw : callable
            Draws into the axes of one frame.
        named : bool, default False
            If True, the number of each frame stands above it.

        Returns
        -------
        Box
            The frames.
        """
        return beside([self._frame(draw, int(t), named) for t in self.times], self.width,
                      FRAMES_GAP)

    def _frame(self, draw, t, named):
        """Return one frame, and its number if wanted."""
        frame = Box(self.across, self.height, lambda figure, left, top: draw(
            place(figure, left, top, self.across, self.height), t))
        name = text(f"frame {t}", self.across, 7, color=FAINT)
        return below([name, frame], 2) if named else frame

    def row(self, name: str, note: str, frames: Box, aside: Box | None = None,
            shade: str | None = None) -> Box:
        """Return a row: its name and a note, frames below, something beside them.

        Parameters
        ----------
        name, note : str
            Name in bold, note in gray.
        frames : Box
            The frames.
        aside : Box, optional
            What stands beside the frames.
        shade : str, optional
            Color of the bar before the row; no bar if not given.

        Returns
        -------
        Box
            The row.
        """
        parts = beside([frames, *([aside] if aside else [])], self.width, GAP)
        row = below([heading(name, note, self.width - INDENT), parts], 4)
        return barred(row, shade or "none")


def lay_overlay(clip: np.ndarray, cfg: Config, width: float) -> Box:
    """Lay out what the tubes read of a clip, as `overlay.draw_overlay` does for the gallery.

    Parameters
    ----------
    clip : array, shape (T, H, W, 3), uint8
        The clip; an image with T = 1.
    cfg : Config
        The model.
    width : float
        Width of the page, in pixels.

    Returns
    -------
    Box
        A row for each tube, for all tubes, and for the counts.
    """
    film, shape, tubes = Film(clip, width - INDENT), clip.shape[:3], dict(enumerate(cfg.tubes))
    counts = [coverage(tube, shape) for tube in cfg.tubes]
    rows = [_reads(film, spelled(tube), "", {i: tube}, counts[i], color(i), not i)
            for i, tube in tubes.items()]
    total = np.sum(counts, axis=0)
    rows.append(_reads(film, "All tubes", "what at least one tube reads", tubes, total,
                       INK if len(tubes) > 1 else color(0), False))
    gray = overlay.shades(INK)[np.minimum(total, overlay.LEVELS - 1)]
    rows.append(film.row("Places per pixel", "white: none; black: 3 or more",
                         film.frames(lambda ax, t: show(ax, gray[t]))))
    return below(rows, 12)


def _reads(film, name, note, tubes, counts, shade, first):
    """Return the frames with the boxes of tubes {i: Tube}, and the fractions that they read."""
    def draw(ax, t):
        overlay.draw_reads(ax, film.clip[t], tubes, t, film.clip.shape[:3], linewidth=0.6)

    bars = grid([Panel(partial(overlay.draw_shares, counts=counts, shade=shade))], film.aside, 1,
                max(film.height, LEAST))
    if first:
        bars = below([text("voxels read by 0, 1, 2, 3+ places", film.aside, 7, color=FAINT), bars],
                     2)
    return film.row(name, note, film.frames(draw, named=first), bars, shade)
