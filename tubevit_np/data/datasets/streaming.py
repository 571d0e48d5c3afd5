"""Files decoded as training goes: a set of any size, in the memory of a few batches."""

import warnings
from dataclasses import dataclass, field, replace

import numpy as np

from tubevit_np.data.batch import CROPS, TRAIN, Batch
from tubevit_np.data.datasets.cache import LIMIT, Cache
from tubevit_np.data.datasets.labeled_files import LabelledFiles, threads
from tubevit_np.data.decoding.fixed_rate_clips import first_of, lengthened, read_all, read_span
from tubevit_np.data.decoding.images import centre_crop, read_image, read_image_views, squares
from tubevit_np.data.decoding.video import (
    ShortClip,
    places_apart,
    read_clip,
    read_views,
    tell_short,
)

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
class StreamSource(LabelledFiles):
    """A folder or table of labelled files; nothing is kept but the list.

    fps: pictures a second of a clip, which begins at a random moment in training and is the middle
    one else;  without, frames are spread over the whole video.  The batches are the same with a
    cache and without."""

    fps: float | None = None
    cache: Cache | None = None
    said: dict = field(default_factory=dict)  # the first short video
    broken: dict = field(default_factory=dict)  # of val: {place: why}, as far as it was read
    slow = True  # made in a process of its own

    @property
    def skipped(self):
        """(path, why) of the held-out files that cannot be scored, as far as they were read."""
        return self.val.skipped + tuple((self.val.items[i][0], why)
                                        for i, why in sorted(self.broken.items()))

    def batch(self, step, count):
        """Training batch number `step`: at random moments and places; a file that cannot be read
        gives its place to the next, with a warning."""
        total, first = len(self.train.items), step * count
        places = order(self.seed, total, np.arange(first, first + count))
        jobs = [(i, np.random.default_rng([self.seed, CROPS, step, k]))
                for k, i in enumerate(places)]
        found = list(threads().map(lambda job: self._any_from(*job), jobs))
        return self._training(step, *zip(*found, strict=True))

    def held_out(self, count, most=None):
        """The whole validation set, once, or `most` spread over it; without what is broken."""
        chosen = self.chosen(most)
        for start in range(0, len(chosen), count):
            part = chosen[start:start + count]
            shown = dict(zip(part, threads().map(self._usable, part), strict=True))
            kept = [i for i in part if shown[i] is not None]
            if kept:
                yield Batch(np.stack([shown[i] for i in kept]), {self.head: self._classes(kept)})

    def held_out_views(self, times, places, most=None):
        """The same examples one by one: a batch of an example's views, and its label."""
        for i in self.chosen(most):
            x = self._usable(i, times, places)
            if x is not None:
                yield Batch(x, {self.head: self._classes([i])})

    def checked(self):
        """This source.  Raises ValueError if no held-out file can be read: better told before the
        training than in it."""
        looked = replace(self, cache=None, said={}, broken={})  # nothing is kept of the look
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # all is said when they are scored
            if all(looked._usable(i) is None for i in range(len(self.val.items))):
                raise ValueError(f"no {self.kind} of {len(self.val.items)} can be read; "
                                 f"{looked.broken[0]}")
        return self

    def _tell(self, remark):
        """Also of the first short video, once in a process."""
        super()._tell(remark)
        if isinstance(remark, ShortClip) and self.said.setdefault("first", remark) is remark:
            warnings.warn(f"{self.head}: {remark}; the same goes for all videos as short")

    def _classes(self, places):
        return np.array([self.val.items[i][1] for i in places])

    def _any_from(self, i, rng):
        """One example for training, of file i or the next that can be read, and its class."""
        at, corner, short = rng.random(), rng.random(2), larger(self.size)
        tries = min(TRIES, len(self.train.items))
        for k in range(tries):
            path, label = self.train.items[(i + k) % len(self.train.items)]
            try:
                return self._read(path, at, short, lambda x: crop_at(x, self.size, corner)), label
            except ValueError as error:
                warnings.warn(f"skipped: {error}")
                last = error
        raise ValueError(f"{tries} files in a row cannot be read, the last: {last}")

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
        """A clip or an image, from the cache where there is one and it can be kept."""
        kept = self.cache and self.cache.pictures(
            path, (self.kind, self.fps, self.val.frames, short), lambda: self._all(path, short))
        if kept is None:
            return self._decoded(path, at, short, cut)
        if self.kind == "image":
            return cut(kept[0])
        tell_short(path, len(kept), self.val.frames, self._tell)
        first = first_of(len(kept), self.val.frames, at)
        return lengthened([cut(x) for x in kept[first:first + self.val.frames]], self.val.frames)

    def _decoded(self, path, at, short, cut):
        if self.kind == "image":
            return cut(read_image(path, short))
        if self.fps:
            return read_span(path, self.val.frames, self.fps, at, short, cut, self._tell)
        return cut(read_clip(path, self.val.frames, short, self._tell))

    def _all(self, path, short):
        """Yield all pictures that _decoded can show, uncut; ValueError where it must tell more."""
        if self.kind == "image":
            yield read_image(path, short)
        elif self.fps:
            yield from read_all(path, self.val.frames, self.fps, short, LIMIT)
        else:
            remarks = []
            clip = read_clip(path, self.val.frames, short, remarks.append)
            if not all(isinstance(remark, ShortClip) for remark in remarks):
                raise ValueError(f"{path} is damaged")
            yield from clip[:remarks[0].count] if remarks else clip

    def _views(self, path, short, times, places):
        if self.kind == "image":
            return read_image_views(path, short, self.size, places)
        if not self.fps:
            return read_views(path, self.val.frames, short, self.size, times, places, self._tell)
        moments = [0.5] if times == 1 else np.linspace(0, 1, times)
        clips = [self._read(path, at, short, lambda x: squares(x, self.size, places))
                 for at in moments]
        return places_apart(np.stack(clips))


def crop_at(x, size, corner):
    """(..., size, size, C) of (..., H, W, C), from the share `corner` (2,) of the room there is."""
    top, left = (int(share * (length - size + 1)) for share, length
                 in zip(corner, x.shape[-3:-1], strict=True))
    return x[..., top:top + size, left:left + size, :].copy()
