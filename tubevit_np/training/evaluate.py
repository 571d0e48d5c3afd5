"""How often a model is right on examples it was never trained on."""

from concurrent.futures import ThreadPoolExecutor

import numpy as np
from threadpoolctl import threadpool_limits
from tqdm import tqdm

from tubevit_np.model.layers import softmax
from tubevit_np.model.model import forward
from tubevit_np.training.loss import rank

BATCH = 32
PARTS = 2  # of every batch, computed side by side; fixed, so that results hold for any cores


def logits_of(params, cfg, x, heads):
    """Logits {head: (B, K)} of a batch of videos or images, without keeping what lies between."""
    return forward(params, x, cfg, heads, inner=False)[0]


def predictor(params, cfg):
    """predict(x, heads) -> {head: logits (B, K)} with these parameters.

    Halves of a batch are computed side by side: all of it then uses two cores, not products alone.
    """
    def predict(x, heads):
        if len(x) < PARTS:
            return logits_of(params, cfg, x, heads)
        with threadpool_limits(1), ThreadPoolExecutor(PARTS) as pool:
            found = list(pool.map(lambda part: logits_of(params, cfg, part, heads),
                                  np.array_split(x, PARTS)))
        return {head: np.concatenate([part[head] for part in found]) for head in heads}

    return predict


def evaluate(predict, source, most=None):
    """Shares of a source's held-out examples, up to `most`, that the model gets right: scores_of.
    """
    return scores_of(answered(predict, source, most), source.labels)


def answered(predict, source, most=None, views=(1, 1)):
    """{head: (scores (n, K), labels (n,))} of the held-out examples, up to `most`, each once.

    views: (moments, places), of files alone;  an image has but one moment.  The score of several
    views is the mean of their softmax, of one view the logits.  Raises ValueError for views of
    generated examples, and where no file can be read."""
    count, batches = 1, None
    if views == (1, 1):
        batches = source.held_out(BATCH, most)
    elif hasattr(source, "held_out_views"):
        batches = source.held_out_views(*views, most)
        count = views[1] if source.kind == "image" else views[0] * views[1]
    else:
        raise ValueError("only files have several views; generated clips are as large as the input")
    found = {head: ([], []) for head in source.labels}
    for batch in tqdm(batches, f"scoring {source.kind}s", unit="batch", leave=False, disable=None):
        logits = predict(batch.x, tuple(batch.labels))
        for head, labels in batch.labels.items():
            found[head][0].append(over_views(logits[head], count))
            found[head][1].append(labels)
    if not all(scores for scores, _ in found.values()):
        raise ValueError(f"no held-out {source.kind} can be read")
    return {head: tuple(map(np.concatenate, parts)) for head, parts in found.items()}


def over_views(logits, views):
    """(B * views, K) -> (B, K)."""
    if views == 1:
        return logits
    return softmax(logits).reshape(-1, views, logits.shape[-1]).mean(1)


def scores_of(found, labels):
    """{head: top-1, "head top-5": of more than 5 classes, "both": every head of an example,
    "count": how many}."""
    ranks = {head: rank(*pair) for head, pair in found.items()}
    right = {head: float((rank < 1).mean()) for head, rank in ranks.items()}
    if len(ranks) > 1:
        right["both"] = float(np.all([rank < 1 for rank in ranks.values()], axis=0).mean())
    right |= {f"{head} top-5": float((rank < 5).mean()) for head, rank in ranks.items()
              if len(labels[head]) > 5}
    return right | {"count": len(next(iter(ranks.values())))}
