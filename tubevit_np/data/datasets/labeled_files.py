"""The base class of both sources of labeled files: in_memory.py and streaming.py."""

import warnings
from dataclasses import dataclass, field

import numpy as np

from tubevit_np.data.augmentation.flip import random_flip
from tubevit_np.data.augmentation.randaugment import randaugment
from tubevit_np.data.batch import AUGMENTATIONS, FLIPS, Batch
from tubevit_np.data.datasets.dataset import Dataset, Loaded
from tubevit_np.data.datasets.reader import Reader, size_with_margin
from tubevit_np.data.datasets.summary import describe, first_digest
from tubevit_np.data.decoding.video import ShortClip
from tubevit_np.data.threads import thread_pool

GIGABYTE = 1e9

@dataclass(frozen=True)
class LabeledFiles:
    """Labeled videos or images: a training part and a held-out part, val.

    kind: "video" or "image";  head: its name;  size: pixels;  names: class names."""

    kind: str
    head: str
    size: int
    names: tuple[str, ...]
    val: Dataset | Loaded  # its images are larger than size
    train: Dataset | Loaded | None = None
    seed: int = 0
    flip: bool = False  # flip training clips at random
    randaugment: int = 0  # number of operations per training clip or image
    magnitude: float = 10.0
    folder: str = ""  # of the set; names of its files are relative to it
    rule: str = ""  # how val was chosen, in words
    whole: bool = False  # all files are scored, nothing is held out; rule: the name of the set
    others: int = 0  # files of the set that are not in val, if there is no train
    unused: tuple = ()  # (path, reason) of all else below the folder
    broken: dict = field(default_factory=dict)  # {index in val: reason}, of the files read so far
    short = None  # {part: number of videos with fewer frames than their clip}, if known

    @property
    def reader(self):
        """Reads the files, here with frames that are spread over the whole video."""
        return Reader(self.val.frames, self.size)

    @property
    def skipped(self):
        """(path, reason) of the held-out files found unusable so far."""
        return self.val.skipped + tuple((self.val.items[i][0], reason)
                                        for i, reason in sorted(self.broken.items()))

    @property
    def left_out(self):
        """(path, reason) of everything that is not used, as known before training begins."""
        return self.train.skipped + self.val.skipped + self.unused

    @property
    def labels(self):
        """{head: class names}."""
        return {self.head: self.names}

    @property
    def held_out_line(self):
        """Which files are held out, and by which rule."""
        count, others = len(self.val.items), len(self.train.items) if self.train else self.others
        if self.whole:
            return f"scored: all {count} {self.kind}s of {self.rule}"
        return f"held out: {count} of {count + others} {self.kind}s of {self.head}: {self.rule}"

    @property
    def num_training(self):
        """Number of files for training."""
        return len(self.train.items)

    def bytes_in_memory(self, fps, memory):
        """Bytes of all decoded files; 0 if files are decoded on the fly: videos with fps, or more
        than `memory` gigabytes."""
        video, count = self.kind == "video", len(self.val.items)
        count += len(self.train.items) if self.train else 0
        size = count * (self.val.frames if video else 1) * size_with_margin(self.size)**2 * 3
        return 0 if video and fps is not None or size > memory * GIGABYTE else size

    def description(self):
        """The summary of the data set for the run folder, see summary.py."""
        return describe(self, self.train.items, self.val.items)

    def first_digest(self, now, then):
        """The digest of the files in summaries of the first releases, see summary.py."""
        return first_digest([*self.train.items, *self.val.items], now, then)

    def eval_indices(self, limit=None):
        """Indices of all held-out files, or of `limit` of them, spread over the set."""
        total = len(self.val.items)
        count = total if limit is None else min(limit, total)
        return (np.arange(count) * total // max(1, count)).tolist()

    def examples(self, limit=None):
        """Paths of the held-out files that held_out(count, limit) yields, without broken ones."""
        items = self.val.items
        return [str(items[i][0]) for i in self.eval_indices(limit) if i not in self.broken]

    def held_out(self, count, limit=None):
        """Yield Batches of `count` center crops of the held-out examples, without unreadable files.

        limit: use this many examples, spread over the set."""
        selected = self.eval_indices(limit)
        for start in range(0, len(selected), count):
            indices = selected[start:start + count]
            clips = zip(indices, thread_pool().map(self._read_held_out, indices), strict=True)
            if readable := {i: clip for i, clip in clips if clip is not None}:
                yield self._held_out_batch(readable, np.stack([*readable.values()]))

    def held_out_views(self, temporal, spatial, limit=None):
        """Yield one Batch per held-out example: x (views, ...), labels (1,)."""
        for i in self.eval_indices(limit):
            x = self._read_held_out(i, temporal, spatial)
            if x is not None:
                yield self._held_out_batch([i], x)

    def _held_out_batch(self, indices, x):
        return Batch(x, {self.head: np.array([self.val.items[i][1] for i in indices])})

    def _warn(self, remark):
        """Issue a warning, except for single short videos: the set has one warning for all."""
        if not isinstance(remark, ShortClip):
            warnings.warn(remark)

    def _training_batch(self, step, clips, labels):
        """The Batch of a step, after flips and RandAugment, if they are switched on."""
        if self.flip:
            rng = np.random.default_rng([self.seed, FLIPS, step])
            clips = [random_flip(x, rng, self.names[y]) for x, y in zip(clips, labels, strict=True)]
        if self.randaugment:
            rngs = [np.random.default_rng([self.seed, AUGMENTATIONS, step, k])
                    for k in range(len(clips))]
            clips = list(thread_pool().map(
                lambda x, rng: randaugment(x, rng, self.randaugment, self.magnitude), clips, rngs))
        return Batch(np.stack(clips), {self.head: np.array(labels)})
