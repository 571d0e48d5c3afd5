"""Clips as pictures: frames in a row, one line of pixels over time, weights at their places.

A clip is an array (T, H, W, 3), uint8.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import to_rgba
from matplotlib.patches import Rectangle

from tubevit_np.model.config import Config
from tubevit_np.model.geometry import grid
from tubevit_np.plots.analysis.pixels import tile
from tubevit_np.plots.analysis.receptive_fields import by_tube
from tubevit_np.plots.model_plots.frame_strip import named_frames
from tubevit_np.plots.model_plots.sampling import AXES
from tubevit_np.plots.style import FAINT, INK, color, tidy


@tidy
def draw_film(ax: Axes, clip: np.ndarray, every: int = 1) -> None:
    """Draw frames of a clip from left to right, with their numbers below.

    Parameters
    ----------
    ax : Axes
        Where to draw.
    clip : array, shape (T, H, W, 3), uint8
        The clip.
    every : int, default 1
        Draw one frame in `every`, from the first.
    """
    chosen = np.arange(0, len(clip), every)
    gap = max(1, clip.shape[2] // 16)
    ax.imshow(tile(clip[chosen], len(chosen), gap=gap, fill=255), interpolation="none")
    middles = np.arange(len(chosen)) * (clip.shape[2] + gap) + (clip.shape[2] - 1) / 2
    ax.set_xticks(middles, chosen)
    ax.set(yticks=[], xlabel=AXES[0], anchor="W")
    ax.tick_params(length=0)
    ax.spines[:].set_visible(False)


@tidy
def draw_slice(ax: Axes, clip: np.ndarray, row: int) -> None:
    """Draw one row of pixels of all frames, with time to the right; sideways motion is a slant.

    Parameters
    ----------
    ax : Axes
        Where to draw.
    clip : array, shape (T, H, W, 3), uint8
        The clip.
    row : int
        Number of the row.
    """
    ax.imshow(clip[:, row].swapaxes(0, 1), interpolation="none", aspect="auto",
              extent=(0, len(clip), clip.shape[2], 0))
    ax.set(xlabel=AXES[0], ylabel=AXES[2])


@tidy
def draw_cuts(ax: Axes, cuts: Sequence[np.ndarray] | np.ndarray, columns: int) -> None:
    """Draw pieces of frames row by row, with gaps between them.

    Parameters
    ----------
    ax : Axes
        Where to draw.
    cuts : sequence of arrays, shape (h, w, 3), uint8
        The pieces.
    columns : int
        Number of pieces in a row.
    """
    ax.imshow(tile(np.array(cuts), columns, gap=2, fill=255), interpolation="none")
    ax.set_axis_off()


@tidy
def draw_weights(axes: Any, clip: np.ndarray, cfg: Config, weights: np.ndarray) -> None:
    """Draw the weight of each token over the middle frame of its tube.

    The larger the weight, the denser the color; the largest weight of all is opaque.

    Parameters
    ----------
    axes : sequence of Axes
        `panels(cfg, clip.shape[:3])` axes, one for each tube and time.
    clip : array, shape (T, H, W, 3), uint8
        The clip.
    cfg : Config
        The model.
    weights : array, shape (N,)
        A weight for each token, at least 0.
    """
    shape = clip.shape[:3]
    fractions = [part.reshape(grid(tube, shape)) / weights.max()
                 for part, tube in zip(by_tube(weights, cfg, shape), cfg.tubes, strict=True)]
    chosen = [(i, t) for i, part in enumerate(fractions) for t in range(len(part))]
    for ax, (i, t) in zip(np.ravel(axes), chosen, strict=True):
        tube, first = cfg.tubes[i], cfg.tubes[i].offset[0] + t * cfg.tubes[i].stride[0]
        middle = min(len(clip) - 1, first + tube.kernel[0] // 2)
        _panel(ax, clip[middle], tube, fractions[i][t], color(i))
        ax.set_title(tube.name.replace("x", "×"), color=INK)
        ax.set_xlabel(named_frames(first, first + tube.kernel[0] - 1))


def panels(cfg: Config, shape: tuple[int, ...]) -> int:
    """Return the number of axes that `draw_weights` needs.

    Parameters
    ----------
    cfg : Config
        The model.
    shape : tuple of int
        (T, H, W) of the clip.

    Returns
    -------
    int
        Tubes times their grid positions in time.
    """
    return sum(grid(tube, shape)[0] for tube in cfg.tubes)


def _panel(ax, frame, tube, fractions, shade):
    """Draw a pale frame, and over it the places of a tube at one time."""
    ax.imshow(128 + frame // 2, interpolation="none")
    for (i, j), fraction in np.ndenumerate(fractions):
        at = [tube.offset[1] + i * tube.stride[1] - 0.5, tube.offset[2] + j * tube.stride[2] - 0.5]
        ax.add_patch(Rectangle(at[::-1], tube.kernel[2], tube.kernel[1], linewidth=0.5,
                               facecolor=to_rgba(shade, fraction), edgecolor=to_rgba(FAINT, 0.5)))
    ax.set(xticks=[], yticks=[])
    ax.spines[:].set_visible(False)
