"""Opening a run: a new one in an empty folder, or one that is there, to be resumed."""

import json
import warnings
from dataclasses import replace
from pathlib import Path

from tubevit_np.data.datasets.summary import describe_changes
from tubevit_np.data.sources import open_sources
from tubevit_np.runs.recipe import read_recipe, write_recipe
from tubevit_np.runs.run import Run
from tubevit_np.runs.run_folder import MODEL, checkpoints
from tubevit_np.runs.score_names import labels_of
from tubevit_np.runs.warm_start import start_config
from tubevit_np.storage.atomic_files import make_folder, write_text

DATA = "data.json"


def new_run(folder, recipe):
    """A new run in a folder that holds none.  Raises ValueError if one is there.

    data.json tells how many files of each class it found, and which it cannot use, and why."""
    folder = Path(folder)
    if checkpoints(folder) or any((folder / name).exists() for name in ("config.json", MODEL)):
        raise ValueError(f"{folder} already holds a run: continue it with --resume {folder}, "
                         "or give another --out")
    cfg = recipe.config({}) if recipe.start is None else start_config(recipe.start)
    recipe.check_model(cfg)  # before there is a folder, and before anything is decoded
    make_folder(folder, "--out")
    try:
        sources = open_sources(recipe)
        cfg = replace(cfg, classes={head: len(names) for source in sources
                                    for head, names in source.labels.items()})
    except BaseException:
        if not any(folder.iterdir()):
            folder.rmdir()
        raise
    write_recipe(folder / "config.json", recipe, cfg, labels_of(sources))
    if found := described(sources):
        write_text(folder / DATA, json.dumps(found, indent=1, ensure_ascii=False) + "\n")
    return Run(folder, recipe, sources, cfg)


def open_run(folder):
    """A run to be resumed; warns if its files are others than they were.

    Raises ValueError if there is none, or its data has other classes."""
    recipe, cfg, labels = read_recipe(Path(folder) / "config.json")
    sources = open_sources(recipe)
    if labels_of(sources) != labels:
        raise ValueError(f"{folder} was trained on {labels}, its data now has "
                         f"{labels_of(sources)}: put the old classes back, or begin another run")
    if (Path(folder) / DATA).exists():
        old = json.loads((Path(folder) / DATA).read_text())
        for line in describe_changes(old, described(sources)):
            warnings.warn(f"{folder}: {line}; going on with the new files", stacklevel=2)
    return Run(folder, recipe, sources, cfg)


def described(sources):
    """Of sources made of files."""
    return [source.description() for source in sources if hasattr(source, "description")]
