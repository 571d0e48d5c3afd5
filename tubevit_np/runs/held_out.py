"""The held-out examples that a checkpoint is evaluated on."""

import json

from tubevit_np.data.sources import GENERATED, generated_source
from tubevit_np.runs.recipe import Recipe, read_recipe


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
