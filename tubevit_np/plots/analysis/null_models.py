"""What chance would give: kernels made of the same waves as a kernel, put together at random.

Learned kernels are smooth, and smooth noise resembles a Gabor more than white noise does: a score
means something only beside that of such kernels."""

import numpy as np

DRAWS = 19  # a kernel that beats them all does so by chance once in 20 times


def random_phases(w, rng):
    """Kernels of the same amplitudes, color by color, every wave moved by a random phase.

    It is the same for all colors, so a wave keeps its color.  w (kt, kh, kw, C, D), as returned.
    """
    return _put_together(_waves(w), w.shape, rng)


def random_directions(w, rng):
    """The same, where half of the waves, drawn at random, travel the other way."""
    waves, (kt, kh, kw, _, d) = _waves(w), w.shape
    coin = rng.standard_normal((kt, kh, kw, 1, d))
    coin = coin + _turned(coin, (0,))
    coin = coin + _turned(coin, (1, 2))  # both halves of the spectrum are one wave
    return _put_together(np.where(coin > 0, waves, _turned(waves, (0,))), w.shape, rng)


def beaten(values, draws):
    """Which of the values (D,) are among the largest twentieth of themselves and draws (n, D)."""
    return (1 + (draws >= values).sum(axis=0)) / (1 + len(draws)) <= 0.05


def _waves(w):
    return np.fft.fftn(np.asarray(w, dtype=np.float64), axes=(0, 1, 2))


def _put_together(waves, shape, rng):
    noise = np.fft.fftn(rng.standard_normal((*shape[:3], 1, shape[4])), axes=(0, 1, 2))
    return np.fft.ifftn(waves * (noise / abs(noise)), axes=(0, 1, 2)).real


def _turned(waves, axes):
    """At the opposite frequencies of these axes."""
    return np.roll(np.flip(waves, axes), 1, axes)
