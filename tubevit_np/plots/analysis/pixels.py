"""Kernels as images: plain arrays (h, w, 3) in [0, 1], before anything is drawn.

One gain serves all frames and colors of a kernel, so that the images invent neither flicker nor
color. Zero is mid gray everywhere. Pixels are enlarged by whole numbers, without interpolation.
"""

import math

import numpy as np

WHITE = 1.0
TINY = np.finfo(float).tiny  # keeps a kernel of zeros at mid gray


def kernel_rgb(w: np.ndarray, shared: bool = False) -> np.ndarray:
    """Return kernels as colors, 0.5 + k / (2 max|k|).

    Parameters
    ----------
    w : array, shape (kt, kh, kw, C, D)
        Kernels of one tube, C = 1 or 3.
    shared : bool, default False
        If True, max|k| is taken over all kernels, otherwise over all frames and channels of each
        kernel.

    Returns
    -------
    array, shape (D, kt, kh, kw, 3), float64
        Colors in [0, 1]; a kernel value of 0 is 0.5.

    Raises
    ------
    ValueError
        If the shape is another, or a value is not finite.

    Examples
    --------
    >>> kernel_rgb(np.array([-2.0, 0.0, 1.0]).reshape(1, 1, 3, 1, 1))[0, 0, 0, :, 0]
    array([0.  , 0.5 , 0.75])
    """
    w = np.asarray(w, dtype=np.float64)
    if w.ndim != 5 or w.shape[3] not in (1, 3):
        raise ValueError(f"kernels of shape {w.shape} cannot be drawn; "
                         "give (kt, kh, kw, C, D) with C 1 or 3")
    if not np.isfinite(w).all():
        raise ValueError(f"{(~np.isfinite(w)).sum()} of {w.size} kernel values are not finite: "
                         "the run has diverged; draw an earlier checkpoint")
    peak = np.abs(w).max(axis=None if shared else (0, 1, 2, 3), initial=TINY)
    return np.moveaxis(np.repeat(0.5 + 0.5 * (w / peak), 3 // w.shape[3], axis=3), -1, 0)


def to_bytes(rgb: np.ndarray) -> np.ndarray:
    """Convert colors to bytes.

    Parameters
    ----------
    rgb : array, any shape
        Values in [0, 1].

    Returns
    -------
    array, same shape, uint8
        Values in 0 to 255. 0.5, the zero of a kernel, becomes 128.
    """
    return np.rint(255 * rgb).astype(np.uint8)


def norms(w: np.ndarray) -> np.ndarray:
    """Return the Euclidean norm of each kernel.

    Parameters
    ----------
    w : array, shape (kt, kh, kw, C, D)
        Kernels of one tube.

    Returns
    -------
    array, shape (D,), float64
        The norms.
    """
    return np.sqrt((np.asarray(w, dtype=np.float64) ** 2).sum(axis=(0, 1, 2, 3)))


def order_by_norm(w: np.ndarray) -> np.ndarray:
    """Sort kernels by norm, largest first.

    Parameters
    ----------
    w : array, shape (kt, kh, kw, C, D)
        Kernels of one tube.

    Returns
    -------
    array, shape (D,), int
        Indices of the kernels. Kernels of equal norm keep their order.
    """
    return np.argsort(-norms(w), kind="stable")


def tile(images: np.ndarray, columns: int, gap: int | tuple[int, int] = 1, fill: float = WHITE,
         scale: int = 1) -> np.ndarray:
    """Join images of equal size into one image, row by row.

    Parameters
    ----------
    images : array, shape (n, h, w, 3)
        Images of any dtype.
    columns : int
        Number of images in a row.
    gap : int or pair of int, default 1
        Pixels between images; a pair is (between rows, between columns).
    fill : float, default 1.0
        Value of the gaps and of unused cells.
    scale : int, default 1
        Each pixel is repeated scale x scale times.

    Returns
    -------
    array, shape (rows * (h * scale + gap) - gap, columns * (w * scale + gap) - gap, 3)
        The joined image, in the dtype of the images.
    """
    below, beside = np.broadcast_to(gap, 2)
    images = np.repeat(np.repeat(images, scale, axis=1), scale, axis=2)
    n, h, w, _ = images.shape
    rows = -(-n // columns)
    cells = np.full((rows * columns, h + below, w + beside, 3), fill, dtype=images.dtype)
    cells[:n, :h, :w] = images
    grid = cells.reshape(rows, columns, h + below, w + beside, 3).swapaxes(1, 2)
    grid = grid.reshape(rows * (h + below), columns * (w + beside), 3)
    return grid[:len(grid) - below, :grid.shape[1] - beside]


def fit(count: int, size: tuple[int, ...], width: int, height: int,
        side: int) -> tuple[int, int]:
    """Return columns and largest scale at which `count` images of size (h, w) fit width x height.

    No image becomes larger than `side` pixels. The scale is at least 1, even if the result is too
    high.
    """
    h, w = size
    for scale in range(max(1, side // max(h, w)), 0, -1):
        columns = even_columns(count, max(1, (width + 1) // (w * scale + 1)))
        if -(-count // columns) * (h * scale + 1) <= height:
            break
    return columns, scale


def even_columns(count: int, most: int) -> int:
    """Choose the number of columns of a grid so that its last row is full, or nearly so.

    Parameters
    ----------
    count : int
        Number of images.
    most : int
        Largest number of columns.

    Returns
    -------
    int
        From 0.6 `most` to `most`: the number that leaves the fewest empty cells in the last row,
        and the largest such number. `count` if that is less than `most`.

    Examples
    --------
    >>> even_columns(40, 16), even_columns(37, 16), even_columns(5, 16)
    (10, 13, 5)
    """
    if count <= most:
        return max(1, count)
    return min(range(most, math.ceil(0.6 * most) - 1, -1), key=lambda columns: -count % columns)


def components(w: np.ndarray, count: int = 28) -> tuple[np.ndarray, np.ndarray]:
    """Return the principal components of 2D kernels.

    Parameters
    ----------
    w : array, shape (1, kh, kw, C, D)
        Kernels of 2D patches.
    count : int, default 28
        Number n of components; n = D - 1 if that is less.

    Returns
    -------
    kernels : array, shape (1, kh, kw, C, n)
        Components of unit length. The sign is chosen so that the largest value is positive.
    fractions : array, shape (n,)
        Fractions of the total variance, largest first.
    """
    rows = np.asarray(w[0], dtype=np.float64).reshape(-1, w.shape[-1]).T  # (D, kh kw C)
    _, sizes, axes = np.linalg.svd(rows - rows.mean(axis=0), full_matrices=False)
    axes = axes[:max(1, min(count, len(rows) - 1))]
    peaks = np.take_along_axis(axes, np.abs(axes).argmax(axis=1)[:, None], axis=1)
    axes = axes * np.sign(peaks)  # the sign of a component is arbitrary
    fractions = sizes**2 / max((sizes**2).sum(), TINY)
    return axes.T.reshape(*w.shape[:4], len(axes)), fractions[:len(axes)]


def patches(w: np.ndarray, width: int, height: int = 1100, side: int = 56) -> np.ndarray:
    """Return an image of all 2D kernels (1, kh, kw, C, D), largest norm first."""
    columns, scale = fit(w.shape[-1], w.shape[1:3], width, height, side)
    return tile(kernel_rgb(w)[order_by_norm(w), 0], columns, scale=scale)


def parts(kernels: np.ndarray, width: int) -> np.ndarray:
    """Return an image of principal components (1, kh, kw, C, n), at most seven in a row."""
    scale = max(1, ((width + 1) // 7 - 1) // kernels.shape[2])
    return tile(kernel_rgb(kernels)[:, 0], even_columns(kernels.shape[-1], 7), scale=scale)


def strips(w: np.ndarray, count: int, columns: int = 1, scale: int = 4,
           gap: int = 24) -> np.ndarray:
    """Show the kernels of largest norm as an image of strips of frames.

    Parameters
    ----------
    w : array, shape (kt, kh, kw, C, D)
        Kernels of one tube, C = 1 or 3.
    count : int
        Number of kernels.
    columns : int, default 1
        Number of strips in a row.
    scale : int, default 4
        Each pixel of a kernel becomes scale x scale pixels.
    gap : int, default 24
        Pixels between columns.

    Returns
    -------
    array, shape (h, w, 3)
        Colors in [0, 1]. In each strip, time runs from left to right.
    """
    kernels = kernel_rgb(w)[order_by_norm(w)[:count]]
    films = np.stack([tile(frames, len(frames), scale=scale) for frames in kernels])
    return tile(films, columns, gap=(8, gap))


def best_frame(w: np.ndarray) -> np.ndarray:
    """Find the frame of each kernel that holds most of its energy.

    Parameters
    ----------
    w : array, shape (kt, kh, kw, C, D)
        Kernels of one tube.

    Returns
    -------
    array, shape (D,), int
        Numbers of the frames, from 0.
    """
    return (np.asarray(w, dtype=np.float64) ** 2).sum(axis=(1, 2, 3)).argmax(axis=0)


def all_alike(w: np.ndarray, width: int, height: int = 360, side: int = 24) -> np.ndarray:
    """Return an image of all kernels at one common gain, each by its frame of most energy."""
    frames = kernel_rgb(w, shared=True)[np.arange(w.shape[-1]), best_frame(w)]
    columns, scale = fit(w.shape[-1], w.shape[1:3], width, height, side)
    return tile(frames[order_by_norm(w)], columns, scale=scale)
