"""Softmax cross entropy with label smoothing (Table 10), and accuracy."""

from tinygrad import dtypes

from tubevit_tg.backend.operations import exp


def smooth_labels(labels, classes, smoothing, dtype=dtypes.float32):
    """Target probabilities (B, K), of which `smoothing` is spread evenly over all classes.

    labels: (B,) int, or probabilities (B, K), as mixup gives them.  Labels are not checked for
    their range, because Tensors are lazy.  dtype: of the logits."""
    target = labels if labels.ndim == 2 else labels.one_hot(classes)
    return (1 - smoothing) * target.cast(dtype) + smoothing / classes


def cross_entropy(logits, labels, smoothing=0.0):
    """-sum(target log softmax(logits)), mean over the batch, in nats.

    logits (B, K);  labels: (B,) int or probabilities (B, K).  Differences and logarithms are stored
    too: in a sum's loop, spelled out for every class, they would take seconds to compile.  The
    gradient by the maximum is 0, so none is computed."""
    logits = (logits - logits.max(-1, keepdim=True).detach()).contiguous()
    log_softmax = logits - exp(logits).sum(-1, keepdim=True).log().contiguous()
    target = smooth_labels(labels, logits.shape[-1], smoothing, logits.dtype)
    return -(target * log_softmax).sum(-1).mean()


def accuracy(logits, labels, k=1):
    """Fraction of labels among the k largest logits; of probabilities (B, K) the largest counts."""
    return (label_rank(logits, labels.argmax(-1) if labels.ndim == 2 else labels) < k).mean()


def label_rank(logits, labels):
    """Number of other classes that score at least as high as the label: (B,) int; ties and NaN
    count."""
    own = logits.gather(-1, labels[:, None])
    return (logits < own).logical_not().sum(-1) - 1
