"""Sources of batches: training batches by number, and a fixed held-out set.

Training batch i depends only on the seed and i, so a resumed run gets the same batches as one that
was never stopped."""

import json
from dataclasses import dataclass
from functools import cache

import numpy as np

from tubevit_np.data.batch import HELD_OUT, POOLS, TRAIN, Batch
from tubevit_np.data.generated.clips import NOUNS, VERBS, Pools, make_clips, make_images, make_pools
from tubevit_np.runs.recipe import GENERATED, Recipe, read_recipe

NUM_EVAL_CLIPS = 2048  # generated examples per evaluation; standard error at most 1.1 %


@dataclass(frozen=True)
class GeneratedSource:
    """The generated data set: clips with a verb and a noun, or images with a noun."""

    kind: str  # "video" or "image"
    frames: int
    size: int
    seed: int
    pools: Pools
    slow = True  # prefetched by a worker process
    skipped = left_out = ()

    def __post_init__(self):
        self.batch(0, 0)  # raises ValueError for an invalid number of frames

    @property
    def labels(self):
        """{head: class names}."""
        return {"verb": VERBS, "noun": NOUNS} if self.kind == "video" else {"noun": NOUNS}

    def batch(self, step, count):
        """The training Batch of `count` examples for step number `step`."""
        image = 1 + (self.kind == "image")  # else a step's images would be frames of its clips
        rng = np.random.default_rng([self.seed, TRAIN, step, image])
        return self._make(self.pools, count, rng)

    def held_out(self, count, limit=None):
        """Yield Batches of `count` held-out examples, `limit` in all (default NUM_EVAL_CLIPS).

        Their sprites and backgrounds are never used in training."""
        limit = NUM_EVAL_CLIPS if limit is None else limit
        pools = generated_pools(self.size, self.seed, HELD_OUT)
        for start in range(0, limit, count):
            rng = np.random.default_rng([self.seed, HELD_OUT, start])
            yield self._make(pools, min(count, limit - start), rng)

    def examples(self, limit=None):
        """Names of the held-out examples, as "video 0"."""
        return [f"{self.kind} {i}" for i in range(NUM_EVAL_CLIPS if limit is None else limit)]

    def _make(self, pools, count, rng):
        if self.kind == "video":
            return Batch(*make_clips(pools, count, rng, self.frames))
        return Batch(*make_images(pools, count, rng, self.frames))


@cache
def generated_pools(size, seed, stream):
    """The sprites and backgrounds of a random stream, TRAIN or HELD_OUT; cached."""
    return make_pools(np.random.default_rng([seed, POOLS, stream]), size)


def generated_source(kind, frames, size, seed):
    """The GeneratedSource of a kind, "video" or "image"; size in pixels."""
    return GeneratedSource(kind, frames, size, seed, generated_pools(size, seed, TRAIN))


def open_sources(recipe):
    """The sources that a recipe lists, videos first.

    Raises ValueError if a data set cannot be opened, or if two sets conflict over a name."""
    sources = [open_source(kind, path, recipe) for kind, path, *_ in recipe.sets]
    check_head_names(sources)
    return sources


def open_source(kind, path, recipe):
    """The source for "generated", PATH or NAME=PATH.  Raises ValueError as open_files does."""
    if path == GENERATED:
        return generated_source(kind, recipe.frames, recipe.size, recipe.seed)
    from tubevit_np.data.datasets.in_memory import open_files  # imports the decoders

    return open_files(path, kind, recipe)


def check_head_names(sources):
    """Raises ValueError if two sets share a head's name.

    A set of videos and a set of images may share it if their classes are the same."""
    classes = {}
    for source in sources:
        for head, names in source.labels.items():
            for kind, other_names in classes.setdefault(head, {}).items():
                if kind == source.kind or names != other_names:
                    raise ValueError(name_conflict(head, kind, source.kind))
            classes[head][source.kind] = names


def name_conflict(head, kind, other):
    """The error message for two sets, of these two kinds, that share the name of a head."""
    subject, note = f"{kind}s", ""
    if kind != other:
        subject, note = f"{kind}s and {other}s", ", not the classes"
    return (f"two sets of {subject} share the name {head}{note}; give one of them another name, "
            "NAME=PATH")


def sources_for(path, notes, data=(), images=()):
    """The sources to evaluate a checkpoint on: the given sets, else the sets of its own run.

    path: the checkpoint;  notes: its metadata;  data, images: lists of "generated", PATH or
    NAME=PATH.  Raises ValueError if there is neither, or if the checkpoint has no head for
    that kind of data."""
    heads, size = json.loads(notes["heads"]), int(notes["size"])
    seed, memory = 0, Recipe.memory
    given = [("video", one) for one in data] + [("image", one) for one in images]
    if not given:
        if not (path.parent / "config.json").exists():
            raise ValueError(f"{path} is in no run folder: name the data to "
                             "evaluate it on, with --data or --images")
        recipe, _, _ = read_recipe(path.parent / "config.json")
        given = [(kind, one) for kind, one, *_ in recipe.sets]
        seed, memory = recipe.seed, recipe.memory
    for kind, _ in given:
        if kind not in heads:
            raise ValueError(f"{path} was not trained on {kind}s; its heads are for "
                             f"{', '.join(heads)}")
    return [open_held_out_source(path, kind, heads[kind], int(notes["frames"]), size,
                                 notes["labels"], clip_fps(notes), seed, memory)
            for kind, path in given]


def clip_fps(notes):
    """Frames per second of a checkpoint's clips, or None if they span the whole video."""
    return float(notes.get("fps", 0)) or None


def open_held_out_source(given, kind, heads, frames, size, labels, fps, seed, memory):
    """The held-out part of a set, for the head of its name or the first with the same classes.

    heads: names of the checkpoint's heads of that kind;  labels: {head: class names}.  Raises
    ValueError if no head has its classes."""
    if given == GENERATED:
        return generated_held_out(kind, heads, frames, size, labels, seed)
    from tubevit_np.data.datasets.dataset import head_and_path
    from tubevit_np.data.datasets.in_memory import open_held_out

    (own, path), errors = head_and_path(given), []
    for head in sorted(heads, key=lambda head: head != own):
        try:
            return open_held_out(path, kind, frames, size, head, labels[head], fps, memory)
        except ValueError as error:
            errors.append(error)
    raise errors[0]


def generated_held_out(kind, heads, frames, size, labels, seed):
    """The generated source.  Raises ValueError if the checkpoint lacks its heads or classes."""
    source = generated_source(kind, frames, size, seed)
    for head, names in source.labels.items():
        if head not in heads or list(names) != labels[head]:
            raise ValueError(f"generated {kind}s need a head {head} of {len(names)} classes; the "
                             f"checkpoint has {', '.join(heads)}")
    return source
