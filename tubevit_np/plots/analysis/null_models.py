"""Null models: random kernels with the amplitude spectrum of the learned ones.

Learned kernels are smooth, and smooth noise resembles a Gabor more than white noise does. So a
score means something only in comparison with the scores of such random kernels.
"""

import math

import numpy as np

DRAWS = 19  # by chance, one kernel in 20 scores above all 19


def random_phases(w: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Return random kernels with the amplitudes of the given ones.

    Every wave is shifted by a random phase. The phase is the same for all colors, so a wave keeps
    its color.

    Parameters
    ----------
    w : array, shape (kt, kh, kw, C, D)
        Kernels of one tube.
    rng : numpy.random.Generator
        Source of the phases.

    Returns
    -------
    array, shape (kt, kh, kw, C, D), float64
        The random kernels.
    """
    return _put_together(_waves(w), w.shape, rng)


def random_directions(w: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Return random kernels as `random_phases` does, with half of the waves reversed in time.

    The waves that travel in the opposite direction are drawn at random.

    Parameters
    ----------
    w : array, shape (kt, kh, kw, C, D)
        Kernels of one tube.
    rng : numpy.random.Generator
        Source of the phases and directions.

    Returns
    -------
    array, shape (kt, kh, kw, C, D), float64
        The random kernels.
    """
    waves, (kt, kh, kw, _, d) = _waves(w), w.shape
    coin = rng.standard_normal((kt, kh, kw, 1, d))
    coin = coin + _turned(coin, (0,))
    coin = coin + _turned(coin, (1, 2))  # both halves of the spectrum are one wave
    return _put_together(np.where(coin > 0, waves, _turned(waves, (0,))), w.shape, rng)


def beaten(values: np.ndarray, draws: np.ndarray) -> np.ndarray:
    """Return which kernels score significantly above their random kernels (p <= 0.05).

    Parameters
    ----------
    values : array, shape (D,)
        Scores of the kernels.
    draws : array, shape (n, D)
        Scores of n random kernels for each kernel. With n = 19, a kernel must be above all of them.

    Returns
    -------
    array, shape (D,), bool
        True where (1 + number of draws >= value) / (1 + n) <= 0.05.
    """
    return (1 + (draws >= values).sum(axis=0)) / (1 + len(draws)) <= 0.05


def more_than_chance(count: int, total: int) -> bool:
    """Return whether significantly more kernels beat chance than one in 20 (p <= 0.05).

    Parameters
    ----------
    count : int
        Number of kernels that are above all their 19 random kernels.
    total : int
        Number of kernels that were compared.

    Returns
    -------
    bool
        True if `count` or more of `total` kernels would do so by chance with p <= 0.05, from the
        binomial distribution.
    """
    ways = sum(math.comb(total, k) * DRAWS ** (total - k) for k in range(count, total + 1))
    return 20 * ways <= (DRAWS + 1) ** total  # in whole numbers: exact


def _waves(w):
    """Return Fourier coefficients over t, h, w."""
    return np.fft.fftn(np.asarray(w, dtype=np.float64), axes=(0, 1, 2))


def _put_together(waves, shape, rng):
    """Return kernels of given Fourier coefficients with random phases, equal for all colors."""
    noise = np.fft.fftn(rng.standard_normal((*shape[:3], 1, shape[4])), axes=(0, 1, 2))
    return np.fft.ifftn(waves * (noise / abs(noise)), axes=(0, 1, 2)).real


def _turned(waves, axes):
    """Return coefficients at the opposite frequencies along these axes."""
    return np.roll(np.flip(waves, axes), 1, axes)
