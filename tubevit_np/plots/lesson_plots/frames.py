"""Clips as pictures: their frames in a row, one line of pixels over time, weights at their places.

clip (T, H, W, 3) is uint8."""

import numpy as np
from matplotlib.colors import to_rgba
from matplotlib.patches import Rectangle

from tubevit_np.model.geometry import grid
from tubevit_np.plots.analysis.pixels import tile
from tubevit_np.plots.analysis.receptive_fields import by_tube
from tubevit_np.plots.model_plots.frame_strip import named_frames
from tubevit_np.plots.model_plots.sampling import AXES
from tubevit_np.plots.style import FAINT, INK, color, tidy


@tidy
def draw_film(ax, clip, every=1):
    """Every so many frames from left to right, each with its number below."""
    chosen = np.arange(0, len(clip), every)
    gap = max(1, clip.shape[2] // 16)
    ax.imshow(tile(clip[chosen], len(chosen), gap=gap, fill=255), interpolation="none")
    middles = np.arange(len(chosen)) * (clip.shape[2] + gap) + (clip.shape[2] - 1) / 2
    ax.set_xticks(middles, chosen)
    ax.set(yticks=[], xlabel=AXES[0], anchor="W")
    ax.tick_params(length=0)
    ax.spines[:].set_visible(False)


@tidy
def draw_slice(ax, clip, row):
    """One row of pixels, frame after frame from left to right: what moves sideways slants."""
    ax.imshow(clip[:, row].swapaxes(0, 1), interpolation="none", aspect="auto",
              extent=(0, len(clip), clip.shape[2], 0))
    ax.set(xlabel=AXES[0], ylabel=AXES[2])


@tidy
def draw_cuts(ax, cuts, columns):
    """Pieces of frames, each (h, w, 3) uint8, row by row with gaps between them."""
    ax.imshow(tile(np.array(cuts), columns, gap=2, fill=255), interpolation="none")
    ax.set_axis_off()


@tidy
def draw_weights(axes, clip, cfg, weights):
    """A weight for each token, (N,), over the frame in the middle of its tube.

    axes: one for each tube and time, `panels(cfg, clip.shape[:3])` of them.  The fuller the
    color, the larger the weight; the largest of all is opaque."""
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


def panels(cfg, shape):
    """How many axes draw_weights needs."""
    return sum(grid(tube, shape)[0] for tube in cfg.tubes)


def _panel(ax, frame, tube, fractions, shade):
    """A pale frame, and on it the places of a tube at one time."""
    ax.imshow(128 + frame // 2, interpolation="none")
    for (i, j), fraction in np.ndenumerate(fractions):
        at = [tube.offset[1] + i * tube.stride[1] - 0.5, tube.offset[2] + j * tube.stride[2] - 0.5]
        ax.add_patch(Rectangle(at[::-1], tube.kernel[2], tube.kernel[1], linewidth=0.5,
                               facecolor=to_rgba(shade, fraction), edgecolor=to_rgba(FAINT, 0.5)))
    ax.set(xticks=[], yticks=[])
    ax.spines[:].set_visible(False)
