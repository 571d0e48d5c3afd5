"""Similarity of token positions, as in ViT, Fig. 7, but in space and time (Section 3.3)."""

from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.image import AxesImage
from matplotlib.patches import Rectangle

from tubevit_np.model.config import Config, Tube
from tubevit_np.model.geometry import centers, grid, token_counts
from tubevit_np.plots.analysis.receptive_fields import by_tube, owner
from tubevit_np.plots.layout import label, sheet, words, write
from tubevit_np.plots.style import FAINT, LINE, color, place, spelled, tidy

LEFT, NAMES, TOP, GAP = 60, 300, 190, 12  # pixels
WORDS = words("position_similarity")


def added(out: Mapping[str, np.ndarray]) -> np.ndarray:
    """Return the positions that were added to the tokens, fixed or learned.

    Parameters
    ----------
    out : dict of arrays
        Intermediates returned by ``forward``.

    Returns
    -------
    array, shape (N, D)
        Positions of the first clip.
    """
    return out["with_position"][0] - out["tokens"][0]


def likeness(at: np.ndarray, token: int) -> np.ndarray:
    """Return the cosines between the position of one token and the positions of all tokens.

    Parameters
    ----------
    at : array, shape (N, D)
        Positions.
    token : int
        Number of the token.

    Returns
    -------
    array, shape (N,)
        Cosines in [-1, 1].

    Raises
    ------
    ValueError
        If a position is all 0, as in a model without positions.
    """
    norms = np.linalg.norm(at, axis=1)
    if not norms.all():
        raise ValueError("a position of zeros has no cosine: this model has no positions")
    return at @ at[token] / (norms * norms[token])


def middles(cfg: Config, shape: tuple[int, ...]) -> list[int]:
    """Return the number of the token in the middle of each tube that fits.

    Parameters
    ----------
    cfg : Config
        The model.
    shape : tuple of int
        (T, H, W) of the clip.

    Returns
    -------
    list of int
        Numbers among all tokens.
    """
    firsts, grids = np.cumsum([0, *token_counts(cfg, shape)[:-1]]), _grids(cfg, shape)
    return [int(first + np.ravel_multi_index([n // 2 for n in counts], counts))
            for first, counts in zip(firsts, grids, strict=True) if all(counts)]


@tidy
def draw_likeness(at: np.ndarray, cfg: Config, shape: tuple[int, ...],
                  tokens: Sequence[int] | None = None) -> Figure:
    """Draw maps of the cosine between positions, for some tokens.

    Parameters
    ----------
    at : array, shape (N, D)
        Positions of all tokens, for example from `added`.
    cfg : Config
        The model.
    shape : tuple of int
        (T, H, W) of the clip.
    tokens : sequence of int, optional
        Numbers of the tokens; the middle token of each tube if not given.

    Returns
    -------
    Figure
        A page with a row for each token, a map for each tube and time.

    Raises
    ------
    ValueError
        If a position is all 0.

    References
    ----------
    Section 3.3; Fig. 7 of the ViT paper (Dosovitskiy et al. 2021).
    """
    tokens = middles(cfg, shape) if tokens is None else tokens
    found = np.array([likeness(at, token) for token in tokens])
    times = [counts[0] if all(counts) else 0 for counts in _grids(cfg, shape)]
    side, (_, h, w) = min(240, (1640 - 30 * len(cfg.tubes)) // sum(times) - GAP), shape
    wide, high = side * w // max(h, w), side * h // max(h, w)
    across = LEFT + NAMES + sum(times) * (wide + GAP) + 30 * len(cfg.tubes) + 180
    bottom = TOP + len(tokens) * (high + 40)
    figure = sheet(across, bottom, "Similarity of positions", WORDS.caption, LEFT, 76)
    limits = found.min(), found.max()
    for k, token in enumerate(tokens):
        top = TOP + k * (high + 40)
        _name(figure, top, token, cfg, shape)
        image = _row(figure, top, found[k], token, cfg, shape, (wide, high), limits)
    bar = place(figure, across - 130, TOP, 18, bottom - TOP - 40)
    figure.colorbar(image, cax=bar, ticks=limits, format="%.2f").outline.set_linewidth(0)
    return figure


def draw_map(ax: Axes, values: np.ndarray, at: np.ndarray, tube: Tube, shape: tuple[int, ...],
             limits: tuple[float, float]) -> AxesImage:
    """Draw one value for each token of a tube at one time, as cells in a clip's rows and columns.

    Parameters
    ----------
    ax : Axes
        Where to draw.
    values : array, shape (nh, nw)
        The values.
    at : array, shape (nh, nw, 3)
        Centers (t, h, w) of the tokens.
    tube : Tube
        Their tube.
    shape : tuple of int
        (T, H, W) of the clip.
    limits : pair of float
        Values at the two ends of the color scale.

    Returns
    -------
    AxesImage
        The image, for a color bar.
    """
    (_, top, left), (_, low, right) = at[0, 0], at[-1, -1]
    _, down, across = np.array(tube.stride) / 2
    image = ax.imshow(values, cmap="viridis", vmin=limits[0], vmax=limits[1], interpolation="none",
                      extent=(left - across, right + across, low + down, top - down))
    ax.set(xlim=(-0.5, shape[2] - 0.5), ylim=(shape[1] - 0.5, -0.5), xticks=[], yticks=[])
    ax.spines[:].set(visible=True, color=LINE)
    return image


def _grids(cfg, shape):
    """Return (nt, nh, nw) of each tube."""
    return [grid(tube, shape) for tube in cfg.tubes]


def _name(figure, top, token, cfg, shape):
    """Write the tube and the center of a token."""
    i, n = owner(token, cfg, shape)
    t, h, w = centers(cfg.tubes[i], shape)[n]
    label(figure, LEFT + 26, top + 19, spelled(cfg.tubes[i]), f"frame {t:g}",
          f"row {h:g}, column {w:g}", shade=color(i))


def _row(figure, top, values, token, cfg, shape, sides, limits):
    """Draw the maps of one token; above the first row, write tubes and times."""
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
                outline_token(ax, at.reshape(-1, 3)[n], tube)
            left += wide + GAP
        left += 30
    return image


def outline_token(ax: Axes, center: np.ndarray, tube: Tube) -> None:
    """Outline one token, by its center (t, h, w), on its map."""
    (_, y, x), (_, down, across) = center, tube.stride
    ax.add_patch(Rectangle((x - across / 2, y - down / 2), across, down, facecolor="none",
                           edgecolor="#D40000", linewidth=1.6))
