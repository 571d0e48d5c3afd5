"""What a kernel is tuned to, read from its spectrum in space and time.

A moving pattern lies on a plane through zero frequency (Adelson and Bergen 1985): a grating of
spatial frequency f that moves by v pixels per frame has the temporal frequency -f v. Kernels are w
(kt, kh, kw, C, D); the power of their colors is summed. Rows count downward; angles turn
counterclockwise from the right. Measures of motion are NaN for kernels of a single frame.
"""

import itertools
from collections.abc import Sequence

import numpy as np

from tubevit_np.plots.analysis.pixels import TINY

PAD = 2  # zeros pad a kernel to twice its size
BLOCK = 32  # kernels at once, to save memory
WAYS = np.pi * (np.arange(24) + 0.5) / 24  # directions of motion; each also stands for its opposite
NEAR = np.array(list(itertools.product((-1, 0, 1), repeat=3)), dtype=float)


def padded(sizes: Sequence[int]) -> list[int]:
    """Return the padded sizes; an axis of length 1 stays 1."""
    return [PAD * n if n > 1 else 1 for n in sizes]


def frequencies(sizes: Sequence[int]) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return the frequencies along the axes of `power`.

    Parameters
    ----------
    sizes : sequence of int
        (kt, kh, kw) of the kernels.

    Returns
    -------
    ft, fh, fw : arrays
        Cycles per frame, per pixel and per pixel; 0 for an axis of length 1.
    """
    t, h, w = padded(sizes)
    return np.fft.fftfreq(t), np.fft.fftfreq(h), np.fft.rfftfreq(w)


def power(w: np.ndarray) -> np.ndarray:
    """Return the power spectrum of each kernel, summed over colors.

    Parameters
    ----------
    w : array, shape (kt, kh, kw, C, D)
        Kernels of one tube.

    Returns
    -------
    array, shape (2 kt, 2 kh, kw + 1, D)
        Power over ft, fh and fw >= 0; an axis of length 1 is not padded. The other half of the
        spectrum is the same, mirrored.
    """
    found = np.fft.rfftn(np.asarray(w, dtype=np.float64), padded(w.shape[:3]), axes=(0, 1, 2))
    return (found.real**2 + found.imag**2).sum(axis=3)


def power_at(kernel: np.ndarray, at: np.ndarray) -> np.ndarray:
    """Return the power of one kernel at any frequencies.

    Parameters
    ----------
    kernel : array, shape (kt, kh, kw, C)
        One kernel.
    at : array, shape (n, 3)
        Frequencies (ft, fh, fw), in cycles per frame and pixel.

    Returns
    -------
    array, shape (n,)
        Power, summed over colors.
    """
    t, h, w = (np.exp(-2j * np.pi * np.outer(at[:, i], np.arange(kernel.shape[i])))
               for i in range(3))
    rows = np.tensordot(kernel, w, (2, 1))  # (kt, kh, C, n)
    found = np.einsum("nt,nh,thcn->nc", t, h, rows, optimize=["einsum_path", (1, 2), (0, 1)])
    return (abs(found) ** 2).sum(axis=1)


def peaks(w: np.ndarray) -> np.ndarray:
    """Find the frequency of largest power of each kernel.

    Parameters
    ----------
    w : array, shape (kt, kh, kw, C, D)
        Kernels of one tube.

    Returns
    -------
    array, shape (D, 3)
        Frequencies (ft, fh, fw), in cycles per frame and pixel.
    """
    coarse = np.concatenate([highest(power(part), w.shape[:3]) for part in blocks(w)])
    return np.array([_climb(np.asarray(w[..., d], dtype=np.float64), at)
                     for d, at in enumerate(coarse)])


def tuning(at: np.ndarray, frames: int) -> dict[str, np.ndarray]:
    """Translate peak frequencies into what a kernel is tuned to.

    Parameters
    ----------
    at : array, shape (D, 3)
        Frequencies (ft, fh, fw) from `peaks`.
    frames : int
        kt of the kernels.

    Returns
    -------
    dict of arrays, shape (D,)
        "frequency": cycles per pixel. "temporal": cycles per frame. "speed": pixels per frame.
        "direction" of motion: 0 to 360 degrees. "orientation" of the stripes: 0 to 180 degrees.
    """
    ft, fh, fw = at.T
    frequency = np.hypot(fh, fw)
    sense = np.where(ft > 0, -1, 1)
    direction = np.degrees(np.arctan2(-sense * fh, sense * fw)) % 360
    moves = (frames > 1) & (frequency > 0)
    return {"frequency": frequency, "temporal": abs(ft),
            "speed": np.where(moves, abs(ft) / np.maximum(frequency, TINY), np.nan),
            "direction": np.where(moves & (ft != 0), direction, np.nan),
            "orientation": (direction + 90) % 180}


def direction_selectivity(w: np.ndarray) -> np.ndarray:
    """Measure how much more power moves in one direction than in the opposite direction.

    (there - back) / (there + back), where each is summed over the half of the spectrum that moves
    in that direction; the largest value over 24 directions.

    Parameters
    ----------
    w : array, shape (kt, kh, kw, C, D)
        Kernels of one tube.

    Returns
    -------
    array, shape (D,)
        Values in [0, 1]; NaN if kt = 1.
    """
    if len(w) == 1:
        return np.full(w.shape[-1], np.nan)
    ft, fh, fw = frequencies(w.shape[:3])
    along = np.sign(np.multiply.outer(np.sin(WAYS), fh)[..., None]
                    + np.multiply.outer(np.cos(WAYS), fw)[:, None])  # (ways, fh, fw)
    sense = np.where(ft > -0.5, np.sign(ft), 0)  # -1/2 and 1/2 are one frequency
    return np.concatenate([_opponent(power(part), along, sense) for part in blocks(w)])


def orientedness(w: np.ndarray) -> np.ndarray:
    """Measure how far the spatial power is concentrated in one orientation.

    Parameters
    ----------
    w : array, shape (kt, kh, kw, C, D)
        Kernels of one tube.

    Returns
    -------
    array, shape (D,)
        0 where all orientations have the same power, 1 where all power lies on one line.
    """
    _, fh, fw = frequencies(w.shape[:3])
    twice = np.exp(2j * np.arctan2(fh[:, None], fw)) * (np.hypot(fh[:, None], fw) > 0)
    half = np.where(fw > 0, 2, 1)  # rfftn leaves out the other half of the spectrum
    spatial = np.concatenate([power(part).sum(axis=0) for part in blocks(w)], axis=-1)
    summed = np.tensordot(twice * half, spatial, 2)
    return abs(summed) / np.maximum(np.tensordot(abs(twice) * half, spatial, 2), TINY)


def separability(w: np.ndarray) -> np.ndarray:
    """Measure space-time separability: the energy in the best product of image and time course.

    sigma_1^2 / sum sigma^2 for the singular values of the matrix of frames by pixels and colors.

    Parameters
    ----------
    w : array, shape (kt, kh, kw, C, D)
        Kernels of one tube.

    Returns
    -------
    array, shape (D,)
        Fractions in [0, 1]; NaN if kt = 1.
    """
    if len(w) == 1:
        return np.full(w.shape[-1], np.nan)
    rows = np.moveaxis(np.asarray(w, dtype=np.float64).reshape(len(w), -1, w.shape[-1]), -1, 0)
    energy = np.linalg.svd(rows, compute_uv=False) ** 2
    return energy[:, 0] / np.maximum(energy.sum(axis=1), TINY)


def blocks(w: np.ndarray) -> list[np.ndarray]:
    """Split kernels into blocks of at most 32, to save memory."""
    return [w[..., i:i + BLOCK] for i in range(0, w.shape[-1], BLOCK)]


def highest(found: np.ndarray, sizes: Sequence[int]) -> np.ndarray:
    """Find the strongest frequencies (D, 3) of spectra (ft, fh, fw, D) on their grid."""
    where = np.unravel_index(found.reshape(-1, found.shape[-1]).argmax(axis=0), found.shape[:3])
    return np.stack([axis[i] for axis, i in zip(frequencies(sizes), where, strict=True)], axis=1)


def _climb(kernel, at, least=1e-5):
    """Return the local maximum of the power near a frequency of the grid, (3,)."""
    near, step = NEAR if len(kernel) > 1 else NEAR[NEAR[:, 0] == 0], 1.0
    while step > least:
        step /= 2
        around = at + step * near / (PAD * np.array(kernel.shape[:3]))
        at = around[power_at(kernel, around).argmax()]
    return at


def _opponent(found, along, sense):
    """Return the largest (there - back) / (there + back), (D,), of spectra (ft, fh, fw, D)."""
    one_way, moving = np.tensordot(sense, found, 1), np.tensordot(abs(sense), found, 1)
    net, both = np.tensordot(along, one_way, 2), np.tensordot(abs(along), moving, 2)
    return (abs(net) / np.maximum(both, TINY)).max(axis=0)
