"""Labelled videos or images: listed first, then decoded once into memory."""

import os
import re
import warnings
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from tqdm import tqdm

from tubevit_np.data.datasets.listing import HELD_OUT, SUFFIXES, list_parts, part_named
from tubevit_np.data.decoding.images import read_image
from tubevit_np.data.decoding.video import ShortClip, read_clip
from tubevit_np.model.config_checks import SCORES


@dataclass(frozen=True)
class Loaded:
    """Decoded files, in the order of the listing."""

    x: np.ndarray  # uint8 (n, T, S, S, 3) or (n, S, S, 3)
    y: np.ndarray  # int64 (n,), places in the labels
    paths: tuple
    skipped: tuple  # (path, why) of every file left out, by the listing or by the decoder
    short: tuple = ()  # (path, its frames) of every video with fewer frames than its clip

    @property
    def items(self):
        """(path, class), as of the Dataset that it was loaded from."""
        return tuple(zip(self.paths, self.y.tolist(), strict=True))


@dataclass(frozen=True)
class Dataset:
    """One part of a labelled set, listed but not decoded."""

    kind: str  # "video" or "image"
    head: str  # the head of the model that these labels belong to
    labels: tuple  # class names
    items: tuple  # (path, class as a place in labels), sorted by path
    frames: int  # T; 0 for images
    size: int  # S, pixels a side
    skipped: tuple = ()  # (path, why)

    def load(self):
        """Decode every file, on all cores; returns Loaded, which knows the short ones.

        One that cannot be read is skipped with a warning; ValueError if none can be."""
        shape = (self.frames, self.size, self.size, 3)[self.kind == "image":]
        x, kept, skipped, short = np.empty((len(self.items), *shape), np.uint8), [], [], []
        for item, picture in zip(self.items, self._decoded(short)):
            if isinstance(picture, ValueError):
                skipped.append((item[0], str(picture)))
                warnings.warn(f"skipped: {picture}")
            else:
                x[len(kept)] = picture
                kept.append(item)
        if not kept:
            raise ValueError(f"no {self.kind} of {len(skipped)} can be read; {skipped[0][1]}")
        paths, y = zip(*kept)
        return Loaded(x[:len(kept)], np.array(y, np.int64), paths, self.skipped + tuple(skipped),
                      tuple(sorted(short)))

    def _decoded(self, short):
        """Yield the picture, or the error, of each item in turn, with a progress bar."""
        def tell(remark):
            if isinstance(remark, ShortClip):
                short.append((remark.path, remark.count))
            else:
                warnings.warn(remark)
        with ThreadPoolExecutor(os.cpu_count()) as pool:  # decoders let go of Python's lock
            pictures = pool.map(lambda item: self._read(item[0], tell), self.items)
            yield from tqdm(pictures, self.head, len(self.items), unit=self.kind, disable=None)

    def _read(self, path, tell):
        """uint8 (T, S, S, 3) or (S, S, 3), or the ValueError that says why not."""
        try:
            if self.kind == "image":
                return read_image(path, self.size)
            return read_clip(path, self.frames, self.size, tell)
        except ValueError as error:
            return error


def open_dataset(path, split, kind, frames, size, head=None, labels=None, parts=None):
    """List one part of the set at `path`, a folder or a CSV laid out as listing.py says.

    split "train", "val" or "validation";  kind "video" or "image";  size in pixels a side.
    labels: a trained head's class names, in its order; else those of all parts, sorted, so that
    train and val agree.  parts: of list_parts, where that is done already.
    Rows of a CSV without a file or a label are left out, with one warning.
    Raises ValueError if nothing is left, or for a class that `labels` does not hold."""
    part = part_named(split)
    if part is None or kind not in SUFFIXES:
        raise ValueError(f"split {split}, kind {kind}: use train or val, and video or image")
    parts = list_parts(path, kind) if parts is None else parts
    rows, skipped = present(parts.get(part, []))
    if not rows:
        raise ValueError(nothing_in(path, part, kind, parts, skipped))
    labels = class_names(path, parts) if labels is None else tuple(labels)
    index = {name: k for k, name in enumerate(labels)}
    items = tuple((row.file, place(row.file, row.label, index)) for row in rows)
    if skipped:
        warnings.warn(f"{path}: {len(skipped)} of {len(rows) + len(skipped)} rows left out, "
                      f"the first: {skipped[0][0]} ({skipped[0][1]})")
    return Dataset(kind, head or head_name(path), labels, items,
                   frames if kind == "video" else 0, size, skipped)


def present(rows):
    """Divide rows into those to use and (file, why) of the others."""
    why = [row.why or ("no label" if not row.label else "" if row.file.is_file() else
                       "no such file") for row in rows]
    skipped = tuple((row.file, reason) for row, reason in zip(rows, why) if reason)
    return [row for row, reason in zip(rows, why) if not reason], skipped


def nothing_in(path, part, kind, parts, skipped):
    """The error for a part without a single file to read."""
    if skipped:
        return (f"{path}: all {len(skipped)} rows of {part} left out, the first: {skipped[0][0]} "
                f"({skipped[0][1]}); paths count from the CSV's folder")
    if not any(parts.values()):
        return f"data {path} holds no {kind}, a file that ends in {' '.join(SUFFIXES[kind])}"
    return (f"data {path} has no {kind} for {part}; put {part} beside the other part, or "
            f"{HELD_OUT} files into a class, of which every {HELD_OUT}th is val")


def class_names(path, parts):
    """All class names in a set, sorted; ValueError if there is no choice between two."""
    names = tuple(sorted({row.label for rows in parts.values() for row in rows if row.label}))
    if len(names) < 2:
        raise ValueError(f"data {path} has one class only, {names[0]}; a model needs two to learn")
    return names


def place(file, label, index):
    """The number of a class; ValueError for one that the head does not know."""
    if label not in index:
        known = ", ".join(list(index)[:5]) + (", ..." if len(index) > 5 else "")
        raise ValueError(f"{file}: class {label} is none of the {len(index)} known: {known}")
    return index[label]


def head_and_path(given):
    """Of PATH, or of NAME=PATH where no file has that name: the name of its head, and the path.

    Raises ValueError for a NAME that no head can have."""
    name, mark, path = str(given).partition("=")
    if not mark or os.path.exists(given):
        return head_name(given), str(given)
    if re.fullmatch("[a-z0-9_]+", name):
        return name, path
    if os.path.exists(path):
        raise ValueError(f"data {given}: the NAME of NAME=PATH takes a-z, 0-9 and _, "
                         f"as {spelt(name)}={path}")
    return head_name(given), str(given)


def new_head_and_path(given):
    """`head_and_path` of a set to train on.  Raises ValueError for a name that scores have."""
    head, path = head_and_path(given)
    if head in SCORES:
        raise ValueError(f"data {given}: no head can have the name {head}, of which there is a "
                         "score; give another, as NAME=PATH")
    return head, path


def head_name(path):
    """Name of a head, in a-z, 0-9 and _: that of the folder or CSV; of train.csv its folder's."""
    path = Path(path).resolve()
    name = path.stem if path.is_file() else path.name
    name = path.parent.name if part_named(name) else name
    return spelt(name)


def spelt(name):
    """As a head may be called."""
    return re.sub("[^a-z0-9_]+", "_", name.lower()).strip("_") or "data"
