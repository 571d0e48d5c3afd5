"""Opens sets of pictures as sources of clips: camera:PATH, or NAME=camera:PATH."""

from dataclasses import replace

from tubevit_np.data.camera.motion import VERBS
from tubevit_np.data.camera.source import COPIES, CameraSource
from tubevit_np.data.datasets.dataset import head_and_path, names_of, open_dataset
from tubevit_np.data.datasets.in_memory import check_head, grouping, open_parts, open_source
from tubevit_np.data.datasets.listing import list_parts, list_pictures
from tubevit_np.data.datasets.reader import size_with_margin

PICTURE = 2  # side of a picture / side of a frame, in pixels
ANOTHER_ORDER = 1 << 32  # else the images of a step would be the pictures of its clips


def verb_head(head):
    """The name of the head for the verb, beside the head for the classes of the pictures."""
    return f"{head}_verb"


def open_camera(given, recipe):
    """The CameraSource of a set, with both parts.  Raises ValueError as open_files does.

    given: PATH or NAME=PATH of the pictures."""
    head, path = head_and_path(given)
    for name in (head, verb_head(head)):
        check_head(given, name)
    parts = list_pictures(path, *grouping(recipe))
    pictures = open_parts(path, parts, names_of(parts), "image", head, recipe,
                          PICTURE * recipe.size, recipe.memory / COPIES)
    pictures = replace(pictures, seed=recipe.seed + ANOTHER_ORDER)
    return CameraSource(verb_head(head), pictures, len(pictures.names) > 1, recipe.frames,
                        recipe.size)


def has_classes(given):
    """Whether the pictures of PATH or NAME=PATH have several classes."""
    return len(names_of(list_pictures(head_and_path(given)[1]))) > 1


def open_held_out_camera(given, heads, labels, frames, size, memory, listed=list_parts):
    """The held-out part of a set, for the heads of a checkpoint.

    given: PATH or NAME=PATH;  heads: names of its heads for videos;  labels: {head: class names};
    listed: a function like list_parts.
    The verb is that of the head named after the set, or of another one with these verbs. The class
    is left out if no head has the classes of the pictures.  Raises ValueError without such a verb.
    """
    head, path = head_and_path(given)
    verbs = [name for name in heads if labels[name] == list(VERBS)]
    if not verbs:
        raise ValueError(f"camera:{path} needs a head with the classes {', '.join(VERBS)}; the "
                         f"heads of the checkpoint are {', '.join(heads)}")
    verb = verb_head(head) if verb_head(head) in verbs else verbs[0]
    parts = listed(path, "image", without_classes=True)
    names = names_of(parts)
    fitting = [name for name in heads if name not in verbs and len(names) > 1
               and set(names) <= set(labels[name])]
    noun = head if head in fitting else (*fitting, None)[0]
    val = open_dataset(path, "val", "image", 0, size_with_margin(PICTURE * size), noun or head,
                       labels[noun] if noun else names, parts)
    pictures = open_source(PICTURE * size, val, memory=memory, **parts.held_out_fields())
    return CameraSource(verb, pictures, noun is not None, frames, size)
