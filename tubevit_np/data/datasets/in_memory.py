"""Data sets in memory; opens folders and CSVs of labeled files as sources of batches."""

import math
import warnings
from dataclasses import dataclass

import numpy as np

from tubevit_np.data.batch import CROPS
from tubevit_np.data.datasets.cache import Cache
from tubevit_np.data.datasets.dataset import class_names, head_and_path, open_dataset
from tubevit_np.data.datasets.labeled_files import LabeledFiles
from tubevit_np.data.datasets.listing import list_parts
from tubevit_np.data.datasets.reader import Reader, size_with_margin
from tubevit_np.data.datasets.streaming import StreamSource, epoch_order
from tubevit_np.data.decoding.images import center_crop
from tubevit_np.data.decoding.video import is_video
from tubevit_np.model.config_checks import SCORES


@dataclass(frozen=True)
class FileSource(LabeledFiles):
    """Labeled files, decoded once and kept in memory as uint8."""

    slow = False

    def __post_init__(self):
        parts = [part for part in (self.train, self.val) if part is not None]
        if short := [video for part in parts for video in part.short]:
            total = sum(len(part.y) for part in parts)
            warnings.warn(f"{self.head}: {len(short)} of {total} videos are shorter than "
                          f"{self.val.frames} frames; their last frame is repeated; the "
                          f"first: {short[0][0]} ({short[0][1]} frames)")

    @property
    def short(self):
        """{part: number of videos with fewer frames than their clip}; None for images."""
        parts = {"train": self.train, "val": self.val} if self.kind == "video" else {}
        return {name: len(part.short) for name, part in parts.items() if part} or None

    def batch(self, step, count):
        """The training Batch of step number `step`: shuffled in each epoch, random crops."""
        indices = epoch_order(self.seed, len(self.train.y), step, count)
        rng = np.random.default_rng([self.seed, CROPS, step])
        corners = rng.integers(0, self.train.x.shape[-2] - self.size + 1, (count, 2))
        crops = [self.train.x[i][..., h:h + self.size, w:w + self.size, :]
                 for i, (h, w) in zip(indices, corners, strict=True)]
        return self._training_batch(step, crops, self.train.y[indices])

    def _read_held_out(self, i, temporal=0, spatial=1):
        """Held-out example i: its center crop, or its views, decoded again, if temporal > 0."""
        if temporal:
            return self.reader.views(self.kind, self.val.paths[i], temporal, spatial, self._warn)
        return center_crop(self.val.x[i], self.size)


def open_files(given, kind, recipe):
    """A source with both parts, train and val, of the set `given`, PATH or NAME=PATH.

    Its classes are those of both parts.  Raises ValueError as open_dataset and
    open_source do."""
    head, path = head_and_path(given)
    check_head(given, head)
    parts = list_parts(path, kind, *grouping(recipe))  # once: walking a large set takes long
    return open_parts(path, parts, class_names(path, parts), kind, head, recipe, recipe.size,
                      recipe.memory)


def grouping(recipe):
    """The arguments of list_parts for the recordings of a recipe.

    With several sets, a set may have no file that matches."""
    return recipe.group_by, len(recipe.data) + len(recipe.images) < 2


def check_head(given, head):
    """Raises ValueError if the name of a head is that of a score."""
    if head in SCORES:
        raise ValueError(f"data {given}: the name {head} is reserved for a score; give the head "
                         "another name with NAME=PATH")


def open_parts(path, parts, names, kind, head, recipe, size, memory):
    """open_files of listed parts: files of `size` pixels, at most `memory` gigabytes in memory."""
    sizes = kind, recipe.frames, size_with_margin(size), head, names, parts
    train, val = (open_dataset(path, part, *sizes) for part in ("train", "val"))
    warn_missing_classes(train, val)
    augmentation = {name: getattr(recipe, name)
                    for name in ("seed", "flip", "randaugment", "magnitude")}
    cache = Cache(recipe.cache) if recipe.cache else None
    source = open_source(size, val, train, recipe.fps, memory, cache, folder=parts.folder,
                         rule=parts.rule, unused=parts.unused, **augmentation)
    warn_of_lost_classes(source)
    return source


def warn_missing_classes(train, val):
    """Warn of classes that occur in val but not in train."""
    in_train, in_val = ({label for _, label in part.items} for part in (train, val))
    if missing := sorted(in_val - in_train):
        warnings.warn(f"{train.head}: {len(missing)} classes of val have no {train.kind} in "
                      f"train, the first: {train.labels[missing[0]]}")


def warn_of_lost_classes(source):
    """Warn of classes whose files have all been left out."""
    left = {label for part in (source.train, source.val) for _, label in part.items}
    if lost := [name for k, name in enumerate(source.names) if k not in left]:
        warnings.warn(f"{source.head}: classes without a usable {source.kind}: {len(lost)}, the "
                      f"first: {', '.join(lost[:5])}")


def open_source(size, val, train=None, fps=None, memory=math.inf, cache=None, **settings):
    """The source of listed parts, Datasets.  Files are decoded on the fly for videos with fps, or
    if they take more than `memory` gigabytes.  settings: further fields of LabeledFiles.
    Raises ValueError if no file of val can be read."""
    common, parts = (val.kind, val.head, size, val.labels), [val, *([train] if train else [])]
    if not LabeledFiles(*common, val, train).bytes_in_memory(fps, memory):
        source = StreamSource(*common, val, train, **settings, fps=fps, cache=cache)
        return source if cache and not train else source.checked()  # evaluation begins at once
    return FileSource(*common, *(part.load() for part in parts), **settings)


def open_held_out(path, kind, frames, size, head, names, fps=None, memory=math.inf, cache=None,
                  parts=None):
    """A source with only the held-out part, for a head with these class names.

    cache: the files are then decoded on the fly, the second time not at all;  parts: the result of
    list_parts, if you have it.  Raises ValueError if the set has other classes, or if no file can
    be read; with a cache, evaluation raises that."""
    parts = list_parts(path, kind) if parts is None else parts
    val = open_dataset(path, "val", kind, frames, size_with_margin(size), head, names, parts)
    return open_source(size, val, fps=fps, memory=0 if cache else memory, cache=cache,
                       **parts.held_out_fields())


def read_one(path, frames, size, fps=None):
    """("video" or "image", uint8 (T, S, S, 3) or (S, S, 3)): one file, as held_out reads it.

    Raises ValueError if it cannot be read."""
    kind = "video" if is_video(path) else "image"
    return kind, Reader(frames, size, fps).clip(kind, path)
