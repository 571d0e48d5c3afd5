"""Softmax cross entropy with label smoothing (Table 10), its gradient, and accuracy."""

import numpy as np

from tubevit_np.model.layers import softmax


def smooth_labels(labels, classes, smoothing):
    """Target probabilities (B, K), of which `smoothing` is spread evenly over all classes.

    labels: (B,) int, or probabilities (B, K), as mixup gives them.  Raises ValueError for a label
    that is not a class."""
    if labels.ndim == 2:
        return (1 - smoothing) * labels + smoothing / classes
    if len(labels) and not 0 <= labels.min() <= labels.max() < classes:
        raise ValueError(f"labels {labels.min()} to {labels.max()} do not fit {classes} classes")
    return (1 - smoothing) * np.eye(classes)[labels] + smoothing / classes


def cross_entropy(logits, labels, smoothing=0.0):
    """-sum(target log softmax(logits)), mean over the batch, in nats.

    logits (B, K);  labels: (B,) int or probabilities (B, K)."""
    logits = logits - logits.max(-1, keepdims=True)
    log_softmax = logits - np.log(np.exp(logits).sum(-1, keepdims=True))
    target = smooth_labels(labels, logits.shape[-1], smoothing).astype(logits.dtype)
    return -(target * log_softmax).sum(-1).mean()


def cross_entropy_backward(logits, labels, smoothing=0.0):
    """dL/dlogits = (softmax(logits) - target) / B: (B, K)."""
    target = smooth_labels(labels, logits.shape[-1], smoothing).astype(logits.dtype)
    return (softmax(logits) - target) / len(logits)


def accuracy(logits, labels, k=1):
    """Fraction of labels among the k largest logits; of probabilities (B, K) the largest counts."""
    return (label_rank(logits, labels.argmax(-1) if labels.ndim == 2 else labels) < k).mean()


def label_rank(logits, labels):
    """Number of other classes that score at least as high as the label: (B,) int; ties and NaN
    count."""
    own = np.take_along_axis(logits, labels[:, None], axis=1)
    return (~(logits < own)).sum(1) - 1
