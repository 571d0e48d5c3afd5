"""Learned kernels beside two controls: untrained, and trained on frames in random order."""

from collections.abc import Mapping

import numpy as np
from matplotlib.figure import Figure

from tubevit_np.plots.analysis.pixels import (
    even_columns,
    kernel_rgb,
    order_by_norm,
    strips,
    tile,
)
from tubevit_np.plots.kernel_plots.grid import pin
from tubevit_np.plots.layout import mark, sheet, words, write
from tubevit_np.plots.style import FAINT, color, tidy

LEFT, WIDE, GAP, TOP, COUNT, PATCHES = 70, 400, 70, 190, 6, 18  # pixels, except the last two
SHOWN = ("gabor", "direction", "separability")
WORDS = words("controls")


def sample(w: np.ndarray) -> np.ndarray:
    """Return an image (h, w, 3) of the kernels of largest norm, at most 400 pixels wide."""
    kt, _, kw = w.shape[:3]
    if kt > 1:
        return strips(w, COUNT, scale=max(1, (WIDE // kt - 1) // kw))
    columns = PATCHES // 3
    chosen = order_by_norm(w)[:PATCHES]
    return tile(kernel_rgb(w)[chosen, 0], even_columns(len(chosen), columns),
                scale=max(1, (WIDE // columns - 1) // kw))


def medians_line(own: Mapping[str, np.ndarray]) -> str:
    """Return the medians of a tube's scores {name: (D,)} as text; NaN is left out."""
    medians = [(name, np.median(own[name])) for name in SHOWN]
    return "   ".join(f"{name} {value:.2f}" for name, value in medians if np.isfinite(value))


@tidy
def draw_controls(sets: Mapping[str, Mapping[str, tuple[np.ndarray, Mapping[str, np.ndarray]]]],
                  title: str = "What is learned, and what is not") -> Figure:
    """Draw several sets of kernels of the same tubes side by side.

    Parameters
    ----------
    sets : dict of dicts
        {column: {tube name: (w, scores)}} with w (kt, kh, kw, C, D) and scores from `measure`.
    title : str, optional
        Title of the page.

    Returns
    -------
    Figure
        A page with one column per set.
    """
    heights = [len(sample(w)) + 110 for w, _ in next(iter(sets.values())).values()]
    across = 2 * LEFT + len(sets) * (WIDE + GAP) - GAP
    figure = sheet(across, TOP + sum(heights), title, WORDS.caption, LEFT, 76)
    for k, (column, tubes) in enumerate(sets.items()):
        left, top = LEFT + k * (WIDE + GAP), TOP
        write(figure, left, 134, column, fontsize=12, weight="bold")
        for i, (name, (w, own)) in enumerate(tubes.items()):
            picture = sample(w)
            if not k:
                mark(figure, left - 26, top, len(picture), color(i))
            write(figure, left, top - 10, name.replace("x", "×"), color=FAINT)
            pin(figure, left, top, picture)
            write(figure, left, top + len(picture) + 28, medians_line(own), color=FAINT, fontsize=8)
            top += heights[i]
    return figure
