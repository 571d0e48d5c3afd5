"""Where each tube reads a clip, on frames of the clip itself (Sec. 3.2, Fig. 2)."""

import numpy as np
from matplotlib.collections import PatchCollection
from matplotlib.colors import to_rgb
from matplotlib.patches import Rectangle

from tubevit_np.plots.analysis.receptive_fields import coverage
from tubevit_np.plots.kernel_plots.grid import show
from tubevit_np.plots.layout import label, words, write
from tubevit_np.plots.model_plots.frame_strip import LEFT, TOP, film_page, pale, strip, zoomed
from tubevit_np.plots.model_plots.sampling import boxes, name_tube
from tubevit_np.plots.style import FAINT, INK, LINE, color, place, tidy

BARS = 300  # pixels
LEVELS = 4  # by how many places: 0, 1, 2, 3 or more
WORDS = words("overlay")


@tidy
def draw_overlay(clip, cfg):
    """The page of a clip uint8 (T, H, W, 3), or of an image with T = 1."""
    shape, tubes = clip.shape[:3], dict(enumerate(cfg.tubes))
    kind, sizes = ("a clip", shape) if len(clip) > 1 else ("an image", shape[1:])
    title = f"What the tubes read of {kind} of {' × '.join(map(str, sizes))}"
    figure, times, step, end = film_page(
        clip, len(tubes) + 2, 0, 44, BARS + 100, title, WORDS.caption)
    write(figure, end + 30, TOP - 14, "voxels read by ... places", color=FAINT)
    counts = [coverage(tube, shape) for tube in cfg.tubes]
    for i, tube in tubes.items():
        top = TOP + i * step
        name_tube(figure, LEFT, top + 28, tube, shape, color(i))
        _row(figure, top, end, clip, times, {i: tube}, counts[i], color(i))
    top, total = top + step, sum(counts)
    label(figure, LEFT + 26, top + 28, "All tubes", "what any of them reads")
    _row(figure, top, end, clip, times, tubes, total, INK if len(tubes) > 1 else color(0))
    top += step
    label(figure, LEFT + 26, top + 28, "Places on each pixel", "white: none; black: 3 or more")
    strip(figure, top, shades(INK)[np.minimum(total[times], LEVELS - 1)])
    return figure


def draw_reads(ax, frame, tubes, t, shape):
    """A frame uint8 (H, W, 3), number t of a clip, and the boxes of tubes {i: Tube} that read it.
    """
    read = sum(coverage(tube, shape)[t] for tube in tubes.values()) > 0
    show(ax, np.where(read[..., None], frame / 255, pale(frame)))
    for i, tube in tubes.items():
        outline(ax, boxes(tube, shape), t, color(i))


def outline(ax, found, t, shade, linewidth=1.1):
    """Those of the boxes (n, 2, 3) that read frame t, over a picture with the frame's pixels."""
    near, far = found[:, 0], found[:, 1]
    now = (near[:, 0] <= t) & (t < far[:, 0])
    ax.add_collection(PatchCollection(
        [Rectangle((x - 0.5, y - 0.5), right - x, low - y)
         for (_, y, x), (_, low, right) in zip(near[now], far[now], strict=True)],
        facecolor="none", edgecolor=shade, linewidth=linewidth))


@tidy
def draw_shares(ax, counts, shade):
    """Which share of the voxels (T, H, W) so many places read: bars, named at both ends."""
    found = shares(counts)
    ax.barh(range(LEVELS), found, color=shades(shade), edgecolor=LINE, linewidth=0.8, height=0.7)
    for level, share in enumerate(found):
        ax.text(share + 0.03, level, f"{share:.1%}", va="center", fontsize=8)
    ax.set_yticks(range(LEVELS), [*map(str, range(LEVELS - 1)), f"{LEVELS - 1}+"])
    ax.set(xlim=(0, 1), ylim=(LEVELS - 0.5, -0.5), xticks=[])
    ax.spines[:].set_visible(False)
    ax.tick_params(length=0)


def shares(counts):
    """Shares of voxels (T, H, W) that 0, 1, 2, 3 or more places read: (4,), of sum 1."""
    return np.bincount(np.minimum(counts, LEVELS - 1).ravel(), minlength=LEVELS) / counts.size


def shades(shade):
    """White to the shade, one for each level: (4, 3)."""
    return 1 - np.linspace(0, 1, LEVELS)[:, None] * (1 - np.array(to_rgb(shade)))


def _row(figure, top, end, clip, times, tubes, counts, shade):
    """Frames with the boxes of tubes {i: Tube}, and beside them the shares of their counts."""
    for ax, t in zip(strip(figure, top, clip[times] / 255), times, strict=True):
        ax.clear()
        draw_reads(ax, clip[t], tubes, t, clip.shape[:3])
    draw_shares(place(figure, end + 60, top, BARS - 80, zoomed(*clip.shape[1:3])[0]), counts, shade)
