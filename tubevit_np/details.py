"""What a score is made of: every answer, every class, and the confusion matrix."""

import numpy as np

from tubevit_np.loss import rank
from tubevit_np.writing import write_csv


def confusion(scores, labels, count):
    """How often each class (rows) was taken for each (columns): (K, K) int.

    scores (n, K), labels (n,).  A tie or NaN counts as the first of the highest, as argmax does."""
    table = np.zeros((count, count), int)
    np.add.at(table, (labels, scores.argmax(-1)), 1)
    return table


def per_class(scores, labels, names):
    """A row for each class: name, examples, right, in the first five, and most often taken for."""
    table, ranks = confusion(scores, labels, len(names)), rank(scores, labels)
    rows = []
    for k, name in enumerate(names):
        own, wrong = ranks[labels == k], table[k] * (np.arange(len(names)) != k)
        other = names[wrong.argmax()] if wrong.any() else ""
        rows.append((name, len(own), int((own < 1).sum()), int((own < 5).sum()), other))
    return rows


def write_details(folder, kind, head, found, names, examples):
    """predictions and classes of one head as CSVs in folder; returns the confusion (K, K).

    found: (scores (n, K), labels (n,));  names: of the classes;  examples: of the n files."""
    scores, labels = found
    stem = f"{kind}-{head}"
    write_csv(folder / f"{stem}-predictions.csv", ("example", "class", "predicted", "rank"),
              zip(examples, (names[k] for k in labels), (names[k] for k in scores.argmax(-1)),
                  rank(scores, labels) + 1, strict=True))
    write_csv(folder / f"{stem}-classes.csv",
              ("class", "examples", "right", "in the first 5", "most often taken for"),
              per_class(scores, labels, names))
    return confusion(scores, labels, len(names))
