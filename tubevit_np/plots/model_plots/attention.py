"""Where a model attends in a clip: attention weights over the voxels that the tokens read."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import to_rgb
from matplotlib.figure import Figure

from tubevit_np.model.config import Config
from tubevit_np.model.geometry import token_counts
from tubevit_np.plots.analysis.attention_weights import pool_weights, rollout, self_weights
from tubevit_np.plots.analysis.receptive_fields import by_tube, heat, owner, token_boxes
from tubevit_np.plots.fonts import class_names
from tubevit_np.plots.layout import label, shortened, with_note, words, write
from tubevit_np.plots.model_plots import frame_strip
from tubevit_np.plots.model_plots.frame_strip import LEFT, TOP, pale, picks, strip
from tubevit_np.plots.model_plots.overlay import outline
from tubevit_np.plots.style import FAINT, color, place, points, spelled, tidy
from tubevit_np.variants.config import attention_of

RIGHT, BARS = 640, 260  # pixels
HOT = "#B2182B"  # for all tubes together; a single tube has its color
MOST = 8  # heads on a page
POOLED = "Where the pooling query attends, and what the model predicts"
POOLING_WORDS = words("pooling")
WORDS = words("attention")


@dataclass
class Row:
    """A row of a page.

    Parameters
    ----------
    name, what : str
        First and second line of its label.
    heat : array, shape (T, H, W)
        Attention on each voxel of the clip.
    shade : str
        Color of the attention.
    weights : array, shape (A, N), optional
        Weights by head and token, for the bars beside the row.
    """

    name: str
    what: str
    heat: np.ndarray
    shade: str
    weights: np.ndarray | None = None


def heated(frames: np.ndarray, found: np.ndarray, shade: str) -> np.ndarray:
    """Color pale frames.

    Parameters
    ----------
    frames : array, shape (n, h, w, 3), uint8
        Frames of a clip.
    found : array, shape (n, h, w)
        Density of the color: 0 shows the pale frame, 1 the color alone.
    shade : str
        The color.

    Returns
    -------
    array, shape (n, h, w, 3)
        Colors in [0, 1].
    """
    dense = found[..., None]
    return (1 - dense) * pale(frames) + dense * np.array(to_rgb(shade))


@tidy
def draw_pooling(clip: np.ndarray, out: Mapping[str, np.ndarray], cfg: Config,
                 answers: Mapping[str, list[tuple[str, float]]], note: str = "",
                 labels: Mapping[str, Sequence[str]] | None = None) -> Figure:
    """Draw where the pooling query attends in a clip, and what the model predicts.

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
    note : str, optional
        Name of the clip.
    labels : dict of lists, optional
        Class names of each head. A class whose name the fonts cannot write is shown by its number.

    Returns
    -------
    Figure
        A page with rows for all tubes, for each tube, and for the rollout.
    """
    names = (name for classes in answers.values() for name, _ in classes)
    caption = with_note(POOLING_WORDS.caption, [note, *answers, *names])
    shown = numbered(answers, labels) if labels else answers
    return _page(clip, cfg, pooling_rows(clip, out, cfg), caption, POOLED, shown,
                 shortened(note))


def pooling_rows(clip: np.ndarray, out: Mapping[str, np.ndarray], cfg: Config) -> list[Row]:
    """Return the rows of `draw_pooling`: all tubes, each tube, and the rollout."""
    shape, weights = clip.shape[:3], pool_weights(out)
    rows = [_row("All tubes", "mean of the heads", weights, cfg, shape)]
    rows += [Row(spelled(tube), "alone", found, color(i)) for i, (tube, found) in enumerate(
        zip(cfg.tubes, heat(weights.mean(0), cfg, shape), strict=True)) if found.any()]
    if attention_of(cfg) == "global":
        back = rollout(out, cfg.depth)[None]
        rows.append(_row("Rollout", "through all blocks", back, cfg, shape))
    return rows


@tidy
def draw_attention(clip: np.ndarray, out: Mapping[str, np.ndarray], cfg: Config, token: int,
                   layer: int, why: str = "") -> Figure:
    """Draw where one token attends in one block: the mean of the heads, then each head.

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
    why : str, optional
        Why this token is shown; a line of the label.

    Returns
    -------
    Figure
        A page with a row for the mean and for each of the first 8 heads.

    Raises
    ------
    ValueError
        If the attention is divided, or there is no such token.
    """
    rows, i, found, notes = token_rows(clip, out, cfg, token, layer)
    figure = _page(clip, cfg, rows, WORDS.caption, f"Where one token attends, block {layer + 1}",
                   {}, *notes, why)
    for ax, t in zip(figure.axes, picks(len(clip)), strict=False):  # the clip comes first
        outline_token(ax, found, t, color(i))
    return figure


def token_rows(clip: np.ndarray, out: Mapping[str, np.ndarray], cfg: Config, token: int,
               layer: int) -> tuple[list[Row], int, np.ndarray, tuple[str, str]]:
    """Return the rows of `draw_attention`, the token's tube, its boxes, and two lines about it."""
    weights, shape = self_weights(out, layer)[:, token], clip.shape[:3]
    i, n = owner(token, cfg, shape)
    block = f"block {layer + 1} of {cfg.depth}"
    rows = [_row("Mean of the heads", block, weights, cfg, shape)]
    rows += [_row(f"Head {a + 1}", "", weights[a:a + 1], cfg, shape)
             for a in range(min(len(weights), MOST))]
    found, count = token_boxes(cfg.tubes[i], shape, n), token_counts(cfg, shape)[i]
    when = frame_strip.named_frames(found[:, 0, 0].min(), found[:, 1, 0].max() - 1)
    return rows, i, found, (f"token {n + 1} of {count} of {spelled(cfg.tubes[i])}", when)


def outline_token(ax: Axes, found: np.ndarray, t: int, shade: str) -> None:
    """Outline the boxes (n, 2, 3) of a token in frame t, in color with a white edge."""
    outline(ax, found, t, "white", 3.4)
    outline(ax, found, t, shade, 1.8)


@tidy
def draw_tube_shares(ax: Axes, weights: np.ndarray, cfg: Config,
                     shape: tuple[int, ...]) -> None:
    """Draw the fraction of the attention that the tokens of each tube get, as bars.

    Parameters
    ----------
    ax : Axes
        Where to draw.
    weights : array, shape (A, N)
        Weights by head and token, each row with sum 1.
    cfg : Config
        The model.
    shape : tuple of int
        (T, H, W) of the clip.
    """
    parts = [part.sum(-1) for part in by_tube(weights, cfg, shape)]
    even = np.array(token_counts(cfg, shape)) / weights.shape[-1]
    for i, (part, level) in enumerate(zip(parts, even, strict=True)):
        if not level:
            ax.text(0.03, i, "no tokens", va="center", color=FAINT, fontsize=points(8))
            continue
        fraction = part.mean()
        heads = f"  ({', '.join(f'{head:.0%}' for head in part)})" if 1 < len(part) <= 4 else ""
        ax.barh(i, fraction, color=color(i), height=0.6)
        ax.plot([level, level], [i - 0.42, i + 0.42], color="black", linewidth=1)
        ax.text(max(fraction, level) + 0.03, i, f"{fraction:.0%}{heads}", va="center",
                fontsize=points(8))
    ax.set_yticks(range(len(parts)), map(spelled, cfg.tubes))
    ax.set(xlim=(0, 1), ylim=(max(len(parts), 3) - 0.5, -0.5), xticks=[])
    ax.spines[:].set_visible(False)
    ax.tick_params(length=0)


def _row(name, what, weights, cfg, shape):
    """Return the Row of the mean of weights (A, N), summed over all tubes."""
    return Row(name, what, heat(weights.mean(0), cfg, shape).sum(0), HOT, weights)


def _page(clip, cfg, rows, caption, title, answers, *notes):
    """Return a page with the clip, and the rows below it."""
    figure, times, step, end = frame_strip.film_page(
        clip, len(rows) + 1, 150, 40, RIGHT, title, caption)
    strip(figure, TOP, clip[times] / 255)
    label(figure, LEFT + 26, TOP + 19, "The clip" if len(clip) > 1 else "The image", *notes)
    _write_answers(figure, end + 30, TOP, answers)
    height, _ = frame_strip.zoomed(*clip.shape[1:3])
    for k, row in enumerate(rows, start=1):
        draw_row(figure, TOP + k * step, clip, times, row)
        if row.weights is not None:
            ax = place(figure, end + 110, TOP + k * step, BARS, height)
            draw_tube_shares(ax, row.weights, cfg, clip.shape[:3])
    return figure


def draw_row(figure: Figure, top: float, clip: np.ndarray, times: np.ndarray, row: Row) -> None:
    """Draw the label and the frames of a row.

    Parameters
    ----------
    figure : Figure
        A page from `film_page`.
    top : float
        Upper edge of the row, in pixels.
    clip : array, shape (T, H, W, 3), uint8
        The clip.
    times : array of int
        Numbers of the frames to draw.
    row : Row
        What to draw over them.
    """
    total, peak = row.heat.sum(), row.heat.max()
    label(figure, LEFT + 26, top + 19, row.name, row.what,
          f"peak {peak * row.heat.size / total:.3g} times the mean",
          f"{total:.0%} of the attention" if row.weights is None else "", shade=row.shade)
    strip(figure, top, heated(clip[times], row.heat[times] / peak, row.shade))


def numbered(answers: Mapping[str, list[tuple[str, float]]],
             labels: Mapping[str, Sequence[str]]) -> dict[str, list[tuple[str, float]]]:
    """Return the answers with numbers in place of class names that the fonts cannot write."""
    shown = {head: dict(zip(labels[head], class_names(labels[head]), strict=True))
             for head in answers}
    return {head: [(shown[head][name], probability) for name, probability in classes]
            for head, classes in answers.items()}


def _write_answers(figure, left, top, answers):
    """Write the predictions of each head, the first in bold; of 3 or more heads only the first."""
    for head, classes in answers.items():
        write(figure, left, top + 19, head, color=FAINT)
        shown = classes if len(answers) < 3 else classes[:1]
        for k, (name, probability) in enumerate(shown, start=1):
            weight, base = "normal" if k > 1 else "bold", top + 19 + 28 * k
            write(figure, left + 20, base, f"{probability:6.1%}", weight=weight)
            # Apart, because a name from right to left would move its number to the other side.
            write(figure, left + 110, base, shortened(name), weight=weight)
        top += 28 * k + 36
