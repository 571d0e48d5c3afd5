"""Where each tube reads a clip, on frames of the clip itself (Sec. 3.2, Fig. 2)."""

import numpy as np
from matplotlib.collections import PatchCollection
from matplotlib.colors import to_rgb
from matplotlib.patches import Rectangle
from matplotlib.ticker import NullLocator

from tubevit_np.plots.analysis.receptive_fields import coverage
from tubevit_np.plots.kernel_plots.grid import show
from tubevit_np.plots.model_plots.frame_strip import BETWEEN, number, pale, picks, strip, zoomed
from tubevit_np.plots.model_plots.sampling import boxes, name_tube
from tubevit_np.plots.style import FAINT, INK, LINE, colour, place, sheet, tidy, write

LEFT, NAMES, TOP, BARS = 60, 390, 170, 300  # pixels
LEVELS = 4  # by how many places: 0, 1, 2, 3 or more
ALT = (
    "Frames of a clip, a row for each tube: boxes in the tube's colour where its kernel reads that "
    "frame, everything else pale; then all tubes together, and how many places read each pixel. "
    "Beside each row the shares of the clip that 0, 1, 2 and more places read.")
CAPTION = (
    "Frames of one clip, time to the right. A box is a place of a tube's kernel that reads this "
    "frame; what no box of the row reads is grey and pale. Where space-to-depth packs several "
    "places into one token all are drawn. Bars: the share of all voxels of the clip, not only of "
    "these frames, that so many places read. Last row: white is read by none, darker by more; a "
    "grey scale of four steps, the last one for 3 and more. Pixels grow by whole numbers, without "
    "interpolation.")


@tidy
def draw_overlay(clip, cfg, title=""):
    """The page of a clip uint8 (T, H, W, 3), or of an image with T = 1."""
    shape, times = clip.shape[:3], picks(len(clip))
    height, width = zoomed(*shape[1:])
    film = len(times) * (width + BETWEEN)
    across, step = LEFT + NAMES + film + 40 + BARS + 60, height + 44
    figure = sheet(across, TOP + (len(cfg.tubes) + 2) * step,
                   title or f"What the tubes read of {size(shape)}", CAPTION, LEFT, 76)
    number(figure, LEFT + NAMES, TOP - 14, times, width)
    write(figure, LEFT + NAMES + film + 30, TOP - 14, "voxels read by ... places", color=FAINT)
    counts = [coverage(tube, shape) for tube in cfg.tubes]
    for i, tube in enumerate(cfg.tubes):
        name_tube(figure, LEFT, TOP + i * step + 28, tube, shape, colour(i))
        _row(figure, TOP + i * step, clip, times, [i], cfg, counts[i])
    top, total = TOP + len(cfg.tubes) * step, sum(counts)
    _say(figure, top, "All tubes", "what any of them reads")
    _row(figure, top, clip, times, range(len(cfg.tubes)), cfg, total)
    _say(figure, top + step, "Places on each pixel", "white: none; black: 3 or more")
    strip(figure, LEFT + NAMES, top + step, shades(INK)[np.minimum(total[times], LEVELS - 1)])
    return figure


def draw_reads(ax, frame, tubes, t, shape):
    """A frame uint8 (H, W, 3), number t of a clip, and the boxes of tubes {i: Tube} that read it.
    """
    read = sum(coverage(tube, shape)[t] for tube in tubes.values()) > 0
    show(ax, np.where(read[..., None], frame / 255, pale(frame)))
    for i, tube in tubes.items():
        outline(ax, boxes(tube, shape), t, colour(i))


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
    names = [str(level) for level in range(LEVELS - 1)] + [f"{LEVELS - 1}+"]
    ax.set_yticks(range(LEVELS), names)
    ax.set(xlim=(0, 1), ylim=(LEVELS - 0.5, -0.5))
    ax.xaxis.set_major_locator(NullLocator())
    ax.spines[:].set_visible(False)
    ax.tick_params(length=0)


def shares(counts):
    """Shares of voxels (T, H, W) that 0, 1, 2, 3 or more places read: (4,), of sum 1."""
    return np.bincount(np.minimum(counts, LEVELS - 1).ravel(), minlength=LEVELS) / counts.size


def shades(shade):
    """White to the shade, one for each level: (4, 3)."""
    return 1 - np.linspace(0, 1, LEVELS)[:, None] * (1 - np.array(to_rgb(shade)))


def size(shape):
    t, h, w = shape
    return f"an image of {h} × {w}" if t == 1 else f"a clip of {t} × {h} × {w}"


def _row(figure, top, clip, times, chosen, cfg, counts):
    """Frames with the boxes of the chosen tubes, and their shares."""
    left, tubes = LEFT + NAMES, {i: cfg.tubes[i] for i in chosen}
    for ax, t in zip(strip(figure, left, top, clip[times] / 255), times, strict=True):
        ax.clear()
        draw_reads(ax, clip[t], tubes, t, clip.shape[:3])
    height, width = zoomed(*clip.shape[1:3])
    ax = place(figure, left + len(times) * (width + BETWEEN) + 60, top, BARS - 80, height)
    draw_shares(ax, counts, colour(chosen[0]) if len(tubes) == 1 else INK)


def _say(figure, top, name, what):
    write(figure, LEFT + 26, top + 28, name, fontsize=12, weight="bold")
    write(figure, LEFT + 26, top + 68, what, color=FAINT)
