"""The data of a run that its pictures need: parameters, log, scores. Each is computed once."""

import json
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np

from tubevit_np.data.batch import PARAMETERS
from tubevit_np.plots.analysis.attention_weights import pool_weights
from tubevit_np.plots.analysis.measured import Measured
from tubevit_np.plots.analysis.null_models import DRAWS
from tubevit_np.plots.analysis.scores import summary
from tubevit_np.plots.gallery.example_clip import Example, from_file, generated, set_of
from tubevit_np.plots.gallery.run_plots import tube_kernels
from tubevit_np.plots.model_plots.position_similarity import added
from tubevit_np.runs.held_out import clip_fps
from tubevit_np.runs.recipe import Recipe
from tubevit_np.runs.recipe_files import read_recipe
from tubevit_np.runs.run_folder import METRICS, find_model, read_metrics
from tubevit_np.runs.score_names import chances
from tubevit_np.runs.snapshots import read_snapshots
from tubevit_np.storage.checkpoint import load
from tubevit_np.storage.hub import title_of
from tubevit_np.variants.config import attention_of
from tubevit_np.variants.params import init


class Missing(ValueError):
    """A run lacks what a picture needs; the picture is left out."""


def need(found: Any, why: str) -> Any:
    """Return `found`, or raise Missing(why) if it is empty or False."""
    if not found:
        raise Missing(why)
    return found


class Opened:
    """A run folder or a checkpoint, opened for drawing.

    Parameters
    ----------
    path : str or Path
        A run folder or a checkpoint.
    draws : int, default 19
        Number of random kernels for each kernel.
    clip : str or Path, optional
        A video or an image on which the model is shown; a generated clip if not given.
    control : str or Path, optional
        A run of the same model that was trained on frames in random order.

    Raises
    ------
    ValueError
        If the checkpoint cannot be read.
    """

    def __init__(self, path: str | Path, draws: int = DRAWS, clip: str | Path | None = None,
                 control: str | Path | None = None) -> None:
        self.path, self.draws, self.clip, self.control = find_model(path), draws, clip, control
        self.params, self.cfg, self.notes = load(self.path)
        self.folder, self.name = self.path.parent, title_of(self.path)

    @cached_property
    def recipe(self) -> Recipe:
        """The recipe of the run; the default recipe for a checkpoint without a run folder."""
        path = self.folder / "config.json"
        return read_recipe(path)[0] if path.exists() else Recipe()

    @property
    def shape(self) -> tuple[int, int, int]:
        """(T, H, W) of the videos that the model was trained on."""
        need({"frames", "size"} <= self.notes.keys(),
             "the checkpoint does not record the size of its videos")
        frames, size = int(self.notes["frames"]), int(self.notes["size"])
        return frames, size, size

    @cached_property
    def records(self) -> list[dict[str, Any]]:
        """The rows of metrics.jsonl."""
        return need(read_metrics(self.folder / METRICS),
                    f"{self.folder} contains no metrics.jsonl")

    @property
    def chance(self) -> dict[str, float]:
        """The chance level of each accuracy, in [0, 1]."""
        heads, labels = json.loads(self.notes.get("heads", "{}")), self.notes["labels"]
        return chances((kind, {head: labels[head] for head in names})
                       for kind, names in heads.items())

    @cached_property
    def kernels(self) -> dict[str, np.ndarray]:
        """{"8x8x8": w (kt, kh, kw, C, D)} in the order of the Config."""
        return tube_kernels(self.params, self.cfg)

    @cached_property
    def untrained(self) -> dict[str, np.ndarray]:
        """The kernels at the start of the run, or new ones if it started from another model."""
        rng = np.random.default_rng([self.recipe.seed, PARAMETERS])
        return tube_kernels(init(self.cfg, rng, self.recipe.kernel_norm), self.cfg)

    @cached_property
    def controls(self) -> dict[str, dict[str, tuple[np.ndarray, dict[str, np.ndarray]]]]:
        """{column: {"8x8x8": (w, its scores)}} of learned, untrained and shuffled kernels."""
        other = Opened(need(self.control, "no --control RUN is given (a run of train --shuffled)"))
        if other.cfg.tubes != self.cfg.tubes or not other.recipe.shuffled:
            raise ValueError(f"{self.control} is not a run of these tubes trained with --shuffled")
        sets = {"learned": self.measured, "untrained": self.measured_untrained,
                "frames in random order": other.measured}
        return {column: {name: (tube.w, tube.own) for name, tube in tubes.items()}
                for column, tubes in sets.items()}

    @property
    def moving(self) -> dict[str, np.ndarray]:
        """The kernels with more than one frame."""
        return need({name: w for name, w in self.kernels.items() if len(w) > 1},
                    "no tube reads more than one frame")

    @property
    def colored(self) -> dict[str, np.ndarray]:
        """All kernels, if they have three color channels."""
        need(self.cfg.channels == 3,
             f"its kernels have {self.cfg.channels} channels, not three colors")
        return self.kernels

    @cached_property
    def history(self) -> dict[int, dict[str, np.ndarray]]:
        """{step: kernels} of the snapshots before the checkpoint, and of the checkpoint."""
        snapshots = read_snapshots(self.folder)
        last = int(self.notes.get("step", max(snapshots, default=0) + 1))
        snapshots = {step: params for step, params in snapshots.items() if step < last}
        need(snapshots, f"{self.folder} contains no snapshots of the kernels from before the "
                        "checkpoint")
        return {step: tube_kernels(params, self.cfg)
                for step, params in (snapshots | {last: self.params}).items()}

    @cached_property
    def example(self) -> Example:
        """The clip on which the model is shown."""
        frames, size, _ = self.shape
        need("heads" in self.notes and self.cfg.channels == 3,
             "the checkpoint is not from a training run on color videos")
        if self.clip is None:
            return generated(frames, size, set_of(self.notes["labels"]))
        return from_file(self.clip, frames, size, clip_fps(self.notes))

    @property
    def video(self) -> np.ndarray:
        """The example clip (T, H, W, 3), if it is a video."""
        need(self.example.kind == "video", "the example is an image, not a video")
        return self.example.clip

    @cached_property
    def outputs(self) -> tuple[dict[str, np.ndarray], dict[str, np.ndarray]]:
        """Logits and intermediates of the model for the example."""
        return self.example.outputs(self.params, self.cfg, self.notes)

    @property
    def token(self) -> int:
        """The number of the token with the largest pooling weight."""
        need(attention_of(self.cfg) == "global",
             "its attention is divided: no token attends to all others")
        return int(pool_weights(self.outputs[1]).mean(0).argmax())

    @property
    def deep(self) -> int:
        """The number of the last block, if there is more than one."""
        return need(self.cfg.depth - 1, "it has only one block")

    @property
    def at(self) -> np.ndarray:
        """The positions (N, D) of the example's tokens."""
        positions = added(self.outputs[1])
        need(positions.any(), "its tokens have no positions")
        return positions

    @cached_property
    def measured(self) -> dict[str, Measured]:
        """{tube: Measured} of the kernels."""
        return {name: Measured(w, self.draws) for name, w in self.kernels.items()}

    @cached_property
    def measured_untrained(self) -> dict[str, Measured]:
        """{tube: Measured} of the untrained kernels."""
        return {name: Measured(w, self.draws) for name, w in self.untrained.items()}

    @property
    def scores(self) -> dict[str, dict[str, dict[str, float | None]]]:
        """{tube: {"learned": summary, "untrained": summary}}, the content of scores.json."""
        return {name: {"learned": summary(tube.own, tube.chance),
                       "untrained": summary(self.measured_untrained[name].own, {})}
                for name, tube in self.measured.items()}
