"""How alike the positions of two tokens are: as in ViT, Fig. 7, in space and time (Sec. 3.3)."""

import numpy as np
from matplotlib.patches import Rectangle

from tubevit_np.model.geometry import centers, grid, token_counts
from tubevit_np.plots.analysis.receptive_fields import by_tube, owner
from tubevit_np.plots.layout import label, sheet, words, write
from tubevit_np.plots.style import FAINT, LINE, color, place, spelled, tidy

LEFT, NAMES, TOP, GAP = 60, 300, 190, 12  # pixels
WORDS = words("position_similarity")


def added(out):
    """The positions (N, D) that forward's out says were added to the tokens, fixed or learned."""
    return out["with_position"][0] - out["tokens"][0]


def likeness(at, token):
    """Cosines (N,) between row `token` of at (N, D) and all rows.

    Raises ValueError where positions are all 0, as in a model without any."""
    norms = np.linalg.norm(at, axis=1)
    if not norms.all():
        raise ValueError("positions of length 0 have no direction: this model has none")
    return at @ at[token] / (norms * norms[token])


def middles(cfg, shape):
    """The token in the middle of each tube that fits: its number among all tokens."""
    firsts, grids = np.cumsum([0, *token_counts(cfg, shape)[:-1]]), _grids(cfg, shape)
    return [int(first + np.ravel_multi_index([n // 2 for n in counts], counts))
            for first, counts in zip(firsts, grids, strict=True) if all(counts)]


@tidy
def draw_likeness(at, cfg, shape, tokens=None):
    """The page of positions at (N, D), of a (T, H, W) clip, for some tokens."""
    tokens = middles(cfg, shape) if tokens is None else tokens
    found = np.array([likeness(at, token) for token in tokens])
    moments = [counts[0] if all(counts) else 0 for counts in _grids(cfg, shape)]
    side, (_, h, w) = min(240, (1640 - 30 * len(cfg.tubes)) // sum(moments) - GAP), shape
    wide, high = side * w // max(h, w), side * h // max(h, w)
    across = LEFT + NAMES + sum(moments) * (wide + GAP) + 30 * len(cfg.tubes) + 180
    bottom = TOP + len(tokens) * (high + 40)
    figure = sheet(across, bottom, "How alike positions are", WORDS.caption, LEFT, 76)
    limits = found.min(), found.max()
    for k, token in enumerate(tokens):
        top = TOP + k * (high + 40)
        _name(figure, top, token, cfg, shape)
        image = _row(figure, top, found[k], token, cfg, shape, (wide, high), limits)
    bar = place(figure, across - 130, TOP, 18, bottom - TOP - 40)
    figure.colorbar(image, cax=bar, ticks=limits, format="%.2f").outline.set_lw(0)
    return figure


def draw_map(ax, values, at, tube, shape, limits):
    """Values (nh, nw) of tokens with centers at (nh, nw, 3), as cells in a clip's rows and columns.
    """
    (_, top, left), (_, low, right) = at[0, 0], at[-1, -1]
    _, down, across = np.array(tube.stride) / 2
    image = ax.imshow(values, cmap="viridis", vmin=limits[0], vmax=limits[1], interpolation="none",
                      extent=(left - across, right + across, low + down, top - down))
    ax.set(xlim=(-0.5, shape[2] - 0.5), ylim=(shape[1] - 0.5, -0.5), xticks=[], yticks=[])
    ax.spines[:].set(visible=True, color=LINE)
    return image


def _grids(cfg, shape):
    return [grid(tube, shape) for tube in cfg.tubes]


def _name(figure, top, token, cfg, shape):
    i, n = owner(token, cfg, shape)
    t, h, w = centers(cfg.tubes[i], shape)[n]
    label(figure, LEFT + 26, top + 19, spelled(cfg.tubes[i]), f"frame {t:g}",
          f"row {h:g}, column {w:g}", shade=color(i))


def _row(figure, top, values, token, cfg, shape, sides, limits):
    """The maps of one token; above the first row the tubes and moments are named."""
    left, (wide, high), (own, n) = LEFT + NAMES, sides, owner(token, cfg, shape)
    for i, (tube, part) in enumerate(zip(cfg.tubes, by_tube(values, cfg, shape), strict=True)):
        if not part.size:
            continue
        counts = grid(tube, shape)
        at = centers(tube, shape).reshape(*counts, 3)
        if top == TOP:
            write(figure, left, TOP - 50, spelled(tube), weight="bold")
        for k, cells in enumerate(part.reshape(counts)):
            ax = place(figure, left, top, wide, high)
            image = draw_map(ax, cells, at[k], tube, shape, limits)
            if top == TOP:
                write(figure, left, TOP - 18, f"frame {at[k, 0, 0, 0]:g}", color=FAINT)
            if own == i and n // (counts[1] * counts[2]) == k:
                _frame(ax, at.reshape(-1, 3)[n], tube)
            left += wide + GAP
        left += 30
    return image


def _frame(ax, center, tube):
    (_, y, x), (_, down, across) = center, tube.stride
    ax.add_patch(Rectangle((x - across / 2, y - down / 2), across, down, facecolor="none",
                           edgecolor="#D40000", linewidth=1.6))
