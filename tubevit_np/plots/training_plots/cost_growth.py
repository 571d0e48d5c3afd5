"""How time and memory grow with the size of the input and of the model."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from tubevit_np.plots.layout import sheet, words, write
from tubevit_np.plots.style import FAINT, color, place, tidy

WIDTH, HEIGHT, LEFT, TOP, ACROSS, DOWN = 330, 300, 110, 200, 120, 110  # pixels
LOOKS = {"TubeViT": (color(4), "o-", "●"), "dense tubelets": (color(3), "s--", "■"),
         "divided attention": (color(2), "^:", "▲")}
ROWS = {"ms": "milliseconds per pass", "MB": "megabytes, without the weights"}
CAPTION = words("cost_growth").caption


@tidy
def draw_growth(rows: Sequence[Mapping[str, Any]]) -> Figure:
    """Draw time and memory of a forward pass against several sizes.

    Parameters
    ----------
    rows : list of dict
        One for each measurement: "sweep" (the size that changes), its "value", "model" (a key of
        `LOOKS`), "ms" (milliseconds) and "MB" (megabytes), or None if not measured.

    Returns
    -------
    Figure
        A column for each sweep: time above, memory below.
    """
    sweeps = list(dict.fromkeys(row["sweep"] for row in rows))
    width = 2 * LEFT + len(sweeps) * WIDTH + (len(sweeps) - 1) * ACROSS
    figure = sheet(width, TOP + 2 * HEIGHT + DOWN + 90, "How cost grows", CAPTION)
    for k, (model, (shade, _, sign)) in enumerate(LOOKS.items()):
        write(figure, LEFT + 400 * k, 150, f"{sign} {model}", color=shade, fontsize=10)
    for across, sweep in enumerate(sweeps):
        for down, measure in enumerate(ROWS):
            ax = place(figure, LEFT + across * (WIDTH + ACROSS), TOP + down * (HEIGHT + DOWN),
                       WIDTH, HEIGHT)
            draw_sweep(ax, [row for row in rows if row["sweep"] == sweep], measure)
            ax.set(xlabel=sweep, ylabel="" if across else ROWS[measure])
    return figure


def draw_sweep(ax: Axes, rows: Sequence[Mapping[str, Any]], measure: str) -> None:
    """Draw one measure against the values of one sweep, a line for each model.

    Parameters
    ----------
    ax : Axes
        Where to draw.
    rows : list of dict
        The rows of one sweep, as in `draw_growth`.
    measure : str
        "ms" or "MB".
    """
    for model, (shade, form, _) in LOOKS.items():
        points = [(row["value"], row[measure]) for row in rows
                  if row["model"] == model and row[measure] is not None]
        if points:
            ax.plot(*zip(*points, strict=True), form, color=shade, markersize=4)
    values = np.log2([row[measure] for row in rows if row[measure] is not None])
    ax.set_ylim(2 ** np.floor(values.min()), 2 ** np.ceil(values.max()))
    ax.set_xscale("log", base=2)
    ax.set_yscale("log", base=2)
    ax.set_xticks(sorted({row["value"] for row in rows}))
    ax.minorticks_off()
    for axis in (ax.xaxis, ax.yaxis):
        axis.set_major_formatter("{x:g}")
    ax.grid(color="#eeeeee", linewidth=0.8)
    ax.tick_params(labelcolor=FAINT)
