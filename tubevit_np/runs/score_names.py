"""The names of scores in the log, the accuracy of guessing, and the scores after training."""

import json
import math

from tubevit_np.runs.run_folder import MODEL


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


def final_scores(folder):
    """{name of an accuracy: (accuracy, number of examples)} of a finished run, on all examples.

    Empty for a run that is not finished, because its evaluation may be older than its log."""
    path = folder / "evaluation.json"
    if not (path.exists() and (folder / MODEL).exists()):
        return {}
    found = {}
    for group, scores in json.loads(path.read_text(encoding="utf-8")).items():
        kind = group.split()[0]  # "video", or "video of noun" beside other videos
        found |= {named(kind, head): (scores[head], scores["count"])
                  for head in (*scores["number of classes"], "both") if head in scores}
    return found
