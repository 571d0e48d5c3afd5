"""How wrong and how often right (Table 10: softmax cross entropy with label smoothing)."""

from tinygrad import Tensor, dtypes


def smooth_labels(labels, classes, smoothing, dtype=dtypes.float32):
    """One-hot (B, K) with the share `smoothing` spread evenly over all classes; labels (B,) int."""
    return (1 - smoothing) * labels.one_hot(classes).cast(dtype) + smoothing / classes


def cross_entropy(logits, labels, smoothing=0.0):
    """Mean over the batch, in nats: logits (B, K), labels (B,) int, smoothing in [0, 1)."""
    logits = logits - logits.max(-1, keepdim=True)
    log_softmax = logits - logits.exp().sum(-1, keepdim=True).log()
    target = smooth_labels(labels, logits.shape[-1], smoothing, logits.dtype)
    return -(target * log_softmax).sum(-1).mean()


def accuracy(logits, labels, k=1):
    """Share of labels among the k largest logits."""
    labels = labels[:, None]
    own, columns = logits.gather(-1, labels), Tensor.arange(logits.shape[-1])
    behind = (logits < own) | (logits == own) & (columns >= labels)  # of a NaN, none is
    return (behind.sum(-1) > logits.shape[-1] - k).mean()
