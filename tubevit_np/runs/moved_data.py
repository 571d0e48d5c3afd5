"""Data sets of a run that lie at another place now."""

import json
from dataclasses import replace

from tubevit_np.data.sources import CAMERA, GENERATED, pictures_of
from tubevit_np.runs.recipe import SETS
from tubevit_np.storage.atomic_files import write_text


def moved(recipe, labels, data=(), images=()):
    """The recipe with sets at their new places, and with the heads of the run.

    data, images: PATH or camera:PATH for every set of its kind in the run, in order, or NAME=PATH
    for the set with the head NAME.  labels: {kind: {head: class names}} of the run.
    Raises ValueError if they do not fit the sets of the run."""
    heads, places = heads_of_sets(recipe, labels), {}
    for name, given in zip(SETS, (data, images), strict=True):
        sets = [(head, text) for head, text in zip(heads[name], getattr(recipe, name), strict=True)]
        places |= places_of(name, sets, given)
    return replace(recipe, **{
        name: tuple(text if head is None else text_of(head, text, places)
                    for head, text in zip(heads[name], getattr(recipe, name), strict=True))
        for name in SETS})


def write_places(path, recipe):
    """Write the sets of a recipe into config.json; all else stays."""
    stored = json.loads(path.read_text(encoding="utf-8"))
    stored["recipe"] |= {name: getattr(recipe, name) for name in SETS}
    write_text(path, json.dumps(stored, indent=2) + "\n")


def heads_of_sets(recipe, labels):
    """{"data": heads, "images": heads}: one for each set of the recipe, None if it is generated."""
    heads = {}
    for name, kind in zip(SETS, ("video", "image"), strict=True):
        left, heads[name] = list(labels.get(kind, {})), []
        for text in getattr(recipe, name):
            heads[name].append(take_head(text, kind, left))
    return heads


def take_head(text, kind, left):
    """Remove the heads of a set from `left`; returns the one it is named by, None if generated."""
    if text in GENERATED:
        del left[:2 if kind == "video" else 1]  # verb and noun, or noun
    if text in GENERATED or not left:
        return None
    head = left.pop(0)
    if kind == "video" and pictures_of(text) is not None:
        head = head.removesuffix("_verb")
        if left[:1] == [head]:
            left.remove(head)
    return head


def parsed(text):
    """(NAME or None, whether a camera films it, PATH) of a set."""
    from tubevit_np.data.datasets.dataset import head_and_path

    pictures = pictures_of(text)
    given = text if pictures is None else pictures
    name, path = head_and_path(given)
    return None if path == given else name, pictures is not None, path


def places_of(name, sets, given):
    """{old path: new path} of the sets of one kind.

    name: "data" or "images";  sets: (head, text as in the recipe);  given: the new texts."""
    if not given:
        return {}
    by_head = {head: text for head, text in sets if head is not None}
    new = [text if text in GENERATED else parsed(text) for text in given]
    if all(text not in GENERATED and text[0] in by_head for text in new):
        return dict(checked(name, by_head[text[0]], text) for text in new)
    if len(given) != len(sets):
        names = ", ".join(f"{head}=PATH" for head in by_head) or "none of them has files"
        raise ValueError(f"--{name} is given {len(given)} times, the run has {len(sets)} sets of "
                         f"{name}; give one PATH for each, in their order, or name the sets that "
                         f"moved: {names}")
    return dict(checked(name, text, place) for (_, text), place in zip(sets, new, strict=True)
                if text != place)


def checked(name, text, new):
    """(old path, new path) of a set.  Raises ValueError if one is generated or filmed alone."""
    mark, of_run = "", text
    if text not in GENERATED:
        _, films, old = parsed(text)
        mark = CAMERA if films else ""
        if new not in GENERATED and new[1] == films:
            return old, new[2]
        of_run = mark + old
    given = new if new in GENERATED else f"{CAMERA if new[1] else ''}{new[2]}"
    raise ValueError(f"--{name} {given} stands where the run has {of_run}; only the place of a "
                     "set can change")


def text_of(head, text, places):
    """The text of a set at its new place; with NAME= if the place has another name than the head.
    """
    from tubevit_np.data.datasets.dataset import head_name

    name, films, path = parsed(text)
    if path not in places and head == (name or head_name(path)):
        return text
    path = places.get(path, path)
    return f"{'' if head_name(path) == head else f'{head}='}{CAMERA if films else ''}{path}"
