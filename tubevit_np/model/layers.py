"""The parts of a pre-norm transformer encoder (Sec. 3.1, Eq. 1-2).

Each takes arrays of any float precision and keeps it.  Those made of several steps return
(y, seen): seen names every intermediate, for pictures, comparisons and gradients to read."""

import math
from functools import partial

import numpy as np

from tubevit_np.fast.blocks import attend, calm_heads, few_heads, multiplied, rows
from tubevit_np.training.dropout import ATTENTION, MLP, no_dropout

GELU_SCALE, GELU_CUBE = math.sqrt(2 / math.pi), 0.044715
ERF = 1.061405429, -1.453152027, 1.421413741, -0.284496736, 0.254829592


def linear(x, w, b):
    """x (..., in) @ w (in, out) + b (out,)."""
    y = x.reshape(-1, x.shape[-1]) @ w  # one large product is faster than one for each clip
    y += b
    return y.reshape(*x.shape[:-1], -1)


def layer_norm(x, g, b, eps):
    """Zero mean and unit (biased) variance over the last axis, then gain and shift."""
    y = np.empty_like(x, order="C")
    for part, into in rows(x, y):
        normalise(part, eps, into)
        into *= g
        into += b
    return y


def normalise(x, eps, into=None):
    """x with zero mean and unit variance over the last axis, and what it was multiplied by.

    into: where to, a new array if there is none."""
    mean = np.einsum("...d->...", x)[..., None] / x.shape[-1]  # mean() takes thrice as long
    x = np.subtract(x, mean, out=into)
    variance = np.einsum("...d,...d->...", x, x)[..., None] / x.shape[-1]
    inverse = 1 / np.sqrt(variance + eps)
    x *= inverse
    return x, inverse


def gelu(x, form, into=None):
    """x times the normal distribution function of x.  into: where to, x itself if none reads it."""
    return multiplied(x, partial(normal, form=form), x, into)


def normal(x, form):
    """The share of a normal distribution below x: "erf" is exact, "tanh" makes GELU 4.7e-4 off."""
    share = erf(x / math.sqrt(2)) if form == "erf" else gelu_tanh(x)
    share += 1
    share *= 0.5
    return share


def gelu_tanh(x):
    """tanh(sqrt(2 / pi) (x + 0.044715 x^3)); never x**3, which is forty times slower."""
    y = x * x  # in place from here on: a temporary costs as much as the arithmetic
    y *= GELU_CUBE * GELU_SCALE
    y += GELU_SCALE
    y *= x
    return np.tanh(y, out=y)


def erf(x):
    """The error function: in float64 Python's, called for each number; else fast, to 6e-7.

    NumPy has none.  The fast one is Abramowitz and Stegun's 7.1.26."""
    if x.dtype == np.float64:
        return np.frompyfunc(math.erf, 1, 1)(x).astype(x.dtype)
    size = np.minimum(np.abs(x), 6)  # beyond, it is 1 to the last bit
    t = 1 / (1 + 0.3275911 * size)
    y = np.zeros_like(x)
    for factor in ERF:
        y += factor
        y *= t
    y *= np.exp(-size * size)
    return np.copysign(1 - y, x)


def softmax(x):
    """Over the last axis; the maximum is taken off first, so that no exponential overflows."""
    x = np.exp(x - x.max(-1, keepdims=True))
    return x / x.sum(-1, keepdims=True)


def split_heads(x, heads):
    """(B, N, D) -> (B, A, N, E): head a has channels a*E to (a+1)*E."""
    return x.reshape(*x.shape[:2], heads, -1).swapaxes(1, 2)


def merge_heads(x):
    """(B, A, N, E) -> (B, N, D), the inverse of split_heads."""
    return x.swapaxes(1, 2).reshape(x.shape[0], x.shape[2], -1)


def attention(q, k, v, keep=True):
    """softmax(q k^T / sqrt(E)) v and, to keep, its weights (B, A, Q, N), else None.

    q (1 or B, A, Q, E), k and v (B, A, N, E).  A few heads at a time."""
    (*_, queries, width), (clips, heads, tokens, _) = q.shape, k.shape
    q = np.broadcast_to(q * (1 / math.sqrt(width)), (clips, heads, queries, width))
    mixed = np.empty((clips, queries, heads, width), q.dtype).swapaxes(1, 2)  # easy to merge
    weights = np.empty((clips, heads, tokens, queries), q.dtype) if keep else None
    calm = calm_heads(q, k)
    for part in few_heads(clips, heads, queries * tokens):
        attend(q[part], k[part], v[part], calm[part], mixed[part],
               weights[part] if keep else None)
    return mixed, weights.swapaxes(-1, -2) if keep else None


def self_attention(x, qkv, out, heads, keep=True):
    """Every token looks at every token: x (B, N, D) -> (B, N, D).  qkv columns are q, k, v."""
    seen = {"qkv": linear(x, **qkv)}  # (B, N, 3D)
    q, k, v = (split_heads(part, heads) for part in np.split(seen["qkv"], 3, axis=-1))
    mixed, seen["weights"] = attention(q, k, v, keep)
    seen["mixed"] = merge_heads(mixed)
    return linear(seen["mixed"], **out), seen


def feed_forward(x, up, down, form, keep=True):
    """Each token alone through a wider layer: x (..., D) -> M -> (..., D).

    Without keep, seen is empty."""
    seen = {"up": linear(x, **up)}  # (..., M)
    seen["gelu"] = gelu(seen["up"], form, into=None if keep else seen["up"])
    return linear(seen["gelu"], **down), seen if keep else {}


def block(z, ln1, attn, ln2, mlp, heads, eps, form, drop=no_dropout, layer=0, keep=True):
    """y = MSA(LN(z)) + z, then MLP(LN(y)) + y (Eq. 1-2): z (B, N, D) -> (B, N, D).

    Without keep, seen is empty."""
    seen = {"ln1": layer_norm(z, **ln1, eps=eps)}
    change, inner = self_attention(seen["ln1"], **attn, heads=heads, keep=keep)
    y = seen["middle"] = drop(layer, ATTENTION, change)
    y += z  # in place, for nobody else reads the change
    seen |= under("attn", inner)
    seen["ln2"] = layer_norm(y, **ln2, eps=eps)
    change, inner = feed_forward(seen["ln2"], **mlp, form=form, keep=keep)
    seen |= under("mlp", inner)
    z = drop(layer, MLP, change)
    z += y
    return z, seen if keep else {}


def under(prefix, seen):
    """The same intermediates, named below prefix."""
    return {f"{prefix}.{name}": value for name, value in seen.items()}
