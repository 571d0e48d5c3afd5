"""The scores of a tube's kernels, and the scores of random kernels for comparison."""

from collections.abc import Mapping

import numpy as np
from tqdm import tqdm

from tubevit_np.plots.analysis.gabor_fit import gabor_fit
from tubevit_np.plots.analysis.null_models import DRAWS, beaten, random_directions, random_phases
from tubevit_np.plots.analysis.pixels import TINY
from tubevit_np.plots.analysis.spectrum import direction_selectivity, orientedness, separability

GRAY = np.ones(3) / np.sqrt(3)
OPPONENT = np.array([[1, -1, 0] / np.sqrt(2), [-1, -1, 2] / np.sqrt(6)])  # red-green, blue-yellow


def measure(w: np.ndarray) -> dict[str, np.ndarray]:
    """Score every kernel of a tube.

    Parameters
    ----------
    w : array, shape (kt, kh, kw, C, D)
        Kernels of one tube.

    Returns
    -------
    dict of arrays, shape (D,)
        "gabor": R^2 of the best Gabor. "direction": direction selectivity. "separability" and
        "orientedness": as in `spectrum`. "color": fraction of the energy off the gray axis. All in
        [0, 1]; NaN where a score is not defined.
    """
    return {"gabor": gabor_fit(w)[0], "direction": direction_selectivity(w),
            "separability": separability(w), "orientedness": orientedness(w),
            "color": 1 - color_energy(w)[0]}


def by_chance(w: np.ndarray, rng: np.random.Generator,
              draws: int = DRAWS) -> dict[str, np.ndarray]:
    """Score random kernels that have the amplitudes of the given ones.

    "gabor" uses `random_phases`. "direction" uses `random_directions`, because random phases alone
    keep most of the direction selectivity.

    Parameters
    ----------
    w : array, shape (kt, kh, kw, C, D)
        Kernels of one tube.
    rng : numpy.random.Generator
        Source of the random kernels.
    draws : int, default 19
        Number of random kernels for each kernel.

    Returns
    -------
    dict of arrays, shape (draws, D)
        Scores "gabor" and "direction".
    """
    scores = [(gabor_fit(random_phases(w, rng))[0],
               direction_selectivity(random_directions(w, rng)))
            for _ in tqdm(range(draws), "chance", leave=False, disable=None)]
    gabor, direction = zip(*scores, strict=True)
    return {"gabor": np.array(gabor), "direction": np.array(direction)}


def summary(own: Mapping[str, np.ndarray],
            chance: Mapping[str, np.ndarray]) -> dict[str, float | None]:
    """Summarize the scores of a tube's kernels in one number each.

    Parameters
    ----------
    own : dict of arrays, shape (D,)
        Scores from `measure`.
    chance : dict of arrays, shape (draws, D)
        Scores from `by_chance`; may be empty.

    Returns
    -------
    dict of float or None
        The median of each score; "... null": the median of the random kernels; "... beat": the
        fraction of kernels that are significantly above their random kernels (1 in 20 by chance).
        None where a score is not defined, as for the motion of 2D patches.
    """
    numbers = {name: np.median(values) for name, values in own.items()}
    for name, draws in chance.items():
        numbers[f"{name} null"] = np.median(draws)
        numbers[f"{name} beat"] = (beaten(own[name], draws).mean() if np.isfinite(draws).all()
                                   else np.nan)
    return {name: round(float(value), 4) if np.isfinite(value) else None
            for name, value in numbers.items()}


def color_energy(w: np.ndarray) -> np.ndarray:
    """Split the energy of each kernel into gray, red-green and blue-yellow.

    Parameters
    ----------
    w : array, shape (kt, kh, kw, C, D)
        Kernels of one tube.

    Returns
    -------
    array, shape (3, D)
        Fractions along (1, 1, 1), (1, -1, 0) and (-1, -1, 2), with sum 1. NaN unless C is 3.
    """
    if w.shape[3] != 3:
        return np.full((3, w.shape[-1]), np.nan)
    along = np.tensordot(np.vstack([GRAY, OPPONENT]), w, (1, 3))
    energy = (along**2).sum(axis=(1, 2, 3))
    return energy / np.maximum(energy.sum(axis=0), TINY)
