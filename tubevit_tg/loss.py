"""How wrong and how often right (Table 10: softmax cross entropy with label smoothing)."""

from tinygrad import dtypes


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
    return (rank(logits, labels) < k).mean()


def rank(logits, labels):
    """How many other classes score as high as the right one: (B,) int; a tie, or NaN, is no hit."""
    own = logits.gather(-1, labels[:, None])
    return (logits < own).logical_not().sum(-1) - 1
