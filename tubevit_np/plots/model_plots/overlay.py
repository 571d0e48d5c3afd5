"""Where each tube reads a clip, drawn on frames of the clip (Section 3.2, Fig. 2)."""

from collections.abc import Mapping

import numpy as np
from matplotlib.axes import Axes
from matplotlib.collections import PatchCollection
from matplotlib.colors import to_rgb
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from tubevit_np.model.config import Config, Tube
from tubevit_np.plots.analysis.receptive_fields import coverage
from tubevit_np.plots.kernel_plots.grid import show
from tubevit_np.plots.layout import label, words, write
from tubevit_np.plots.model_plots.frame_strip import LEFT, TOP, film_page, pale, strip, zoomed
from tubevit_np.plots.model_plots.sampling import boxes, name_tube
from tubevit_np.plots.style import FAINT, INK, LINE, color, place, points, tidy

BARS = 300  # pixels
LEVELS = 4  # read by 0, 1, 2, or 3 and more places
WORDS = words("overlay")


@tidy
def draw_overlay(clip: np.ndarray, cfg: Config) -> Figure:
    """Draw which pixels of a clip each tube reads, and how many places read each pixel.

    Parameters
    ----------
    clip : array, shape (T, H, W, 3), uint8
        The clip; an image with T = 1.
    cfg : Config
        The model.

    Returns
    -------
    Figure
        A page with a row for each tube, for all tubes, and for the counts.

    References
    ----------
    Section 3.2, Fig. 2.
    """
    shape, tubes = clip.shape[:3], dict(enumerate(cfg.tubes))
    kind, sizes = ("a clip", shape) if len(clip) > 1 else ("an image", shape[1:])
    title = f"What the tubes read from {kind} of {' × '.join(map(str, sizes))}"
    figure, times, step, end = film_page(
        clip, len(tubes) + 2, 0, 44, BARS + 100, title, WORDS.caption)
    write(figure, end + 30, TOP - 14, "voxels read by 0, 1, 2, 3+ places", color=FAINT)
    counts = [coverage(tube, shape) for tube in cfg.tubes]
    for i, tube in tubes.items():
        top = TOP + i * step
        name_tube(figure, LEFT, top + 28, tube, shape, color(i))
        _row(figure, top, end, clip, times, {i: tube}, counts[i], color(i))
    top, total = top + step, np.sum(counts, axis=0)
    label(figure, LEFT + 26, top + 28, "All tubes", "what at least one tube reads")
    _row(figure, top, end, clip, times, tubes, total, INK if len(tubes) > 1 else color(0))
    top += step
    label(figure, LEFT + 26, top + 28, "Places per pixel", "white: none; black: 3 or more")
    strip(figure, top, shades(INK)[np.minimum(total[times], LEVELS - 1)])
    return figure


def draw_reads(ax: Axes, frame: np.ndarray, tubes: Mapping[int, Tube], t: int,
               shape: tuple[int, ...], linewidth: float = 1.1) -> None:
    """Draw a frame and the boxes of the tubes that read it; pixels that no tube reads are pale.

    Parameters
    ----------
    ax : Axes
        Where to draw.
    frame : array, shape (H, W, 3), uint8
        The frame.
    tubes : dict of Tube
        Tubes by their number in the Config, which gives the color.
    t : int
        Number of the frame in the clip.
    shape : tuple of int
        (T, H, W) of the clip.
    linewidth : float, default 1.1
        Of the boxes, in points.
    """
    read = sum(coverage(tube, shape)[t] for tube in tubes.values()) > 0
    show(ax, np.where(read[..., None], frame / 255, pale(frame)))
    for i, tube in tubes.items():
        outline(ax, boxes(tube, shape), t, color(i), linewidth)


def outline(ax: Axes, found: np.ndarray, t: int, shade: str, linewidth: float = 1.1) -> None:
    """Outline the boxes (n, 2, 3) that read frame t, over an image of this frame."""
    near, far = found[:, 0], found[:, 1]
    now = (near[:, 0] <= t) & (t < far[:, 0])
    ax.add_collection(PatchCollection(
        [Rectangle((x - 0.5, y - 0.5), right - x, low - y)
         for (_, y, x), (_, low, right) in zip(near[now], far[now], strict=True)],
        facecolor="none", edgecolor=shade, linewidth=linewidth))


@tidy
def draw_shares(ax: Axes, counts: np.ndarray, shade: str) -> None:
    """Draw the fractions of voxels that 0, 1, 2, and 3 or more places read, as bars.

    Parameters
    ----------
    ax : Axes
        Where to draw.
    counts : array, shape (T, H, W), int
        Number of places that read each voxel, from `coverage`.
    shade : str
        Color of the last bar; the others are paler.
    """
    fractions = shares(counts)
    ax.barh(range(LEVELS), fractions, color=shades(shade), edgecolor=LINE, linewidth=0.8,
            height=0.7)
    for level, fraction in enumerate(fractions):
        ax.text(fraction + 0.03, level, f"{fraction:.1%}", va="center", fontsize=points(8))
    ax.set_yticks(range(LEVELS), [*map(str, range(LEVELS - 1)), f"{LEVELS - 1}+"])
    ax.set(xlim=(0, 1), ylim=(LEVELS - 0.5, -0.5), xticks=[])
    ax.spines[:].set_visible(False)
    ax.tick_params(length=0)


def shares(counts: np.ndarray) -> np.ndarray:
    """Return the fractions of voxels that 0, 1, 2, and 3 or more places read.

    Parameters
    ----------
    counts : array, shape (T, H, W), int
        Number of places that read each voxel.

    Returns
    -------
    array, shape (4,)
        Fractions with sum 1.
    """
    return np.bincount(np.minimum(counts, LEVELS - 1).ravel(), minlength=LEVELS) / counts.size


def shades(shade: str) -> np.ndarray:
    """Return colors from white to the shade, one for each level: (4, 3) in [0, 1]."""
    return 1 - np.linspace(0, 1, LEVELS)[:, None] * (1 - np.array(to_rgb(shade)))


def _row(figure, top, end, clip, times, tubes, counts, shade):
    """Draw frames with the boxes of tubes {i: Tube}, and the fractions of the counts beside."""
    for ax, t in zip(strip(figure, top, clip[times] / 255), times, strict=True):
        ax.clear()
        draw_reads(ax, clip[t], tubes, t, clip.shape[:3])
    draw_shares(place(figure, end + 60, top, BARS - 80, zoomed(*clip.shape[1:3])[0]), counts, shade)
