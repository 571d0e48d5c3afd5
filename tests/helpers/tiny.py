"""A run that trains in a second, and folders of labeled files."""

import shutil
import tempfile
from dataclasses import replace
from functools import cache
from pathlib import Path
from types import SimpleNamespace
from unittest import mock

import clips
import numpy as np
import small_pools  # noqa: F401 - paints less, also in scripts

from tubevit_np.data.sources import GeneratedSource
from tubevit_np.runs import run
from tubevit_np.runs.open_run import new_run
from tubevit_np.runs.recipe import Recipe
from tubevit_np.training import kernel_snapshots
from tubevit_np.training.train import train

RECIPE = Recipe(data="something-moves", images="something-moves", steps=11, batch=3, image_batch=2,
                size=24, warmup=2, log_every=2, save_every=4)


def recipe_on(**given):
    """RECIPE on other sets: only those in `given`."""
    return replace(RECIPE, **{"data": (), "images": ()} | given)


glance = mock.patch.object(run, "QUICK_EVAL_CLIPS", 20)  # few held-out examples save time
alone = mock.patch.object(GeneratedSource, "slow", False)  # without a worker process
early = mock.patch.object(kernel_snapshots, "FIRST", 4)  # snapshots after 4 and 8 of 11 steps


@cache
def finished():
    """Return the folder of a run by RECIPE, trained once for all tests; they must not change it."""
    place = tempfile.TemporaryDirectory(prefix="tubevit")
    finished.place = place  # deleted when the tests end
    folder = Path(place.name) / "finished"
    with glance, early, alone:
        train(new_run(folder, RECIPE))
    return folder


def copied(folder):
    """Return a copy of the finished run, which a test may change."""
    return Path(shutil.copytree(finished(), folder))


def asked(**given):
    """Return the fields of a recipe that a source of files reads; no model takes these sizes."""
    return SimpleNamespace(**{"frames": 2, "size": 24, "memory": 0, "fps": None, "seed": 0,
                              "flip": False, "randaugment": 0, "magnitude": 10.0,
                              "cache": None, "group_by": None, "data": (), "images": ()} | given)


def class_folder(folder, kind, classes=("cat", "eel"), train=3, val=2, size=27):
    """folder/{train,val}/CLASS/FILE; the pixels of file k, in sorted order, are those of `coded`.

    Videos of 4 frames, or images; both are stored exactly. No two files are the same."""
    for part, count in (("train", train), ("val", val)):
        for k in range(count * len(classes)):
            place = folder / part / classes[k // count]
            place.mkdir(parents=True, exist_ok=True)
            if kind == "video":
                clips.write_video(place / f"{k}.mov", coded(k, size, 4), title=part)
            else:
                clips.write_pictures(place / f"{k}.png", coded(k, size),
                                     compress_level=9 if part == "train" else 1)
    return folder


def coded(k, size, frames=None):
    """Return uint8 pictures whose pixels encode k (and the frame), row and column."""
    red = 20 * k + np.arange(frames or 1)[:, None, None]
    pixels = np.broadcast_arrays(red, np.arange(size)[:, None], np.arange(size))
    return np.stack(pixels, -1).astype(np.uint8)[slice(None) if frames else 0]
