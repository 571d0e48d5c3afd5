"""How well one drifting grating behind a window describes a kernel.

The model of a kernel is a Gaussian window, with one width for each of t, h and w, times a wave of
one frequency and phase, times one color. Window and wave are products over the axes. So the fit
optimizes one axis after the other, for all kernels at once. The best phase and color have a closed
form.
"""

import itertools

import numpy as np

from tubevit_np.plots.analysis.pixels import TINY

STARTS, ROUNDS = 4, 9  # number of initial frequencies; number of rounds over the three axes
NARROW, WIDE = 0.7, 3.0  # smallest width of the window in samples, largest in kernel sizes
RIDGE = 1e-6  # keeps the 2 x 2 system solvable where cosine and sine are nearly the same
TO_LINE = (("dw,dthwc->dthc", "dh,dthc->dtc"), ("dw,dthwc->dthc", "dt,dthc->dhc"),
           ("dh,dthwc->dtwc", "dt,dtwc->dwc"))  # sums over two axes, leaving t, h or w
STEPS = np.array(list(itertools.product((-1, 0, 1), repeat=3)))  # of frequency, center and width


def gabor_fit(w: np.ndarray, starts: int = STARTS) -> tuple[np.ndarray, np.ndarray]:
    """Fit a Gabor, one drifting grating of one color behind a Gaussian window, to each kernel.

    Parameters
    ----------
    w : array, shape (kt, kh, kw, C, D)
        Kernels of one tube.
    starts : int, default 4
        Number of frequencies from which the search starts. The best result is kept.

    Returns
    -------
    r2 : array, shape (D,)
        Fraction of the kernel's energy that the fit explains, in [0, 1]. It is a fraction of the
        energy, not of the variance: zero is mid gray.
    fits : array, shape (D, 3, 3)
        For each axis t, h, w: frequency (cycles per frame or pixel), center and width of the window
        (frames or pixels).

    Examples
    --------
    >>> t, h, w = np.indices((4, 8, 8)) - np.array([1.5, 3.5, 3.5])[:, None, None, None]
    >>> kernel = np.exp(-(t**2 + h**2 + w**2) / 8) * np.cos(2 * np.pi * (0.2 * w - 0.1 * t))
    >>> r2, fits = gabor_fit(kernel[..., None, None])
    >>> bool(r2[0] > 0.95)
    True
    """
    kernels = np.moveaxis(np.asarray(w, dtype=np.float64), -1, 0)
    energy = np.maximum((kernels**2).sum(axis=(1, 2, 3, 4)), TINY)
    fits = np.stack([_search(kernels, start) for start in _strongest(kernels, starts)])
    held = np.stack([_held_by(kernels, fit) for fit in fits])
    best = held.argmax(axis=0), np.arange(len(kernels))
    return held[best] / energy, fits[best]


def _strongest(kernels, count):
    """Return initial fits, each (D, 3, 3): the strongest waves behind a wide window."""
    sizes = kernels.shape[1:4]
    found = (abs(np.fft.rfftn(kernels, axes=(1, 2, 3))) ** 2).sum(axis=4)
    order = np.argsort(-found.reshape(len(kernels), -1), axis=1, kind="stable")[:, :count]
    where = np.unravel_index(order, found.shape[1:])
    axes = np.fft.fftfreq(sizes[0]), np.fft.fftfreq(sizes[1]), np.fft.rfftfreq(sizes[2])
    waves = np.stack([axis[at] for axis, at in zip(axes, where, strict=True)], axis=2)
    middle, width = (np.array(sizes) - 1) / 2, np.array(sizes) / 3
    rest = np.broadcast_to(np.stack([middle, width], axis=1), (len(kernels), 3, 2))
    return [np.concatenate([wave[..., None], rest], axis=2) for wave in waves.swapaxes(0, 1)]


def _search(kernels, fit):
    """Improve a fit: move along one axis at a time, and halve the steps each round."""
    for turn in range(ROUNDS):
        for axis in range(3):
            if kernels.shape[1 + axis] > 1:
                fit = _step(kernels, fit, axis, 0.5**turn)
    return fit


def _step(kernels, fit, axis, scale):
    """Return the best of the 27 neighbors of each fit along one axis."""
    size = kernels.shape[1 + axis]
    near = fit[:, axis, None] + scale * STEPS * (0.25 / size, size / 4, 0)  # (D, 27, 3)
    near[..., 1] = near[..., 1].clip(0, size - 1)
    near[..., 2] = (near[..., 2] * 2.0 ** (scale * STEPS[:, 2])).clip(NARROW, WIDE * size)
    atoms = [_atoms(fit[:, i], kernels.shape[1 + i]) for i in range(3)]
    lines = _contract(kernels, atoms, axis)  # (D, size, C)
    tried = _atoms(near, size)  # (D, 27, size)
    plain, twice = _squares([atoms[i] for i in range(3) if i != axis])
    held = _held(tried @ lines, plain[:, None] * (abs(tried) ** 2).sum(-1),
                 twice[:, None] * (tried**2).sum(-1))
    fit = fit.copy()
    fit[:, axis] = near[np.arange(len(fit)), held.argmax(axis=1)]
    return fit


def _atoms(of, size):
    """Return window times wave, (..., size) complex, along one axis; of (..., 3) as in fits."""
    frequency, center, width = np.moveaxis(of, -1, 0)[..., None]
    x = np.arange(size)
    return np.exp(-0.5 * ((x - center) / width) ** 2 + 2j * np.pi * frequency * (x - center))


def _contract(kernels, atoms, axis):
    """Return kernels multiplied by the atoms of the other two axes and summed: (D, size, C)."""
    first, second = [i for i in (2, 1, 0) if i != axis]  # the last axis first
    to_plane, to_line = TO_LINE[axis]
    return np.einsum(to_line, atoms[second], np.einsum(to_plane, atoms[first], kernels))


def _held(products, plain, twice):
    """Return the energy that the best phase and color explain.

    products (..., C): sums of the kernel times the complex atom a; plain (...): sum of |a|^2;
    twice: sum of a^2. It is the largest generalized eigenvalue of the 2 x 2 products of cosine and
    sine.
    """
    re, im = products.real, products.imag
    a, b, c = (re * re).sum(-1), (re * im).sum(-1), (im * im).sum(-1)
    p = (plain * (1 + RIDGE) + twice.real) / 2
    q, r = twice.imag / 2, (plain * (1 + RIDGE) - twice.real) / 2
    det = np.maximum(p * r - q * q, TINY)
    trace = (r * a - 2 * q * b + p * c) / det
    return trace / 2 + np.sqrt(np.maximum(trace**2 / 4 - (a * c - b * b) / det, 0))


def _held_by(kernels, fit):
    """Return the energy that a fit explains, (D,)."""
    atoms = [_atoms(fit[:, i], kernels.shape[1 + i]) for i in range(3)]
    products = np.einsum("dt,dtc->dc", atoms[0], _contract(kernels, atoms, 0))
    return _held(products, *_squares(atoms))


def _squares(atoms):
    """Return products over the axes of the sums of |a|^2 and of a^2, (D,) each."""
    return [np.prod([square(a).sum(-1) for a in atoms], axis=0)
            for square in (lambda a: abs(a) ** 2, np.square)]
