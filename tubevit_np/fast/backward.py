"""model/backward.py, tuned: fewer temporaries, sums by einsum, a few heads at a time.

np.sum over rows or over the last axis takes twice as long as einsum.
"""

import math
from functools import partial

import numpy as np

from tubevit_np.fast.blocks import blocked_multiply, head_blocks
from tubevit_np.fast.layers import GELU_CUBE, GELU_SCALE, gelu_tanh, normal_cdf, normalize
from tubevit_np.fast.retuned import retuned
from tubevit_np.fast.tubes import windows
from tubevit_np.model import backward as reference


def linear_backward(d_y, x, w):
    """Gradients of linear: one product for all clips."""
    rows, d_rows = x.reshape(-1, x.shape[-1]), d_y.reshape(-1, d_y.shape[-1])
    return (d_rows @ w.T).reshape(x.shape), {"w": rows.T @ d_rows, "b": sum_rows(d_rows)}


def sum_rows(x):
    """Sum of x (N, D) over rows: (D,)."""
    return np.einsum("nd->d", x)


def layer_norm_backward(d_y, x, g, eps):
    """Gradients of layer_norm, computed in place."""
    shape, d_y = x.shape, d_y.reshape(-1, x.shape[-1])
    x, inverse = normalize(x.reshape(d_y.shape), eps)
    grads = {"g": np.einsum("nd,nd->d", d_y, x), "b": sum_rows(d_y)}
    d_x = d_y * g
    x *= np.einsum("nd,nd->n", d_x, x)[:, None] / shape[-1]
    d_x -= np.einsum("nd->n", d_x)[:, None] / shape[-1]
    d_x -= x
    d_x *= inverse
    return d_x.reshape(shape), grads


def gelu_backward(d_y, x, form):
    """Gradient of gelu, one block of the cache at a time."""
    return blocked_multiply(d_y, partial(gelu_derivative, form=form), x)


def gelu_derivative(x, form):
    """Phi(x) + x Phi'(x), in place: seven temporaries would cost more than the arithmetic."""
    if form == "erf":
        density = np.exp(-0.5 * x * x) / math.sqrt(2 * math.pi)
        return normal_cdf(x, form) + x * density
    t = gelu_tanh(x)
    slope = x * x
    slope *= 3 * GELU_CUBE * GELU_SCALE
    slope += GELU_SCALE
    slope *= x
    slope -= slope * t * t  # x times the derivative of t
    slope += t
    slope += 1
    slope *= 0.5
    return slope


def softmax_backward(d_y, y):
    """Gradient of softmax, with one temporary."""
    d_x = d_y - np.einsum("...n,...n->...", d_y, y)[..., None]
    d_x *= y
    return d_x


def attention_backward(d_y, q, k, v, weights):
    """Gradients of attention, a few heads at a time."""
    scale, shape = 1 / math.sqrt(q.shape[-1]), weights.shape
    q = np.broadcast_to(q, (*shape[:2], *q.shape[2:]))
    d_q, d_k, d_v = (np.empty(x.shape, d_y.dtype) for x in (q, k, v))
    for part in head_blocks(*shape[:2], shape[2] * shape[3]):
        # d_y v^T, in the same memory order as weights
        d_weights = (v[part] @ d_y[part].swapaxes(-1, -2)).swapaxes(-1, -2)
        d_scores = softmax_backward(d_weights, weights[part])
        np.matmul(d_scores, k[part], out=d_q[part])
        np.matmul(d_scores.swapaxes(-1, -2), q[part], out=d_k[part])
        np.matmul(weights[part].swapaxes(-1, -2), d_y[part], out=d_v[part])
    d_q *= scale
    d_k *= scale
    return d_q, d_k, d_v


def tube_tokens_backward(d_tokens, video, tube):
    """Gradients of tube_tokens, with the tuned windows."""
    voxels = windows(video, tube)
    d_members = d_tokens.reshape(-1, d_tokens.shape[-1] // tube.members)
    d_w = voxels.reshape(-1, voxels.shape[-1]).T @ d_members
    return {"w": d_w.reshape(*tube.kernel, video.shape[-1], -1), "b": sum_rows(d_members)}


(self_attention_backward, feed_forward_backward, attention_branch_backward, mlp_branch_backward,
 block_backward, attention_pool_backward, tokenize_backward, classify_backward, backward) = retuned(
    __name__, reference, "self_attention_backward feed_forward_backward attention_branch_backward "
    "mlp_branch_backward block_backward attention_pool_backward tokenize_backward "
    "classify_backward backward", globals())
