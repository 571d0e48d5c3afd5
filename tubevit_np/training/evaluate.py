"""Accuracy on held-out examples."""

from concurrent.futures import ThreadPoolExecutor

import numpy as np
from threadpoolctl import threadpool_limits
from tqdm import tqdm

from tubevit_np.model.layers import softmax
from tubevit_np.training.loss import label_rank
from tubevit_np.training.step import PARTS, forward

BATCH = 32


def logits_of(params, cfg, x, heads):
    """Logits {head: (B, K)} of a batch of videos or images, without the blocks' intermediates."""
    return forward(params, x, cfg, heads, num_frozen_blocks=cfg.depth)[0]  # frozen: none is kept


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
    """The scores (scores_of) of a source's held-out examples, up to `most`."""
    return scores_of(predict_all(predict, source, most), source.labels)


def predict_all(predict, source, most=None, views=(1, 1)):
    """{head: (scores (n, K), labels (n,))} of the held-out examples, up to `most`, each once.

    views: (temporal, spatial) crops, of files alone; an image has one temporal crop.  The score of
    several views is the mean of their softmax, of one view the logits.  Raises ValueError for views
    of generated examples, and where no file can be read."""
    batches, num_views = held_out_batches(source, most, views)
    found = {head: ([], []) for head in source.labels}
    for batch in tqdm(batches, f"scoring {source.kind}s", unit="batch", leave=False, disable=None):
        logits = predict(batch.x, tuple(batch.labels))
        for head, labels in batch.labels.items():
            found[head][0].append(over_views(logits[head], num_views))
            found[head][1].append(labels)
    if not all(scores for scores, _ in found.values()):
        raise ValueError(f"no held-out {source.kind} can be read")
    return {head: tuple(map(np.concatenate, parts)) for head, parts in found.items()}


def held_out_batches(source, most, views):
    """Batches of a source, and how many views in a row are of one example."""
    if views == (1, 1):
        return source.held_out(BATCH, most), 1
    if not hasattr(source, "held_out_views"):
        raise ValueError("only files have several views; generated clips are as large as the input")
    temporal, spatial = views
    num_views = spatial if source.kind == "image" else temporal * spatial
    return source.held_out_views(*views, most), num_views


def over_views(logits, num_views):
    """(B * num_views, K) -> (B, K)."""
    if num_views == 1:
        return logits
    return softmax(logits).reshape(-1, num_views, logits.shape[-1]).mean(1)


def scores_of(found, labels):
    """{head: top-1, "head top-5": of more than 5 classes, "both": every head of an example,
    "count": number of examples}."""
    ranks = {head: label_rank(*pair) for head, pair in found.items()}
    scores = {head: float((each < 1).mean()) for head, each in ranks.items()}
    if len(ranks) > 1:
        scores["both"] = float(np.all([each < 1 for each in ranks.values()], axis=0).mean())
    scores |= {f"{head} top-5": float((each < 5).mean()) for head, each in ranks.items()
               if len(labels[head]) > 5}
    return scores | {"count": len(next(iter(ranks.values())))}
