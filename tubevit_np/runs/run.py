"""A run is a folder: config.json, metrics.jsonl, checkpoints, snapshots of the kernels, pictures.

It can be resumed after a kill at any moment. Both packages train through it, and pass it NumPy
arrays."""

import json
import time
from contextlib import closing, contextmanager
from pathlib import Path

import numpy as np

from tubevit_np.data.batch import PARAMETERS
from tubevit_np.data.joint import Joint
from tubevit_np.data.prefetch import prefetch
from tubevit_np.model.params import flatten, nest
from tubevit_np.runs import run_folder
from tubevit_np.runs.progress import TrainingBar
from tubevit_np.runs.run_folder import MODEL, checkpoints
from tubevit_np.runs.score_names import labels_of, named
from tubevit_np.runs.snapshots import write_snapshot
from tubevit_np.runs.warm_start import carried
from tubevit_np.storage.atomic_files import write_text
from tubevit_np.storage.checkpoint import save
from tubevit_np.training.evaluate import evaluate
from tubevit_np.training.kernel_snapshots import kernels
from tubevit_np.variants.params import init

QUICK_EVAL_CLIPS = 256  # held-out examples evaluated at each checkpoint
MAX_SKIPPED_STEPS = 10  # steps in a row that half precision may skip, until its scale is right
MAX_CHECKPOINTS = 2  # keep two checkpoints in case the newest is corrupted


class Run:
    """An open run: its recipe, sources and Config, its next step and its log.

    first: steps already done;  recent: values to be averaged for the next line of the log;
    left_out: steps skipped in a row."""

    def __init__(self, folder, recipe, sources, cfg):
        self.folder, self.recipe, self.sources, self.cfg = Path(folder), recipe, sources, cfg
        self.first, self.recent, self.left_out = 0, [], 0
        self.bar, self.clock = TrainingBar(disable=True), time.perf_counter()

    @property
    def counts(self):
        """Number of examples per step, one per source."""
        return [count for _, _, count, _ in self.recipe.sets]

    @property
    def weights(self):
        """Weights of the losses, one per source."""
        return [weight for *_, weight in self.recipe.sets]

    @property
    def labels(self):
        """{head: class names} of all sources."""
        return {head: names for source in self.sources for head, names in source.labels.items()}

    def start(self):
        """Parameters and moments of the newest checkpoint, or new parameters and no moments."""
        written = checkpoints(self.folder)
        if not written:
            self._forget_after(0)
            rng = np.random.default_rng([self.recipe.seed, PARAMETERS])
            params = init(self.cfg, rng, self.recipe.kernel_norm)
            params = self._carried(params) if self.recipe.start else params
            self.snap(0, kernels(params))
            return params, {}
        params, cfg, notes = run_folder.load_last(written)
        if cfg != self.cfg:
            raise ValueError(f"{self.folder}: its checkpoints do not fit the model in config.json; "
                             "restore the original file or start a new run")
        self.first = int(notes["step"])
        self._forget_after(self.first)
        moments = nest({name.removeprefix("_"): value for name, value in notes["extra"].items()})
        return params, {moment: flatten(tree) for moment, tree in moments.items()}

    @contextmanager
    def batches(self):
        """Yield an iterator over (step, joint batch) for the remaining steps, with a progress bar.
        """
        steps = range(self.first, self.recipe.steps)
        progress = closing(TrainingBar(self.first, self.recipe.steps))
        joint = Joint(self.sources, self.counts, self.recipe.seed, self.recipe.mixup,
                      self.recipe.dropout, self.recipe.shuffled)
        with prefetch(joint, steps) as made, progress as self.bar:
            self.clock = time.perf_counter()
            yield zip(self.bar.steps, made, strict=True)

    def log(self, step, loss, lr, norm, accuracies):
        """Record a step; every log_every steps, append the means to metrics.jsonl.

        Raises ValueError if the loss or the norm is not finite; half precision may skip up to
        MAX_SKIPPED_STEPS such steps in a row."""
        finite = np.isfinite([loss, norm]).all()
        self.left_out = 0 if finite else self.left_out + 1
        if self.left_out > (MAX_SKIPPED_STEPS if self.recipe.precision == "half" else 0):
            raise ValueError(f"step {step + 1}: the loss is {loss}, the gradient's norm {norm} "
                             f"(last checkpoint: {self._last}); start again with a lower --lr")
        named_accuracies = {f"train/{named(source.kind, head)}": accuracy
                            for source, heads in zip(self.sources, accuracies, strict=True)
                            for head, accuracy in heads.items()}
        self.recent += [{"loss": loss, "norm": norm} | named_accuracies] if finite else []
        if self.recent and ((step + 1) % self.recipe.log_every == 0 or self.checkpoint_due(step)):
            self._write_means(step, lr)

    def checkpoint_due(self, step):
        """True if a checkpoint is due after this step."""
        return (step + 1) % self.recipe.save_every == 0 or step + 1 == self.recipe.steps

    def snap(self, done, flat):
        """Write a snapshot of the tube kernels, {name: kernel}, after `done` steps.

        It must come before a checkpoint of the same step; otherwise a kill between the two would
        lose it."""
        with self._writing():
            write_snapshot(self.folder, done, flat)

    def save(self, done, params, moments, predict):
        """After `done` steps, evaluate a few held-out examples, then write a checkpoint.

        The checkpoint is written last: after a kill, log entries later than the last checkpoint
        are dropped and these steps are done again."""
        scores = {f"eval/{named(source.kind, name)}": accuracy for source in self.sources
                  for name, accuracy in evaluate(predict, source, QUICK_EVAL_CLIPS).items()
                  if name in source.labels or name == "both"}
        self._append({"step": done} | scores)
        flat = {f"_{moment}.{name}": value for moment in moments
                for name, value in moments[moment].items()}
        with self._writing():
            if done == self.recipe.steps:
                self._save(MODEL, params, step=done)
            self._save(f"checkpoint-{done:06d}.safetensors", params, step=done, extra=flat)
        for old in checkpoints(self.folder)[:-MAX_CHECKPOINTS]:
            old.unlink()
        self.clock = time.perf_counter()  # the rate excludes the time of evaluation

    def _carried(self, params):
        """The parameters of a warm start; prints which heads are new."""
        params, kept = carried(params, self.recipe.start, self.labels)
        new = [head for head in self.labels if head not in kept]
        print(f"starts with the parameters of {self.recipe.start}; new heads: "
              f"{', '.join(new) or 'none'}" + (f"; kept: {', '.join(kept)}" if kept else ""))
        return params

    def _save(self, name, params, **notes):
        heads = {kind: list(labels) for kind, labels in labels_of(self.sources).items()}
        save(self.folder / name, params, self.cfg, self.labels, heads=json.dumps(heads),
             frames=self.recipe.frames, size=self.recipe.size, fps=self.recipe.fps or 0, **notes)

    def _write_means(self, step, lr):
        means = {name: float(np.mean([row[name] for row in self.recent]))
                 for name in self.recent[0]}
        rate = len(self.recent) / (time.perf_counter() - self.clock)
        self._append({"step": step + 1, "lr": lr, "rate": rate} | means)
        self.bar.show({name.removeprefix("train/"): value for name, value in means.items()
                       if name != "norm"})
        self.recent, self.clock = [], time.perf_counter()

    def _append(self, record):
        with self._writing(), open(self.folder / "metrics.jsonl", "a") as file:
            file.write(json.dumps(record) + "\n")

    @contextmanager
    def _writing(self):
        """Turn errors of writing, such as a full disk, into ValueError with one line."""
        try:
            yield
        except OSError as error:
            raise ValueError(f"cannot write into {self.folder}: {error.strerror} (last checkpoint: "
                             f"{self._last}); free some space, then continue with --resume"
                             ) from None

    @property
    def _last(self):
        return run_folder.newest_checkpoint(self.folder) or "none yet"

    def _forget_after(self, step):
        """Drop the log entries of a killed run after `step`, its last checkpoint.

        These steps will be done and logged again."""
        path = self.folder / "metrics.jsonl"
        kept = [record for record in run_folder.read_metrics(path) if record["step"] <= step]
        write_text(path, "".join(json.dumps(record) + "\n" for record in kept))
