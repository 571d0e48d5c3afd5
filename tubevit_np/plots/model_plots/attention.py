"""What a model looks at in a clip: the weights of its attention, laid on what the tokens read."""

from dataclasses import dataclass

import numpy as np
from matplotlib.colors import to_rgb

from tubevit_np.model.geometry import token_counts
from tubevit_np.plots.analysis.attention_weights import pool_weights, rollout, self_weights
from tubevit_np.plots.analysis.receptive_fields import by_tube, heat, owner, token_boxes
from tubevit_np.plots.layout import label, shortened, words, write
from tubevit_np.plots.model_plots import frame_strip
from tubevit_np.plots.model_plots.frame_strip import LEFT, TOP, pale, picks, strip
from tubevit_np.plots.model_plots.overlay import outline
from tubevit_np.plots.style import FAINT, color, place, spelled, tidy
from tubevit_np.variants.config import attention_of

RIGHT, BARS = 640, 260  # pixels
HOT = "#B2182B"  # of all tubes together; a tube alone has its own color
MOST = 8  # heads on a page
POOLED = "Where the pooling query looks, and what the model answers"
SPREAD = """The weight of each token is spread evenly over the voxels that the token reads, and
    added up where these overlap: color, from none to full, is linear from 0 to the row's own peak,
    over all frames of the clip, not only those drawn; the peak is given beside each row, as a
    multiple of what each voxel would get if the weight were spread evenly over the whole clip. The
    frames below the color are gray and pale. Bars: the share of the attention that the tokens of
    each tube get, in brackets that of each head; the tick is the share that they would get if all
    tokens were alike."""
POOLING_WORDS = words("pooling")
WORDS = words("attention")


@dataclass
class Row:
    """A row of a page: heat (T, H, W) on the clip, and the weights (A, N) of its bars."""

    name: str
    what: str
    heat: np.ndarray
    shade: str
    weights: np.ndarray | None = None


def heated(frames, found, shade):
    """uint8 frames (n, h, w, 3), pale, under a shade as dense as found (n, h, w) in [0, 1]."""
    dense = found[..., None]
    return (1 - dense) * pale(frames) + dense * np.array(to_rgb(shade))


@tidy
def draw_pooling(clip, out, cfg, answers, note=""):
    """The page of a clip uint8 (T, H, W, 3), forward's out, and `answers`; note: of the clip."""
    shape, weights = clip.shape[:3], pool_weights(out)
    rows = [_row("All tubes", "mean of the heads", weights, cfg, shape)]
    rows += [Row(spelled(tube), "alone", found, color(i)) for i, (tube, found) in enumerate(
        zip(cfg.tubes, heat(weights.mean(0), cfg, shape), strict=True)) if found.any()]
    if attention_of(cfg) == "global":
        back = rollout(out, cfg.depth)[None]
        rows.append(_row("Rollout", "through all blocks", back, cfg, shape))
    return _page(clip, cfg, rows, POOLING_WORDS.caption, POOLED, answers, note)


@tidy
def draw_attention(clip, out, cfg, token, layer, why=""):
    """The page of where one token looks in one block: mean of the heads, then each.

    why: it is this token."""
    weights, shape = self_weights(out, layer)[:, token], clip.shape[:3]
    i, n = owner(token, cfg, shape)
    block = f"block {layer + 1} of {cfg.depth}"
    rows = [_row("Mean of the heads", block, weights, cfg, shape)]
    rows += [_row(f"Head {a + 1}", "", weights[a:a + 1], cfg, shape)
             for a in range(min(len(weights), MOST))]
    found, count = token_boxes(cfg.tubes[i], shape, n), token_counts(cfg, shape)[i]
    when = frame_strip.named_frames(found[:, 0, 0].min(), found[:, 1, 0].max() - 1)
    figure = _page(clip, cfg, rows, WORDS.caption, f"Where a token looks, block {layer + 1}",
                   {}, f"token {n + 1} of {count} of {spelled(cfg.tubes[i])}", when, why)
    for ax, t in zip(figure.axes, picks(len(clip)), strict=False):  # the clip comes first
        outline(ax, found, t, "white", 3.4)
        outline(ax, found, t, color(i), 1.8)
    return figure


@tidy
def draw_tube_shares(ax, weights, cfg, shape):
    """The share of weights (A, N) that the tokens of each tube get: bars, and every head's."""
    parts = [part.sum(-1) for part in by_tube(weights, cfg, shape)]
    even = np.array(token_counts(cfg, shape)) / weights.shape[-1]
    for i, (part, level) in enumerate(zip(parts, even, strict=True)):
        if not level:
            ax.text(0.03, i, "no tokens", va="center", color=FAINT, fontsize=8)
            continue
        fraction = part.mean()
        heads = f"  ({', '.join(f'{one:.0%}' for one in part)})" if 1 < len(part) <= 4 else ""
        ax.barh(i, fraction, color=color(i), height=0.6)
        ax.plot([level, level], [i - 0.42, i + 0.42], color="black", linewidth=1)
        ax.text(max(fraction, level) + 0.03, i, f"{fraction:.0%}{heads}", va="center", fontsize=8)
    ax.set_yticks(range(len(parts)), map(spelled, cfg.tubes))
    ax.set(xlim=(0, 1), ylim=(max(len(parts), 3) - 0.5, -0.5), xticks=[])
    ax.spines[:].set_visible(False)
    ax.tick_params(length=0)


def _row(name, what, weights, cfg, shape):
    """The Row of the mean of weights (A, N) over all tubes."""
    return Row(name, what, heat(weights.mean(0), cfg, shape).sum(0), HOT, weights)


def _page(clip, cfg, rows, caption, title, answers, *notes):
    """The clip, and below it the rows."""
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


def draw_row(figure, top, clip, times, row):
    """A Row's name and frames."""
    total, peak = row.heat.sum(), row.heat.max()
    label(figure, LEFT + 26, top + 19, row.name, row.what,
          f"peak {peak * row.heat.size / total:.3g} times even",
          f"{total:.0%} of the attention" if row.weights is None else "", shade=row.shade)
    strip(figure, top, heated(clip[times], row.heat[times] / peak, row.shade))


def _write_answers(figure, left, top, answers):
    """The answers of every head, the first one bold; of many heads that one alone."""
    for head, found in answers.items():
        write(figure, left, top + 19, head, color=FAINT)
        for k, (name, share) in enumerate(found if len(answers) < 3 else found[:1], start=1):
            write(figure, left + 20, top + 19 + 28 * k, f"{share:6.1%}  {shortened(name)}",
                  weight="normal" if k > 1 else "bold")
        top += 28 * k + 36
