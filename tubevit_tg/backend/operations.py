"""What tinygrad needs besides the formulas: arrays to store, precision to choose, one gradient.

tinygrad is lazy.  A loop that reads an array computes it again for every number that it reads,
unless the array was stored.  With these functions model/ can be the reference's text on Tensors."""

import functools
import math

import numpy as np
from tinygrad import Tensor, dtypes

from tubevit_tg.backend import blas


def matmul(a, b):
    """a @ b, computed in the precision of b, returned in that of a: all large products come here.

    Both factors are stored first.  Otherwise tinygrad computes them (a layer norm, a GELU, a
    softmax, a part of qkv) inside the product's loop, again for every column.  The gradient of the
    result is stored too, since two more products read it.  A training step is then four times as
    fast."""
    low = a.cast(b.dtype)
    if blas.fits(low, b):
        return blas.product(low, b).cast(a.dtype)  # stores the same
    return (low.contiguous() @ b.contiguous()).contiguous_backward().cast(a.dtype)


def cast_like(w, *tensors):
    """Tensors in the precision of a weight: matmul multiplies activations, too, in that precision.
    """
    return [x.cast(w.dtype) for x in tensors]


def store_gradient(y):
    """y, whose gradient is stored.

    The sum over rows, which is a bias's gradient, reads it again.  Without it the gradients of q, k
    and v would share one slow loop."""
    return y.contiguous_backward()


def exp(x):
    """e^x, stored: two loops read it, of a sum and of a quotient."""
    return x.exp().contiguous()


def concatenate(parts, axis):
    """The parts one after the other, each stored first: one loop for all of them would be slow."""
    return Tensor.cat(*[part.contiguous() for part in parts], dim=axis)


def with_gradient(backward):
    """Decorator of y = f(x) whose gradient is backward(d_y, y), from the stored result y.

    tinygrad's own gradient would compute what is inside f twice more."""
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
    """The error function: in float64 its integral by Gauss-Legendre, to 2e-15; else to 5e-7."""
    if x.dtype != dtypes.float64:
        return x.erf()
    nodes, weights = (Tensor(a, device=x.device) for a in np.polynomial.legendre.leggauss(24))
    x = x.clip(-6, 6)  # beyond, it is 1 to the last bit
    at = x.unsqueeze(-1) * (nodes + 1) / 2
    return x / math.sqrt(math.pi) * ((-at * at).exp() * weights).sum(-1)
