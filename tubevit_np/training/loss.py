"""Softmax cross entropy with label smoothing (Table 10), its gradient, and accuracy."""

import numpy as np

from tubevit_np.model.layers import softmax
from tubevit_np.model.types import Array


def smooth_labels(labels, classes, smoothing):
    """Target probabilities (B, K): `smoothing` of each target is spread evenly over all classes.

    labels: (B,) int, or probabilities (B, K) from mixup.  Raises ValueError for a label out of
    range.
    """
    if labels.ndim == 2:
        return (1 - smoothing) * labels + smoothing / classes
    if len(labels) and not 0 <= labels.min() <= labels.max() < classes:
        raise ValueError(f"labels {labels.min()} to {labels.max()} do not fit {classes} classes; "
                         f"use 0 to {classes - 1}")
    return (1 - smoothing) * np.eye(classes)[labels] + smoothing / classes


def cross_entropy(logits: Array, labels: Array, smoothing: float = 0.0) -> Array:
    """Compute the softmax cross entropy, averaged over the batch.

    Per example it is -sum(target * log softmax(logits)), where the target is the one-hot label, or
    the given probabilities, after label smoothing.

    Parameters
    ----------
    logits : array, shape (B, K)
        Scores of the K classes, any real numbers.
    labels : array, shape (B,) or (B, K)
        Class indices, int from 0 to K - 1, or probabilities of the classes.
    smoothing : float, default 0
        Fraction of each target that is spread evenly over all classes, 0 to below 1.

    Returns
    -------
    array, shape ()
        Mean loss, at least 0, in nats; it has the dtype of the logits.

    Raises
    ------
    ValueError
        If a label is not between 0 and K - 1.

    References
    ----------
    Table 10 (label smoothing).

    Examples
    --------
    >>> float(cross_entropy(np.zeros((1, 4)), np.array([2])))  # log 4
    1.3862943611198906
    """
    logits = logits - logits.max(-1, keepdims=True)
    log_softmax = logits - np.log(np.exp(logits).sum(-1, keepdims=True))
    target = smooth_labels(labels, logits.shape[-1], smoothing).astype(logits.dtype)
    return -(target * log_softmax).sum(-1).mean()


def cross_entropy_backward(logits, labels, smoothing=0.0):
    """dL/dlogits = (softmax(logits) - target) / B: (B, K)."""
    target = smooth_labels(labels, logits.shape[-1], smoothing).astype(logits.dtype)
    return (softmax(logits) - target) / len(logits)


def accuracy(logits: Array, labels: Array, k: int = 1) -> Array:
    """Compute the fraction of examples whose label is among the k highest scores.

    A class with the same score as the label counts as higher, and so does NaN.

    Parameters
    ----------
    logits : array, shape (B, K)
        Scores of the K classes.
    labels : array, shape (B,) or (B, K)
        Class indices, int from 0 to K - 1, or probabilities; then the largest is the label.
    k : int, default 1
        Number of highest scores that may hold the label, at least 1.

    Returns
    -------
    array, shape ()
        Fraction from 0 to 1.

    Examples
    --------
    >>> float(accuracy(np.array([[1.0, 2.0], [4.0, 3.0]]), np.array([1, 1])))
    0.5
    """
    return (label_rank(logits, labels.argmax(-1) if labels.ndim == 2 else labels) < k).mean()


def label_rank(logits, labels):
    """Count the other classes that score at least as high as the label: (B,) int.

    Ties and NaN count.
    """
    label_score = np.take_along_axis(logits, labels[:, None], axis=1)
    return (~(logits < label_score)).sum(1) - 1
