"""Data sets whose files are decoded on the fly: any size, in the memory of a few batches."""

import warnings
from dataclasses import dataclass, field, replace

import numpy as np

from tubevit_np.data.batch import CROPS, TRAIN
from tubevit_np.data.datasets.cache import MAX_ENTRY_BYTES, Cache
from tubevit_np.data.datasets.labeled_files import LabeledFiles, thread_pool
from tubevit_np.data.decoding import fixed_rate_clips
from tubevit_np.data.decoding.fixed_rate_clips import read_example
from tubevit_np.data.decoding.images import center_crop, spatial_crops
from tubevit_np.data.decoding.video import ShortClip, crops_first, warn_if_short

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
                return self._read(path, position, lambda x: crop_at(x, self.size, corner)), label
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
                return self._read_views(path, temporal, spatial)
            return self._read(path, 0.5, lambda x: center_crop(x, self.size).copy())
        except ValueError as error:
            if i not in self.broken:
                warnings.warn(f"skipped: {error}")
            self.broken[i] = str(error)
            return None

    def _read_views(self, path, temporal, spatial):
        if self.kind == "image" or not self.fps:
            return super()._read_views(path, temporal, spatial)
        positions = [0.5] if temporal == 1 else np.linspace(0, 1, temporal)
        return crops_first(np.stack([
            self._read(path, position, lambda x: spatial_crops(x, self.size, spatial))
            for position in positions]))

    def _read(self, path, position, crop):
        """A clip or an image, from the cache if it has one, else decoded.

        position: 0 to 1, which of the clips of the video."""
        frames, settings = self.val.frames, (self.kind, self.fps, self.val.frames, self.short_side)
        cached = self.cache and self.cache.frames(path, settings, lambda: self._decode_all(path))
        if cached is None:
            return read_example(self.kind, path, frames, self.short_side, self.fps, position, crop,
                                self._warn)
        if self.kind == "image":
            return crop(cached[0])
        warn_if_short(path, len(cached), frames, self._warn)
        first = fixed_rate_clips.first_frame(len(cached), frames, position)
        return fixed_rate_clips.pad_with_last([*map(crop, cached[first:first + frames])], frames)

    def _decode_all(self, path):
        """Every uncropped frame that may be read; ValueError if the file is damaged."""
        frames, remarks = self.val.frames, []
        if self.kind == "video" and self.fps:
            return fixed_rate_clips.read_fixed_rate_frames(path, frames, self.fps, self.short_side,
                                                           MAX_ENTRY_BYTES)
        x = read_example(self.kind, path, frames, self.short_side, warn=remarks.append)
        if not all(isinstance(remark, ShortClip) for remark in remarks):
            raise ValueError(f"{path} is damaged")
        x = x[None] if self.kind == "image" else x
        return x[:remarks[0].count] if remarks else x


def crop_at(x, size, corner):
    """A (..., size, size, C) crop of (..., H, W, C).

    corner: (2,) in [0, 1), the top left corner as a fraction of its possible positions."""
    top, left = (int(fraction * (length - size + 1)) for fraction, length
                 in zip(corner, x.shape[-3:-1], strict=True))
    return x[..., top:top + size, left:left + size, :].copy()
