"""Predictions and accuracy on held-out examples."""

from concurrent.futures import ThreadPoolExecutor

import numpy as np
from threadpoolctl import threadpool_limits
from tqdm import tqdm

from tubevit_np.model.layers import softmax
from tubevit_np.training.loss import label_rank
from tubevit_np.training.step import PARTS, forward

BATCH = 32  # held-out examples at once
PREDICT_BATCH = 8  # clips at once, of any files; more clips are decoded ahead


def logits_of(params, cfg, x, heads):
    """Logits {head: (B, K)} of a batch of videos or images, without the blocks' intermediates."""
    return forward(params, x, cfg, heads, num_frozen_blocks=cfg.depth)[0]  # frozen: keeps nothing


def predictor(params, cfg):
    """Make predict(x, heads) -> {head: logits (B, K)} for these parameters.

    The two halves of a batch are computed in parallel, so that every operation uses two cores, not
    only the matrix products.
    """
    def predict(x, heads):
        if len(x) < PARTS:
            return logits_of(params, cfg, x, heads)
        with threadpool_limits(1), ThreadPoolExecutor(PARTS) as pool:
            halves = list(pool.map(lambda part: logits_of(params, cfg, part, heads),
                                   np.array_split(x, PARTS)))
        return {head: np.concatenate([logits[head] for logits in halves]) for head in heads}

    return predict


def evaluate(predict, source, most=None):
    """Compute the scores (see scores_of) of at most `most` held-out examples of a source."""
    return scores_of(predict_all(predict, source, most), source.labels)


def predict_all(predict, source, most=None, views=(1, 1)):
    """{head: (scores (n, K), labels (n,))} of at most `most` held-out examples, each once.

    views: number of (temporal, spatial) crops, of files only; an image has one temporal crop.  With
    one view the scores are the logits, with several the mean of their softmax.  Raises ValueError
    for several views of generated examples, and if no file can be read.
    """
    batches, num_views = held_out_batches(source, most, views), count_views(source.kind, views)
    results = {head: ([], []) for head in source.labels}
    for batch in with_progress(batches, source, most):
        logits = predict(batch.x, tuple(batch.labels))
        for head, labels in batch.labels.items():
            results[head][0].append(mean_over_views(logits[head], num_views))
            results[head][1].append(labels)
    if not all(scores for scores, _ in results.values()):
        raise ValueError(f"no held-out {source.kind} can be read; the warnings above name the "
                         "files and the reasons")
    return {head: tuple(map(np.concatenate, parts)) for head, parts in results.items()}


def with_progress(batches, source, most):
    """Yield the batches under a progress bar that counts examples."""
    with tqdm(desc=f"evaluating {source.kind}s", total=len(source.examples(most)), leave=False,
              unit=source.kind, disable=None) as bar:
        for batch in batches:
            yield batch
            bar.update(len(next(iter(batch.labels.values()))))
        bar.total = bar.n  # without the files that turned out to be unreadable
        bar.refresh()


def held_out_batches(source, most, views):
    """Return the batches of a source; views of one example are neighbors."""
    if views == (1, 1):
        return source.held_out(BATCH, most)
    if not hasattr(source, "held_out_views"):
        raise ValueError("only files have several views; generated and filmed clips are as "
                         "large as the input: use 1x1")
    return source.held_out_views(*views, most)


def count_views(kind, views):
    """Return the number of views of an example; an image has one temporal crop."""
    temporal, spatial = views
    return spatial if kind == "image" else temporal * spatial


def mean_over_views(logits, num_views):
    """Average the softmax over the views of each example: (B * num_views, K) -> (B, K)."""
    if num_views == 1:
        return logits
    return softmax(logits).reshape(-1, num_views, logits.shape[-1]).mean(1)


def probabilities(scores, num_views):
    """Turn scores of predict_all into probabilities, float64; num_views: of each example."""
    scores = scores.astype(np.float64)
    return softmax(scores) if num_views == 1 else scores


def scores_of(results, labels):
    """{score name: value} of a result of predict_all; labels: {head: class names}.

    HEAD is its top-1 accuracy, "HEAD top-5" its top-5 accuracy if it has more than 5 classes,
    "both" the fraction of examples with every head correct, "count" the number of examples.
    """
    ranks = {head: label_rank(*result) for head, result in results.items()}
    scores = {head: float((rank < 1).mean()) for head, rank in ranks.items()}
    if len(ranks) > 1:
        scores["both"] = float(np.all([rank < 1 for rank in ranks.values()], axis=0).mean())
    scores |= {f"{head} top-5": float((rank < 5).mean()) for head, rank in ranks.items()
               if len(labels[head]) > 5}
    return scores | {"count": len(next(iter(ranks.values())))}
