"""The parts of a pre-norm transformer encoder (Sec. 3.1, Eq. 1-2).

Every function keeps the precision of its arrays.  Composite functions return (y, cache); cache maps
the name of every intermediate to its array, for pictures, comparisons and gradients.  In formulas,
products such as `x up` stand for linear(x, **up), the bias included."""

import math

import numpy as np


def linear(x, w, b):
    """y = x w + b, every product with weights in Eq. 1-2:  x (..., in), w (in, out), b (out,)."""
    return x @ w + b


def layer_norm(x, g, b, eps):
    """LN of Eq. 1-2: y = g (x - mean) / sqrt(variance + eps) + b, over the last axis, biased."""
    x = x - x.mean(-1, keepdims=True)
    return g * x / np.sqrt((x * x).mean(-1, keepdims=True) + eps) + b


def gelu(x, form):
    """The GELU of Eq. 2's MLP: y = x Phi(x), Phi the normal CDF; form is "tanh" or "erf"."""
    return x * normal_cdf(x, form)


def normal_cdf(x, form):
    """Phi(x) = (1 + erf(x / sqrt 2)) / 2, exact ("erf") or "tanh", up to 4.7e-4 off in GELU.

    erf(x / sqrt 2) is about tanh(sqrt(2 / pi) (x + 0.044715 x^3))."""
    if form == "erf":
        return 0.5 * (1 + erf(x / math.sqrt(2)))
    return 0.5 * (1 + np.tanh(math.sqrt(2 / math.pi) * (x + 0.044715 * x * x * x)))


def erf(x):
    """The error function of every number: Python's, for NumPy has none."""
    return np.vectorize(math.erf, otypes=[float])(x).astype(x.dtype)


def softmax(x):
    """y = exp(x) / sum exp(x) over the last axis; less the maximum, no exponential overflows."""
    x = np.exp(x - x.max(-1, keepdims=True))
    return x / x.sum(-1, keepdims=True)


def split_heads(x, heads):
    """(B, N, D) -> (B, A, N, E): head a has channels a*E to (a+1)*E."""
    return x.reshape(*x.shape[:2], heads, -1).swapaxes(1, 2)


def merge_heads(x):
    """(B, A, N, E) -> (B, N, D), the inverse of split_heads."""
    return x.swapaxes(1, 2).reshape(x.shape[0], x.shape[2], -1)


def attention(q, k, v):
    """softmax(q k^T / sqrt(E)) v, one head of Eq. 1's MSA, and its weights (B, A, Q, N).

    q (1 or B, A, Q, E), k and v (B, A, N, E)."""
    weights = softmax(q @ k.swapaxes(-1, -2) / math.sqrt(q.shape[-1]))
    return weights @ v, weights


def self_attention(x, qkv, out, heads):
    """MSA(x) of Eq. 1: concat over heads of attention(q, k, v), times out; q, k, v = x qkv.

    Every token attends to every token.  x (B, N, D); qkv.w (D, 3D), columns q, k, v; out.w (D, D).
    """
    cache = {"qkv": linear(x, **qkv)}  # (B, N, 3D)
    q, k, v = (split_heads(part, heads) for part in np.split(cache["qkv"], 3, axis=-1))
    mixed, cache["weights"] = attention(q, k, v)
    cache["mixed"] = merge_heads(mixed)
    return linear(cache["mixed"], **out), cache


def feed_forward(x, up, down, form):
    """MLP(x) of Eq. 2: GELU(x up) down, each token alone: (..., D) -> (..., M) -> (..., D)."""
    cache = {"up": linear(x, **up)}
    cache["gelu"] = gelu(cache["up"], form)
    return linear(cache["gelu"], **down), cache


def attention_branch(z, ln1, attn, heads, eps):
    """MSA(LN(z)), what Eq. 1 adds to z (B, N, D)."""
    cache = {"ln1": layer_norm(z, **ln1, eps=eps)}
    change, inner = self_attention(cache["ln1"], **attn, heads=heads)
    return change, cache | with_prefix("attn", inner)


def mlp_branch(y, ln2, mlp, eps, form):
    """MLP(LN(y)), what Eq. 2 adds to y (B, N, D)."""
    cache = {"ln2": layer_norm(y, **ln2, eps=eps)}
    change, inner = feed_forward(cache["ln2"], **mlp, form=form)
    return change, cache | with_prefix("mlp", inner)


def block(z, ln1, attn, ln2, mlp, heads, eps, form):
    """y = z + MSA(LN(z)) (Eq. 1), then y + MLP(LN(y)) (Eq. 2): (B, N, D) -> (B, N, D)."""
    change, attended = attention_branch(z, ln1, attn, heads, eps)
    y = z + change
    change, transformed = mlp_branch(y, ln2, mlp, eps, form)
    return y + change, attended | {"middle": y} | transformed


def with_prefix(prefix, arrays):
    """{name: array} as {prefix.name: array}."""
    return {f"{prefix}.{name}": array for name, array in arrays.items()}
