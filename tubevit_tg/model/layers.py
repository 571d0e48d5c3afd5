"""The parts of a pre-norm transformer encoder (Sec. 3.1, Eq. 1-2).

Each takes Tensors of any float precision and keeps it.  Those made of several steps return
(y, seen): seen names every intermediate, for pictures, comparisons and gradients to read."""

import math

import numpy as np
from tinygrad import Tensor, dtypes

from tubevit_np.model.layers import GELU_CUBE, GELU_SCALE, with_prefix
from tubevit_np.training.dropout import ATTENTION, MLP, no_dropout
from tubevit_tg.backend import blas


def matmul(a, b):
    """a @ b, computed in b's precision, returned in a's: every large product passes through here.

    What it multiplies is stored first: else tinygrad computes it (a layer norm, a GELU, a softmax,
    a cut of qkv) inside the product's loop, again for every column.  So is the gradient of its
    result, which two more products read.  It makes a training step four times as fast."""
    low = a.cast(b.dtype)
    if blas.fits(low, b):
        return blas.product(low, b).cast(a.dtype)  # stores the same
    return (low.contiguous() @ b.contiguous()).contiguous_backward().cast(a.dtype)


def linear(x, w, b):
    """x (..., in) @ w (in, out) + b (out,)."""
    return (matmul(x, w) + b).contiguous_backward()  # of which b's gradient is the sum


def layer_norm(x, g, b, eps):
    """Zero mean and unit (biased) variance over the last axis, then gain and shift."""
    y, _ = normalise(x, eps)
    return y * g + b


def normalise(x, eps):
    """x with zero mean and unit variance over the last axis, and what it was multiplied by."""
    x = x - x.mean(-1, keepdim=True)
    inverse = ((x * x).mean(-1, keepdim=True) + eps).rsqrt()
    return x * inverse, inverse


def gelu(x, form):
    """x times the normal distribution function of x."""
    return x * normal(x, form)


def normal(x, form):
    """The share of a normal distribution below x: "erf" is exact, "tanh" makes GELU 4.7e-4 off."""
    return 0.5 * (1 + (erf(x / math.sqrt(2)) if form == "erf" else gelu_tanh(x)))


def gelu_tanh(x):
    """tanh(sqrt(2 / pi) (x + 0.044715 x^3))."""
    return (GELU_SCALE * x * (1 + GELU_CUBE * x * x)).tanh()


def erf(x):
    """The error function: in float64 its integral by Gauss-Legendre, to 2e-15; else to 5e-7."""
    if x.dtype != dtypes.float64:
        return x.erf()
    nodes, weights = (Tensor(a, device=x.device) for a in np.polynomial.legendre.leggauss(24))
    x = x.clip(-6, 6)  # beyond, it is 1 to the last bit
    at = x.unsqueeze(-1) * (nodes + 1) / 2
    return x / math.sqrt(math.pi) * ((-at * at).exp() * weights).sum(-1)


def softmax(x):
    """Over the last axis; the maximum is taken off first, so that no exponential overflows.

    Its gradient is told, from the result: tinygrad's own would compute the exponentials twice
    more.  With that, and exponentials stored once computed, softmax is three to four times as fast.
    """
    return x.call(fxn=_softmax(x.as_param(0)), grad_fxn=_softmax_backward)


def _softmax(x):
    x = (x - x.max(-1, keepdim=True)).exp().contiguous()  # two loops read it, for sum and quotient
    return (x / x.sum(-1, keepdim=True)).contiguous()


def _softmax_backward(d_y, call):
    d_y, y = Tensor(d_y), Tensor(call.gettuple(0))
    return ((d_y - (d_y * y).sum(-1, keepdim=True)) * y).uop,


def split_heads(x, heads):
    """(B, N, D) -> (B, A, N, E): head a has channels a*E to (a+1)*E."""
    x = x.reshape(*x.shape[:2], heads, -1).transpose(1, 2)
    return x.contiguous_backward()  # or one slow loop would compute the gradients of q, k and v


def merge_heads(x):
    """(B, A, N, E) -> (B, N, D), the inverse of split_heads."""
    return x.transpose(1, 2).reshape(x.shape[0], x.shape[2], -1)


def attention(q, k, v, keep=True):
    """softmax(q k^T / sqrt(E)) v and, to keep, its weights (B, A, Q, N), else None.

    q (1 or B, A, Q, E), k and v (B, A, N, E)."""
    weights = softmax(matmul(q * (1 / math.sqrt(q.shape[-1])), k.transpose(-1, -2)))
    return matmul(weights, v), weights if keep else None


def self_attention(x, qkv, out, heads, keep=True):
    """Every token looks at every token: x (B, N, D) -> (B, N, D).  qkv columns are q, k, v."""
    seen = {"qkv": linear(x, **qkv)}  # (B, N, 3D)
    q, k, v = (split_heads(part, heads) for part in seen["qkv"].chunk(3, dim=-1))
    low = qkv["w"].dtype  # products of activations, too, in the precision of the weights
    mixed, seen["weights"] = attention(q, k.cast(low), v.cast(low), keep)
    seen["mixed"] = merge_heads(mixed)
    return linear(seen["mixed"], **out), seen


def feed_forward(x, up, down, form, keep=True):
    """Each token alone through a wider layer: x (..., D) -> M -> (..., D).

    Without keep, seen is empty."""
    seen = {"up": linear(x, **up)}  # (..., M)
    seen["gelu"] = gelu(seen["up"], form)
    return linear(seen["gelu"], **down), seen if keep else {}


def block(z, ln1, attn, ln2, mlp, heads, eps, form, drop=no_dropout, layer=0, keep=True):
    """y = MSA(LN(z)) + z, then MLP(LN(y)) + y (Eq. 1-2): z (B, N, D) -> (B, N, D).

    Without keep, seen is empty."""
    seen = {"ln1": layer_norm(z, **ln1, eps=eps)}
    change, inner = self_attention(seen["ln1"], **attn, heads=heads, keep=keep)
    y = seen["middle"] = z + drop(layer, ATTENTION, change)
    seen |= with_prefix("attn", inner)
    seen["ln2"] = layer_norm(y, **ln2, eps=eps)
    change, inner = feed_forward(seen["ln2"], **mlp, form=form, keep=keep)
    seen |= with_prefix("mlp", inner)
    return y + drop(layer, MLP, change), seen if keep else {}
