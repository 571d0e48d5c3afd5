"""Softmax cross entropy with label smoothing (Table 10), and accuracy."""

from tinygrad import dtypes

from tubevit_tg.backend.operations import exp
from tubevit_tg.model.types import Array


def smooth_labels(labels, classes, smoothing, dtype=dtypes.float32):
    """Target probabilities (B, K): `smoothing` of each target is spread evenly over all classes.

    labels: (B,) int, or probabilities (B, K) from mixup.  Labels are not range-checked, because
    Tensors are lazy.  dtype: dtype of the logits.
    """
    target = labels if labels.ndim == 2 else labels.one_hot(classes)
    return (1 - smoothing) * target.cast(dtype) + smoothing / classes


def cross_entropy(logits: Array, labels: Array, smoothing: float = 0.0) -> Array:
    """Compute the softmax cross entropy, averaged over the batch.

    Per example it is -sum(target * log softmax(logits)), where the target is the one-hot label, or
    the given probabilities, after label smoothing. Labels are not range-checked, because Tensors
    are lazy.

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

    References
    ----------
    Table 10 (label smoothing).
    """
    # Differences and logarithms are stored.  Inside the loop of a sum, written out for every class,
    # they would take seconds to compile.  The gradient through the maximum is 0.
    logits = (logits - logits.max(-1, keepdim=True).detach()).contiguous()
    log_softmax = logits - exp(logits).sum(-1, keepdim=True).log().contiguous()
    target = smooth_labels(labels, logits.shape[-1], smoothing, logits.dtype)
    return -(target * log_softmax).sum(-1).mean()


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
    """
    return (label_rank(logits, labels.argmax(-1) if labels.ndim == 2 else labels) < k).mean()


def label_rank(logits, labels):
    """Count the other classes that score at least as high as the label: (B,) int.

    Ties and NaN count.
    """
    label_score = logits.gather(-1, labels[:, None])
    return (logits < label_score).logical_not().sum(-1) - 1
