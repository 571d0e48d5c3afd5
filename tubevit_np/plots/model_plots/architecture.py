"""The whole model in one picture: from a clip and from an image to scores of classes (Fig. 2)."""

import itertools
import math

import numpy as np
from matplotlib.collections import LineCollection, PatchCollection
from matplotlib.figure import Figure
from matplotlib.patches import FancyArrowPatch, FancyBboxPatch, Rectangle

from tubevit_np.model.config import Config, format_size
from tubevit_np.model.geometry import centers, grid, token_counts
from tubevit_np.model.position import sincos_3d
from tubevit_np.plots.fonts import text_width, writable
from tubevit_np.plots.layout import words
from tubevit_np.plots.model_plots.oblique import DEPTH, draw_edges, draw_voxels
from tubevit_np.plots.model_plots.sampling import starts
from tubevit_np.plots.style import FAINT, INK, LINE, color, page, place, tidy

WORDS = words("architecture")
WIDTH, BAND, GAP = 2100, 158, 70  # pixels, as all numbers below; BAND: the height of one tube's row
INPUT, BOX, TOKENS, POSITIONS, ENCODER, POOL, HEADS = 60, 600, 860, 1080, 1340, 1620, 1880
HEADINGS = {  # left edge: (what stands there, how it is made)
    INPUT: ("Input", "a video or an image"),
    BOX: ("Tubes", "sparse 3D kernels"),
    TOKENS: ("Tokens", "voxels × kernel"),
    POSITIONS: ("+ Positions", "sin, cos of t, h, w"),
    ENCODER: ("Encoder", "{depth} ViT blocks"),
    POOL: ("Pooling", "a learned query"),
    HEADS: ("Heads", "linear layers")}
TOP = 190  # below the headings
WHERE = ((0.9, 0.1), (0.3, 0.5), (0.1, 0.5), (0.9, 0.9))  # down and across: each tube's place
NUM_DOTS = 9  # tokens drawn in encoder and pooling


@tidy
def draw_architecture(clip: np.ndarray, cfg: Config) -> Figure:
    """Draw the path of a clip and of its first frame through the model.

    Parameters
    ----------
    clip : array, shape (T, H, W, 3), uint8
        The clip whose voxels are drawn.
    cfg : Config
        The model. Its tubes must fit into the clip to be drawn.

    Returns
    -------
    Figure

    References
    ----------
    Fig. 2.
    """
    fitting = sum(map(bool, token_counts(cfg, clip.shape[:3])))
    image = TOP + BAND * max(fitting, 3) + GAP  # the row where the image's path begins
    figure, middle = page(WIDTH, image + 310), (TOP + image + BAND) / 2
    ax = place(figure, 0, 0, WIDTH, image + 310, xlim=(0, WIDTH), ylim=(image + 310, 0))
    ax.set_axis_off()
    _headings(ax, cfg)
    _path(ax, clip, cfg, TOP, 330, middle)
    _path(ax, clip[:1], cfg, image, 230, middle)
    _write(ax, ENCODER, image + 150, "An image gives only 2D patches.\n"
           "Its weights are those of the video path.")
    shades = [color(i) for i in range(len(cfg.tubes))]
    _encoder(ax, shades, middle)
    _pooling(ax, shades, middle)
    _heads(ax, cfg.classes, middle)
    return figure


def _headings(ax, cfg):
    """Name each column."""
    for left, (name, how) in HEADINGS.items():
        _write(ax, left, 70, name, fontsize=13, weight="bold")
        _write(ax, left, 108, how.format(depth=cfg.depth), color=FAINT)


def _path(ax, clip, cfg, top, side, middle):
    """Draw an input, one box of each tube cut out of it, all tokens and their positions."""
    scale, shape = side / max(clip.shape[1:3]), clip.shape[:3]
    origin = np.array([INPUT, top - scale * DEPTH[1] * len(clip)])
    draw_voxels(ax, clip, origin, scale, pale=0.35)
    title = f"video, {format_size(shape)}" if len(clip) > 1 else f"image, {format_size(shape[1:])}"
    _write(ax, INPUT, origin[1] + side + 40, title.replace("x", "×"), color=FAINT)
    tubes = {i: tube for i, tube in enumerate(cfg.tubes) if all(grid(tube, shape))}
    for k, (i, tube) in enumerate(tubes.items()):
        near = _first_box(tube, shape, WHERE[i % len(WHERE)])
        draw_edges(ax, near, tube.kernel, origin, scale, color(i), fill=0.5)
        _cut(ax, tube, clip, near, top + BAND * k, color(i))
        _tokens(ax, tube, shape, top + BAND * k, color(i))
    row, right = top + BAND * (len(tubes) - 1) / 2 + 45, side + scale * DEPTH[0] * len(clip)
    _arrow(ax, (INPUT + right + 20, row), (BOX - 20, row))
    _arrow(ax, (POSITIONS + 150, row), (ENCODER - 20, middle + 0.45 * (row - middle)))


def _first_box(tube, shape, where):
    """Where one box of the tube starts (t, h, w): first in time, at these fractions of a frame."""
    times, rows, columns = starts(tube, shape)
    return times[0], rows[int(where[0] * len(rows))], columns[int(where[1] * len(columns))]


def _cut(ax, tube, clip, near, top, shade):
    """Draw the voxels of one box, and the size of the kernel that reads them."""
    voxels = clip[tuple(slice(a, a + k) for a, k in zip(near, tube.kernel, strict=True))]
    scale = min(8, 90 / (tube.kernel[1] - DEPTH[1] * tube.kernel[0]))
    origin = np.array([BOX, top - scale * DEPTH[1] * tube.kernel[0]])
    draw_voxels(ax, voxels, origin, scale)
    draw_edges(ax, (0, 0, 0), tube.kernel, origin, scale, shade, linewidth=1.6)
    _write(ax, BOX, top + 126, tube.name.replace("x", "×"), color=shade, weight="bold")


def _tokens(ax, tube, shape, top, shade):
    """Draw the tokens of a tube, time step by time step, and the position of each as a color."""
    counts, at = grid(tube, shape), centers(tube, shape)
    t, h, w = np.indices(counts).reshape(3, -1)
    cell = min(15, 90 / counts[1], 150 / (counts[0] * (counts[2] + 0.5)))
    corners = np.stack([cell * (w + t * (counts[2] + 0.5)), top + cell * h], axis=1)
    waves = sincos_3d(at * math.pi / (2 * max(shape)), 6)[:, ::2]  # sin t, sin h, sin w in [0, 1]
    for left, shades in ((TOKENS, [shade] * len(at)), (POSITIONS, waves)):
        ax.add_collection(PatchCollection(
            [Rectangle((left + x, y), 0.87 * cell, 0.87 * cell) for x, y in corners],
            facecolors=shades, edgecolors="none"))
    _write(ax, TOKENS, top + 126, f"{len(at)} tokens", color=shade)
    _write(ax, POSITIONS - 42, top + 58, "+", fontsize=16, color=FAINT)


def _encoder(ax, shades, middle):
    """Draw tokens that all attend to all, block after block."""
    rows = middle + 62 * (np.arange(NUM_DOTS) - (NUM_DOTS - 1) / 2)
    columns = ENCODER + 30 + 65 * np.arange(3)
    ax.add_patch(FancyBboxPatch((ENCODER, rows[0] - 45), 190, rows[-1] - rows[0] + 90,
                                boxstyle="round,pad=0,rounding_size=16", facecolor="#f5f6f7",
                                edgecolor=LINE))
    for left, right in itertools.pairwise(columns):
        ax.add_collection(LineCollection([((left, a), (right, b)) for a in rows for b in rows],
                                         colors=LINE, linewidths=0.6))
    for x in columns:
        _dots(ax, x, rows, shades)
    _arrow(ax, (ENCODER + 205, middle), (POOL - 15, middle))


def _pooling(ax, shades, middle):
    """Draw the learned query, which weighs all tokens into one vector."""
    rows = middle + 40 * (np.arange(NUM_DOTS) - (NUM_DOTS - 1) / 2)
    weights = 0.5 + 3 * np.cos(2.1 * np.arange(NUM_DOTS)) ** 4
    ax.add_collection(LineCollection([((POOL + 8, y), (POOL + 130, middle)) for y in rows],
                                     colors=FAINT, linewidths=weights))
    _dots(ax, POOL + 8, rows, shades)
    ax.plot(POOL + 130, middle, "o", color=INK, markersize=9)
    _write(ax, POOL + 95, middle + 100, "one vector", color=FAINT)
    _arrow(ax, (POOL + 155, middle), (HEADS - 20, middle))


def _heads(ax, classes, middle):
    """Draw one linear layer for each classification head."""
    for k, (name, count) in enumerate(classes.items()):
        y = middle + 110 * (k - (len(classes) - 1) / 2)
        ax.add_patch(FancyBboxPatch((HEADS, y - 40), 170, 80, facecolor="white", edgecolor=INK,
                                    boxstyle="round,pad=0,rounding_size=12"))
        size = min(10, 10 * 150 / text_width(name, weight="bold", fontsize=10))  # fits into its box
        _write(ax, HEADS + 85, y - 5, name, ha="center", weight="bold", fontsize=size)
        _write(ax, HEADS + 85, y + 25, f"{count} classes", ha="center", color=FAINT, fontsize=9)


def _dots(ax, x, rows, shades):
    """Draw a column of tokens, each in the color of its tube."""
    ax.scatter(np.full(len(rows), x), rows, s=42, zorder=3,
               c=[shades[k * len(shades) // len(rows)] for k in range(len(rows))])


def _arrow(ax, start, end):
    """Draw the way from one part of the model to the next."""
    ax.add_patch(FancyArrowPatch(start, end, arrowstyle="-|>", mutation_scale=14, color=FAINT,
                                 shrinkA=0, shrinkB=0, linewidth=1.4))


def _write(ax, x, y, text, **options):
    """Write text that starts at x, on the row y."""
    ax.text(x, y, writable(text), **{"fontsize": 10} | options)
