"""How far a score can be trusted: its 95% interval, and what guessing gets."""

import math
from statistics import NormalDist

import numpy as np

Z = NormalDist().inv_cdf(0.975)  # 1.96: two-sided 95%


def wilson_interval(fraction, count, z=Z):
    """The Wilson score interval (low, high) of a fraction of `count` examples, in [0, 1].

    With p = fraction and n = count: center (p + z^2 / 2n) / (1 + z^2 / n), half its width
    z sqrt(p (1 - p) / n + z^2 / 4n^2) / (1 + z^2 / n)."""
    shrink = 1 + z**2 / count
    center = (fraction + z**2 / (2 * count)) / shrink
    half = z * math.sqrt(fraction * (1 - fraction) / count + z**2 / (4 * count**2)) / shrink
    return max(0.0, center - half), min(1.0, center + half)


def guessing(labels):
    """{score name: fraction that guessing gets right}; names as in scores_of.

    labels: {head: class names}.  K classes: 1 / K, top-5 5 / K, "both" the product of the 1 / K."""
    sizes = {head: len(names) for head, names in labels.items()}
    chance = {head: 1 / size for head, size in sizes.items()}
    if len(sizes) > 1:
        chance["both"] = math.prod(chance.values())
    return chance | {f"{head} top-5": 5 / size for head, size in sizes.items() if size > 5}


def most_common(labels, names):
    """(class name, its fraction of the examples): what a model gets that always answers it.

    labels (n,): class indices;  names: of the classes."""
    counts = np.bincount(labels, minlength=len(names))
    return names[counts.argmax()], float(counts.max() / counts.sum())


def is_clearly_above(fraction, count, num_classes):
    """Whether the most common of K > 1 classes has clearly more than 1 / K of the examples.

    If all classes were equally likely, a given class would have so many examples with the
    probability p, and any of the classes with at most K p (Bonferroni). K p must be below 0.025."""
    tail = binomial_tail(round(fraction * count), count, 1 / num_classes)
    return num_classes * tail < 0.025


def binomial_tail(least, count, p):
    """The probability of at least `least` successes in `count` trials of probability p."""
    if p == 1:
        return 1.0
    logs = [math.lgamma(count + 1) - math.lgamma(k + 1) - math.lgamma(count - k + 1)
            + k * math.log(p) + (count - k) * math.log1p(-p) for k in range(least, count + 1)]
    return sum(map(math.exp, logs))
