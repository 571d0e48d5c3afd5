"""How wrong and how often right: softmax cross entropy, label smoothing (Table 10), accuracy."""

import numpy as np


def smooth_labels(labels, classes, smoothing):
    """Shares of the classes (B, K), of which `smoothing` is spread evenly over all of them.

    labels: (B,) int, or their shares (B, K), as mixup gives them."""
    if labels.ndim == 2:
        return (1 - smoothing) * labels + smoothing / classes
    if len(labels) and not 0 <= labels.min() <= labels.max() < classes:
        raise ValueError(f"labels {labels.min()} to {labels.max()} do not fit {classes} classes")
    return (1 - smoothing) * np.eye(classes)[labels] + smoothing / classes


def cross_entropy(logits, labels, smoothing=0.0):
    """Mean over the batch, in nats: logits (B, K), labels (B,) int or shares (B, K)."""
    logits = logits - logits.max(-1, keepdims=True)
    log_softmax = logits - np.log(np.exp(logits).sum(-1, keepdims=True))
    target = smooth_labels(labels, logits.shape[-1], smoothing).astype(logits.dtype)
    return -(target * log_softmax).sum(-1).mean()


def accuracy(logits, labels, k=1):
    """Share of labels among the k largest logits; of shares (B, K) the largest counts."""
    return (rank(logits, labels.argmax(-1) if labels.ndim == 2 else labels) < k).mean()


def rank(logits, labels):
    """How many others score at least as high as the right class: (B,) int; ties and NaN count."""
    own = np.take_along_axis(logits, labels[:, None], axis=1)
    return (~(logits < own)).sum(1) - 1
