"""Open a run: a new one, or an existing one to resume it."""

import json
import os
import shutil
import warnings
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

from tubevit_np.data.datasets.summary import describe_change
from tubevit_np.data.sources import GENERATED, open_sources
from tubevit_np.runs.best_score import chosen_scores
from tubevit_np.runs.epochs import undecoded
from tubevit_np.runs.extend import check_steps, extend, extended_at
from tubevit_np.runs.lock import lock_run, unlock_run
from tubevit_np.runs.moved_data import moved, parsed, write_places
from tubevit_np.runs.recipe_files import read_recipe, write_recipe
from tubevit_np.runs.run import Run
from tubevit_np.runs.run_folder import DATA, MODEL, checkpoints
from tubevit_np.runs.score_names import labels_of
from tubevit_np.runs.snapshots import FOLDER as SNAPSHOTS
from tubevit_np.runs.warm_start import start_config
from tubevit_np.storage.atomic_files import (
    check_folder,
    check_writable,
    make_folder,
    remove_leftovers,
    write_text,
)

WRITTEN = "checkpoint-", "model", "best", "config", "data", "metrics"  # only by training


def new_run(folder, recipe):
    """Create a run in a folder.  Raises ValueError if the folder already holds one.

    Writes config.json, and data.json with the number of files of each class and a list of the
    unusable files with reasons."""
    folder = Path(folder)
    refuse_run(folder)
    check_folder(folder, "--out")
    cfg = model_of(recipe)  # before any file is decoded, which may take minutes
    sources = open_sources(recipe)  # before there is a folder: wrong data leave nothing behind
    cfg = with_heads(cfg, recipe, sources)
    make_folder(folder, "--out")
    lock = lock_run(folder)
    try:
        refuse_run(folder)  # another process may have been faster
        write_new_run(folder, recipe, cfg, sources)
    except BaseException:
        unlock_run(lock)
        if {path.name for path in folder.iterdir()} <= {DATA}:
            shutil.rmtree(folder)
        raise
    return Run(folder, recipe, sources, cfg, lock=lock)


def write_new_run(folder, recipe, cfg, sources):
    """Write data.json and then config.json, with which a folder is a run."""
    if summaries := summaries_of(sources):
        write_summaries(folder, summaries)
    write_recipe(folder / "config.json", recipe, cfg, labels_of(sources))


def refuse_run(folder):
    """Raise ValueError if a folder holds a run, or part of one."""
    if checkpoints(folder) or any((folder / name).exists() for name in ("config.json", MODEL)):
        raise ValueError(f"{folder} already holds a run: continue it with --resume {folder}, "
                         "or give another --out")


def planned(recipe):
    """A Run that is only planned: nothing is written, and almost no file is decoded."""
    cfg, sources = model_of(recipe), undecoded(recipe)
    return SimpleNamespace(recipe=recipe, sources=sources, cfg=with_heads(cfg, recipe, sources))


def model_of(recipe):
    """The Config of a recipe, without heads.  Raises ValueError if it cannot be trained."""
    cfg = recipe.config({}) if recipe.start is None else start_config(recipe.start)
    recipe.check_model(cfg)
    return cfg


def with_heads(cfg, recipe, sources):
    """The Config with the heads of all sources.  Raises ValueError if none has the best score."""
    chosen_scores(recipe.best, sources)
    return replace(cfg, classes={head: len(names) for source in sources
                                 for head, names in source.labels.items()})


def open_run(folder, steps=None, data=(), images=()):
    """Open an existing run to resume it; warns if its data files have changed.

    steps: another number of steps, see extend.py;  data, images: where its sets are now, if they
    have moved, see moved_data.py.  Raises ValueError if there is no run, if it has already done
    more steps, or if the classes of its data have changed."""
    folder = Path(folder)
    read_recipe(folder / "config.json")  # where no run is, nothing is locked
    check_writable(folder, f"make it writable, or resume a copy of {folder}")
    lock = lock_run(folder)
    remove_leftovers(folder, *WRITTEN)
    remove_leftovers(folder / SNAPSHOTS)
    stored, cfg, labels = read_recipe(folder / "config.json")
    steps = stored.steps if steps is None else steps
    check_steps(folder, stored, steps)  # before any file is decoded
    recipe = moved(stored, labels, data, images)
    check_places(folder, recipe)
    sources = open_sources(recipe)
    if labels_of(sources) != labels:
        raise ValueError(f"{folder} was trained on {labels}, its data now has "
                         f"{labels_of(sources)}: restore the original classes or start a new run")
    compare_files(folder, sources, list(zip(places(recipe), places(stored), strict=True)))
    if recipe != stored:
        write_places(folder / "config.json", recipe)
    recipe = extend(folder, recipe, steps)
    return Run(folder, recipe, sources, cfg, extended_at(folder), lock)


def check_places(folder, recipe):
    """Raise ValueError if a set of a run is not where it was."""
    for (kind, *_), place in zip(recipe.sets, places(recipe), strict=True):
        if place is not None and not os.path.exists(place):
            option = "data" if kind == "video" else "images"
            raise ValueError(f"{folder} was trained on {place}, which does not exist; if it has "
                             f"moved: train --resume {folder} --{option} PATH")


def places(recipe):
    """The PATH of every set of a recipe; None for generated ones."""
    return [None if text in GENERATED else parsed(text)[2] for _, text, *_ in recipe.sets]


def compare_files(folder, sources, moves):
    """Warn of changed files; if none has changed, store the summaries in today's format.

    moves: (path now, path in the stored recipe) of each source."""
    if not (folder / DATA).exists():
        return
    before, after = json.loads((folder / DATA).read_text(encoding="utf-8")), summaries_of(sources)
    described = [(source, *move) for source, move in zip(sources, moves, strict=True)
                 if hasattr(source, "description")]
    changed = [describe_change(old, new) for old, new, (source, *move)
               in zip(before, after, described, strict=False)
               if old["digest"] != (new["digest"] if "held out" in old
                                    else source.first_digest(*move))]
    for line in changed:
        warnings.warn(f"{folder}: {line}; continuing with the current files", stacklevel=3)
    if not changed and before != after:
        write_summaries(folder, after)


def write_summaries(folder, summaries):
    """Write data.json."""
    write_text(folder / DATA, json.dumps(summaries, indent=1, ensure_ascii=False) + "\n")


def summaries_of(sources):
    """The summaries (see summary.py) of all sources that read files."""
    return [source.description() for source in sources if hasattr(source, "description")]
