"""Data sets whose files are decoded on the fly: any size, in the memory of a few batches."""

import warnings
from dataclasses import dataclass, field, replace

import numpy as np

from tubevit_np.data.batch import CROPS, TRAIN, Batch
from tubevit_np.data.datasets.cache import MAX_ENTRY_BYTES, Cache
from tubevit_np.data.datasets.labeled_files import LabeledFiles, thread_pool
from tubevit_np.data.decoding.fixed_rate_clips import (
    first_frame,
    pad_with_last,
    read_fixed_rate_clip,
    read_fixed_rate_frames,
)
from tubevit_np.data.decoding.images import center_crop, read_image, read_image_views, spatial_crops
from tubevit_np.data.decoding.video import (
    ShortClip,
    crops_first,
    read_clip,
    read_views,
    warn_if_short,
)

MARGIN_DIVISOR = 8  # files are read 1/8 larger than the input, so that training can crop at random
MAX_FAILURES = 10  # consecutive unreadable files before training stops


def size_with_margin(size):
    """The side in pixels at which files are read for crops of `size` pixels."""
    return size + size // MARGIN_DIVISOR


def epoch_order(seed, total, steps):
    """Indices (n,) of the examples at positions `steps` (n,); each epoch is shuffled anew.

    total: examples in an epoch."""
    orders = {epoch: np.random.default_rng([seed, TRAIN, epoch]).permutation(total)
              for epoch in set(steps // total)}
    return np.array([orders[i // total][i % total] for i in steps])


@dataclass(frozen=True)
class StreamSource(LabeledFiles):
    """Labeled files that are decoded for every batch; only the list of files is in memory.

    fps: frames per second of a clip; it starts at a random time in training and is the middle clip
    in evaluation.  Without fps the frames are spread over the whole video.  A cache does not change
    the batches."""

    fps: float | None = None
    cache: Cache | None = None
    first_short: dict = field(default_factory=dict)  # {"first": the first ShortClip}
    broken: dict = field(default_factory=dict)  # {index in val: reason}, of the files read so far
    slow = True  # prefetched by a worker process

    @property
    def skipped(self):
        """(path, reason) of the held-out files that cannot be scored, known so far."""
        return self.val.skipped + tuple((self.val.items[i][0], reason)
                                        for i, reason in sorted(self.broken.items()))

    def batch(self, step, count):
        """The training Batch of step number `step`: random times and crops.

        The next file replaces an unreadable one, with a warning.  Raises ValueError if MAX_FAILURES
        files in a row are unreadable."""
        total, first = len(self.train.items), step * count
        indices = epoch_order(self.seed, total, np.arange(first, first + count))
        jobs = [(i, np.random.default_rng([self.seed, CROPS, step, k]))
                for k, i in enumerate(indices)]
        examples = list(thread_pool().map(lambda job: self._read_or_next(*job), jobs))
        return self._training_batch(step, *zip(*examples, strict=True))

    def held_out(self, count, limit=None):
        """Yield Batches of `count` held-out examples, each once, without unreadable files.

        limit: use this many examples, spread over the set."""
        selected = self.eval_indices(limit)
        for start in range(0, len(selected), count):
            indices = selected[start:start + count]
            clips = dict(zip(indices, thread_pool().map(self._read_held_out, indices), strict=True))
            kept = [i for i in indices if clips[i] is not None]
            if kept:
                yield Batch(np.stack([clips[i] for i in kept]), {self.head: self._classes(kept)})

    def held_out_views(self, temporal, spatial, limit=None):
        """Yield one Batch per held-out example: x (views, ...), labels (1,)."""
        for i in self.eval_indices(limit):
            x = self._read_held_out(i, temporal, spatial)
            if x is not None:
                yield Batch(x, {self.head: self._classes([i])})

    def checked(self):
        """Returns this source.  Raises ValueError if no held-out file can be read."""
        trial = replace(self, cache=None, first_short={}, broken={})  # leaves no traces in self
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # evaluation issues these warnings
            if all(trial._read_held_out(i) is None for i in range(len(self.val.items))):
                raise ValueError(f"no {self.kind} of {len(self.val.items)} can be read; "
                                 f"{trial.broken[0]}")
        return self

    def _warn(self, remark):
        """Issue a warning; of short videos only the first one, once per process."""
        super()._warn(remark)
        if (isinstance(remark, ShortClip)
                and self.first_short.setdefault("first", remark) is remark):
            warnings.warn(f"{self.head}: {remark}; the same goes for all videos as short")

    def _classes(self, indices):
        return np.array([self.val.items[i][1] for i in indices])

    def _read_or_next(self, i, rng):
        """A training example and its class, from file i or the next readable one."""
        position, corner, short = rng.random(), rng.random(2), size_with_margin(self.size)
        tries = min(MAX_FAILURES, len(self.train.items))
        for k in range(tries):
            path, label = self.train.items[(i + k) % len(self.train.items)]
            try:
                x = self._read(path, position, short, lambda x: crop_at(x, self.size, corner))
                return x, label
            except ValueError as error:
                warnings.warn(f"skipped: {error}")
                last = error
        raise ValueError(f"{tries} files in a row cannot be read, the last: {last}")

    def _read_held_out(self, i, temporal=0, spatial=1):
        """Held-out example i: its center crop, or its views if temporal > 0.

        Returns None, and adds i to `broken`, if the file cannot be read."""
        path, short = self.val.items[i][0], size_with_margin(self.size)
        try:
            if temporal:
                return self._read_views(path, short, temporal, spatial)
            return self._read(path, 0.5, short, lambda x: center_crop(x, self.size).copy())
        except ValueError as error:
            if i not in self.broken:
                warnings.warn(f"skipped: {error}")
            self.broken[i] = str(error)
            return None

    def _read(self, path, position, short, crop):
        """A clip or an image, from the cache if it has one, else decoded.

        position: 0 to 1, which of the clips of the video;  short: short side in pixels."""
        settings = self.kind, self.fps, self.val.frames, short
        cached = self.cache and self.cache.frames(path, settings,
                                                  lambda: self._decode_all(path, short))
        if cached is None:
            return self._decode(path, position, short, crop)
        if self.kind == "image":
            return crop(cached[0])
        frames = self.val.frames
        warn_if_short(path, len(cached), frames, self._warn)
        first = first_frame(len(cached), frames, position)
        return pad_with_last([crop(x) for x in cached[first:first + frames]], frames)

    def _decode(self, path, position, short, crop):
        if self.kind == "image":
            return crop(read_image(path, short))
        frames = self.val.frames
        if self.fps:
            return read_fixed_rate_clip(path, frames, self.fps, position, short, crop, self._warn)
        return crop(read_clip(path, frames, short, self._warn))

    def _decode_all(self, path, short):
        """Yield every uncropped frame that _decode can show; ValueError if it is damaged."""
        if self.kind == "image":
            yield read_image(path, short)
        elif self.fps:
            yield from read_fixed_rate_frames(path, self.val.frames, self.fps, short,
                                              MAX_ENTRY_BYTES)
        else:
            remarks = []
            clip = read_clip(path, self.val.frames, short, remarks.append)
            if not all(isinstance(remark, ShortClip) for remark in remarks):
                raise ValueError(f"{path} is damaged")
            yield from clip[:remarks[0].count] if remarks else clip

    def _read_views(self, path, short, temporal, spatial):
        if self.kind == "image":
            return read_image_views(path, short, self.size, spatial)
        if not self.fps:
            return read_views(path, self.val.frames, short, self.size, temporal, spatial,
                              self._warn)
        positions = [0.5] if temporal == 1 else np.linspace(0, 1, temporal)
        clips = [self._read(path, position, short, lambda x: spatial_crops(x, self.size, spatial))
                 for position in positions]
        return crops_first(np.stack(clips))


def crop_at(x, size, corner):
    """A (..., size, size, C) crop of (..., H, W, C).

    corner: (2,) in [0, 1), the top left corner as a fraction of its possible positions."""
    top, left = (int(fraction * (length - size + 1)) for fraction, length
                 in zip(corner, x.shape[-3:-1], strict=True))
    return x[..., top:top + size, left:left + size, :].copy()
