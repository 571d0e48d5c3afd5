"""How wrong and how often right (Table 10: softmax cross entropy with label smoothing)."""

import numpy as np


def smooth_labels(labels, classes, smoothing):
    """One-hot (B, K) with the share `smoothing` spread evenly over all classes; labels (B,) int."""
    return (1 - smoothing) * np.eye(classes)[labels] + smoothing / classes


def cross_entropy(logits, labels, smoothing=0.0):
    """Mean over the batch, in nats: logits (B, K), labels (B,) int, smoothing in [0, 1)."""
    logits = logits - logits.max(-1, keepdims=True)
    log_softmax = logits - np.log(np.exp(logits).sum(-1, keepdims=True))
    target = smooth_labels(labels, logits.shape[-1], smoothing).astype(logits.dtype)
    return -(target * log_softmax).sum(-1).mean()


def accuracy(logits, labels, k=1):
    """Share of labels among the k largest logits."""
    top = np.argsort(-logits, axis=-1, kind="stable")[:, :k]
    return (top == labels[:, None]).any(-1).mean()
