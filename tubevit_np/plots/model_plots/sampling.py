"""Where each tube reads the video: boxes in space and time, and the same seen from two sides."""

import itertools
from collections.abc import Collection
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.collections import PatchCollection
from matplotlib.colors import to_rgb, to_rgba
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle
from mpl_toolkits.mplot3d.art3d import Line3DCollection, Poly3DCollection

from tubevit_np.model.config import Config, Tube
from tubevit_np.model.geometry import grid
from tubevit_np.plots.layout import label, sheet, words
from tubevit_np.plots.style import FAINT, color, place, points, tidy

AXES = ("time (frames)", "rows (pixels)", "columns (pixels)")
WORDS = words("sampling")
# The six faces of a box, each corner as three bits: near or far end in t, h, w.
_FACE = np.array([[(end, b, c) for b, c in ((0, 0), (0, 1), (1, 1), (1, 0))] for end in (0, 1)])
FACES = np.concatenate([np.roll(_FACE, turn, axis=2) for turn in range(3)])  # (6, 4, 3)
LIGHT = np.array([-0.25, -0.25, 0.35, 0.35, 0.0, 0.0])  # shade of each face, toward black or white


def starts(tube: Tube, shape: tuple[int, ...]) -> list[np.ndarray]:
    """Return where the kernel of a tube starts on each axis, for all members of all tokens.

    Parameters
    ----------
    tube : Tube
        A tube of a Config.
    shape : tuple of int
        (T, H, W) of the video.

    Returns
    -------
    list of 3 arrays of int
        Starts along t, h and w. The last axis of each array runs over the members; a start beyond
        the video is left out.
    """
    counts = grid(tube, shape) if all(grid(tube, shape)) else (0, 0, 0)  # no tokens, no places
    axes = zip(tube.offset, tube.stride, tube.s2d, counts, strict=True)
    found = [np.add.outer(offset + stride * np.arange(count), stride // factor * np.arange(factor))
             for offset, stride, factor, count in axes]
    return [at[at < length] for at, length in zip(found, shape, strict=True)]  # none lies outside


def boxes(tube: Tube, shape: tuple[int, ...]) -> np.ndarray:
    """Return all places of a tube's kernel as boxes, cut off at the edge of the video.

    Parameters
    ----------
    tube : Tube
        A tube of a Config.
    shape : tuple of int
        (T, H, W) of the video.

    Returns
    -------
    array, shape (n, 2, 3), int
        Near corner and far corner (t, h, w) of each box, the far one exclusive.
    """
    near = np.array(list(itertools.product(*starts(tube, shape)))).reshape(-1, 3)
    return np.stack([near, np.minimum(near + tube.kernel, shape)], axis=1)


@tidy
def draw_tubes(ax: Any, cfg: Config, shape: tuple[int, ...], only: int) -> None:
    """Draw the places of one tube as boxes in 3D.

    Parameters
    ----------
    ax : Axes3D
        Where to draw.
    cfg : Config
        The model.
    shape : tuple of int
        (T, H, W) of the video.
    only : int
        Number of the tube.
    """
    faces = _faces(boxes(cfg.tubes[only], shape))
    shades = np.tile(_lit(color(only)), (len(faces) // 6, 1))
    ax.add_collection3d(Poly3DCollection(faces, facecolors=shades, edgecolors=0.6 * shades,
                                         linewidths=0.35, clip_on=False))
    edge = _faces(np.array([[(0, 0, 0), shape]]))
    ax.add_collection3d(Line3DCollection(np.concatenate([edge, edge[:, :1]], axis=1), colors=FAINT,
                                         linewidths=0.5, clip_on=False))
    (t, h, w), side, faint = shape, max(shape[1:]), {"color": FAINT, "fontsize": points(7.5)}
    ax.set(xlim=(0, t), ylim=(0, w), zlim=(h, 0))
    ax.text(t / 2, 0, h + 0.2 * side, f"{t} frame{'s' * (t > 1)}", "x", ha="center", **faint)
    ax.text(1.06 * t, w / 2, h + 0.1 * side, f"{w}", **faint)
    ax.text(1.05 * t, 1.05 * w, h / 2, f"{h}", **faint)
    aspect = np.array([1.5, w / side, h / side])
    ax.set_box_aspect(aspect, zoom=0.514 * np.linalg.norm(aspect))  # time as wide for any shape
    ax.set_proj_type("ortho")
    ax.view_init(elev=22, azim=-58)
    ax.set_axis_off()


@tidy
def draw_grid(ax: Axes, cfg: Config, shape: tuple[int, ...],
              view: tuple[int, int] = (1, 2), only: Collection[int] | None = None) -> None:
    """Draw the places of all tubes, seen along one axis.

    Parameters
    ----------
    ax : Axes
        Where to draw.
    cfg : Config
        The model.
    shape : tuple of int
        (T, H, W) of the video.
    view : pair of int, default (1, 2)
        Vertical and horizontal axis of the picture: 0 is t, 1 is h, 2 is w.
    only : collection of int, optional
        Numbers of the tubes to draw, in their own colors; all if not given.
    """
    down, across = view
    area = [-tube.kernel[down] * tube.kernel[across] for tube in cfg.tubes]
    order = np.argsort(area, kind="stable")
    for i in (i for i in order if only is None or i in only):  # small tubes on top
        at, size = starts(cfg.tubes[i], shape), cfg.tubes[i].kernel
        ax.add_collection(PatchCollection(
            [Rectangle((x, y), size[across], size[down]) for y in at[down] for x in at[across]],
            facecolor=to_rgba(color(i), 0.35), edgecolor=color(i), linewidth=0.8))
    ax.set(xlim=(0, shape[across]), ylim=(shape[down], 0), xlabel=AXES[across], ylabel=AXES[down],
           aspect="auto" if 0 in view else "equal", anchor="NW")


@tidy
def draw_sampling(cfg: Config, shape: tuple[int, ...]) -> Figure:
    """Draw where the tubes read a video: each tube in 3D, all tubes from the front and the side.

    Parameters
    ----------
    cfg : Config
        The model.
    shape : tuple of int
        (T, H, W) of the video.

    Returns
    -------
    Figure
        The page.

    References
    ----------
    Section 3.2, Fig. 2.
    """
    tokens = sum(np.prod(grid(tube, shape)) for tube in cfg.tubes)
    title = f"{tokens} tokens from a video of {' × '.join(map(str, shape))}"
    figure = sheet(2100, 1225, title, WORDS.caption, 60, 76, tail=47)
    width = min(495, 1980 // len(cfg.tubes))
    for i, tube in enumerate(cfg.tubes):
        left = 60 + width * i
        name_tube(figure, left, 150, tube, shape, color(i))
        ax = place(figure, left - 44, 205, width, 450, projection="3d", facecolor="none")
        draw_tubes(ax, cfg, shape, i)
    draw_grid(place(figure, 140, 740, 380, 380, title="From the front"), cfg, shape)
    draw_grid(place(figure, 640, 740, 1400, 380, title="From the side"), cfg, shape, (1, 0))
    return figure


def name_tube(figure: Figure, left: float, base: float, tube: Tube, shape: tuple[int, ...],
              shade: str) -> None:
    """Write the kernel size of a tube and its number of tokens, beside a bar in its color."""
    counts, packed = grid(tube, shape), f", {tube.members} places each" if tube.members > 1 else ""
    kernel, tokens = (" × ".join(map(str, sizes)) for sizes in (tube.kernel, counts))
    tokens = f"{tokens} = {np.prod(counts)} tokens{packed}"
    label(figure, left + 26, base, kernel, tokens, shade=shade)


def _lit(shade):
    """Return the colors of the six faces of a box lit from above, (6, 3)."""
    towards = np.where(LIGHT > 0, 1.0, 0.0)[:, None]
    return to_rgb(shade) + np.abs(LIGHT)[:, None] * (towards - to_rgb(shade))


def _faces(corners):
    """Return corners (n, 2, 3) in t, h, w as quadrilaterals (6 n, 4, 3) in the order t, w, h."""
    faces = np.where(FACES, corners[:, None, None, 1], corners[:, None, None, 0])
    return faces.reshape(-1, 4, 3)[..., [0, 2, 1]]
