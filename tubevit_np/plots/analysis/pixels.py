"""Kernels as pictures: plain arrays (h, w, 3) in [0, 1], before anything is drawn.

One gain serves all frames and colors of a kernel, so that neither flicker nor color is invented,
and zero is mid gray everywhere.  Pixels grow by whole numbers, without interpolation."""

import numpy as np

WHITE = 1.0
TINY = np.finfo(float).tiny  # keeps a kernel of zeros at mid gray


def kernel_rgb(w, shared=False):
    """Kernels w (kt, kh, kw, C, D) as colors (D, kt, kh, kw, 3) in [0, 1]: 0.5 + k / (2 max|k|).

    The maximum is each kernel's own, over all its frames and channels, or that of all kernels
    where shared.  Raises ValueError unless C is 1 or 3 and all values are finite."""
    w = np.asarray(w, dtype=np.float64)
    if w.ndim != 5 or w.shape[3] not in (1, 3):
        raise ValueError(f"kernels of shape {w.shape} have no colors; "
                         "give (kt, kh, kw, C, D) with C 1 or 3")
    if not np.isfinite(w).all():
        raise ValueError(f"{(~np.isfinite(w)).sum()} of {w.size} kernel values are not finite: "
                         "the run has diverged; draw an earlier checkpoint")
    peak = np.abs(w).max(axis=None if shared else (0, 1, 2, 3), initial=TINY)
    return np.moveaxis(np.repeat(0.5 + 0.5 * (w / peak), 3 // w.shape[3], axis=3), -1, 0)


def to_bytes(rgb):
    """[0, 1] as uint8, the zero of a kernel (0.5) as 128."""
    return np.rint(255 * rgb).astype(np.uint8)


def norms(w):
    return np.sqrt((np.asarray(w, dtype=np.float64) ** 2).sum(axis=(0, 1, 2, 3)))


def order_by_norm(w):
    """Indices of the kernels, largest norm first; equal ones keep their order."""
    return np.argsort(-norms(w), kind="stable")


def tile(images, columns, gap=1, fill=WHITE, scale=1):
    """Pictures (n, h, w, 3) as one, row by row, each pixel repeated scale x scale times.

    gap is in pixels of the result: one number, or (between rows, between columns)."""
    below, beside = np.broadcast_to(gap, 2)
    images = np.repeat(np.repeat(images, scale, axis=1), scale, axis=2)
    n, h, w, _ = images.shape
    rows = -(-n // columns)
    cells = np.full((rows * columns, h + below, w + beside, 3), fill, dtype=images.dtype)
    cells[:n, :h, :w] = images
    grid = cells.reshape(rows, columns, h + below, w + beside, 3).swapaxes(1, 2)
    grid = grid.reshape(rows * (h + below), columns * (w + beside), 3)
    return grid[:len(grid) - below, :grid.shape[1] - beside]


def fit(count, size, width, height, side):
    """Columns and the largest scale at which `count` pictures of size (h, w) fit width x height.

    None gets larger than `side` pixels, nor smaller than scale 1, even if that is too high."""
    h, w = size
    for scale in range(max(1, side // max(h, w)), 0, -1):
        columns = min(count, max(1, (width + 1) // (w * scale + 1)))
        if -(-count // columns) * (h * scale + 1) <= height:
            break
    return columns, scale


def components(w, count=28):
    """Principal components of 2D kernels, as kernels (1, kh, kw, C, n), and shares of variance.

    w (1, kh, kw, C, D); n is `count`, or D - 1 if that is less; shares (n,) of the whole."""
    rows = np.asarray(w[0], dtype=np.float64).reshape(-1, w.shape[-1]).T  # (D, kh kw C)
    _, sizes, axes = np.linalg.svd(rows - rows.mean(axis=0), full_matrices=False)
    axes = axes[:max(1, min(count, len(rows) - 1))]
    peaks = np.take_along_axis(axes, np.abs(axes).argmax(axis=1)[:, None], axis=1)
    axes = axes * np.sign(peaks)  # a component has no sign of its own
    fractions = sizes**2 / max((sizes**2).sum(), TINY)
    return axes.T.reshape(*w.shape[:4], len(axes)), fractions[:len(axes)]


def patches(w, width, height=1100, side=56):
    """All 2D kernels w (1, kh, kw, C, D), largest norm first."""
    columns, scale = fit(w.shape[-1], w.shape[1:3], width, height, side)
    return tile(kernel_rgb(w)[order_by_norm(w), 0], columns, scale=scale)


def parts(kernels, width):
    """Principal components (1, kh, kw, C, n), seven in a row."""
    scale = max(1, ((width + 1) // 7 - 1) // kernels.shape[2])
    return tile(kernel_rgb(kernels)[:, 0], min(7, kernels.shape[-1]), scale=scale)


def strips(w, count, columns=1, scale=4, gap=24):
    """The `count` kernels of largest norm, each as its frames from left to right."""
    kernels = kernel_rgb(w)[order_by_norm(w)[:count]]
    films = np.stack([tile(frames, len(frames), scale=scale) for frames in kernels])
    return tile(films, columns, gap=(8, gap))


def best_frame(w):
    """The frame (D,) of each kernel w (kt, kh, kw, C, D) that holds most of its energy."""
    return (np.asarray(w, dtype=np.float64) ** 2).sum(axis=(1, 2, 3)).argmax(axis=0)


def all_alike(w, width, height=360, side=24):
    """Every kernel at one gain, largest norm first, by the frame that holds most of its energy."""
    frames = kernel_rgb(w, shared=True)[np.arange(w.shape[-1]), best_frame(w)]
    columns, scale = fit(w.shape[-1], w.shape[1:3], width, height, side)
    return tile(frames[order_by_norm(w)], columns, scale=scale)
