"""The parts of a pre-norm transformer encoder (Section 3.1, Eq. 1-2).

Every function keeps the precision of its arrays. Functions of several steps return (y, cache). The
dict cache holds intermediate arrays by name. backward needs them, and plots can show them.
In formulas, names in backquotes are weights: x `up` means linear(x, **up) = x @ up["w"] + up["b"].
"""

import math

import numpy as np

from tubevit_np.model.types import Array, Arrays, Params


def linear(x: Array, w: Array, b: Array) -> Array:
    """Linear layer: y = x w + b.

    Parameters
    ----------
    x : array, shape (..., in)
    w : array, shape (in, out)
    b : array, shape (out,)

    Returns
    -------
    array, shape (..., out)

    References
    ----------
    Every product with weights in Eq. 1-2.

    Examples
    --------
    >>> linear(np.array([1.0, 2.0]), np.array([[3.0], [4.0]]), np.array([0.5]))
    array([11.5])
    """
    return x @ w + b


def layer_norm(x: Array, g: Array, b: Array, eps: float) -> Array:
    """Layer norm: y = g (x - mean) / sqrt(variance + eps) + b, over the last axis.

    Parameters
    ----------
    x : array, shape (..., D)
    g, b : array, shape (D,)
        Gain and shift.
    eps : float
        Added to the variance, which is the biased one: the mean of (x - mean)^2.

    Returns
    -------
    array, shape (..., D)

    References
    ----------
    LN of Eq. 1-2.

    Examples
    --------
    >>> layer_norm(np.array([1.0, 3.0]), g=np.ones(2), b=np.array([0.0, 10.0]), eps=0.0)
    array([-1., 11.])
    """
    x = x - x.mean(-1, keepdims=True)
    return g * x / np.sqrt((x * x).mean(-1, keepdims=True) + eps) + b


def gelu(x: Array, form: str) -> Array:
    """GELU: y = x Phi(x), where Phi is the CDF of the normal distribution.

    Parameters
    ----------
    x : array, any shape
    form : {"tanh", "erf"}
        Approximate or exact Phi. The results differ by up to 4.7e-4.

    Returns
    -------
    array, shape of x

    References
    ----------
    MLP of Eq. 2. The paper does not name the function; GELU is usual in ViTs.

    Examples
    --------
    >>> gelu(np.array([-10.0, 0.0, 1.0, 10.0]), "erf").round(3)
    array([-0.   ,  0.   ,  0.841, 10.   ])
    """
    return x * normal_cdf(x, form)


def normal_cdf(x, form):
    """Phi(x) = (1 + erf(x / sqrt 2)) / 2, exact ("erf") or approximate ("tanh").

    erf(x / sqrt 2) is about tanh(sqrt(2 / pi) (x + 0.044715 x^3)).
    """
    if form == "erf":
        return 0.5 * (1 + erf(x / math.sqrt(2)))
    return 0.5 * (1 + np.tanh(math.sqrt(2 / math.pi) * (x + 0.044715 * x * x * x)))


def erf(x):
    """Error function of every number, computed by Python: NumPy has none."""
    return np.vectorize(math.erf, otypes=[float])(x).astype(x.dtype)


def softmax(x: Array) -> Array:
    """Softmax: y = exp(x) / sum exp(x), over the last axis.

    The maximum is subtracted first, so that no exponential overflows.

    Parameters
    ----------
    x : array, shape (..., N)

    Returns
    -------
    array, shape (..., N)
        Values in [0, 1] that sum to 1 over the last axis.

    References
    ----------
    MSA of Eq. 1.

    Examples
    --------
    >>> softmax(np.array([1000.0, 1000.0]))
    array([0.5, 0.5])
    """
    x = np.exp(x - x.max(-1, keepdims=True))
    return x / x.sum(-1, keepdims=True)


def split_heads(x, heads):
    """(B, N, D) -> (B, A, N, E): head a has the channels a*E, ..., (a+1)*E - 1."""
    return x.reshape(*x.shape[:2], heads, -1).swapaxes(1, 2)


def merge_heads(x):
    """(B, A, N, E) -> (B, N, D), the inverse of split_heads."""
    return x.swapaxes(1, 2).reshape(x.shape[0], x.shape[2], -1)


def attention(q: Array, k: Array, v: Array) -> tuple[Array, Array]:
    """Attention of each head: y = softmax(q k^T / sqrt(E)) v.

    Parameters
    ----------
    q : array, shape (B, A, Q, E)
        Queries. The shape (1, A, Q, E) means that all clips share them.
    k, v : array, shape (B, A, N, E)
        Keys and values.

    Returns
    -------
    y : array, shape (B, A, Q, E)
    weights : array, shape (B, A, Q, N)
        The softmax.

    References
    ----------
    MSA of Eq. 1.
    """
    weights = softmax(q @ k.swapaxes(-1, -2) / math.sqrt(q.shape[-1]))
    return weights @ v, weights


def self_attention(x: Array, qkv: Arrays, out: Arrays, heads: int) -> tuple[Array, Arrays]:
    """Self-attention: [q k v] = x `qkv`, m = attention(q, k, v) of all heads, y = m `out`.

    Parameters
    ----------
    x : array, shape (B, N, D)
    qkv : dict, w (D, 3D), b (3D,)
        The columns are all of q, then all of k, then all of v. In each third, the heads follow one
        another.
    out : dict, w (D, D), b (D,)
        Applied to the concatenated heads.
    heads : int
        A, which divides D.

    Returns
    -------
    y : array, shape (B, N, D)
    cache : dict
        Arrays "qkv" (B, N, 3D), "weights" (B, A, N, N), "mixed" (B, N, D).

    References
    ----------
    MSA of Eq. 1.
    """
    cache = {"qkv": linear(x, **qkv)}  # (B, N, 3D)
    q, k, v = (split_heads(part, heads) for part in np.split(cache["qkv"], 3, axis=-1))
    mixed, cache["weights"] = attention(q, k, v)
    cache["mixed"] = merge_heads(mixed)
    return linear(cache["mixed"], **out), cache


def feed_forward(x: Array, up: Arrays, down: Arrays, form: str) -> tuple[Array, Arrays]:
    """Feed-forward layer of each token: MLP(x) = GELU(x `up`) `down`.

    Parameters
    ----------
    x : array, shape (..., D)
    up : dict, w (D, M), b (M,)
    down : dict, w (M, D), b (D,)
    form : {"tanh", "erf"}
        Form of the GELU.

    Returns
    -------
    y : array, shape (..., D)
    cache : dict
        Arrays "up" and "gelu", both (..., M).

    References
    ----------
    MLP of Eq. 2.
    """
    cache = {"up": linear(x, **up)}
    cache["gelu"] = gelu(cache["up"], form)
    return linear(cache["gelu"], **down), cache


def attention_branch(z, ln1, attn, heads, eps):
    """Compute MSA(LN(z)), shape (B, N, D). Eq. 1 adds it to z."""
    cache = {"ln1": layer_norm(z, **ln1, eps=eps)}
    change, inner = self_attention(cache["ln1"], **attn, heads=heads)
    return change, cache | with_prefix("attn", inner)


def mlp_branch(y, ln2, mlp, eps, form):
    """Compute MLP(LN(y)), shape (B, N, D). Eq. 2 adds it to y."""
    cache = {"ln2": layer_norm(y, **ln2, eps=eps)}
    change, inner = feed_forward(cache["ln2"], **mlp, form=form)
    return change, cache | with_prefix("mlp", inner)


def block(z: Array, ln1: Arrays, attn: Params, ln2: Arrays, mlp: Params, heads: int, eps: float,
          form: str) -> tuple[Array, Arrays]:
    """Pre-norm block: y = z + MSA(LN(z)), then y + MLP(LN(y)).

    Parameters
    ----------
    z : array, shape (B, N, D)
    ln1 : dict, g (D,), b (D,)
        Weights of the first layer_norm.
    attn : dict of qkv, out
        Weights of self_attention.
    ln2 : dict, g (D,), b (D,)
        Weights of the second layer_norm.
    mlp : dict of up, down
        Weights of feed_forward.
    heads : int
        A, which divides D.
    eps : float
        Of the layer norms.
    form : {"tanh", "erf"}
        Form of the GELU.

    Returns
    -------
    array, shape (B, N, D)
    cache : dict
        Arrays "ln1", "attn.qkv", "attn.weights", "attn.mixed", "middle" (y), "ln2", "mlp.up" and
        "mlp.gelu".

    References
    ----------
    Section 3.1, Eq. 1 and 2.
    """
    change, attended = attention_branch(z, ln1, attn, heads, eps)
    y = z + change
    change, transformed = mlp_branch(y, ln2, mlp, eps, form)
    return y + change, attended | {"middle": y} | transformed


def with_prefix(prefix, arrays):
    """{name: array} -> {prefix.name: array}."""
    return {f"{prefix}.{name}": array for name, array in arrays.items()}
