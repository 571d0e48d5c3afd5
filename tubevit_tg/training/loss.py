"""How wrong and how often right: softmax cross entropy, label smoothing (Table 10), accuracy."""

from tinygrad import dtypes


def smooth_labels(labels, classes, smoothing, dtype=dtypes.float32):
    """Shares of the classes (B, K), of which `smoothing` is spread evenly over all of them.

    labels: (B,) int, or their shares (B, K), as mixup gives them.  Nobody looks whether they fit:
    a Tensor's numbers are not there yet.  dtype: of the logits."""
    shares = labels if labels.ndim == 2 else labels.one_hot(classes)
    return (1 - smoothing) * shares.cast(dtype) + smoothing / classes


def cross_entropy(logits, labels, smoothing=0.0):
    """Mean over the batch, in nats: logits (B, K), labels (B,) int or shares (B, K).

    Exponentials and logarithms are stored: in a sum's loop, spelled out for every class, they would
    take seconds to compile.  The gradient by the maximum is 0, so none is computed."""
    logits = (logits - logits.max(-1, keepdim=True).detach()).contiguous()
    log_softmax = logits - logits.exp().contiguous().sum(-1, keepdim=True).log().contiguous()
    target = smooth_labels(labels, logits.shape[-1], smoothing, logits.dtype)
    return -(target * log_softmax).sum(-1).mean()


def accuracy(logits, labels, k=1):
    """Share of labels among the k largest logits; of shares (B, K) the largest counts."""
    return (rank(logits, labels.argmax(-1) if labels.ndim == 2 else labels) < k).mean()


def rank(logits, labels):
    """How many others score at least as high as the right class: (B,) int; ties and NaN count."""
    own = logits.gather(-1, labels[:, None])
    return (logits < own).logical_not().sum(-1) - 1
