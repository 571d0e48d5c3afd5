"""What a kernel is tuned to, read off its spectrum in space and time.

A pattern that moves is a plane through zero frequency (Adelson and Bergen 1985): a grating of
spatial frequency f that moves by v pixels a frame has the temporal frequency -f v.  Kernels are
w (kt, kh, kw, C, D); the power of their colors is added.  Rows count downwards, angles turn
against the clock from the right.  What moves, n/a for a single frame, is NaN there."""

import itertools

import numpy as np

from tubevit_np.plots.analysis.pixels import TINY

PAD = 2  # a kernel is padded with zeros to so many times its size
BLOCK = 32  # kernels at once, for the memory's sake
WAYS = np.pi * (np.arange(24) + 0.5) / 24  # of motion, there and back
NEAR = np.array(list(itertools.product((-1, 0, 1), repeat=3)), dtype=float)


def padded(sizes):
    return [PAD * n if n > 1 else 1 for n in sizes]


def frequencies(sizes):
    """Of the axes of `power`, in cycles per frame, pixel and pixel; of a single frame 0."""
    t, h, w = padded(sizes)
    return np.fft.fftfreq(t), np.fft.fftfreq(h), np.fft.rfftfreq(w)


def power(w):
    """Of all kernels, (ft, fh, fw, D), fw from 0 on: the other half is the same, turned about."""
    found = np.fft.rfftn(np.asarray(w, dtype=np.float64), padded(w.shape[:3]), axes=(0, 1, 2))
    return (found.real**2 + found.imag**2).sum(axis=3)


def power_at(kernel, at):
    """Of one kernel (kt, kh, kw, C) at the frequencies `at` (n, 3), on no grid: (n,)."""
    t, h, w = (np.exp(-2j * np.pi * np.outer(at[:, i], np.arange(kernel.shape[i])))
               for i in range(3))
    rows = np.tensordot(kernel, w, (2, 1))  # (kt, kh, C, n)
    found = np.einsum("nt,nh,thcn->nc", t, h, rows, optimize=["einsum_path", (1, 2), (0, 1)])
    return (abs(found) ** 2).sum(axis=1)


def peaks(w):
    """The strongest frequency (ft, fh, fw) of each kernel, (D, 3)."""
    coarse = np.concatenate([highest(power(part), w.shape[:3]) for part in blocks(w)])
    return np.array([_climb(np.asarray(w[..., d], dtype=np.float64), at)
                     for d, at in enumerate(coarse)])


def tuning(at, frames):
    """Frequencies (D, 3) of kernels of so many frames in the words of vision, a dict of (D,).

    frequency in cycles per pixel, temporal in cycles per frame, speed in pixels per frame,
    direction (of motion) 0 to 360 and orientation (of the stripes) 0 to 180 degrees."""
    ft, fh, fw = at.T
    frequency = np.hypot(fh, fw)
    sense = np.where(ft > 0, -1, 1)
    direction = np.degrees(np.arctan2(-sense * fh, sense * fw)) % 360
    moves = (frames > 1) & (frequency > 0)
    return {"frequency": frequency, "temporal": abs(ft),
            "speed": np.where(moves, abs(ft) / np.maximum(frequency, TINY), np.nan),
            "direction": np.where(moves & (ft != 0), direction, np.nan),
            "orientation": (direction + 90) % 180}


def direction_selectivity(w):
    """How much more power goes one way than back, (there - back) / (there + back), (D,), 0 to 1.

    Of all ways the one where it is largest; sums over the half of the spectrum that moves so."""
    if len(w) == 1:
        return np.full(w.shape[-1], np.nan)
    ft, fh, fw = frequencies(w.shape[:3])
    along = np.sign(np.multiply.outer(np.sin(WAYS), fh)[..., None]
                    + np.multiply.outer(np.cos(WAYS), fw)[:, None])  # (ways, fh, fw)
    sense = np.where(ft > -0.5, np.sign(ft), 0)  # -1/2 and 1/2 are one frequency
    return np.concatenate([_opponent(power(part), along, sense) for part in blocks(w)])


def orientedness(w):
    """0 where the power in space is alike all round, 1 where it lies on one line, (D,)."""
    _, fh, fw = frequencies(w.shape[:3])
    twice = np.exp(2j * np.arctan2(fh[:, None], fw)) * (np.hypot(fh[:, None], fw) > 0)
    half = np.where(fw > 0, 2, 1)  # the other half of the spectrum is not there
    spatial = np.concatenate([power(part).sum(axis=0) for part in blocks(w)], axis=-1)
    summed = np.tensordot(twice * half, spatial, 2)
    return abs(summed) / np.maximum(np.tensordot(abs(twice) * half, spatial, 2), TINY)


def separability(w):
    """The share of the energy in one picture times one course of time, (D,).

    sigma_1^2 / sum sigma^2 of the matrix of frames by pixels and colors."""
    if len(w) == 1:
        return np.full(w.shape[-1], np.nan)
    rows = np.moveaxis(np.asarray(w, dtype=np.float64).reshape(len(w), -1, w.shape[-1]), -1, 0)
    energy = np.linalg.svd(rows, compute_uv=False) ** 2
    return energy[:, 0] / np.maximum(energy.sum(axis=1), TINY)


def blocks(w):
    return [w[..., i:i + BLOCK] for i in range(0, w.shape[-1], BLOCK)]


def highest(found, sizes):
    """The strongest frequencies of spectra (ft, fh, fw, D) on their grid, (D, 3)."""
    where = np.unravel_index(found.reshape(-1, found.shape[-1]).argmax(axis=0), found.shape[:3])
    return np.stack([axis[i] for axis, i in zip(frequencies(sizes), where, strict=True)], axis=1)


def _climb(kernel, at, least=1e-5):
    """From a frequency of the grid to the summit beside it."""
    near, step = NEAR if len(kernel) > 1 else NEAR[NEAR[:, 0] == 0], 1.0
    while step > least:
        step /= 2
        around = at + step * near / (PAD * np.array(kernel.shape[:3]))
        at = around[power_at(kernel, around).argmax()]
    return at


def _opponent(found, along, sense):
    one_way, moving = np.tensordot(sense, found, 1), np.tensordot(abs(sense), found, 1)
    net, both = np.tensordot(along, one_way, 2), np.tensordot(abs(along), moving, 2)
    return (abs(net) / np.maximum(both, TINY)).max(axis=0)
