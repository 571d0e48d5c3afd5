"""Files decoded as training goes: a set of any size, in the memory of a few batches."""

import os
import warnings
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import cache

import numpy as np

from tubevit_np.data.augment import mirrored
from tubevit_np.data.batch import CROPS, FLIPS, TRAIN, Batch
from tubevit_np.data.datasets import Dataset
from tubevit_np.data.describe import describe
from tubevit_np.data.images import centre_crop, read_image, read_image_views, squares
from tubevit_np.data.video import read_clip, read_span, read_views

MARGIN = 8  # files are read 1/8 larger than asked, so that training can crop at random
TRIES = 10  # files in a row that cannot be read, before training gives up


def larger(size):
    return size + size // MARGIN


def order(seed, total, at):
    """Which examples come at these places: epoch after epoch, each in an order of its own."""
    orders = {epoch: np.random.default_rng([seed, TRAIN, epoch]).permutation(total)
              for epoch in set(at // total)}
    return np.array([orders[i // total][i % total] for i in at])


@dataclass(frozen=True)
class StreamSource:
    """A folder or table of labelled files; nothing is kept but the list.

    fps: pictures a second of a clip, which begins at a random moment in training and is the middle
    one else;  without, frames are spread over the whole video."""

    kind: str
    head: str
    size: int
    names: tuple[str, ...]
    val: Dataset
    train: Dataset | None = None
    seed: int = 0
    flip: bool = False  # training pictures, left and right, at random
    fps: float | None = None
    broken: dict = field(default_factory=dict)  # of val: {place: why}, as far as it was read
    slow = True  # made in a process of its own

    @property
    def labels(self):
        return {self.head: self.names}

    @property
    def skipped(self):
        """(path, why) of the held-out files that cannot be scored, as far as they were read."""
        return self.val.skipped + tuple((self.val.items[i][0], why)
                                        for i, why in sorted(self.broken.items()))

    @property
    def left_out(self):
        """(path, why) of the rows without a file or a label; what is damaged is found later."""
        return self.train.skipped + self.val.skipped

    def description(self):
        return describe(self, self.train.items, self.val.items)

    def batch(self, step, count):
        """Training batch number `step`: at random moments and places; a file that cannot be read
        gives its place to the next, with a warning."""
        total, first = len(self.train.items), step * count
        places = order(self.seed, total, np.arange(first, first + count))
        jobs = [(i, np.random.default_rng([self.seed, CROPS, step, k]))
                for k, i in enumerate(places)]
        found = list(threads().map(lambda job: self._any_from(*job), jobs))
        if self.flip:
            rng = np.random.default_rng([self.seed, FLIPS, step])
            found = [(mirrored(x, rng, self.names[y]), y) for x, y in found]
        return Batch(np.stack([x for x, _ in found]), {self.head: np.array([y for _, y in found])})

    def held_out(self, count, most=None):
        """The whole validation set, once, or `most` spread over it; without what is broken."""
        chosen = self._chosen(most)
        for start in range(0, len(chosen), count):
            part = chosen[start:start + count]
            shown = dict(zip(part, threads().map(self._usable, part), strict=True))
            kept = [i for i in part if shown[i] is not None]
            if kept:
                yield Batch(np.stack([shown[i] for i in kept]), {self.head: self._classes(kept)})

    def held_out_views(self, times, places, most=None):
        """The same examples one by one: a batch of an example's views, and its label."""
        for i in self._chosen(most):
            x = self._usable(i, times, places)
            if x is not None:
                yield Batch(x, {self.head: self._classes([i])})

    def examples(self, most=None):
        """The files of these examples, in their order, once they were read."""
        return [str(self.val.items[i][0]) for i in self._chosen(most) if i not in self.broken]

    def _chosen(self, most):
        total = len(self.val.items)
        kept = total if most is None else min(most, total)
        return (np.arange(kept) * total // max(1, kept)).tolist()

    def _classes(self, places):
        return np.array([self.val.items[i][1] for i in places])

    def _any_from(self, i, rng):
        """One example for training, of file i or the next that can be read, and its class."""
        at, corner, short = rng.random(), rng.random(2), larger(self.size)
        for k in range(min(TRIES, len(self.train.items))):
            path, label = self.train.items[(i + k) % len(self.train.items)]
            try:
                return self._read(path, at, short, lambda x: crop_at(x, self.size, corner)), label
            except ValueError as error:
                warnings.warn(f"skipped: {error}")
                last = error
        raise ValueError(f"{TRIES} files in a row cannot be read, the last: {last}")

    def _usable(self, i, times=0, places=1):
        """Held-out example i, at the centre or its views; None, and noted, if it is broken."""
        path, short = self.val.items[i][0], larger(self.size)
        try:
            if times:
                return self._views(path, short, times, places)
            return self._read(path, 0.5, short, lambda x: centre_crop(x, self.size).copy())
        except ValueError as error:
            if i not in self.broken:
                warnings.warn(f"skipped: {error}")
            self.broken[i] = str(error)
            return None

    def _read(self, path, at, short, cut):
        if self.kind == "image":
            return cut(read_image(path, short))
        if self.fps:
            return read_span(path, self.val.frames, self.fps, at, short, cut)
        return cut(read_clip(path, self.val.frames, short))

    def _views(self, path, short, times, places):
        if self.kind == "image":
            return read_image_views(path, short, self.size, places)
        if not self.fps:
            return read_views(path, self.val.frames, short, self.size, times, places)
        moments = [0.5] if times == 1 else np.linspace(0, 1, times)
        clips = [read_span(path, self.val.frames, self.fps, at, short,
                           lambda x: squares(x, self.size, places)) for at in moments]
        return np.stack(clips).swapaxes(1, 2).reshape(-1, *clips[0].shape[:1], *clips[0].shape[2:])


def crop_at(x, size, corner):
    """(..., size, size, C) of (..., H, W, C), from the share `corner` (2,) of the room there is."""
    top, left = (int(share * (length - size + 1)) for share, length
                 in zip(corner, x.shape[-3:-1], strict=True))
    return x[..., top:top + size, left:left + size, :].copy()


@cache
def threads():
    """One pool for a process; decoders let go of Python's lock."""
    return ThreadPoolExecutor(os.cpu_count())
