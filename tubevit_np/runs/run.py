"""A run is a folder: config.json, metrics.jsonl, checkpoints, snapshots of the kernels, pictures.

It can be resumed after a kill at any moment. Both packages train through it, and pass it NumPy
arrays."""

import json
import warnings
from contextlib import closing, contextmanager
from itertools import takewhile
from pathlib import Path

import numpy as np

from tubevit_np.data.batch import PARAMETERS
from tubevit_np.data.joint import Joint
from tubevit_np.data.prefetch import prefetch
from tubevit_np.model.params import flatten, nest
from tubevit_np.runs import run_folder
from tubevit_np.runs.best_score import best_so_far, chosen_scores
from tubevit_np.runs.by_heart import by_heart
from tubevit_np.runs.progress import TrainingBar
from tubevit_np.runs.run_folder import BEST, MODEL, checkpoints, last_checkpoint, writing
from tubevit_np.runs.score_names import labels_of, named
from tubevit_np.runs.snapshots import write_snapshot
from tubevit_np.runs.stop_signal import StopSignal
from tubevit_np.runs.training_log import TrainingLog
from tubevit_np.runs.warm_start import carried
from tubevit_np.storage.checkpoint import save
from tubevit_np.training.evaluate import evaluate
from tubevit_np.training.kernel_snapshots import kernels
from tubevit_np.variants.params import init

QUICK_EVAL_CLIPS = 256  # held-out examples of each source in an evaluation during training
MAX_SKIPPED_STEPS = 10  # steps in a row that half precision may skip, until its scale is right
MAX_CHECKPOINTS = 2  # keep two checkpoints in case the newest is corrupted


class Run:
    """An open run: its recipe, sources and Config, its next step and its log.

    first: steps already done;  left_out: steps skipped in a row;  stopped: whether it has ended
    early, because its score no longer improved;  extended_at: step at which it was last extended;
    lock: held as long as the run is open."""

    def __init__(self, folder, recipe, sources, cfg, extended_at=0, lock=None):
        self.folder, self.recipe, self.sources, self.cfg = Path(folder), recipe, sources, cfg
        self.extended_at, self.lock = extended_at, lock
        self.first, self.left_out, self.stopped = 0, 0, False
        self.known = set()  # heads of which a warning has said that they know files by heart
        self.bar, self.records = TrainingBar(disable=True), TrainingLog(self.folder)
        self.signal = StopSignal()

    @property
    def counts(self):
        """Number of examples per step, one per source."""
        return [count for _, _, count, _ in self.recipe.sets]

    @property
    def num_bytes(self):
        """Bytes of the pixels of one joint batch."""
        frames = {"video": self.recipe.frames, "image": 1}
        return sum(count * frames[kind] * self.recipe.size**2 * self.cfg.channels
                   for kind, _, count, _ in self.recipe.sets)

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
            self.records.forget_after(0)
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
        self.records.forget_after(self.first)
        self.records.restore(notes)
        self.stopped = self._patience_is_over()
        if self._has_ended(self.first) and not (self.folder / MODEL).exists():
            with writing(self.folder):  # the model was deleted, or an extension was killed early
                self._save(MODEL, params, step=self.first)
        moments = nest({name.removeprefix("_"): value for name, value in notes["extra"].items()})
        return params, {moment: flatten(tree) for moment, tree in moments.items()}

    @contextmanager
    def batches(self):
        """Yield an iterator over (step, joint batch) for the remaining steps, with a progress bar.

        Ctrl-C and SIGTERM stop it: the next step is the last one, and save raises Stopped."""
        steps = range(self.first, self.first if self.stopped else self.recipe.steps)
        progress = closing(TrainingBar(self.first, steps.stop))
        joint = Joint(self.sources, self.counts, self.recipe.seed, self.recipe.mixup,
                      self.recipe.dropout, self.recipe.shuffled)
        made = prefetch(joint, steps, self.num_bytes, self.recipe.loaders)
        with self.signal.awaited(), made as made, progress as self.bar:
            self.records.start_clock()
            yield takewhile(lambda _: not self.stopped, zip(self.bar.steps, made, strict=True))

    def log(self, step, loss, lr, norm, accuracies):
        """Record a step; every log_every steps, append the means to metrics.jsonl.

        Raises ValueError if the loss or the norm is not finite; half precision may skip up to
        MAX_SKIPPED_STEPS such steps in a row."""
        finite = np.isfinite([loss, norm]).all()
        self.left_out = 0 if finite else self.left_out + 1
        if self.left_out > (MAX_SKIPPED_STEPS if self.recipe.precision == "half" else 0):
            raise ValueError(f"step {step + 1}: the loss is {loss}, the gradient's norm {norm} "
                             f"(last checkpoint: {last_checkpoint(self.folder)}); start again with "
                             "a lower --lr")
        named_accuracies = {f"train/{named(source.kind, head)}": float(accuracy)
                            for source, heads in zip(self.sources, accuracies, strict=True)
                            for head, accuracy in heads.items()}
        recent = self.records.recent
        recent += [{"loss": float(loss), "norm": float(norm)} | named_accuracies] if finite else []
        every = (self.recipe.log_every, self.recipe.save_every)
        if recent and (self.evaluation_due(step) or any((step + 1) % n == 0 for n in every)):
            means = self.records.write_means(step + 1, lr)
            self.bar.show({name.removeprefix("train/"): value for name, value in means.items()
                           if name != "norm"})

    def evaluation_due(self, step):
        """True if an evaluation is due after this step."""
        every = self.recipe.eval_every or self.recipe.save_every
        return (step + 1) % every == 0 or step + 1 == self.recipe.steps

    def checkpoint_due(self, step):
        """True if a checkpoint is due after this step, also because a signal has arrived."""
        last = self.stopped or self.signal.number is not None or step + 1 == self.recipe.steps
        return last or (step + 1) % self.recipe.save_every == 0

    @property
    def best_scores(self):
        """Names of the scores whose mean chooses best.safetensors."""
        return chosen_scores(self.recipe.best, self.sources)

    def best(self):
        """The Best evaluation so far (see best_score.py); None before the first one."""
        return best_so_far(run_folder.read_metrics(self.records.path), self.best_scores,
                           self.extended_at)

    def snap(self, done, flat):
        """Write a snapshot of the tube kernels, {name: kernel}, after `done` steps.

        It must come before a checkpoint of the same step; otherwise a kill between the two would
        lose it."""
        with writing(self.folder):
            write_snapshot(self.folder, done, flat)

    def evaluate(self, done, predict, current):
        """After `done` steps, log the scores of a few held-out examples; may set `stopped`.

        current(): the parameters as arrays, written to best.safetensors if the score is the best
        so far.  It must come before a checkpoint of the same step, as snap."""
        scores = {}  # {name: (accuracy, number of examples)}
        for source in self.sources:
            found = evaluate(predict, source, QUICK_EVAL_CLIPS)
            scores |= {named(source.kind, name): (found[name], found["count"])
                       for name in (*source.labels, "both") if name in found}
        self.records.append({"step": done} | {f"eval/{name}": accuracy
                                              for name, (accuracy, _) in scores.items()})
        self._warn_by_heart(scores)
        best, names = self.best(), self.best_scores
        if best.step == done:
            with writing(self.folder):
                self._save(BEST, current(), step=done, score=" and ".join(names), value=best.score)
        self.stopped = self._patience_is_over()
        self.records.start_clock()

    def save(self, done, params, moments):
        """Write a checkpoint after `done` steps, and the model after the last one.

        Raises Stopped if a signal has arrived.
        The checkpoint is written last: after a kill, log entries later than the last checkpoint
        are dropped and these steps are done again."""
        flat = {f"_{moment}.{name}": value for moment in moments
                for name, value in moments[moment].items()}
        with writing(self.folder):
            if self._has_ended(done):
                self._save(MODEL, params, step=done)
            self._save(f"checkpoint-{done:06d}.safetensors", params, step=done, extra=flat,
                       **self.records.unwritten())
        for old in checkpoints(self.folder)[:-MAX_CHECKPOINTS]:
            old.unlink()
        self.signal.check()
        self.records.start_clock()

    def _has_ended(self, done):
        return self.stopped or done == self.recipe.steps

    def _warn_by_heart(self, scores):
        """Warn once of each head whose training examples the model knows by heart."""
        log = run_folder.read_metrics(self.records.path)
        for name, remark in by_heart(log, self.sources, scores).items():
            if name not in self.known:
                warnings.warn(remark, stacklevel=2)
            self.known.add(name)

    def _patience_is_over(self):
        """True if the last `patience` evaluations have not improved the score."""
        best = self.best() if self.recipe.patience else None
        return best is not None and best.since >= self.recipe.patience

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
             frames=self.recipe.frames, size=self.recipe.size, fps=self.recipe.fps or 0,
             group_by=json.dumps(self.recipe.group_by), **notes)
