"""Attention weights and predictions for the first clip of a batch, from the output of forward."""

from collections.abc import Mapping, Sequence

import numpy as np

from tubevit_np.model.layers import softmax


def self_weights(out: Mapping[str, np.ndarray], layer: int) -> np.ndarray:
    """Return the self-attention weights of one block.

    Parameters
    ----------
    out : dict
        Intermediates returned by ``forward``.
    layer : int
        Number of the block, from 0.

    Returns
    -------
    array, shape (A, N, N)
        Weights of the first clip, by head, query and key. Each row sums to 1.

    Raises
    ------
    ValueError
        If the attention is divided, so that a token does not attend to all tokens.
    """
    weights, count = out[f"blocks.{layer}.attn.weights"], out["tokens"].shape[1]
    if weights.shape[-1] != count:
        raise ValueError(f"the attention is divided: only {weights.shape[-1]} of {count} tokens "
                         "attend to each other at a time; draw the pooling alone")
    return weights[0]


def pool_weights(out: Mapping[str, np.ndarray]) -> np.ndarray:
    """Return the weights of the pooling query.

    Parameters
    ----------
    out : dict
        Intermediates returned by ``forward``.

    Returns
    -------
    array, shape (A, N)
        Weights of the first clip, by head and token. Each row sums to 1.
    """
    return out["pool.weights"][0, :, 0]


def rollout(out: Mapping[str, np.ndarray], depth: int) -> np.ndarray:
    """Carry the pooling weights back through all blocks to the input tokens.

    In each block, half of the weight stays on the token (the residual connection) and half follows
    the mean attention of the heads (Abnar and Zuidema, "Quantifying attention flow in
    transformers", 2020).

    Parameters
    ----------
    out : dict
        Intermediates returned by ``forward``.
    depth : int
        Number of blocks.

    Returns
    -------
    array, shape (N,)
        Weights of the tokens, with sum 1.

    Raises
    ------
    ValueError
        If the attention is divided.
    """
    weights = pool_weights(out).mean(0)
    for layer in reversed(range(depth)):
        weights = 0.5 * weights + 0.5 * weights @ self_weights(out, layer).mean(0)
    return weights


def answers(logits: Mapping[str, np.ndarray], labels: Mapping[str, Sequence[str]],
            most: int = 3) -> dict[str, list[tuple[str, float]]]:
    """Return the most probable classes of the first clip.

    Parameters
    ----------
    logits : dict of arrays, shape (B, K)
        Logits of each head.
    labels : dict of lists
        Class names of each head.
    most : int, default 3
        Number of classes per head.

    Returns
    -------
    dict
        {head: [(class, probability), ...]}, most probable first.
    """
    probabilities = {head: softmax(values[0].astype(np.float64)) for head, values in logits.items()}
    return {head: [(labels[head][i], float(scores[i])) for i in np.argsort(-scores)[:most]]
            for head, scores in probabilities.items()}
