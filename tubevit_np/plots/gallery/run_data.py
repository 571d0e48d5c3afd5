"""A run as its pictures need it: parameters, log, measures, each made once."""

import json
from functools import cached_property

import numpy as np

from tubevit_np.data.batch import PARAMETERS
from tubevit_np.plots.analysis.attention_weights import pool_weights
from tubevit_np.plots.analysis.null_models import DRAWS, beaten
from tubevit_np.plots.analysis.pixels import norms
from tubevit_np.plots.analysis.scores import by_chance, color_energy, measure, summary
from tubevit_np.plots.analysis.spectrum import peaks, tuning
from tubevit_np.plots.gallery.example_clip import from_file, generated
from tubevit_np.plots.gallery.run_plots import tube_kernels
from tubevit_np.plots.model_plots.position_similarity import added
from tubevit_np.runs.held_out import clip_fps
from tubevit_np.runs.recipe import Recipe, read_recipe
from tubevit_np.runs.run_folder import find_model, read_metrics
from tubevit_np.runs.score_names import chances
from tubevit_np.runs.snapshots import read_snapshots
from tubevit_np.storage.checkpoint import load
from tubevit_np.variants.config import attention_of
from tubevit_np.variants.params import init

CHANCE = 0  # the seed that chance is drawn from


class Missing(ValueError):
    """What a picture needs and a run has not; the picture is left out."""


def need(found, why):
    """found;  raises Missing where it is empty or False."""
    if not found:
        raise Missing(why)
    return found


class Opened:
    """What RUN means: a run folder or a checkpoint.  Raises ValueError if it cannot be read.

    clip: a video or an image to show the model at work on, a generated clip unless given;
    control: the run of the same model that was trained on frames in random order."""

    def __init__(self, path, draws=DRAWS, clip=None, control=None):
        self.path, self.draws, self.clip, self.control = find_model(path), draws, clip, control
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
        need({"frames", "size"} <= self.notes.keys(),
             "the checkpoint does not tell the size of its videos")
        return int(self.notes["frames"]), *[int(self.notes["size"])] * 2

    @cached_property
    def records(self):
        """The rows of the log."""
        return need(read_metrics(self.folder / "metrics.jsonl"),
                    f"{self.folder} holds no metrics.jsonl")

    @property
    def chance(self):
        """Of curves.  {accuracy: fraction}"""
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
    def controls(self):
        """{column: {"8x8x8": (w, its numbers)}} of learned, untrained and shuffled kernels."""
        other = Opened(need(self.control, "no --control, a run of train --shuffled, is given"))
        if other.cfg.tubes != self.cfg.tubes or not other.recipe.shuffled:
            raise ValueError(f"{self.control} is no training of these tubes with --shuffled")
        sets = {"learned": self.measured, "untrained": self.measured_untrained,
                "frames in random order": other.measured}
        return {column: {name: (found.w, found.own) for name, found in tubes.items()}
                for column, tubes in sets.items()}

    @property
    def moving(self):
        """Those of `kernels` that see more than one frame."""
        return need({name: w for name, w in self.kernels.items() if len(w) > 1},
                    "no tube sees more than one frame")

    @property
    def colored(self):
        """All of `kernels`, where they see three colors."""
        need(self.cfg.channels == 3,
             f"its kernels see {self.cfg.channels} channels, not three colors")
        return self.kernels

    @cached_property
    def history(self):
        """{step: kernels} of the snapshots before the checkpoint, and of itself."""
        found = read_snapshots(self.folder)
        last = int(self.notes.get("step", max(found, default=0) + 1))
        found = {step: params for step, params in found.items() if step < last}
        need(found, f"{self.folder} holds no snapshots of the kernels from before")
        return {step: tube_kernels(params, self.cfg)
                for step, params in (found | {last: self.params}).items()}

    @cached_property
    def example(self):
        """What the model is shown at work on."""
        frames, size, _ = self.shape
        need("heads" in self.notes and self.cfg.channels == 3,
             "the checkpoint is not of a model of color videos that a run trained")
        if self.clip is None:
            return generated(frames, size)
        return from_file(self.clip, frames, size, clip_fps(self.notes))

    @property
    def video(self):
        """The example clip (T, H, W, 3), unless it is an image."""
        need(self.example.kind == "video", "the example is an image, not a video")
        return self.example.clip

    @cached_property
    def outputs(self):
        """Its logits, and all that lies between."""
        return self.example.outputs(self.params, self.cfg, self.notes)

    @property
    def token(self):
        """The token that the pooling query attends to most."""
        need(attention_of(self.cfg) == "global",
             "its attention is divided: no token looks at all others")
        return int(pool_weights(self.outputs[1]).mean(0).argmax())

    @property
    def deep(self):
        """How many blocks come after the first."""
        return need(self.cfg.depth - 1, "it has one block, the first")

    @property
    def at(self):
        """The positions of the example's tokens."""
        found = added(self.outputs[1])
        need(found.any(), "its tokens have no positions")
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
        self.peaks, self.norms, self.energy = peaks(w), norms(w), color_energy(w)
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
