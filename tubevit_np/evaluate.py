"""How often a model is right on examples it was never trained on."""

from functools import partial

import numpy as np
from tqdm import tqdm

from tubevit_np.loss import rank
from tubevit_np.model import forward

BATCH = 32


def logits_of(params, cfg, x, heads):
    """Logits {head: (B, K)} of a batch of videos or images, without keeping what lies between."""
    return forward(params, x, cfg, heads, inner=False)[0]


def predictor(params, cfg):
    """predict(x, heads) -> {head: logits (B, K)} with these parameters."""
    return partial(logits_of, params, cfg)


def evaluate(predict, source, most=None):
    """Shares of a source's held-out examples, up to `most`, that the model gets right.

    {head: top-1, "head top-5": of more than 5 classes, "both": every head of an example,
    "count": how many}."""
    ranks = {head: [] for head in source.labels}
    batches = source.held_out(BATCH, most)
    for batch in tqdm(batches, f"scoring {source.kind}s", unit="batch", leave=False, disable=None):
        logits = predict(batch.x, tuple(batch.labels))
        for head, labels in batch.labels.items():
            ranks[head].append(rank(logits[head], labels))
    ranks = {head: np.concatenate(parts) for head, parts in ranks.items()}
    scores = {head: float((rank < 1).mean()) for head, rank in ranks.items()}
    if len(ranks) > 1:
        scores["both"] = float(np.all([rank < 1 for rank in ranks.values()], axis=0).mean())
    scores |= {f"{head} top-5": float((rank < 5).mean()) for head, rank in ranks.items()
               if len(source.labels[head]) > 5}
    return scores | {"count": len(next(iter(ranks.values())))}
