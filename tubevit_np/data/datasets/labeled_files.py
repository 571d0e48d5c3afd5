"""What both sources of labelled files share, in memory or not."""

import os
import warnings
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cache

import numpy as np

from tubevit_np.data.augmentation.flip import random_flip
from tubevit_np.data.augmentation.randaugment import randaugment
from tubevit_np.data.batch import AUGMENTATIONS, FLIPS, Batch
from tubevit_np.data.datasets.dataset import Dataset, Loaded
from tubevit_np.data.datasets.summary import describe
from tubevit_np.data.decoding.video import ShortClip


@dataclass(frozen=True)
class LabelledFiles:
    """Labelled files of two parts."""

    kind: str
    head: str
    size: int
    names: tuple[str, ...]
    val: Dataset | Loaded  # of larger pictures than size
    train: Dataset | Loaded | None = None
    seed: int = 0
    flip: bool = False  # training pictures, left and right, at random
    randaugment: int = 0  # operations on each training picture or clip
    magnitude: float = 10.0
    broken = ()  # places of held-out files that turned out to be unreadable
    short = None  # {part: how many videos have fewer frames than their clips}, where that is known

    @property
    def left_out(self):
        """(path, why) of all files that are known to be of no use when the training begins."""
        return self.train.skipped + self.val.skipped

    @property
    def labels(self):
        return {self.head: self.names}

    def description(self):
        return describe(self, self.train.items, self.val.items)

    def chosen(self, most=None):
        """Places of all held-out files, or of `most`, spread over them."""
        total = len(self.val.items)
        kept = total if most is None else min(most, total)
        return (np.arange(kept) * total // max(1, kept)).tolist()

    def examples(self, most=None):
        """The files of these examples, in their order, without those found broken."""
        items = self.val.items
        return [str(items[i][0]) for i in self.chosen(most) if i not in self.broken]

    def _tell(self, remark):
        """Of damage; that videos are short is said of the set, not of each."""
        if not isinstance(remark, ShortClip):
            warnings.warn(remark)

    def _training(self, step, pictures, labels):
        """The batch of a step, changed at random where that is asked."""
        if self.flip:
            rng = np.random.default_rng([self.seed, FLIPS, step])
            pictures = [random_flip(x, rng, self.names[y])
                        for x, y in zip(pictures, labels, strict=True)]
        if self.randaugment:
            pictures = list(threads().map(lambda job: self._changed(step, *job),
                                          enumerate(pictures)))
        return Batch(np.stack(pictures), {self.head: np.array(labels)})

    def _changed(self, step, k, x):
        rng = np.random.default_rng([self.seed, AUGMENTATIONS, step, k])
        return randaugment(x, rng, self.randaugment, self.magnitude)


@cache
def threads():
    """One pool for a process; decoders and Pillow let go of Python's lock."""
    return ThreadPoolExecutor(os.cpu_count())
