"""Receptive fields: which voxels of a clip each token reads.

They are computed by the model's `windows`, from a clip whose voxels hold their indices.
"""

import math

import numpy as np

from tubevit_np.model.config import Config, Tube
from tubevit_np.model.geometry import grid, token_counts
from tubevit_np.model.tubes import windows


def voxels(tube: Tube, shape: tuple[int, ...]) -> np.ndarray:
    """Return the voxels that each token of a tube reads.

    Parameters
    ----------
    tube : Tube
        A tube of a Config.
    shape : tuple of int
        (T, H, W) of the clip.

    Returns
    -------
    array, shape (N, reads), int
        Flat indices into the clip. -1 stands for zeros that space-to-depth reads beyond the far
        edge. Where members overlap, an index occurs several times. N = 0 if the tube does not fit.

    References
    ----------
    Section 3.2, Section 3.4.

    Examples
    --------
    >>> from tubevit_np.model.config import Tube
    >>> voxels(Tube((1, 1, 2), (1, 1, 2)), (1, 2, 4))
    array([[0, 1],
           [2, 3],
           [4, 5],
           [6, 7]])
    """
    if not all(grid(tube, shape)):
        return np.empty((0, tube.members * math.prod(tube.kernel)), int)
    numbers = np.arange(1, math.prod(shape) + 1).reshape(1, *shape, 1)
    cut = windows(numbers, tube)[0]
    return cut.reshape(len(cut), -1) - 1


def coverage(tube: Tube, shape: tuple[int, ...]) -> np.ndarray:
    """Count how many places of a tube read each voxel.

    Parameters
    ----------
    tube : Tube
        A tube of a Config.
    shape : tuple of int
        (T, H, W) of the clip.

    Returns
    -------
    array, shape (T, H, W), int
        The counts.
    """
    found = voxels(tube, shape)
    return np.bincount(found[found >= 0], minlength=math.prod(shape)).reshape(shape)


def heat(weights: np.ndarray, cfg: Config, shape: tuple[int, ...]) -> np.ndarray:
    """Spread the weight of each token evenly over the voxels that the token reads.

    Parameters
    ----------
    weights : array, shape (N,)
        A weight for each token of the model.
    cfg : Config
        The model.
    shape : tuple of int
        (T, H, W) of the clip.

    Returns
    -------
    array, shape (tubes, T, H, W)
        The heat of each tube; all together sum to the sum of the weights. 0 for tubes that do not
        fit.
    """
    heats = np.zeros((len(cfg.tubes), math.prod(shape)))
    parts = by_tube(weights, cfg, shape)
    for row, tube, part in zip(heats, cfg.tubes, parts, strict=True):
        reads = voxels(tube, shape)
        inside = reads >= 0
        each = np.broadcast_to((part / inside.sum(1))[:, None], reads.shape)
        row += np.bincount(reads[inside], each[inside], minlength=len(row))
    return heats.reshape(-1, *shape)


def token_boxes(tube: Tube, shape: tuple[int, ...], n: int) -> np.ndarray:
    """Return the boxes that one token of a tube reads.

    Parameters
    ----------
    tube : Tube
        A tube of a Config.
    shape : tuple of int
        (T, H, W) of the clip.
    n : int
        Number of the token within its tube.

    Returns
    -------
    array, shape (places, 2, 3), int
        Near corner and far corner (t, h, w) of each place, the far one exclusive.
    """
    members = voxels(tube, shape)[n].reshape(tube.members, -1)
    at = [np.array(np.unravel_index(reads[reads >= 0], shape)) for reads in members
          if reads.max() >= 0]
    return np.array([(each.min(1), each.max(1) + 1) for each in at])


def by_tube(weights: np.ndarray, cfg: Config, shape: tuple[int, ...]) -> list[np.ndarray]:
    """Split the last axis, which runs over all tokens, into one part for each tube.

    Parameters
    ----------
    weights : array, shape (..., N)
        Values of all tokens.
    cfg : Config
        The model.
    shape : tuple of int
        (T, H, W) of the clip.

    Returns
    -------
    list of arrays, shape (..., N of the tube)
        One array for each tube, in the order of the Config.
    """
    return np.split(weights, np.cumsum(token_counts(cfg, shape))[:-1], axis=-1)


def owner(token: int, cfg: Config, shape: tuple[int, ...]) -> tuple[int, int]:
    """Find the tube of a token.

    Parameters
    ----------
    token : int
        Number of the token among all tokens, from 0.
    cfg : Config
        The model.
    shape : tuple of int
        (T, H, W) of the clip.

    Returns
    -------
    i : int
        Number of the tube.
    n : int
        Number of the token within this tube.

    Raises
    ------
    ValueError
        If there is no such token.
    """
    counts = token_counts(cfg, shape)
    if not 0 <= token < sum(counts):
        raise ValueError(f"no token {token}: this clip gives {sum(counts)}, numbered from 0")
    i = int(np.searchsorted(np.cumsum(counts), token, side="right"))
    return i, token - sum(counts[:i])
