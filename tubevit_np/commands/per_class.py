"""What a score is made of: every answer, every class, and the confusion matrix."""

from collections import Counter
from itertools import chain, count

import numpy as np

from tubevit_np.storage.atomic_files import write_csv
from tubevit_np.training.loss import label_rank


def confusion(scores, labels, count):
    """How often each class (rows) was taken for each (columns): (K, K) int.

    scores (n, K), labels (n,).  A tie or NaN counts as the first of the highest, as argmax does."""
    table = np.zeros((count, count), int)
    np.add.at(table, (labels, scores.argmax(-1)), 1)
    return table


def per_class(scores, labels, names):
    """A row for each class: name, examples, right, in the first five, and most often taken for."""
    table, ranks = confusion(scores, labels, len(names)), label_rank(scores, labels)
    rows = []
    for k, name in enumerate(names):
        own, wrong = ranks[labels == k], table[k] * (np.arange(len(names)) != k)
        other = names[wrong.argmax()] if wrong.any() else ""
        rows.append((name, len(own), int((own < 1).sum()), int((own < 5).sum()), other))
    return rows


def names_apart(sources, names):
    """What tells each source from those of the same kind and head: its own of the names, or a
    number; "" where nothing has to."""
    keys = [{(source.kind, head) for head in source.labels} for source in sources]
    often, taken, found = Counter(chain(*keys)), set(), []
    for own, name in zip(keys, names, strict=True):
        name = name if any(often[key] > 1 and key[1] != name for key in own) else ""
        candidates = chain([name], (f"{name}-{number}".strip("-") for number in count(2)))
        found.append(next(one for one in candidates if taken.isdisjoint((key, one) for key in own)))
        taken |= {(key, found[-1]) for key in own}
    return found


def write_details(folder, stem, found, names, examples):
    """predictions and classes of one head as CSVs in folder; returns the confusion (K, K).

    stem: what their names begin with;  found: (scores (n, K), labels (n,));  names: of the
    classes;  examples: of the n files."""
    scores, labels = found
    write_csv(folder / f"{stem}-predictions.csv", ("example", "class", "predicted", "rank"),
              zip(examples, (names[k] for k in labels), (names[k] for k in scores.argmax(-1)),
                  label_rank(scores, labels) + 1, strict=True))
    write_csv(folder / f"{stem}-classes.csv",
              ("class", "examples", "right", "in the first 5", "most often taken for"),
              per_class(scores, labels, names))
    return confusion(scores, labels, len(names))
