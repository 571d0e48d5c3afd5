"""The names of scores in the log, and the accuracy of guessing."""

import math


def labels_of(sources):
    """{kind: {head: class names}}, in the types of JSON."""
    labels = {}
    for source in sources:
        labels.setdefault(source.kind, {}).update(
            {head: list(names) for head, names in source.labels.items()})
    return labels


def named(kind, head):
    """The name of a head's accuracy: the noun of images is another score than that of videos."""
    return f"image {head}" if kind == "image" else head


def chances(groups):
    """{name of an accuracy: accuracy of guessing}.

    groups: (kind, {head: class names}) of each source."""
    accuracies = {}
    for kind, labels in groups:
        accuracies |= {named(kind, head): 1 / len(names) for head, names in labels.items()}
        if len(labels) > 1:
            accuracies["both"] = math.prod(1 / len(names) for names in labels.values())
    return accuracies
