"""Labeled videos or images: listed first, then decoded once into memory."""

import os
import re
import warnings
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from tqdm import tqdm

from tubevit_np.data.datasets.class_folders import SUFFIXES
from tubevit_np.data.datasets.listing import list_parts
from tubevit_np.data.datasets.part_names import canonical_part
from tubevit_np.data.datasets.parts import split_usable
from tubevit_np.data.datasets.split import VAL_EVERY
from tubevit_np.data.decoding.fixed_rate_clips import read_example
from tubevit_np.data.decoding.video import ShortClip


@dataclass(frozen=True)
class Loaded:
    """Decoded files, in the order of the listing."""

    x: np.ndarray  # uint8 (n, T, S, S, 3) or (n, S, S, 3)
    y: np.ndarray  # int64 (n,), class indices
    paths: tuple
    skipped: tuple  # (path, reason) of every file left out, by the listing or by the decoder
    short: tuple = ()  # (path, number of frames) of every video with fewer frames than its clip

    @property
    def frames(self):
        """T of videos."""
        return self.x.shape[1]

    @property
    def items(self):
        """(path, class index) of each file, as in the Dataset."""
        return tuple(zip(self.paths, self.y.tolist(), strict=True))


@dataclass(frozen=True)
class Dataset:
    """One part of a labeled set, listed but not decoded."""

    kind: str  # "video" or "image"
    head: str  # name of the head that learns these labels
    labels: tuple  # class names
    items: tuple  # (path, class index), sorted by path
    frames: int  # T; 0 for images
    size: int  # S, pixels per side
    skipped: tuple = ()  # (path, reason)

    def load(self):
        """Decode every file, on all cores; returns Loaded.

        Unreadable files are skipped with a warning.  Raises ValueError if all are unreadable."""
        shape = (self.frames, self.size, self.size, 3)[self.kind == "image":]
        x, loaded, skipped, short = np.empty((len(self.items), *shape), np.uint8), [], [], []
        with ThreadPoolExecutor(os.cpu_count()) as pool:  # decoders release Python's lock
            clips = pool.map(lambda item: self._read(item[0], short), self.items)
            clips = tqdm(clips, self.head[:20], len(self.items), unit=self.kind, disable=None)
            for item, clip in zip(self.items, clips, strict=True):
                if isinstance(clip, ValueError):
                    skipped.append((item[0], str(clip)))
                    warnings.warn(f"skipped: {clip}")
                else:
                    x[len(loaded)] = clip
                    loaded.append(item)
        if not loaded:
            raise ValueError(f"none of {len(skipped)} {self.kind}s can be read, the first: "
                             f"{skipped[0][1]}")
        paths, y = zip(*loaded)
        return Loaded(x[:len(loaded)], np.array(y, np.int64), paths, self.skipped + tuple(skipped),
                      tuple(sorted(short)))

    def _read(self, path, short):
        """uint8 (T, S, S, 3) or (S, S, 3), or the ValueError with the reason.

        short: a list to which a video with too few frames is added."""
        def warn(remark):
            if isinstance(remark, ShortClip):
                short.append((remark.path, remark.count))
            else:
                warnings.warn(remark)
        try:
            return read_example(self.kind, path, self.frames, self.size, warn=warn)
        except ValueError as error:
            return error


def open_dataset(path, split, kind, frames, size, head=None, labels=None, parts=None):
    """List one part of the set at `path`, a folder or a CSV with a layout of listing.py.

    split: a name of train or val, see part_names.py;  kind: "video" or "image";  size: pixels per
    side.
    labels: the class names of a trained head, in order; default: those of all parts, sorted, so
    that train and val agree.  parts: the result of list_parts, if you have it.
    CSV rows without a file or a label are left out, with one warning.
    Raises ValueError if nothing is left, or for a class that is not in `labels`."""
    part = canonical_part(split)
    if part not in ("train", "val") or kind not in SUFFIXES:
        raise ValueError(f"split {split}, kind {kind}: use train or val, and video or image")
    parts = list_parts(path, kind) if parts is None else parts
    rows, skipped = split_usable(parts.get(part, []))
    if not rows:
        raise ValueError(empty_part_message(path, part, kind, parts, skipped))
    labels = class_names(path, parts) if labels is None else tuple(labels)
    index = {name: k for k, name in enumerate(labels)}
    items = tuple((row.file, class_index(row.file, row.label, index)) for row in rows)
    if skipped:
        warnings.warn(f"{path}: {len(skipped)} of {len(rows) + len(skipped)} rows left out, "
                      f"the first: {skipped[0][0]} ({skipped[0][1]})")
    return Dataset(kind, head or head_name(path), labels, items,
                   frames if kind == "video" else 0, size, skipped)


def empty_part_message(path, part, kind, parts, skipped):
    """The error message for a part without a usable file."""
    if skipped:
        return (f"{path}: all {len(skipped)} rows of {part} left out, the first: {skipped[0][0]} "
                f"({skipped[0][1]}); paths are relative to the folder of the CSV")
    return (f"data {path} has no {kind} for {part}; add {part} next to the other part, or put "
            f"{VAL_EVERY} files into a class, of two recordings or more: a fifth is held out "
            '(with --group-by "(.*)" every file is a recording by itself)')


def class_names(path, parts):
    """All class names of a set, sorted.  Raises ValueError if there are fewer than two."""
    names = names_of(parts)
    if len(names) < 2:
        raise ValueError(f"data {path} has only one class, {names[0]}; training needs at least two")
    return names


def names_of(parts):
    """All class names of listed parts, sorted."""
    return tuple(sorted({row.label for rows in parts.values() for row in rows if row.label}))


def class_index(file, label, index):
    """The index of a class.  Raises ValueError if the head does not have the class."""
    if label not in index:
        examples = ", ".join(list(index)[:5]) + (", ..." if len(index) > 5 else "")
        raise ValueError(f"{file}: class {label} is not one of the model's {len(index)} classes: "
                         f"{examples}")
    return index[label]


def head_and_path(text):
    """(name of the head, path) from PATH, or from NAME=PATH if no file has that name.

    Raises ValueError for an invalid NAME."""
    name, separator, path = str(text).partition("=")
    named = separator and not os.path.exists(text)
    if named and re.fullmatch("[a-z0-9_]+", name):
        return name, path
    if named and os.path.exists(path):
        raise ValueError(f"data {text}: in NAME=PATH, NAME may hold only a-z, 0-9 "
                         f"and _, for example {as_head_name(name)}={path}")
    return head_name(text), str(text)


def head_name(path):
    """A head's name in a-z, 0-9 and _, from the folder or CSV; for train.csv, from its folder."""
    path = Path(os.path.abspath(path))  # of a link its own name, not that of its target
    name = path.stem if path.is_file() else path.name
    return as_head_name(path.parent.name if canonical_part(name) else name)


def as_head_name(name):
    """The text with only the characters of a head's name."""
    return re.sub("[^a-z0-9_]+", "_", name.lower()).strip("_") or "data"
