"""The parts of a pre-norm transformer encoder (Sec. 3.1, Eq. 1-2).

Each takes arrays of any float precision and keeps it.  Those made of several steps return
(y, seen): seen names every intermediate, for pictures, comparisons and gradients to read."""

import math

import numpy as np

from tubevit_np.dropout import ATTENTION, MLP, no_dropout

GELU_SCALE, GELU_CUBE = math.sqrt(2 / math.pi), 0.044715


def linear(x, w, b):
    """x (..., in) @ w (in, out) + b (out,)."""
    y = x.reshape(-1, x.shape[-1]) @ w  # one large product is faster than one for each clip
    y += b
    return y.reshape(*x.shape[:-1], -1)


def layer_norm(x, g, b, eps):
    """Zero mean and unit (biased) variance over the last axis, then gain and shift."""
    y, _ = normalise(x, eps)
    y *= g
    y += b
    return y


def normalise(x, eps):
    """x with zero mean and unit variance over the last axis, and what it was multiplied by."""
    x = x - x.mean(-1, keepdims=True)
    variance = np.einsum("...d,...d->...", x, x)[..., None] / x.shape[-1]
    inverse = 1 / np.sqrt(variance + eps)
    x *= inverse
    return x, inverse


def gelu(x, form):
    """x times the normal distribution function of x: "erf" is exact, "tanh" within 4.7e-4."""
    if form == "erf":
        return 0.5 * x * (1 + erf(x / math.sqrt(2)))
    y = gelu_tanh(x)
    y += 1
    y *= x
    y *= 0.5
    return y


def gelu_tanh(x):
    """tanh(sqrt(2 / pi) (x + 0.044715 x^3)); never x**3, which is forty times slower."""
    y = x * x  # in place from here on: a temporary costs as much as the arithmetic
    y *= GELU_CUBE * GELU_SCALE
    y += GELU_SCALE
    y *= x
    return np.tanh(y, out=y)


def erf(x):
    """The error function, exact and slow: NumPy has none, Python's is called for each number."""
    return np.frompyfunc(math.erf, 1, 1)(x).astype(x.dtype)


def softmax(x):
    """Over the last axis; the maximum is taken off first, so that no exponential overflows."""
    x = np.exp(x - x.max(-1, keepdims=True))
    x /= x.sum(-1, keepdims=True)
    return x


def split_heads(x, heads):
    """(B, N, D) -> (B, A, N, E): head a has channels a*E to (a+1)*E."""
    return x.reshape(*x.shape[:2], heads, -1).swapaxes(1, 2)


def merge_heads(x):
    """(B, A, N, E) -> (B, N, D), the inverse of split_heads."""
    return x.swapaxes(1, 2).reshape(x.shape[0], x.shape[2], -1)


def attention(q, k, v):
    """softmax(q k^T / sqrt(E)) v and its weights; q (B, A, Q, E), k and v (B, A, N, E)."""
    weights = softmax(q @ k.swapaxes(-1, -2) * (1 / math.sqrt(q.shape[-1])))  # (B, A, Q, N)
    return weights @ v, weights


def self_attention(x, qkv, out, heads):
    """Every token looks at every token: x (B, N, D) -> (B, N, D).  qkv columns are q, k, v."""
    seen = {"qkv": linear(x, **qkv)}  # (B, N, 3D)
    q, k, v = (split_heads(part, heads) for part in np.split(seen["qkv"], 3, axis=-1))
    mixed, seen["weights"] = attention(q, k, v)
    seen["mixed"] = merge_heads(mixed)
    return linear(seen["mixed"], **out), seen


def feed_forward(x, up, down, form):
    """Each token alone through a wider layer: x (..., D) -> M -> (..., D)."""
    seen = {"up": linear(x, **up)}  # (..., M)
    seen["gelu"] = gelu(seen["up"], form)
    return linear(seen["gelu"], **down), seen


def block(z, ln1, attn, ln2, mlp, heads, eps, form, drop=no_dropout, layer=0):
    """y = MSA(LN(z)) + z, then MLP(LN(y)) + y (Eq. 1-2): z (B, N, D) -> (B, N, D)."""
    seen = {"ln1": layer_norm(z, **ln1, eps=eps)}
    change, inner = self_attention(seen["ln1"], **attn, heads=heads)
    y = seen["middle"] = z + drop(layer, ATTENTION, change)
    seen |= under("attn", inner)
    seen["ln2"] = layer_norm(y, **ln2, eps=eps)
    change, inner = feed_forward(seen["ln2"], **mlp, form=form)
    return y + drop(layer, MLP, change), seen | under("mlp", inner)


def under(prefix, seen):
    """The same intermediates, named below prefix."""
    return {f"{prefix}.{name}": value for name, value in seen.items()}
