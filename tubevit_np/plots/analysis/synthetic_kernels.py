"""Synthetic kernels of known tuning: gratings behind a window that move, flicker or are static."""

import numpy as np


def gabors(shape: tuple[int, ...], count: int,
           rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Return random drifting gratings behind Gaussian windows.

    Directions, colors and phases are uniform. There are at least 1.2 periods across, up to 0.35
    cycles per pixel, up to 0.4 cycles per frame and 1.5 pixels per frame. Windows have widths of
    0.25 to 0.4 of each side.

    Parameters
    ----------
    shape : tuple of int
        (kt, kh, kw).
    count : int
        Number of kernels D.
    rng : numpy.random.Generator
        Source of all random numbers.

    Returns
    -------
    w : array, shape (kt, kh, kw, 3, D)
        The kernels.
    at : array, shape (D, 3)
        Their frequencies (ft, fh, fw), in cycles per frame and pixel.
    """
    frequency = rng.uniform(min(1.2 / min(shape[1:]), 0.35), 0.35, count)
    speed = rng.uniform(0, np.minimum(1.5, 0.4 / frequency)) * (shape[0] > 1)
    angle = rng.uniform(0, 2 * np.pi, count)
    at = np.stack([-frequency * speed, frequency * np.sin(angle), frequency * np.cos(angle)], 1)
    sides = np.array(shape)[:, None]
    centers = rng.uniform(-0.1, 0.1, (3, count)) * sides
    widths = rng.uniform(0.25, 0.4, (3, count)) * sides
    places = np.indices(shape)[..., None] - (sides[:, None, None, None] - 1) / 2
    windows, phases = 1.0, rng.uniform(0, 2 * np.pi, count)
    for i in range(3):
        if shape[i] > 1:
            windows = windows * np.exp(-0.5 * ((places[i] - centers[i]) / widths[i]) ** 2)
        phases = phases + 2 * np.pi * places[i] * at[:, i]
    colors = rng.standard_normal((3, count))
    return (windows * np.cos(phases))[..., None, :] * colors, at


def references(shape: tuple[int, ...], rng: np.random.Generator,
               count: int = 200) -> dict[str, np.ndarray]:
    """Return four kinds of kernels that show what the measures of motion mean.

    Parameters
    ----------
    shape : tuple of int
        (kt, kh, kw) of a video tube.
    rng : numpy.random.Generator
        Source of all random numbers.
    count : int, default 200
        Number of kernels D of each kind.

    Returns
    -------
    dict of arrays, shape (kt, kh, kw, 3, D)
        "moving": gratings that move by at least an eighth of a period per frame. "counterphase":
        the same plus their mirror image in time. "static": one frame of them. "noise": white noise.
    """
    w, at = gabors(shape, 4 * count, rng)
    moving = w[..., at[:, 0] < -0.125][..., :count]
    return {"moving": moving, "counterphase": moving + moving[::-1],
            "static": np.repeat(moving[shape[0] // 2][None], shape[0], axis=0),
            "noise": rng.standard_normal((*shape, 3, count))}
