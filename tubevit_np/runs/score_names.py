"""How scores are called in the log, and the fraction that guessing gets right."""

import math


def labels_of(sources):
    """{kind: {head: class names}}, in JSON's types."""
    found = {}
    for source in sources:
        found.setdefault(source.kind, {}).update(
            {head: list(names) for head, names in source.labels.items()})
    return found


def named(kind, head):
    """How curves call a head's accuracy: an image's noun is not a video's."""
    return f"image {head}" if kind == "image" else head


def chances(groups):
    """{accuracy: fraction that guessing gets right}.

    groups: (kind, {head: class names}) of each source."""
    found = {}
    for kind, labels in groups:
        found |= {named(kind, head): 1 / len(names) for head, names in labels.items()}
        if len(labels) > 1:
            found["both"] = math.prod(1 / len(names) for names in labels.values())
    return found
