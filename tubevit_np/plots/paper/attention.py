"""Where tokens attend in a clip, at the width of a column."""

from collections.abc import Mapping, Sequence
from functools import partial

import numpy as np

from tubevit_np.model.config import Config
from tubevit_np.plots.kernel_plots.grid import show
from tubevit_np.plots.layout import shortened
from tubevit_np.plots.model_plots import attention
from tubevit_np.plots.paper.boxes import INDENT, Box, barred, below, beside, text
from tubevit_np.plots.paper.film import LEAST, Film
from tubevit_np.plots.paper.panels import Panel, grid
from tubevit_np.plots.style import FAINT, color


def lay_pooling(clip: np.ndarray, out: Mapping[str, np.ndarray], cfg: Config,
                answers: Mapping[str, list[tuple[str, float]]], note: str, width: float,
                labels: Mapping[str, Sequence[str]] | None = None) -> Box:
    """Lay out where the pooling query attends, as `attention.draw_pooling` does for the gallery.

    Parameters
    ----------
    clip : array, shape (T, H, W, 3), uint8
        The clip; an image with T = 1.
    out : dict of arrays
        Intermediates returned by ``forward`` for this clip.
    cfg : Config
        The model.
    answers : dict
        {head: [(class, probability), ...]}, from `answers`.
    note : str
        Name of the clip.
    width : float
        Width of the page, in pixels.
    labels : dict of lists, optional
        Class names of each head. A class whose name the fonts cannot write is shown by its number.

    Returns
    -------
    Box
        Rows for the clip, for all tubes, for each tube, and for the rollout.
    """
    shown = attention.numbered(answers, labels) if labels else answers
    said = below([_answers(head, classes, width - INDENT) for head, classes in shown.items()], 2)
    return _attention(clip, cfg, attention.pooling_rows(clip, out, cfg), shortened(note),
                      width, said)


def lay_attention(clip: np.ndarray, out: Mapping[str, np.ndarray], cfg: Config, token: int,
                  layer: int, why: str, width: float) -> Box:
    """Lay out where one token attends, as `attention.draw_attention` does for the gallery.

    Parameters
    ----------
    clip : array, shape (T, H, W, 3), uint8
        The clip; an image with T = 1.
    out : dict of arrays
        Intermediates returned by ``forward`` for this clip.
    cfg : Config
        The model.
    token : int
        Number of the token among all tokens.
    layer : int
        Number of the block, from 0.
    why : str
        Why this token is shown.
    width : float
        Width of the page, in pixels.

    Returns
    -------
    Box
        Rows for the clip, for the mean of the heads, and for each head.
    """
    rows, i, found, notes = attention.token_rows(clip, out, cfg, token, layer)

    def frame(ax, t):
        show(ax, clip[t] / 255)
        attention.outline_token(ax, found, t, color(i))

    return _attention(clip, cfg, rows, ", ".join([*notes, why]), width, None, frame)


def _answers(head, classes, width):
    """Return the predictions of one head.

    A name and its number are two texts, because a name from right to left would move its number.
    """
    pairs = [beside([text(f"{probability:.1%}", width), text(shortened(name), width)], width, 8)
             for name, probability in classes]
    return beside([text(head, width, color=FAINT), *pairs], width, 20, 2)


def _attention(clip, cfg, rows, note, width, said, frame=None):
    """Return a row for the clip, and a row for each way to attend."""
    film = Film(clip, width - INDENT)
    name = "The clip" if len(clip) > 1 else "The image"
    top = film.row(name, note, film.frames(frame or (lambda ax, t: show(ax, clip[t] / 255)), True))
    answers = [barred(said, "none")] if said else []
    return below([top, *answers, *(_attended(film, cfg, row) for row in rows)], 12)


def _attended(film, cfg, row):
    """Return the frames with the attention of one row, and the fraction of each tube."""
    total, peak = row.heat.sum(), row.heat.max()
    notes = [row.what, f"peak {peak * row.heat.size / total:.3g} times the mean",
             f"{total:.0%} of the attention" if row.weights is None else ""]

    def draw(ax, t):
        show(ax, attention.heated(film.clip[t:t + 1], row.heat[t:t + 1] / peak, row.shade)[0])

    bars = None
    if row.weights is not None:
        weights = row.weights.mean(0, keepdims=True)  # no space for the numbers of each head
        bars = grid([Panel(partial(attention.draw_tube_shares, weights=weights, cfg=cfg,
                                   shape=film.clip.shape[:3]))], film.aside, 1,
                    max(film.height, LEAST))
    return film.row(row.name, ", ".join(filter(None, notes)), film.frames(draw), bars, row.shade)
