"""model/layers.py, tuned: large products, arithmetic in place, a block of the cache at a time.

With return_intermediates=False the returned caches are empty, and memory is reused.
"""

import math
from functools import partial
from typing import Any

import numpy as np

from tubevit_np.fast.blocks import (
    attend,
    blocked_multiply,
    head_blocks,
    heads_safe_from_overflow,
    row_blocks,
)
from tubevit_np.model.layers import merge_heads, split_heads, with_prefix
from tubevit_np.model.types import Array, Arrays, Params

GELU_SCALE, GELU_CUBE = math.sqrt(2 / math.pi), 0.044715
ERF = 1.061405429, -1.453152027, 1.421413741, -0.284496736, 0.254829592


def linear(x: Array, w: Array, b: Array) -> Array:
    """Linear layer, tuned: one product for all clips, faster than one product for each."""
    y = x.reshape(-1, x.shape[-1]) @ w
    y += b
    return y.reshape(*x.shape[:-1], -1)


def layer_norm(x: Array, g: Array, b: Array, eps: float) -> Array:
    """Layer norm, tuned: one block of the cache at a time."""
    y = np.empty_like(x, order="C")
    for part, into in row_blocks(x, y):
        normalize(part, eps, into)
        into *= g
        into += b
    return y


def normalize(x, eps, into=None):
    """Normalize the last axis of x to mean 0, variance 1; returns 1 / sqrt(variance + eps), too."""
    mean = np.einsum("...d->...", x)[..., None] / x.shape[-1]  # mean() takes three times as long
    x = np.subtract(x, mean, out=into)
    variance = np.einsum("...d,...d->...", x, x)[..., None] / x.shape[-1]
    inverse = 1 / np.sqrt(variance + eps)
    x *= inverse
    return x, inverse


def gelu(x: Array, form: str, into: Array | None = None) -> Array:
    """GELU, tuned; into: array for the result, which can be x if nothing else reads x."""
    return blocked_multiply(x, partial(normal_cdf, form=form), x, into)


def normal_cdf(x, form):
    """Phi(x), computed in place."""
    cdf = erf(x / math.sqrt(2)) if form == "erf" else gelu_tanh(x)
    cdf += 1
    cdf *= 0.5
    return cdf


def gelu_tanh(x):
    """tanh(sqrt(2 / pi) (x + 0.044715 x^3)), without x**3, which is forty times slower."""
    y = x * x  # in place from here on: a temporary costs as much as the arithmetic
    y *= GELU_CUBE * GELU_SCALE
    y += GELU_SCALE
    y *= x
    return np.tanh(y, out=y)


def erf(x):
    """Error function: Python's in float64, else a fast one, to 6e-7 (Abramowitz, Stegun 7.1.26)."""
    if x.dtype == np.float64:
        return np.frompyfunc(math.erf, 1, 1)(x).astype(x.dtype)
    size = np.minimum(np.abs(x), 6)  # erf(6) is 1 to the last bit
    t = 1 / (1 + 0.3275911 * size)
    y = np.zeros_like(x)
    for factor in ERF:
        y += factor
        y *= t
    y *= np.exp(-size * size)
    return np.copysign(1 - y, x)


def attention(q: Array, k: Array, v: Array, return_intermediates: bool = True
              ) -> tuple[Array, Any]:
    """Attention, tuned: a few heads at a time; without intermediates the weights are None."""
    (*_, queries, width), (clips, heads, tokens, _) = q.shape, k.shape
    q = np.broadcast_to(q * (1 / math.sqrt(width)), (clips, heads, queries, width))
    mixed = np.empty((clips, queries, heads, width), q.dtype).swapaxes(1, 2)  # merged by a view
    weights = np.empty((clips, heads, tokens, queries), q.dtype) if return_intermediates else None
    safe = heads_safe_from_overflow(q, k)
    for part in head_blocks(clips, heads, queries * tokens):
        attend(q[part], k[part], v[part], safe[part], mixed[part],
               None if weights is None else weights[part])
    return mixed, None if weights is None else weights.swapaxes(-1, -2)


def self_attention(x: Array, qkv: Arrays, out: Arrays, heads: int,
                   return_intermediates: bool = True) -> tuple[Array, Arrays]:
    """Self-attention over the tuned functions."""
    cache = {"qkv": linear(x, **qkv)}
    q, k, v = (split_heads(part, heads) for part in np.split(cache["qkv"], 3, axis=-1))
    mixed, cache["weights"] = attention(q, k, v, return_intermediates)
    cache["mixed"] = merge_heads(mixed)
    return linear(cache["mixed"], **out), cache if return_intermediates else {}


def feed_forward(x: Array, up: Arrays, down: Arrays, form: str,
                 return_intermediates: bool = True) -> tuple[Array, Arrays]:
    """Feed-forward layer; without intermediates GELU overwrites its input."""
    cache = {"up": linear(x, **up)}
    cache["gelu"] = gelu(cache["up"], form, into=None if return_intermediates else cache["up"])
    return linear(cache["gelu"], **down), cache if return_intermediates else {}


def attention_branch(z, ln1, attn, heads, eps, return_intermediates=True):
    """MSA(LN(z)) (B, N, D) over the tuned functions."""
    cache = {"ln1": layer_norm(z, **ln1, eps=eps)}
    change, inner = self_attention(cache["ln1"], **attn, heads=heads,
                                   return_intermediates=return_intermediates)
    return change, cache | with_prefix("attn", inner) if return_intermediates else {}


def mlp_branch(y, ln2, mlp, eps, form, return_intermediates=True):
    """MLP(LN(y)) (B, N, D) over the tuned functions."""
    cache = {"ln2": layer_norm(y, **ln2, eps=eps)}
    change, inner = feed_forward(cache["ln2"], **mlp, form=form,
                                 return_intermediates=return_intermediates)
    return change, cache | with_prefix("mlp", inner) if return_intermediates else {}


def block(z: Array, ln1: Arrays, attn: Params, ln2: Arrays, mlp: Params, heads: int, eps: float,
          form: str, return_intermediates: bool = True) -> tuple[Array, Arrays]:
    """Pre-norm block; the sums overwrite the changes, which nothing else reads."""
    y, attended = attention_branch(z, ln1, attn, heads, eps, return_intermediates)
    y += z
    z, transformed = mlp_branch(y, ln2, mlp, eps, form, return_intermediates)
    z += y
    return z, attended | {"middle": y} | transformed if return_intermediates else {}
