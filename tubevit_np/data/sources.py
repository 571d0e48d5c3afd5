"""What training and evaluation draw from: batches by number, and a fixed held-out set.

Batch i depends on the seed and i alone, so a resumed run sees what the first would have seen."""

import json
from dataclasses import dataclass
from functools import cache

import numpy as np

from tubevit_np.data.batch import HELD_OUT, POOLS, TRAIN, Batch
from tubevit_np.data.generated.clips import NOUNS, VERBS, Pools, make_clips, make_images, make_pools
from tubevit_np.runs.recipe import GENERATED, Recipe, read_recipe

ENOUGH = 2048  # examples for a score: one standard error is at most 1.1 %


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
        return {"verb": VERBS, "noun": NOUNS} if self.kind == "video" else {"noun": NOUNS}

    def batch(self, step, count):
        """Training batch number `step`."""
        image = 1 + (self.kind == "image")  # else a step's images would be frames of its clips
        rng = np.random.default_rng([self.seed, TRAIN, step, image])
        return self._make(self.pools, count, rng)

    def held_out(self, count, most=None):
        """`most` fresh examples, `count` at a time, of sprites that training never saw."""
        most = ENOUGH if most is None else most
        pools = generated_pools(self.size, self.seed, HELD_OUT)
        for done in range(0, most, count):
            rng = np.random.default_rng([self.seed, HELD_OUT, done])
            yield self._make(pools, min(count, most - done), rng)

    def examples(self, most=None):
        """Names of the held-out examples: there are no files."""
        return [f"{self.kind} {i}" for i in range(ENOUGH if most is None else most)]

    def _make(self, pools, count, rng):
        if self.kind == "video":
            return Batch(*make_clips(pools, count, rng, self.frames))
        return Batch(*make_images(pools, count, rng, self.frames))


@cache
def generated_pools(size, seed, part):
    return make_pools(np.random.default_rng([seed, POOLS, part]), size)


def generated_source(kind, frames, size, seed):
    return GeneratedSource(kind, frames, size, seed, generated_pools(size, seed, TRAIN))


def open_sources(recipe):
    """The sources a recipe asks for, videos first.  Raises ValueError as the sets of files do."""
    sources = [open_set(kind, given, recipe) for kind, given, *_ in recipe.sets]
    check_heads(sources)
    return sources


def open_set(kind, given, recipe):
    if given == GENERATED:
        return generated_source(kind, recipe.frames, recipe.size, recipe.seed)
    from tubevit_np.data.datasets.in_memory import open_files  # only where files are read

    return open_files(given, kind, recipe)


def check_heads(sources):
    """Raises ValueError for two sets of one name, but for videos and images of the same classes."""
    known = {}
    for source in sources:
        for head, names in source.labels.items():
            for kind, others in known.setdefault(head, {}).items():
                if kind == source.kind or names != others:
                    raise ValueError(same_name(head, kind, source.kind))
            known[head][source.kind] = names


def same_name(head, kind, other):
    what, but = (f"{kind}s", "") if kind == other else (f"{kind}s and {other}s",
                                                       ", not the classes")
    return (f"two sets of {what} share the name {head}{but}; give one of them another name, "
            "NAME=PATH")


def sources_for(path, notes, data=(), images=()):
    """What to score a checkpoint on: the sets given, by its class names, or its own run's sources.

    Raises ValueError where neither is there, or the checkpoint has no head for that kind."""
    heads, size = json.loads(notes["heads"]), int(notes["size"])
    seed, memory = 0, Recipe.memory
    given = [("video", one) for one in data] + [("image", one) for one in images]
    if not given:
        if not (path.parent / "config.json").exists():
            raise ValueError(f"{path} is in no run folder: say with --data or "
                             "--images what to score it on")
        recipe, _, _ = read_recipe(path.parent / "config.json")
        given = [(kind, one) for kind, one, *_ in recipe.sets]
        seed, memory = recipe.seed, recipe.memory
    for kind, _ in given:
        if kind not in heads:
            raise ValueError(f"{path} was not trained on {kind}s; it knows {', '.join(heads)}")
    return [open_for(one, kind, heads[kind], int(notes["frames"]), size, notes["labels"],
                     speed(notes), seed, memory) for kind, one in given]


def speed(notes):
    """Frames a second of a checkpoint's clips, or None."""
    return float(notes.get("fps", 0)) or None


def open_for(given, kind, heads, frames, size, labels, fps, seed, memory):
    """The held-out part, for its own head, or the first that knows its classes; else ValueError."""
    if given == GENERATED:
        return generated_for(kind, heads, frames, size, labels, seed)
    from tubevit_np.data.datasets.dataset import head_and_path
    from tubevit_np.data.datasets.in_memory import open_held_out

    (own, path), errors = head_and_path(given), []
    for head in sorted(heads, key=lambda head: head != own):
        try:
            return open_held_out(path, kind, frames, size, head, labels[head], fps, memory)
        except ValueError as error:
            errors.append(error)
    raise errors[0]


def generated_for(kind, heads, frames, size, labels, seed):
    """Generated examples, for a checkpoint that has the heads; else ValueError."""
    source = generated_source(kind, frames, size, seed)
    for head, names in source.labels.items():
        if head not in heads or list(names) != labels[head]:
            raise ValueError(f"generated {kind}s need a head {head} of {len(names)} classes; the "
                             f"checkpoint has {', '.join(heads)}")
    return source
