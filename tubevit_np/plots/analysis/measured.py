"""All measurements of one tube's kernels."""

from functools import cached_property

import numpy as np

from tubevit_np.plots.analysis.null_models import DRAWS, beaten, more_than_chance
from tubevit_np.plots.analysis.pixels import norms
from tubevit_np.plots.analysis.scores import by_chance, color_energy, measure
from tubevit_np.plots.analysis.spectrum import peaks, tuning

CHANCE = 0  # seed of the random kernels


class Measured:
    """The measurements of one tube's kernels.

    Attributes: `w` (the kernels), `own` (scores from `measure`), `peaks`, `tuning`, `norms` (D,),
    `energy` (from `color_energy`), `side` (the smaller of kh and kw).

    Parameters
    ----------
    w : array, shape (kt, kh, kw, C, D)
        Kernels of one tube.
    draws : int, default 19
        Number of random kernels for each kernel.
    """

    def __init__(self, w: np.ndarray, draws: int = DRAWS) -> None:
        self.w, self.draws, self.own = w, draws, measure(w)
        self.peaks, self.norms, self.energy = peaks(w), norms(w), color_energy(w)
        self.tuning, self.side = tuning(self.peaks, len(w)), min(w.shape[1:3])

    @cached_property
    def chance(self) -> dict[str, np.ndarray]:
        """Scores (draws, D) of random kernels, from `by_chance`."""
        return by_chance(self.w, np.random.default_rng(CHANCE), self.draws)

    @property
    def striped(self) -> np.ndarray:
        """Which kernels (D,) have an orientation: a quarter of a period or more fits across."""
        return self.tuning["frequency"] >= 0.25 / self.side

    @property
    def chooses(self) -> np.ndarray:
        """Which kernels (D,) have an orientation and beat chance in direction selectivity."""
        if len(self.w) == 1:  # one frame: its selectivity is NaN
            return np.zeros(len(self.striped), bool)
        return self.striped & beaten(self.own["direction"], self.chance["direction"])

    @property
    def is_selective(self) -> bool:
        """Whether significantly more kernels choose a direction than by chance.

        If not, the directions and speeds of the selective kernels mean nothing.
        """
        return more_than_chance(int(self.chooses.sum()), int(self.striped.sum()))
