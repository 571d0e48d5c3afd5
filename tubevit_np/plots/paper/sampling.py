"""Where the tubes read a video, at the width of a column."""

from functools import partial

import numpy as np

from tubevit_np.model.config import Config
from tubevit_np.model.geometry import grid as tokens_along
from tubevit_np.plots.model_plots import sampling
from tubevit_np.plots.paper.boxes import INDENT, Box, barred, below, beside, text
from tubevit_np.plots.paper.kernels import BETWEEN, GAP, TWO_COLUMNS
from tubevit_np.plots.paper.panels import Panel, grid
from tubevit_np.plots.style import FAINT, color, place


def lay_sampling(cfg: Config, shape: tuple[int, ...], width: float) -> Box:
    """Lay out where the tubes read a video, as `sampling.draw_sampling` does for the gallery.

    Parameters
    ----------
    cfg : Config
        The model.
    shape : tuple of int
        (T, H, W) of the video.
    width : float
        Width of the page, in pixels.

    Returns
    -------
    Box
        A drawing for each tube, and two plans of all tubes.
    """
    columns = min(len(cfg.tubes), 4 if width > TWO_COLUMNS else 2)
    each = (width - GAP * (columns - 1)) / columns
    tubes = [barred(_tube(cfg, shape, i, each - INDENT), color(i)) for i in range(len(cfg.tubes))]
    part, high = (0.3, width / 5) if width > TWO_COLUMNS else (0.45, width / 3.4)
    plans = [_plan(cfg, shape, view, title, share * (width - 2 * GAP), high)
             for view, title, share in (((1, 2), "From the front", part),
                                        ((1, 0), "From the side", 1 - part))]
    return below([beside(tubes, width, GAP, BETWEEN), beside(plans, width, GAP)], BETWEEN)


def _plan(cfg, shape, view, title, width, height):
    """Return all places of all tubes, seen along one axis."""
    draw = partial(sampling.draw_grid, cfg=cfg, shape=shape, view=view)
    return grid([Panel(draw, title=title)], width, 1, height)


def _tube(cfg, shape, i, width):
    """Return the boxes of one tube in space and time, below its size and its number of tokens."""
    tube, counts = cfg.tubes[i], tokens_along(cfg.tubes[i], shape)
    packed = f", {tube.members} places each" if tube.members > 1 else ""
    note = f"{' × '.join(map(str, counts))} = {np.prod(counts)} tokens{packed}"
    kernel = text(" × ".join(map(str, tube.kernel)), width, weight="bold")

    def draw(figure, left, top):
        ax = place(figure, left, top, width, 0.8 * width, projection="3d", facecolor="none")
        sampling.draw_tubes(ax, cfg, shape, i)

    return below([kernel, text(note, width, 7.5, color=FAINT), Box(width, 0.8 * width, draw)], 2)
