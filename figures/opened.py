"""A run as its pictures need it: parameters, log, measures, each made once."""

import json
from functools import cached_property

import numpy as np

from figures.chance import DRAWS, beaten
from figures.pixels import norms
from figures.scores import by_chance, colour_energy, measure, summary
from figures.spectrum import peaks, tuning
from tubevit_np.data.batch import PARAMETERS
from tubevit_np.folder import find_model, read_metrics
from tubevit_np.params import init, load
from tubevit_np.pictures import tube_kernels
from tubevit_np.recipe import Recipe, read_recipe
from tubevit_np.run import chances

CHANCE = 0  # the seed that chance is drawn from


class Missing(ValueError):
    """What a picture needs and a run has not; the picture is left out."""


class Opened:
    """What RUN means: a run folder or a checkpoint.  Raises ValueError if it cannot be read."""

    def __init__(self, path, draws=DRAWS):
        self.path, self.draws = find_model(path), draws
        self.params, self.cfg, self.notes = load(self.path)
        self.folder, self.name = self.path.parent, self.path.resolve().parent.name

    @cached_property
    def recipe(self):
        """The defaults, for a checkpoint that lies alone."""
        path = self.folder / "config.json"
        return read_recipe(path)[0] if path.exists() else Recipe()

    @property
    def shape(self):
        """(T, H, W) of its videos."""
        if "frames" not in self.notes or "size" not in self.notes:
            raise Missing("the checkpoint does not tell the size of its videos")
        return int(self.notes["frames"]), *[int(self.notes["size"])] * 2

    @cached_property
    def records(self):
        """The rows of the log."""
        found = read_metrics(self.folder / "metrics.jsonl")
        if not found:
            raise Missing(f"{self.folder} holds no metrics.jsonl")
        return found

    @property
    def chance(self):
        """Of curves.  {accuracy: share}"""
        heads, labels = json.loads(self.notes.get("heads", "{}")), self.notes["labels"]
        return chances((kind, {head: labels[head] for head in found})
                       for kind, found in heads.items())

    @cached_property
    def kernels(self):
        """{"8x8x8": w (kt, kh, kw, C, D)} in the order of the Config."""
        return tube_kernels(self.params, self.cfg)

    @cached_property
    def untrained(self):
        """The same of new parameters, the run's own where it began with none of another."""
        rng = np.random.default_rng([self.recipe.seed, PARAMETERS])
        return tube_kernels(init(self.cfg, rng, self.recipe.kernel_norm), self.cfg)

    @cached_property
    def moving(self):
        """Those of `kernels` that see more than one frame."""
        found = {name: w for name, w in self.kernels.items() if len(w) > 1}
        if not found:
            raise Missing("no tube sees more than one frame")
        return found

    @cached_property
    def measured(self):
        """{tube: Measured} of the kernels."""
        return {name: Measured(w, self.draws) for name, w in self.kernels.items()}

    @cached_property
    def measured_untrained(self):
        """The same of untrained kernels."""
        return {name: Measured(w, self.draws) for name, w in self.untrained.items()}

    @property
    def scores(self):
        """For scores.json."""
        return {name: {"learned": summary(found.own, found.chance),
                       "untrained": summary(self.measured_untrained[name].own, {})}
                for name, found in self.measured.items()}


class Measured:
    """The numbers of one tube's kernels."""

    def __init__(self, w, draws=DRAWS):
        self.w, self.draws, self.own = w, draws, measure(w)
        self.peaks, self.norms, self.energy = peaks(w), norms(w), colour_energy(w)
        self.tuning, self.side = tuning(self.peaks, len(w)), min(w.shape[1:3])

    @cached_property
    def chance(self):
        return by_chance(self.w, np.random.default_rng(CHANCE), self.draws)

    @property
    def striped(self):
        """Which kernels (D,) have an orientation: a quarter of a period or more across."""
        return self.tuning["frequency"] >= 0.25 / self.side

    @property
    def chooses(self):
        """Which kernels (D,) choose a direction that chance seldom gives, and have stripes."""
        return self.striped & beaten(self.own["direction"], self.chance["direction"])
