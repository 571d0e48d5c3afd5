"""The details behind a score: every prediction, every class, and the confusion matrix."""

from collections import Counter
from itertools import chain, count

import numpy as np

from tubevit_np.commands.prediction_tables import class_column
from tubevit_np.storage.atomic_files import write_csv
from tubevit_np.training.loss import label_rank


def confusion(scores, labels, count):
    """How often each class (rows) was predicted as each class (columns): (K, K) int.

    scores (n, K), labels (n,).  A tie or NaN counts as the first of the highest, as argmax does."""
    table = np.zeros((count, count), int)
    np.add.at(table, (labels, scores.argmax(-1)), 1)
    return table


def per_class(scores, labels, names):
    """A row per class: name, examples, correct, in the top 5, and the most frequent wrong class."""
    table, ranks = confusion(scores, labels, len(names)), label_rank(scores, labels)
    rows = []
    for k, name in enumerate(names):
        own, wrong = ranks[labels == k], table[k] * (np.arange(len(names)) != k)
        other = names[wrong.argmax()] if wrong.any() else ""
        rows.append((name, len(own), int((own < 1).sum()), int((own < 5).sum()), other))
    return rows


def names_apart(sources, names):
    """A distinct name for each source that shares its kind and head with another, else "".

    names: the preferred name of each source; a number replaces or extends an ambiguous one."""
    keys = [{(source.kind, head) for head in source.labels} for source in sources]
    often, taken, found = Counter(chain(*keys)), set(), []
    for own, name in zip(keys, names, strict=True):
        name = name if any(often[key] > 1 and key[1] != name for key in own) else ""
        candidates = chain([name], (f"{name}-{number}".strip("-") for number in count(2)))
        found.append(next(one for one in candidates if taken.isdisjoint((key, one) for key in own)))
        taken |= {(key, found[-1]) for key in own}
    return found


def write_details(folder, stem, head, found, probabilities, names, examples):
    """Write predictions and classes of a head as CSV; return their paths and the confusion (K, K).

    stem: prefix of the file names;  found: (scores (n, K), labels (n,));  probabilities (n, K);
    names: class names;  examples: names of the n examples."""
    scores, labels = found
    paths = [folder / f"{stem}-{what}.csv" for what in ("predictions", "classes")]
    write_csv(paths[0], ("example", "class", "predicted", "rank", "class probability",
                         "predicted probability", *(class_column(head, name) for name in names)),
              prediction_rows(scores, labels, probabilities, names, examples))
    write_csv(paths[1], ("class", "examples", "right", "in the first 5", "most often taken for"),
              per_class(scores, labels, names))
    return paths, confusion(scores, labels, len(names))


def prediction_rows(scores, labels, probabilities, names, examples):
    """A row per example: name, class, prediction, rank of the class, and probabilities."""
    ranks = (label_rank(scores, labels) + 1).tolist()
    for example, k, best, rank, row in zip(examples, labels, scores.argmax(-1), ranks,
                                           probabilities.tolist(), strict=True):
        yield example, names[k], names[best], rank, row[k], row[best], *row
