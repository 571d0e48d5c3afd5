"""Reading the clips and images of one input size, from a cache if it has them."""

import warnings
from dataclasses import dataclass
from functools import partial

import numpy as np

from tubevit_np.data.datasets.cache import MAX_ENTRY_BYTES, Cache
from tubevit_np.data.decoding import fixed_rate_clips, images, video
from tubevit_np.data.decoding.fixed_rate_clips import read_example
from tubevit_np.data.decoding.images import center_crop, spatial_crops
from tubevit_np.data.decoding.video import ShortClip, crops_first, warn_if_short

MARGIN_DIVISOR = 8  # files are read 1/8 larger than the input, so that training can crop at random


def size_with_margin(size):
    """The side in pixels at which files are read for crops of `size` pixels."""
    return size + size // MARGIN_DIVISOR


@dataclass(frozen=True)
class Reader:
    """Reads files as inputs of `frames` frames (videos) and `size` pixels.

    fps: frames per second of a clip, which has a position in its video.  Without fps the frames
    are spread over the whole video.  A cache does not change what is read.  The methods raise
    ValueError if a file cannot be read, and call warn(message) if it is damaged or short."""

    frames: int
    size: int
    fps: float | None = None
    cache: Cache | None = None

    @property
    def short_side(self):
        """Pixels of the short side at which files are read."""
        return size_with_margin(self.size)

    def clip(self, kind, path, position=0.5, crop=None, warn=warnings.warn):
        """crop(x) of a clip (frames, H, W, 3) or an image (H, W, 3); by default its center crop.

        kind: "video" or "image";  position: 0 to 1, which of the clips of the video."""
        crop = crop or (lambda x: center_crop(x, self.size).copy())
        settings = self.fps, self.frames, self.short_side
        cached = self._cached(kind, path, settings, lambda: self._decode_all(kind, path))
        if cached is None:
            return read_example(kind, path, self.frames, self.short_side, self.fps, position, crop,
                                warn)
        if kind == "image":
            return crop(cached[0])
        warn_if_short(path, len(cached), self.frames, warn)
        first = fixed_rate_clips.first_frame(len(cached), self.frames, position)
        clip = [*map(crop, cached[first:first + self.frames])]
        return fixed_rate_clips.pad_with_last(clip, self.frames)

    def views(self, kind, path, temporal, spatial, warn=warnings.warn):
        """Temporal and spatial crops: (views, frames, size, size, 3) or (views, size, size, 3).

        An image has one temporal crop."""
        crop = partial(spatial_crops, size=self.size, num_crops=spatial)
        if kind == "image":
            return self._image_views(path, crop)
        if self.fps:
            positions = [0.5] if temporal == 1 else np.linspace(0, 1, temporal)
            return crops_first(np.stack([self.clip(kind, path, position, crop, warn)
                                         for position in positions]))
        settings = self.frames, self.short_side, temporal
        cached = self._cached("views", path, settings, lambda: self._decode_views(path, temporal))
        if cached is None:
            return crops_first(video.read_view_frames(path, self.frames, self.short_side, temporal,
                                                      crop, warn))
        warn_if_short(path, len(cached), self.frames, warn)
        indices = video.frame_indices(len(cached), self.frames, temporal)
        return crops_first(np.stack([[crop(cached[k]) for k in view] for view in indices]))

    def _image_views(self, path, crop):
        def decode():
            return images.read_uncropped(path, self.short_side)
        cached = self._cached("image views", path, (self.short_side,), lambda: decode()[None])
        return crop(decode() if cached is None else cached[0])

    def _cached(self, kind, path, settings, decode):
        """The frames of a file in the cache; None without a cache, and as Cache.frames does."""
        return self.cache and self.cache.frames(path, (kind, *settings), decode)

    def _decode_all(self, kind, path):
        """Every uncropped frame that `clip` may read; ValueError if the file is damaged."""
        if kind == "video" and self.fps:
            return fixed_rate_clips.read_fixed_rate_frames(path, self.frames, self.fps,
                                                           self.short_side, MAX_ENTRY_BYTES)
        remarks = []
        x = read_example(kind, path, self.frames, self.short_side, warn=remarks.append)
        return without_repeats(path, x[None] if kind == "image" else x, remarks)

    def _decode_views(self, path, temporal):
        """The uncropped frames of all temporal crops, by time; ValueError if damaged."""
        remarks = []
        x = video.read_view_frames(path, self.frames, self.short_side, temporal, np.asarray,
                                   remarks.append)
        frames = x[0] if remarks else x.swapaxes(0, 1).reshape(-1, *x.shape[2:])
        return without_repeats(path, frames, remarks)


def without_repeats(path, frames, remarks):
    """The frames of a file, without the repeats of the last one if it is short.

    remarks: the messages of its decoder.  Raises ValueError if it is damaged."""
    if not all(isinstance(remark, ShortClip) for remark in remarks):
        raise ValueError(f"{path} is damaged")
    return frames[:remarks[0].count] if remarks else frames
