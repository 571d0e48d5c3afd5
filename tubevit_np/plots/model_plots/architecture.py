"""The whole model in one picture: from a clip and from an image to scores of classes (Fig. 2)."""

import itertools
import math
from collections.abc import Mapping
from typing import NamedTuple

import numpy as np
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection, PatchCollection
from matplotlib.figure import Figure
from matplotlib.patches import FancyArrowPatch, FancyBboxPatch, Rectangle

from tubevit_np.model.config import Config, format_size
from tubevit_np.model.geometry import centers, grid, token_counts
from tubevit_np.model.position import sincos_3d
from tubevit_np.plots.fonts import text_width, writable
from tubevit_np.plots.layout import words
from tubevit_np.plots.measure import cut, wrapped
from tubevit_np.plots.model_plots.oblique import DEPTH, draw_edges, draw_voxels
from tubevit_np.plots.model_plots.sampling import starts
from tubevit_np.plots.style import DPI, FAINT, INK, LINE, color, page, place, points, tidy

WORDS = words("architecture")
WIDTH, BAND, GAP = 2100, 158, 70  # pixels, as all numbers below; BAND: the height of one tube's row
HEADINGS = {  # what stands in a column, and how it is made
    "Input": "a video or an image", "Tubes": "sparse 3D kernels", "Tokens": "voxels × kernel",
    "+ Positions": "sin, cos of t, h, w", "Encoder": "{depth} ViT blocks",
    "Pooling": "a learned query", "Heads": "linear layers"}
LEFTS = dict(zip(HEADINGS, (60, 600, 860, 1080, 1340, 1620, 1880), strict=True))
TOP = 190  # below the headings
WHERE = ((0.9, 0.1), (0.3, 0.5), (0.1, 0.5), (0.9, 0.9))  # down and across: each tube's place
NUM_DOTS = 9  # tokens drawn in encoder and pooling


class Plan(NamedTuple):
    """Where the parts of the picture are, in pixels of the gallery.

    Parameters
    ----------
    lefts : dict of float
        Left edge of each column, by its heading.
    width, height : float
        Size of the picture.
    image, middle : float
        The row where the path of the image begins, and the middle of encoder, pooling and heads.
    second : float, default 0
        How far below the other headings those of encoder, pooling and heads stand; 0 in one row.
    zoom, fonts : float, default 1
        Size of the picture and of its texts, in proportion to the gallery.
    heading : float, default 13
        Font size of the headings, where other texts have 10 points.
    plus : float, default 16
        Font size of the plus signs.
    vector : pair of float, default (95, 100)
        Where "one vector" stands, from the upper left of pooling and from the middle.
    """

    lefts: Mapping[str, float]
    width: float
    height: float
    image: float
    middle: float
    second: float = 0
    zoom: float = 1
    fonts: float = 1
    heading: float = 13
    plus: float = 16
    vector: tuple[float, float] = 95, 100


def one_row(clip: np.ndarray, cfg: Config) -> Plan:
    """Return the plan of the gallery, with all columns side by side."""
    fitting = sum(map(bool, token_counts(cfg, clip.shape[:3])))
    image = TOP + BAND * max(fitting, 3) + GAP  # the row where the image's path begins
    return Plan(LEFTS, WIDTH, image + 310, image, (TOP + image + BAND) / 2)


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
    plan = one_row(clip, cfg)
    figure = page(plan.width, plan.height)
    draw_model(place(figure, 0, 0, plan.width, plan.height), clip, cfg, plan)
    return figure


@tidy
def draw_model(ax: Axes, clip: np.ndarray, cfg: Config, plan: Plan) -> None:
    """Draw the path of a clip and of its first frame through the model.

    Parameters
    ----------
    ax : Axes
        Where to draw.
    clip : array, shape (T, H, W, 3), uint8
        The clip whose voxels are drawn.
    cfg : Config
        The model. Its tubes must fit into the clip to be drawn.
    plan : Plan
        Where the parts are.
    """
    ax.set(xlim=(0, plan.width), ylim=(plan.height, 0))
    ax.set_axis_off()
    _headings(ax, cfg, plan)
    _path(ax, clip, cfg, TOP, 330, plan)
    _path(ax, clip[:1], cfg, plan.image, 230, plan)
    _note(ax, plan)
    shades = [color(i) for i in range(len(cfg.tubes))]
    _encoder(ax, shades, plan)
    _pooling(ax, shades, plan)
    _heads(ax, cfg.classes, plan)


def _note(ax, plan):
    """Say what an image gives, below the encoder or below the pooling."""
    below = ("Pooling", plan.middle + 270) if plan.second else ("Encoder", plan.image + 150)
    _write(ax, plan, plan.lefts[below[0]], below[1], "An image gives only 2D patches.\n"
           "Its weights are those of the video path.")


def _headings(ax, cfg, plan):
    """Name each column."""
    lefts = [*plan.lefts.values(), plan.width]
    for k, (name, how) in enumerate(HEADINGS.items()):
        down = plan.second if name in ("Encoder", "Pooling", "Heads") else 0
        room = (lefts[k + 1] if lefts[k + 1] > lefts[k] else plan.width) - lefts[k] - 20
        size = points(10 * plan.fonts)
        _write(ax, plan, lefts[k], 70 + down, name, plan.heading, weight="bold")
        for row, line in enumerate(wrapped(how.format(depth=cfg.depth), room * plan.zoom, size)):
            base = 108 + down + row * 1.25 * size * DPI / 72 / plan.zoom
            _write(ax, plan, lefts[k], base, line, color=FAINT)


def _path(ax, clip, cfg, top, side, plan):
    """Draw an input, one box of each tube cut out of it, all tokens and their positions."""
    scale, shape, left = side / max(clip.shape[1:3]), clip.shape[:3], plan.lefts["Input"]
    origin = np.array([left, top - scale * DEPTH[1] * len(clip)])
    draw_voxels(ax, clip, origin, scale, pale=0.35)
    title = f"video, {format_size(shape)}" if len(clip) > 1 else f"image, {format_size(shape[1:])}"
    _write(ax, plan, left, origin[1] + side + 40, title.replace("x", "×"), color=FAINT)
    tubes = {i: tube for i, tube in enumerate(cfg.tubes) if all(grid(tube, shape))}
    for k, (i, tube) in enumerate(tubes.items()):
        near = _first_box(tube, shape, WHERE[i % len(WHERE)])
        draw_edges(ax, near, tube.kernel, origin, scale, color(i), fill=0.5,
                   linewidth=1.2 * plan.zoom)
        _cut(ax, tube, clip, near, top + BAND * k, color(i), plan)
        _tokens(ax, tube, shape, top + BAND * k, color(i), plan)
    row, right = top + BAND * (len(tubes) - 1) / 2 + 45, side + scale * DEPTH[0] * len(clip)
    _arrow(ax, plan, (left + right + 20, row), (plan.lefts["Tubes"] - 20, row))
    _to_encoder(ax, plan, row)


def _to_encoder(ax, plan, row):
    """Draw the way of all tokens from this row to the encoder: straight, or around to its left."""
    start, end = plan.lefts["+ Positions"] + 150, plan.lefts["Encoder"] - 20
    if not plan.second:
        return _arrow(ax, plan, (start, row), (end, plan.middle + 0.45 * (row - plan.middle)))
    right, turn = plan.width - 12, plan.second + 20
    ax.plot([start, right, right, 12, 12], [row, row, turn, turn, plan.middle], color=FAINT,
            linewidth=1.4 * plan.zoom, solid_joinstyle="round")
    return _arrow(ax, plan, (12, plan.middle), (end + 12, plan.middle))


def _first_box(tube, shape, where):
    """Where one box of the tube starts (t, h, w): first in time, at these fractions of a frame."""
    times, rows, columns = starts(tube, shape)
    return times[0], rows[int(where[0] * len(rows))], columns[int(where[1] * len(columns))]


def _cut(ax, tube, clip, near, top, shade, plan):
    """Draw the voxels of one box, and the size of the kernel that reads them."""
    voxels = clip[tuple(slice(a, a + k) for a, k in zip(near, tube.kernel, strict=True))]
    scale = min(8, 90 / (tube.kernel[1] - DEPTH[1] * tube.kernel[0]))
    left = plan.lefts["Tubes"]
    origin = np.array([left, top - scale * DEPTH[1] * tube.kernel[0]])
    draw_voxels(ax, voxels, origin, scale)
    draw_edges(ax, (0, 0, 0), tube.kernel, origin, scale, shade, linewidth=1.6 * plan.zoom)
    _write(ax, plan, left, top + 126, tube.name.replace("x", "×"), color=shade, weight="bold")


def _tokens(ax, tube, shape, top, shade, plan):
    """Draw the tokens of a tube, time step by time step, and the position of each as a color."""
    counts, at = grid(tube, shape), centers(tube, shape)
    t, h, w = np.indices(counts).reshape(3, -1)
    cell = min(15, 90 / counts[1], 150 / (counts[0] * (counts[2] + 0.5)))
    corners = np.stack([cell * (w + t * (counts[2] + 0.5)), top + cell * h], axis=1)
    waves = sincos_3d(at * math.pi / (2 * max(shape)), 6)[:, ::2]  # sin t, sin h, sin w in [0, 1]
    tokens, positions = plan.lefts["Tokens"], plan.lefts["+ Positions"]
    for left, shades in ((tokens, [shade] * len(at)), (positions, waves)):
        ax.add_collection(PatchCollection(
            [Rectangle((left + x, y), 0.87 * cell, 0.87 * cell) for x, y in corners],
            facecolors=shades, edgecolors="none"))
    _write(ax, plan, tokens, top + 126, f"{len(at)} tokens", color=shade)
    _write(ax, plan, positions - 42, top + 58, "+", plan.plus, color=FAINT)


def _encoder(ax, shades, plan):
    """Draw tokens that all attend to all, block after block."""
    left, middle = plan.lefts["Encoder"], plan.middle
    rows = middle + 62 * (np.arange(NUM_DOTS) - (NUM_DOTS - 1) / 2)
    columns = left + 30 + 65 * np.arange(3)
    ax.add_patch(FancyBboxPatch((left, rows[0] - 45), 190, rows[-1] - rows[0] + 90,
                                boxstyle="round,pad=0,rounding_size=16", facecolor="#f5f6f7",
                                edgecolor=LINE))
    for here, there in itertools.pairwise(columns):
        ax.add_collection(LineCollection([((here, a), (there, b)) for a in rows for b in rows],
                                         colors=LINE, linewidths=0.6 * plan.zoom))
    for x in columns:
        _dots(ax, plan, x, rows, shades)
    _arrow(ax, plan, (left + 205, middle), (plan.lefts["Pooling"] - 15, middle))


def _pooling(ax, shades, plan):
    """Draw the learned query, which weighs all tokens into one vector."""
    left, middle = plan.lefts["Pooling"], plan.middle
    rows = middle + 40 * (np.arange(NUM_DOTS) - (NUM_DOTS - 1) / 2)
    weights = 0.5 + 3 * np.cos(2.1 * np.arange(NUM_DOTS)) ** 4
    ax.add_collection(LineCollection([((left + 8, y), (left + 130, middle)) for y in rows],
                                     colors=FAINT, linewidths=weights * plan.zoom))
    _dots(ax, plan, left + 8, rows, shades)
    ax.plot(left + 130, middle, "o", color=INK, markersize=9 * plan.zoom)
    _write(ax, plan, left + plan.vector[0], middle + plan.vector[1], "one vector", color=FAINT)
    _arrow(ax, plan, (left + 155, middle), (plan.lefts["Heads"] - 20, middle))


def _heads(ax, classes, plan):
    """Draw one linear layer for each classification head."""
    for k, (name, count) in enumerate(classes.items()):
        left, y = plan.lefts["Heads"], plan.middle + 110 * (k - (len(classes) - 1) / 2)
        ax.add_patch(FancyBboxPatch((left, y - 40), 170, 80, facecolor="white", edgecolor=INK,
                                    boxstyle="round,pad=0,rounding_size=12"))
        size = min(10, 10 * 150 / text_width(name, weight="bold", fontsize=10))  # fits into its box
        apart = 4 if plan.zoom < 1 else 0  # small boxes, letters that are not as small
        name = cut(name, 165 * plan.zoom, points(size * plan.fonts), "bold")
        _write(ax, plan, left + 85, y - 5 - apart, name, size, ha="center", weight="bold")
        _write(ax, plan, left + 85, y + 25 + apart, f"{count} classes", 9, ha="center", color=FAINT)


def _dots(ax, plan, x, rows, shades):
    """Draw a column of tokens, each in the color of its tube."""
    ax.scatter(np.full(len(rows), x), rows, s=42 * plan.zoom**2, zorder=3,
               c=[shades[k * len(shades) // len(rows)] for k in range(len(rows))])


def _arrow(ax, plan, start, end):
    """Draw the way from one part of the model to the next."""
    ax.add_patch(FancyArrowPatch(start, end, arrowstyle="-|>", mutation_scale=14 * plan.zoom,
                                 color=FAINT, shrinkA=0, shrinkB=0, linewidth=1.4 * plan.zoom))


def _write(ax, plan, x, y, text, size=10, **options):
    """Write text that starts at x, on the row y."""
    ax.text(x, y, writable(text), fontsize=points(size * plan.fonts), **options)
