"""Boxes of voxels in oblique projection: front, top and right face, time to the upper right."""

import numpy as np
from matplotlib.axes import Axes
from matplotlib.collections import PolyCollection
from matplotlib.colors import to_rgba

DEPTH = np.array([0.62, -0.40])  # how far the next frame lies to the right and down, in pixels


def project(origin: np.ndarray, scale: float, t: np.ndarray, h: np.ndarray,
            w: np.ndarray) -> np.ndarray:
    """Project corners of voxels onto the page.

    Parameters
    ----------
    origin : array, shape (2,)
        Where the corner (0, 0, 0) lies, in pixels of the page.
    scale : float
        Pixels of the page per row or column of the clip.
    t, h, w : array, shape (...)
        Frame, row and column of the corners.

    Returns
    -------
    array, shape (..., 2)
        Pixels to the right and down.
    """
    t, h, w = np.broadcast_arrays(t, h, w)
    return origin + scale * np.stack([w + DEPTH[0] * t, h + DEPTH[1] * t], axis=-1)


def draw_voxels(ax: Axes, clip: np.ndarray, origin: np.ndarray, scale: float,
                pale: float = 0.0) -> None:
    """Draw the three visible faces of a clip, voxel by voxel.

    Parameters
    ----------
    ax : Axes
    clip : array, shape (T, H, W, 3), uint8
    origin : array, shape (2,)
    scale : float
        As for `project`.
    pale : float, default 0
        0 keeps the colors, 1 makes them white.
    """
    width = clip.shape[2]
    for pixels, face in ((clip[:, 0], lambda i, j: (i, 0, j)),  # top: t, w
                         (clip[:, :, -1], lambda i, j: (i, j, width)),  # right: t, h
                         (clip[0], lambda i, j: (0, i, j))):  # front: h, w
        shades = 1 - (1 - pale) * (1 - pixels.reshape(-1, 3) / 255)
        ax.add_collection(PolyCollection(_cells(origin, scale, pixels.shape[:2], face),
                                         facecolors=shades, edgecolors=shades, linewidths=0.3))


def draw_edges(ax: Axes, near: tuple[int, int, int], size: tuple[int, int, int],
               origin: np.ndarray, scale: float, shade: str, fill: float = 0.0,
               linewidth: float = 1.2) -> None:
    """Draw the three visible faces of a box in one color.

    Parameters
    ----------
    ax : Axes
    near : tuple of int
        Frame, row and column where the box starts.
    size : tuple of int
        Frames, rows and columns of the box.
    origin : array, shape (2,)
    scale : float
        As for `project`.
    shade : str
        Color of edges and faces.
    fill : float, default 0
        Opacity of the faces, 0 to 1.
    linewidth : float, default 1.2
        Of the edges, in points.
    """
    low, high = np.array(near), np.add(near, size)
    corners = [[(0, 0, 0), (0, 0, 1), (1, 0, 1), (1, 0, 0)],  # top
               [(0, 0, 1), (1, 0, 1), (1, 1, 1), (0, 1, 1)],  # right
               [(0, 0, 0), (0, 0, 1), (0, 1, 1), (0, 1, 0)]]  # front
    at = np.where(np.array(corners, bool), high, low)
    ax.add_collection(PolyCollection(list(project(origin, scale, *np.moveaxis(at, -1, 0))),
                                     facecolors=to_rgba(shade, fill), edgecolors=[shade],
                                     linewidths=linewidth, joinstyle="round"))


def _cells(origin, scale, sizes, face):
    """Return a quadrilateral for every pixel of a face: (n, 4, 2)."""
    i, j = np.indices(sizes).reshape(2, -1)
    corners = [face(i + a, j + b) for a, b in ((0, 0), (0, 1), (1, 1), (1, 0))]
    return np.stack([project(origin, scale, *corner) for corner in corners], axis=1)
