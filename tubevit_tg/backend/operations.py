"""Operations for tinygrad alone: when to store arrays, in which precision, and custom gradients.

tinygrad is lazy: unless an array is stored, a loop that reads it computes it again for every number
that it reads. These functions store arrays, so that model/ can have the formulas of the reference.
"""

import functools
import math

import numpy as np
from tinygrad import Tensor, dtypes

from tubevit_tg.backend import blas


def matmul(a, b):
    """Compute a @ b in the precision of b; the result has the precision of a.

    Both factors are stored first.  Otherwise tinygrad computes them (a layer norm, a GELU, a
    softmax, a part of qkv) inside the loop of the product, again for every column.  The gradient of
    the result is stored too, since two more products read it.  This makes a training step four
    times as fast.
    """
    low = a.cast(b.dtype)
    if blas.fits(low, b):
        return blas.product(low, b).cast(a.dtype)  # stores the same arrays
    return (low.contiguous() @ b.contiguous()).contiguous_backward().cast(a.dtype)


def cast_like(w, *tensors):
    """Cast Tensors to the dtype of a weight, for products of activations in that precision."""
    return [x.cast(w.dtype) for x in tensors]


def store_gradient(y):
    """Return y; its gradient will be stored.

    The gradient of a bias, a sum over rows, reads it again.  Without storing, the gradients of q, k
    and v would share one slow loop.
    """
    return y.contiguous_backward()


def exp(x):
    """Compute e^x and store it, because two loops read it: a sum and a quotient."""
    return x.exp().contiguous()


def concatenate(parts, axis):
    """Concatenate parts, each stored first, because one loop for all of them would be slow."""
    return Tensor.cat(*[part.contiguous() for part in parts], dim=axis)


def with_gradient(backward):
    """Make a decorator for y = f(x) with the gradient backward(d_y, y), from the stored result y.

    The gradient that tinygrad derives would compute the inside of f twice more.
    """
    def gradient(d_y, call):
        return backward(Tensor(d_y), Tensor(call.gettuple(0))).uop,

    def decorate(f):
        @functools.wraps(f)
        def stored(x):
            return x.call(fxn=f(x.as_param(0)).contiguous(), grad_fxn=gradient)

        return stored

    return decorate


def softmax_backward(d_y, y):
    """dy_i/dx_j = y_i (i == j) - y_i y_j:  d_x = y (d_y - sum(d_y y))."""
    return y * (d_y - (d_y * y).sum(-1, keepdim=True))


def erf(x):
    """Error function: in float64 by Gauss-Legendre integration, to 2e-15; otherwise to 5e-7."""
    if x.dtype != dtypes.float64:
        return x.erf()
    nodes, weights = (Tensor(a, device=x.device) for a in np.polynomial.legendre.leggauss(24))
    x = x.clip(-6, 6)  # beyond, it is 1 to the last bit
    at = x.unsqueeze(-1) * (nodes + 1) / 2
    return x / math.sqrt(math.pi) * ((-at * at).exp() * weights).sum(-1)
