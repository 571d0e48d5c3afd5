"""The held-out examples that a checkpoint is evaluated on."""

import json
from functools import partial
from pathlib import Path

from tubevit_np.data.datasets.recordings import FILES_ALONE
from tubevit_np.data.sources import (
    CAMERA,
    GENERATED,
    OLDER_NAMES,
    generated_source,
    pictures_of,
    refuse_camera,
)
from tubevit_np.runs.recipe import Recipe
from tubevit_np.runs.recipe_files import read_recipe
from tubevit_np.runs.trained_files import stored_sizes, trained_files, warn_of_trained_files
from tubevit_np.storage.hub import title_of


def sources_for(path, notes, data=(), images=(), group_by=None, cache=None):
    """The sources to evaluate a checkpoint on: the given sets, else the sets of its run.

    path: the checkpoint;  notes: its metadata;  data, images, group_by: as in a Recipe; without
    group_by the files are split as in training;  cache: a folder for decoded frames of files.
    Raises ValueError if there is no set, or if the checkpoint has no head for that kind of data."""
    heads, seed, memory = json.loads(notes["heads"]), 0, Recipe.memory
    sets = [(kind, OLDER_NAMES.get(str(given), str(given)))
            for kind, some in (("video", data), ("image", images)) for given in some]
    listed = listing_of(path.parent, notes, group_by, bool(sets), len(sets) < 2)
    if not sets:
        if not (path.parent / "config.json").exists():
            raise ValueError(f"{path} is in no run folder: name the data to evaluate it on, with "
                             "--data or --images")
        recipe, _, _ = read_recipe(path.parent / "config.json")
        sets = [(kind, path_text) for kind, path_text, *_ in recipe.sets]
        check_there(path.parent, sets)
        seed, memory = recipe.seed, recipe.memory
    for kind, _ in sets:
        if kind not in heads:
            raise ValueError(f"{path} was not trained on {kind}s; its heads are for "
                             f"{', '.join(heads)}")
    return [open_held_out_source(path_text, kind, heads[kind], notes, seed, memory, listed, cache)
            for kind, path_text in sets]


def listing_of(run, notes, group_by, given, must_match):
    """A function (path, kind, **options) -> Parts of a set.

    given: whether the user names the sets. Then all files are scored, except other parts of the
    set and files that the run was trained on. Otherwise the sets are split as in training."""
    from tubevit_np.data.datasets.listing import list_for_evaluation, list_parts

    trained = json.loads(notes.get("group_by", json.dumps(FILES_ALONE)))
    if not given:
        return partial(list_parts, group_by=trained, must_match=False)
    if group_by is not None:
        return partial(list_for_evaluation, group_by=group_by, must_match=must_match, split=True)
    stored = stored_sizes(run)
    if None in stored:  # a run of the first releases, which stored no names
        return partial(list_for_evaluation, group_by=trained, must_match=False, split=True)

    def listed(path, kind, **options):
        parts = list_for_evaluation(path, kind, trained_on=partial(trained_files, stored),
                                    **options)
        warn_of_trained_files(parts, stored)
        return parts
    return listed


def check_there(run, sets):
    """Raise ValueError if a data set of a run is not there, as for a model that was shared."""
    from tubevit_np.data.datasets.dataset import head_and_path

    for kind, given in sets:
        name, place = head_and_path(pictures_of(given) or given)
        if given not in GENERATED and not Path(place).exists():
            raise ValueError(f"the data of {title_of(run / 'config.json')}, {place}, are not here; "
                             f"give them with --{'data' if kind == 'video' else 'images'} "
                             f"{name}={CAMERA if pictures_of(given) else ''}PATH")


def clip_fps(notes):
    """Frames per second of a checkpoint's clips, or None if they span the whole video."""
    return float(notes.get("fps", 0)) or None


def open_held_out_source(path_text, kind, heads, notes, seed, memory, listed, cache=None):
    """The held-out part of a set, for the head of its name or the first with the same classes.

    path_text: a set as in a Recipe;  heads: names of the checkpoint's heads of that kind;
    notes: its metadata;  listed: a function of listing_of;  cache: a folder.
    Raises ValueError if no head has the classes of the set."""
    frames, size, labels = int(notes["frames"]), int(notes["size"]), notes["labels"]
    if path_text in GENERATED:
        return generated_held_out(path_text, kind, heads, frames, size, labels, seed)
    from tubevit_np.data.camera.open_camera import open_held_out_camera
    from tubevit_np.data.datasets.cache import Cache
    from tubevit_np.data.datasets.dataset import head_and_path
    from tubevit_np.data.datasets.in_memory import open_held_out

    if kind == "image":
        refuse_camera(path_text)
    elif pictures_of(path_text) is not None:
        return open_held_out_camera(pictures_of(path_text), heads, labels, frames, size, memory,
                                    listed)
    (name, path), errors = head_and_path(path_text), []
    parts = listed(path, kind)
    for head in sorted(heads, key=lambda head: head != name):  # the head of this name first
        try:
            return open_held_out(path, kind, frames, size, head, labels[head], clip_fps(notes),
                                 memory, cache and Cache(cache), parts)
        except ValueError as error:
            errors.append(error)
    raise errors[0]


def generated_held_out(name, kind, heads, frames, size, labels, seed):
    """The generated source.  Raises ValueError if the checkpoint lacks its heads or classes."""
    source = generated_source(name, kind, frames, size, seed)
    for head, names in source.labels.items():
        if head not in heads or list(names) != labels[head]:
            own = (f"its head {head} has {', '.join(labels[head])}" if head in heads else
                   f"it has {', '.join(heads)}")
            raise ValueError(f"the {kind}s of {name} need a head {head} with the classes "
                             f"{', '.join(names)}; the checkpoint has no such head: {own}; give "
                             "the data that it was trained on")
    return source
