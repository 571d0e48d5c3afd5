"""The numbers of a tube's kernels, beside what chance would give."""

import numpy as np
from tqdm import tqdm

from tubevit_np.plots.analysis.gabor_fit import gabor_fit
from tubevit_np.plots.analysis.null_models import DRAWS, beaten, random_directions, random_phases
from tubevit_np.plots.analysis.pixels import TINY
from tubevit_np.plots.analysis.spectrum import direction_selectivity, orientedness, separability

GRAY = np.ones(3) / np.sqrt(3)
OPPONENT = np.array([[1, -1, 0] / np.sqrt(2), [-1, -1, 2] / np.sqrt(6)])  # red-green, blue-yellow


def measure(w):
    """Every kernel's own numbers, {name: (D,)};  w (kt, kh, kw, C, D)."""
    return {"gabor": gabor_fit(w)[0], "direction": direction_selectivity(w),
            "separability": separability(w), "orientedness": orientedness(w),
            "color": 1 - color_energy(w)[0]}


def by_chance(w, rng, draws=DRAWS):
    """Of kernels made of the same waves, {"gabor" and "direction": (draws, D)}.

    Random phases for gabor, random directions for direction: phases alone would leave most of it.
    """
    made = [(gabor_fit(random_phases(w, rng))[0],
             direction_selectivity(random_directions(w, rng)))
            for _ in tqdm(range(draws), "chance", leave=False, disable=None)]
    gabor, direction = zip(*made, strict=True)
    return {"gabor": np.array(gabor), "direction": np.array(direction)}


def summary(own, chance):
    """The numbers of `measure` and `by_chance` in a few; what moves is None for 2D patches.

    Medians over kernels; "... null": of chance; "... beat": the share of kernels that are in the
    highest twentieth of chance, of which kernels made by chance are one in twenty."""
    found = {name: np.median(values) for name, values in own.items()}
    for name, draws in chance.items():
        found[f"{name} null"] = np.median(draws)
        found[f"{name} beat"] = (beaten(own[name], draws).mean() if np.isfinite(draws).all()
                                 else np.nan)
    return {name: round(float(value), 4) if np.isfinite(value) else None
            for name, value in found.items()}


def color_energy(w):
    """Shares of the energy along gray, red-green and blue-yellow, (3, D); NaN unless C is 3."""
    if w.shape[3] != 3:
        return np.full((3, w.shape[-1]), np.nan)
    found = np.tensordot(np.vstack([GRAY, OPPONENT]), w, (1, 3))
    energy = (found**2).sum(axis=(1, 2, 3))
    return energy / np.maximum(energy.sum(axis=0), TINY)
