"""The table of positions that are added to the tokens, number by number (Section 3.3, Eq. 3-7)."""

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.image import AxesImage

from tubevit_np.model.config import Config
from tubevit_np.plots.analysis.receptive_fields import by_tube
from tubevit_np.plots.layout import mark, sheet, words, write
from tubevit_np.plots.style import FAINT, color, place, spelled, tidy
from tubevit_np.variants.config import position_of

LEFT, NAMES, TOP = 60, 200, 140  # pixels
WORDS = words("position_table")


@tidy
def draw_table(at: np.ndarray, cfg: Config, shape: tuple[int, ...],
               title: str = "The positions of all tokens") -> Figure:
    """Draw the positions of all tokens as a table, with wavelengths below and tubes on the left.

    Parameters
    ----------
    at : array, shape (N, D)
        Positions of all tokens.
    cfg : Config
        The model.
    shape : tuple of int
        (T, H, W) of the clip.
    title : str, optional
        Title of the page.

    Returns
    -------
    Figure
        The page.

    References
    ----------
    Section 3.3, Eq. 3-7.
    """
    tall, wide = (max(1, 1400 // n) for n in (2 * len(at), at.shape[1]))
    height, width = len(at) * tall, at.shape[1] * wide
    figure = sheet(LEFT + NAMES + width + 160, TOP + height + 90, title, WORDS.caption, LEFT, 76,
                   right=160, tail=60)
    write(figure, LEFT + NAMES, TOP - 20, f"{at.shape[1]} channels", color=FAINT)
    ax, peak = place(figure, LEFT + NAMES, TOP, width, height), np.abs(at).max() or 1.0
    image = draw_positions(ax, at, peak)
    label_wavelengths(ax, cfg)
    top = TOP
    for i, (tube, part) in enumerate(zip(cfg.tubes, by_tube(at.T, cfg, shape), strict=True)):
        if part.size:
            mark(figure, LEFT + NAMES - 20, top, part.shape[1] * tall - 2, color(i))
            write(figure, LEFT, top + 22, spelled(tube), weight="bold")
        top += part.shape[1] * tall
    bar = place(figure, LEFT + NAMES + 30 + width, TOP, 18, min(height, 400))
    figure.colorbar(image, cax=bar, ticks=(-peak, 0, peak), format="%.2g").outline.set_linewidth(0)
    return figure


def draw_positions(ax: Axes, at: np.ndarray, peak: float) -> AxesImage:
    """Draw positions as an image, blue below zero and red above.

    Parameters
    ----------
    ax : Axes
        Where to draw.
    at : array, shape (N, D)
        Positions, one row for each token.
    peak : float
        Value of the strongest red; -peak has the strongest blue.

    Returns
    -------
    AxesImage
        The image, for a color bar.
    """
    return ax.imshow(at, cmap="RdBu_r", vmin=-peak, vmax=peak, interpolation="none", aspect="auto")


def label_wavelengths(ax: Axes, cfg: Config, most: int = 8) -> None:
    """Label `most` or fewer groups of six channels by wavelength, in a table of Eq. 3-7."""
    count = cfg.dim // 6 if position_of(cfg) in ("fixed", "strideless") else 0
    named = range(0, count, max(1, -(-count // most)))
    lengths = [2 * np.pi * cfg.tau ** (j / count) for j in named]
    ax.set_xticks([6 * j + 2.5 for j in named], [f"{length:,.3g}" if length < 1000 else
                                                 f"{length:,.0f}" for length in lengths])
    ax.set(yticks=[], xlabel="wavelength of six channels, frames or pixels" if count else None)
    ax.spines[:].set_visible(False)
