"""Folders and CSVs of real videos or images as a source of batches."""

import math
import warnings
from dataclasses import dataclass

import numpy as np

from tubevit_np.data.batch import CROPS, Batch
from tubevit_np.data.datasets.cache import Cache
from tubevit_np.data.datasets.dataset import new_head_and_path, open_dataset
from tubevit_np.data.datasets.labeled_files import LabelledFiles
from tubevit_np.data.datasets.listing import list_parts
from tubevit_np.data.datasets.streaming import StreamSource, larger, order
from tubevit_np.data.decoding.fixed_rate_clips import read_span
from tubevit_np.data.decoding.images import centre_crop, read_image, read_image_views
from tubevit_np.data.decoding.video import is_video, read_clip, read_views

GIGABYTE = 1e9


@dataclass(frozen=True)
class FileSource(LabelledFiles):
    """A folder or CSV of labelled files, decoded once and kept in memory as uint8."""

    slow = False

    def __post_init__(self):
        if found := [short for part in self._parts.values() for short in part.short]:
            total, frames = sum(len(p.y) for p in self._parts.values()), self.val.x.shape[1]
            warnings.warn(f"{self.head}: {len(found)} of {total} videos are shorter than {frames} "
                          f"frames; their last frame repeats; the first: {found[0][0]} "
                          f"({found[0][1]} frames)")

    @property
    def _parts(self):
        return {"val": self.val} if self.train is None else {"train": self.train, "val": self.val}

    @property
    def short(self):
        counts = {name: len(part.short) for name, part in self._parts.items()}
        return counts if self.kind == "video" else None

    @property
    def skipped(self):
        """(path, why) of the held-out files that cannot be scored."""
        return self.val.skipped

    def batch(self, step, count):
        """Training batch number `step`: epoch after epoch in random order, cropped at random."""
        at = np.arange(step * count, (step + 1) * count)
        chosen = order(self.seed, len(self.train.y), at)
        rng = np.random.default_rng([self.seed, CROPS, step])
        corners = rng.integers(0, self.train.x.shape[-2] - self.size + 1, (count, 2))
        crops = [self.train.x[i][..., h:h + self.size, w:w + self.size, :]
                 for i, (h, w) in zip(chosen, corners, strict=True)]
        return self._training(step, crops, self.train.y[chosen])

    def held_out(self, count, most=None):
        """The whole validation set, once, or `most` spread over it; cropped at the centre."""
        chosen = self.chosen(most)
        for start in range(0, len(chosen), count):
            part = chosen[start:start + count]
            yield Batch(centre_crop(self.val.x[part], self.size), {self.head: self.val.y[part]})

    def held_out_views(self, times, places, most=None):
        """The same examples one by one, each decoded anew: a batch of its views, and its label."""
        frames = self.val.x.shape[1]
        for i in self.chosen(most):
            path, short = self.val.paths[i], larger(self.size)
            x = (read_image_views(path, short, self.size, places) if self.kind == "image" else
                 read_views(path, frames, short, self.size, times, places, self._tell))
            yield Batch(x, {self.head: self.val.y[i:i + 1]})


def open_files(given, kind, recipe):
    """Both parts of PATH or NAME=PATH; the validation part keeps the training part's class names.

    In memory, unless that would take more than the recipe's, or clips have a speed of their own."""
    head, path = new_head_and_path(given)
    parts = list_parts(path, kind)  # a large set takes long to walk through
    asked = kind, recipe.frames, larger(recipe.size), head
    train = open_dataset(path, "train", *asked, parts=parts)
    val = open_dataset(path, "val", *asked, train.labels, parts)
    tell_untaught(train, val)
    about = kind, train.head, recipe.size, train.labels
    changes = {name: getattr(recipe, name) for name in
               ("seed", "flip", "randaugment", "magnitude")}
    if streams(kind, recipe.fps, recipe.memory, train, val):
        return StreamSource(*about, val, train, **changes, fps=recipe.fps,
                            cache=Cache(recipe.cache) if recipe.cache else None).checked()
    return FileSource(*about, val.load(), train.load(), **changes)


def tell_untaught(train, val):
    """Of classes that are asked for, but not taught."""
    taught, asked = ({label for _, label in part.items} for part in (train, val))
    if missing := sorted(asked - taught):
        warnings.warn(f"{train.head}: {len(missing)} classes of val have no {train.kind} for "
                      f"train, the first: {train.labels[missing[0]]}")


def streams(kind, fps, memory, *parts):
    """Whether files are decoded each time they are asked for: clips at a speed of their own, or
    more of them than fit into so many gigabytes."""
    needed = sum(len(part.items) * max(1, part.frames) * part.size**2 * 3 for part in parts)
    return kind == "video" and fps is not None or needed > memory * GIGABYTE


def open_held_out(path, kind, frames, size, head, names, fps=None, memory=math.inf):
    """The validation part alone, for a head that knows these class names.

    memory: gigabytes; a part that needs more is decoded as it is read."""
    val = open_dataset(path, "val", kind, frames, larger(size), head, names)
    if streams(kind, fps, memory, val):
        return StreamSource(kind, head, size, tuple(names), val, fps=fps).checked()
    return FileSource(kind, head, size, tuple(names), val.load())


def read_one(path, frames, size, fps=None):
    """"video" or "image", and one file as held_out shows it: uint8 (T, S, S, 3) or (S, S, 3)."""
    if not is_video(path):
        return "image", centre_crop(read_image(path, larger(size)), size)
    if fps:
        return "video", read_span(path, frames, fps, 0.5, larger(size),
                                  lambda x: centre_crop(x, size).copy())
    return "video", centre_crop(read_clip(path, frames, larger(size)), size)
