"""What training and evaluation draw from: batches by number, and a fixed held-out set.

Batch i depends on the seed and i alone, so a resumed run sees what the first would have seen."""

from dataclasses import dataclass, replace
from functools import cache

import numpy as np

from tubevit_np.data.datasets import Loaded, open_dataset
from tubevit_np.data.generated import NOUNS, VERBS, Pools, make_clips, make_images, make_pools

TRAIN, HELD_OUT, POOLS = range(3)  # independent random streams of one seed
GENERATED_LABELS = {"verb": VERBS, "noun": NOUNS}
MARGIN = 8  # files are kept 1/8 larger than asked, so that training can crop at random


@dataclass(frozen=True)
class Batch:
    """x: uint8 (B, T, H, W, C) or (B, H, W, C);  labels: {head: (B,) int}."""

    x: np.ndarray
    labels: dict[str, np.ndarray]

    def split(self, parts):
        """The same examples as `parts` smaller batches, of nearly equal length."""
        cuts = [np.array_split(y, parts) for y in self.labels.values()]
        return [Batch(x, dict(zip(self.labels, ys, strict=True)))
                for x, *ys in zip(np.array_split(self.x, parts), *cuts, strict=True) if len(x)]


@dataclass(frozen=True)
class GeneratedSource:
    """"Something moves": clips with a verb and a noun, or single frames with a noun."""

    kind: str  # "video" or "image"
    frames: int
    size: int
    seed: int
    pools: Pools
    slow = True  # worth a process of its own
    skipped = left_out = ()

    def __post_init__(self):
        self.batch(0, 0)  # raises ValueError for frames that no clip can have

    @property
    def labels(self):
        """{head: class names}."""
        return GENERATED_LABELS if self.kind == "video" else {"noun": NOUNS}

    def batch(self, step, count):
        """Training batch number `step`."""
        image = int(self.kind == "image")  # else a step's images would be frames of its clips
        rng = np.random.default_rng([self.seed, TRAIN, step, image])
        return self._make(self.pools, count, rng)

    def held_out(self, count, most):
        """Up to `most` fresh examples, `count` at a time, of sprites that training never saw."""
        pools = generated_pools(self.size, self.seed, HELD_OUT)
        for done in range(0, most, count):
            rng = np.random.default_rng([self.seed, HELD_OUT, done])
            yield self._make(pools, min(count, most - done), rng)

    def _make(self, pools, count, rng):
        if self.kind == "video":
            return Batch(*make_clips(pools, count, rng, self.frames))
        return Batch(*make_images(pools, count, rng))


def open_sources(recipe):
    """The sources a recipe asks for, videos first, in memory.  Raises ValueError without any."""
    if recipe.generated:
        pools = generated_pools(recipe.size, recipe.seed, TRAIN)
        return [GeneratedSource(kind, recipe.frames, recipe.size, recipe.seed, pools)
                for kind in ("video", "image")]
    given = {"video": recipe.data, "image": recipe.images}
    sources = [open_files(path, kind, recipe) for kind, path in given.items() if path is not None]
    first, last = sources[0], sources[-1]
    if first.head == last.head and first.names != last.names:
        raise ValueError(f"data {recipe.data} and images {recipe.images} share the name "
                         f"{first.head}, not the classes; rename one")
    return sources


def open_files(path, kind, recipe):
    """Both parts of a folder or CSV; the validation part keeps the training part's class names."""
    train = open_dataset(path, "train", kind, recipe.frames, larger(recipe.size))
    source = open_held_out(path, kind, recipe.frames, recipe.size, train.head, train.labels)
    return replace(source, seed=recipe.seed, train=train.load())


def open_held_out(path, kind, frames, size, head, names):
    """The validation part alone, for a head that knows these class names."""
    val = open_dataset(path, "val", kind, frames, larger(size), head, names)
    return FileSource(kind, head, size, tuple(names), val.load())


def larger(size):
    return size + size // MARGIN


@cache
def generated_pools(size, seed, part):
    return make_pools(np.random.default_rng([seed, POOLS, part]), size)


@dataclass(frozen=True)
class FileSource:
    """A folder or CSV of labelled files, decoded once and kept in memory as uint8."""

    kind: str
    head: str
    size: int
    names: tuple[str, ...]
    val: Loaded  # of larger pictures than size
    train: Loaded | None = None
    seed: int = 0
    slow = False

    @property
    def skipped(self):
        """(path, why) of the held-out files that cannot be scored."""
        return self.val.skipped

    @property
    def left_out(self):
        """(path, why) of all files that cannot be used."""
        return self.train.skipped + self.val.skipped

    @property
    def labels(self):
        return {self.head: self.names}

    def batch(self, step, count):
        """Training batch number `step`: epoch after epoch in random order, cropped at random."""
        total = len(self.train.y)
        at = np.arange(step * count, (step + 1) * count)
        orders = {epoch: np.random.default_rng([self.seed, TRAIN, epoch]).permutation(total)
                  for epoch in set(at // total)}
        chosen = np.array([orders[i // total][i % total] for i in at])
        rng = np.random.default_rng([self.seed, TRAIN, step, 1])
        corners = rng.integers(0, self.train.x.shape[-2] - self.size + 1, (count, 2))
        return self._crop(self.train, chosen, corners)

    def held_out(self, count, most=None):
        """The whole validation set, once, or `most` spread over it; cropped at the centre."""
        total = len(self.val.y)
        kept = total if most is None else min(most, total)
        centre = (self.val.x.shape[-2] - self.size) // 2
        for start in range(0, kept, count):
            chosen = np.arange(start, min(start + count, kept)) * total // kept
            yield self._crop(self.val, chosen, np.full((len(chosen), 2), centre))

    def _crop(self, loaded, chosen, corners):
        crops = [loaded.x[i][..., h:h + self.size, w:w + self.size, :]
                 for i, (h, w) in zip(chosen, corners, strict=True)]
        return Batch(np.stack(crops), {self.head: loaded.y[chosen]})
