"""Data sets whose files are decoded on the fly: any size, in the memory of a few batches."""

import warnings
from dataclasses import dataclass, field, replace

import numpy as np

from tubevit_np.data.batch import CROPS, TRAIN
from tubevit_np.data.datasets.cache import Cache
from tubevit_np.data.datasets.labeled_files import LabeledFiles
from tubevit_np.data.datasets.reader import Reader
from tubevit_np.data.decoding.video import ShortClip
from tubevit_np.data.threads import thread_pool

MAX_FAILURES = 10  # consecutive unreadable files before training stops


def epoch_order(seed, total, step, count):
    """Indices (count,) of the examples of a step, of `total`; each epoch has another order."""
    positions = np.arange(step * count, (step + 1) * count)
    orders = {epoch: np.random.default_rng([seed, TRAIN, epoch]).permutation(total)
              for epoch in set(positions // total)}
    return np.array([orders[i // total][i % total] for i in positions])


@dataclass(frozen=True)
class StreamSource(LabeledFiles):
    """Labeled files that are decoded for every batch; only the list of files is in memory.

    fps: frames per second of a clip; it starts at a random time in training and is the middle clip
    in evaluation.  Without fps the frames are spread over the whole video.  A cache does not change
    the batches."""

    fps: float | None = None
    cache: Cache | None = None
    first_short: dict = field(default_factory=dict)  # {"first": the first ShortClip}
    slow = True  # prefetched by a worker process

    @property
    def reader(self):
        """Reads the files, at a fixed rate with fps, from the cache if there is one."""
        return Reader(self.val.frames, self.size, self.fps, self.cache)

    def batch(self, step, count):
        """The training Batch of step number `step`: random times and crops.

        The next file replaces an unreadable one, with a warning.  Raises ValueError if MAX_FAILURES
        files in a row are unreadable."""
        indices = epoch_order(self.seed, len(self.train.items), step, count)
        rngs = [np.random.default_rng([self.seed, CROPS, step, k]) for k in range(count)]
        examples = thread_pool().map(self._read_or_next, indices, rngs)
        return self._training_batch(step, *zip(*examples, strict=True))

    def checked(self):
        """Returns this source.  Raises ValueError if no held-out file can be read."""
        trial = replace(self, cache=None, first_short={}, broken={})  # leaves no traces in self
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # evaluation issues these warnings
            if all(trial._read_held_out(i) is None for i in range(len(self.val.items))):
                raise ValueError(f"none of {len(self.val.items)} {self.kind}s can be read, the "
                                 f"first: {trial.broken[0]}")
        return self

    def _warn(self, remark):
        """Issue a warning; of short videos only the first one, once per process."""
        super()._warn(remark)
        if isinstance(remark, ShortClip) and remark is self.first_short.setdefault("first", remark):
            warnings.warn(f"{self.head}: {remark}; other short videos give no warning")

    def _read_or_next(self, i, rng):
        """A training example and its class, from file i or the next readable one."""
        position, corner = rng.random(), rng.random(2)
        tries = min(MAX_FAILURES, len(self.train.items))
        for k in range(tries):
            path, label = self.train.items[(i + k) % len(self.train.items)]
            try:
                clip = self.reader.clip(self.kind, path, position,
                                        lambda x: crop_at(x, self.size, corner), self._warn)
                return clip, label
            except ValueError as error:
                warnings.warn(f"skipped: {error}")
                last = error
        raise ValueError(f"{tries} files in a row cannot be read, the last: {last}")

    def _read_held_out(self, i, temporal=0, spatial=1):
        """Held-out example i: its center crop, or its views if temporal > 0.

        Returns None, and adds i to `broken`, if the file cannot be read."""
        path = self.val.items[i][0]
        try:
            if temporal:
                return self.reader.views(self.kind, path, temporal, spatial, self._warn)
            return self.reader.clip(self.kind, path, warn=self._warn)
        except ValueError as error:
            if i not in self.broken:
                warnings.warn(f"skipped: {error}")
            self.broken[i] = str(error)
            return None


def crop_at(x, size, corner):
    """A (..., size, size, C) crop of (..., H, W, C).

    corner: (2,) in [0, 1), the top left corner as a fraction of its possible positions."""
    top, left = (int(fraction * (length - size + 1)) for fraction, length
                 in zip(corner, x.shape[-3:-1], strict=True))
    return x[..., top:top + size, left:left + size, :].copy()
