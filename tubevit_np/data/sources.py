"""Sources of batches: training batches by number, and a fixed held-out set.

Training batch i depends only on the seed and i, so a resumed run gets the same batches as one that
was never stopped."""

from dataclasses import dataclass
from functools import cache
from itertools import combinations

import numpy as np

from tubevit_np.data.batch import HELD_OUT, POOLS, TRAIN, Batch
from tubevit_np.data.generated import clips, scenes

SCENES, SOMETHING_MOVES = "scenes", "something-moves"  # names to write instead of a path
GENERATED = {SCENES: scenes, SOMETHING_MOVES: clips}  # made during training, without files
OLDER_NAMES = {"generated": SOMETHING_MOVES}
CAMERA = "camera:"  # before a path: a camera moves over the pictures in this folder
NUM_EVAL_CLIPS = 2048  # examples for a score: one standard error is at most 1.1 %


@dataclass(frozen=True)
class GeneratedSource:
    """A generated data set: clips with a verb and a noun, or images with a noun."""

    name: str  # in GENERATED
    kind: str  # "video" or "image"
    frames: int
    size: int
    seed: int
    pools: clips.Pools | scenes.Pools
    slow = True  # prefetched by a worker process
    skipped = left_out = ()

    def __post_init__(self):
        self.batch(0, 0)  # raises ValueError for an invalid number of frames

    @property
    def labels(self):
        """{head: class names}."""
        module = GENERATED[self.name]
        return ({"verb": module.VERBS} if self.kind == "video" else {}) | {"noun": module.NOUNS}

    def batch(self, step, count):
        """The training Batch of step number `step`, with `count` examples."""
        image = 1 + (self.kind == "image")  # otherwise images of a step were frames of its clips
        rng = np.random.default_rng([self.seed, TRAIN, step, image])
        return self._make(self.pools, count, rng)

    def held_out(self, count, most=None):
        """`most` fresh examples, `count` at a time, of pictures that training never saw."""
        most = NUM_EVAL_CLIPS if most is None else most
        pools = generated_pools(self.name, self.size, self.seed, HELD_OUT)
        for done in range(0, most, count):
            rng = np.random.default_rng([self.seed, HELD_OUT, done])
            yield self._make(pools, min(count, most - done), rng)

    def examples(self, most=None):
        """Names of the held-out examples: there are no files."""
        return [f"{self.kind} {i}" for i in range(NUM_EVAL_CLIPS if most is None else most)]

    def _make(self, pools, count, rng):
        module = GENERATED[self.name]
        make = module.make_clips if self.kind == "video" else module.make_images
        return Batch(*make(pools, count, rng, self.frames))


@cache
def generated_pools(name, size, seed, stream):
    """What the clips of a random stream, TRAIN or HELD_OUT, are made of; cached."""
    return GENERATED[name].make_pools(np.random.default_rng([seed, POOLS, stream]), size)


def generated_source(name, kind, frames, size, seed):
    """A GeneratedSource; name: in GENERATED, kind: "video" or "image", size: pixels."""
    return GeneratedSource(name, kind, frames, size, seed,
                           generated_pools(name, size, seed, TRAIN))


def open_sources(recipe):
    """The sources that a recipe lists, videos first.

    Raises ValueError if a data set cannot be opened, or if two sets have conflicting names."""
    sources = [open_source(kind, path, recipe) for kind, path, *_ in recipe.sets]
    check_head_names(sources)
    return sources


def open_source(kind, path, recipe):
    """The source of a set: a name in GENERATED, camera:PATH, PATH, NAME=camera:PATH or NAME=PATH.

    Raises ValueError as open_files does."""
    if path in GENERATED:
        return generated_source(path, kind, recipe.frames, recipe.size, recipe.seed)
    from tubevit_np.data.camera.open_camera import open_camera  # imports the decoders
    from tubevit_np.data.datasets.in_memory import open_files

    if kind == "image":
        refuse_camera(path)
    pictures = pictures_of(path)
    return open_files(path, kind, recipe) if pictures is None else open_camera(pictures, recipe)


def pictures_of(given):
    """PATH or NAME=PATH of the pictures of a set camera:PATH or NAME=camera:PATH, else None.

    Raises ValueError without a PATH."""
    name, mark, path = given.partition(CAMERA)
    if not mark or name and not name.endswith("="):
        return None
    if not path:
        raise ValueError(f"data {given} names no folder of pictures; write {name}{CAMERA}PATH")
    return name + path


def refuse_camera(given):
    """Raises ValueError if a set of images is that of a camera, which makes videos."""
    if pictures_of(str(given)) is not None:
        raise ValueError(f"images {given}: a camera makes videos; give the pictures themselves: "
                         f"--images {pictures_of(str(given))}")


def check_head_names(sources):
    """Raises ValueError if two sets share a head's name.

    A set of videos and a set of images may share it if their classes are the same."""
    for one, other in combinations(sources, 2):
        for head in (name for name in other.labels if name in one.labels):
            if one.kind == other.kind:
                kinds, note = f"{one.kind}s", ""
            elif one.labels[head] != other.labels[head]:
                kinds, note = f"{one.kind}s and {other.kind}s", ", but not the classes"
            else:
                continue
            raise ValueError(f"two sets of {kinds} share the name {head}{note}; give one of them "
                             "another name with NAME=PATH")
