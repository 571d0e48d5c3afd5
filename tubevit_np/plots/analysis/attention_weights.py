"""The weights of a model's attention on the first clip of a batch, and its answers, from what
forward returns."""

import numpy as np

from tubevit_np.model.layers import softmax


def self_weights(out, layer):
    """The weights of a block, of the first clip: (A, N, N), each row of sum 1.

    Raises ValueError for divided attention, where no token looks at all others."""
    weights, count = out[f"blocks.{layer}.attn.weights"], out["tokens"].shape[1]
    if weights.shape[-1] != count:
        raise ValueError(f"attention among {weights.shape[-1]} of {count} tokens at a time cannot "
                         "be laid over the whole clip: it is divided")
    return weights[0]


def pool_weights(out):
    """Of the pooling query, of the first clip: (A, N)."""
    return out["pool.weights"][0, :, 0]


def rollout(out, depth):
    """Pooling weights (N,) carried back to the tokens, half of each block going straight through.

    Abnar and Zuidema, "Quantifying attention flow in transformers", 2020."""
    weights = pool_weights(out).mean(0)
    for layer in reversed(range(depth)):
        weights = 0.5 * weights + 0.5 * weights @ self_weights(out, layer).mean(0)
    return weights


def answers(logits, labels, most=3):
    """{head: [(class, probability), ...]} of the first clip, most probable first."""
    found = {head: softmax(values[0].astype(np.float64)) for head, values in logits.items()}
    return {head: [(labels[head][i], float(scores[i])) for i in np.argsort(-scores)[:most]]
            for head, scores in found.items()}
