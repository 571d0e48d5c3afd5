"""What training and evaluation draw from: batches by number, and a fixed held-out set.

Batch i depends on the seed and i alone, so a resumed run sees what the first would have seen."""

from dataclasses import dataclass
from functools import cache

import numpy as np

from tubevit_np.data.batch import HELD_OUT, POOLS, TRAIN, Batch
from tubevit_np.data.generated.clips import NOUNS, VERBS, Pools, make_clips, make_images, make_pools

GENERATED = "generated"  # in place of a path: clips and images made as training goes
NUM_EVAL_CLIPS = 2048  # examples for a score: one standard error is at most 1.1 %


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
        most = NUM_EVAL_CLIPS if most is None else most
        pools = generated_pools(self.size, self.seed, HELD_OUT)
        for done in range(0, most, count):
            rng = np.random.default_rng([self.seed, HELD_OUT, done])
            yield self._make(pools, min(count, most - done), rng)

    def examples(self, most=None):
        """Names of the held-out examples: there are no files."""
        return [f"{self.kind} {i}" for i in range(NUM_EVAL_CLIPS if most is None else most)]

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
