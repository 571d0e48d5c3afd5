"""Positions of tokens at the width of a column: how similar they are, and their numbers."""

from collections.abc import Sequence

import numpy as np
from matplotlib.cm import ScalarMappable
from matplotlib.colors import Normalize

from tubevit_np.model.config import Config
from tubevit_np.model.geometry import centers
from tubevit_np.model.geometry import grid as tokens_along
from tubevit_np.plots.analysis.receptive_fields import by_tube, owner
from tubevit_np.plots.layout import mark
from tubevit_np.plots.model_plots import position_similarity as similar
from tubevit_np.plots.model_plots.position_table import draw_positions, label_wavelengths
from tubevit_np.plots.paper.boxes import INDENT, Box, barred, below, beside, text
from tubevit_np.plots.paper.kernels import GAP, TWO_COLUMNS, heading
from tubevit_np.plots.paper.panels import alone
from tubevit_np.plots.style import FAINT, color, place, spelled

LARGEST, CLOSE = 128, 6  # pixels: largest side of a map, and between the maps of one tube


def color_bar(cmap: str, low: float, high: float, ticks: Sequence[float], form: str) -> Box:
    """Return a color scale from `low` to `high`, from left to right."""
    def draw(ax):
        scale = ScalarMappable(Normalize(low, high), cmap)
        bar = ax.figure.colorbar(scale, cax=ax, orientation="horizontal", ticks=ticks, format=form)
        bar.outline.set_linewidth(0)

    return alone(draw, 200, 14)


def lay_likeness(at: np.ndarray, cfg: Config, shape: tuple[int, ...], width: float) -> Box:
    """Lay out how similar positions are, as `draw_likeness` does for the gallery.

    Parameters
    ----------
    at : array, shape (N, D)
        Positions of all tokens.
    cfg : Config
        The model.
    shape : tuple of int
        (T, H, W) of the clip.
    width : float
        Width of the page, in pixels.

    Returns
    -------
    Box
        A row for the middle token of each tube, a map for each tube and time; a color scale.

    Raises
    ------
    ValueError
        If a position is all 0.
    """
    tokens = similar.middles(cfg, shape)
    found = np.array([similar.likeness(at, token) for token in tokens])
    limits = found.min(), found.max()
    rows = [_maps(values, token, cfg, shape, limits, width - INDENT, not k)
            for k, (values, token) in enumerate(zip(found, tokens, strict=True))]
    return below([*rows, color_bar("viridis", *limits, limits, "%.2f")], 14)


def _maps(values, token, cfg, shape, limits, width, first):
    """Return the maps of one token, below its tube and its center."""
    i, n = owner(token, cfg, shape)
    t, h, w = centers(cfg.tubes[i], shape)[n]
    count = sum(tokens_along(tube, shape)[0] for tube in cfg.tubes)
    side = min(LARGEST, max(48, int((width - GAP * len(cfg.tubes)) / count) - CLOSE))
    groups = [_group(k, part, (i, n), cfg, shape, limits, side, first)
              for k, part in enumerate(by_tube(values, cfg, shape)) if part.size]
    name = heading(spelled(cfg.tubes[i]), f"frame {t:g}, row {h:g}, column {w:g}", width)
    return barred(below([name, beside(groups, width, GAP)], 4), color(i))


def _group(k, part, outlined, cfg, shape, limits, side, named):
    """Return the maps of one tube, one for each time."""
    tube, counts = cfg.tubes[k], tokens_along(cfg.tubes[k], shape)
    at, (own, n) = centers(tube, shape).reshape(*counts, 3), outlined
    across, down = side * shape[2] // max(shape[1:]), side * shape[1] // max(shape[1:])

    def draw(ax, time):
        similar.draw_map(ax, part.reshape(counts)[time], at[time], tube, shape, limits)
        if own == k and n // (counts[1] * counts[2]) == time:
            similar.outline_token(ax, at.reshape(-1, 3)[n], tube)

    maps = []
    for time in range(counts[0]):
        cells = Box(across, down, lambda figure, left, top, time=time: draw(
            place(figure, left, top, across, down), time))
        names = [text(tube.name.replace("x", "×") if not time else " ", side, 7, weight="bold"),
                 text(f"t = {at[time, 0, 0, 0]:g}", side, 7, color=FAINT)]
        maps.append(below([*names, cells], 1) if named else cells)
    return beside(maps, counts[0] * (side + CLOSE), CLOSE)


def lay_table(at: np.ndarray, cfg: Config, shape: tuple[int, ...], width: float) -> Box:
    """Lay out the positions of all tokens as a table, as `draw_table` does for the gallery.

    Parameters
    ----------
    at : array, shape (N, D)
        Positions of all tokens.
    cfg : Config
        The model.
    shape : tuple of int
        (T, H, W) of the clip.
    width : float
        Width of the page, in pixels.

    Returns
    -------
    Box
        The table, and a color scale.
    """
    peak = np.abs(at).max() or 1.0
    names = max(text(spelled(tube), width, weight="bold").width for tube in cfg.tubes) + 16
    across = (width - names) / at.shape[1]
    across = (max(1, int(across)) if across > 1 else across) * at.shape[1]
    tall = max(1, (500 if width > TWO_COLUMNS else 340) // len(at)) * len(at)

    def draw_table(ax):
        draw_positions(ax, at, peak)
        label_wavelengths(ax, cfg, int(across // 90))

    def draw(figure, left, top):
        for i, part in enumerate(by_tube(at.T, cfg, shape)):
            if part.size:
                high = part.shape[1] * tall / len(at)
                mark(figure, left + names - 12, top, high - 2, color(i))
                text(spelled(cfg.tubes[i]), names, weight="bold").draw(figure, left, top)
                top += high

    table = alone(draw_table, across, tall)
    channels = text(f"{at.shape[1]} channels", width, 7.5, color=FAINT)
    whole = beside([Box(names, tall, draw), below([channels, table], 2)], 2 * width, 0)
    return below([whole, color_bar("RdBu_r", -peak, peak, (-peak, 0, peak), "%.2g")], 10)
