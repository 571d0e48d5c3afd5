"""Labels of points at places where they hide no other point."""

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.patheffects import withStroke

from tubevit_np.plots import style
from tubevit_np.plots.measure import extent

SIZE = 7.5  # points
NEAR = 30  # pixels; a label that is farther from its point gets a line
# From the point to the corner of the label, in pixels: to the right or left, and upward.
OFFSETS = [(side, up) for up in (6, 24, 42, 64, 90, 120, 160, 210) for side in (12, -12)]
OUTLINE = [withStroke(linewidth=2, foreground="white")]  # hides less than a white box


def free_label(ax: Axes, at: tuple[float, float], text: str, points: np.ndarray,
               taken: list[tuple[float, ...]]) -> None:
    """Write a label beside a point, at the nearest place with the fewest other points.

    Parameters
    ----------
    ax : Axes
        Where to write. Its limits must be final.
    at : pair of float
        The point, in the coordinates of the data.
    text : str
        The label.
    points : array, shape (n, 2)
        The points that the label should not hide, in the coordinates of the data.
    taken : list of tuple
        Boxes (left, bottom, right, top) of earlier labels, in pixels. The new box is appended.
    """
    size = extent(text, style.points(SIZE)), style.points(SIZE) * style.DPI / 72
    here, others = ax.transData.transform(at), ax.transData.transform(points)
    inside = ax.get_window_extent()
    boxes = [box_beside(here, offset, size) for offset in OFFSETS]
    costs = [hidden(box, others) + 1000 * (box[2] > inside.x1 + 20 or box[3] > inside.y1 + 20)
             + 1000 * sum(overlap(box, other) for other in taken) for box in boxes]
    best = int(np.argmin(costs))
    taken.append(boxes[best])
    _write(ax, at, text, *OFFSETS[best])


def box_beside(here: np.ndarray | Sequence[float], offset: tuple[int, int],
               size: tuple[float, float]) -> tuple[float, ...]:
    """Return (left, bottom, right, top) of a label, all in pixels."""
    left = here[0] + (offset[0] if offset[0] > 0 else offset[0] - size[0])
    return left, here[1] + offset[1], left + size[0], here[1] + offset[1] + size[1]


def hidden(box: tuple[float, ...], points: np.ndarray, radius: float = 4) -> int:
    """Count the points (n, 2) of this radius that a box hides, in pixels."""
    low, high = np.array(box[:2]) - radius, np.array(box[2:]) + radius
    return int(((points > low) & (points < high)).all(axis=1).sum())


def overlap(one: tuple[float, ...], other: tuple[float, ...]) -> bool:
    """Return whether two boxes have a common point."""
    return (one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3])


def _write(ax, at, text, side, up):
    """Write a label at an offset from its point, in pixels, with a line if it is far away."""
    line = {"arrowstyle": "-", "color": style.FAINT, "linewidth": 0.6, "shrinkA": 0, "shrinkB": 3,
            "relpos": (side < 0, 0), "zorder": 1}
    offset = np.array([side, up]) * 72 / style.DPI
    ax.annotate(text, at, tuple(offset), textcoords="offset points",
                ha="left" if side > 0 else "right", va="bottom", zorder=6,
                fontsize=style.points(SIZE), path_effects=OUTLINE, annotation_clip=False,
                arrowprops=line if up > NEAR else None)
