"""model/backward.py, tuned: fewer temporaries, sums by einsum, a few heads at a time.

np.sum over rows, and over the last axis, takes twice as long as einsum."""

import math
from functools import partial

import numpy as np

from tubevit_np.fast.blocks import blocked_multiply, head_blocks
from tubevit_np.fast.layers import (
    GELU_CUBE,
    GELU_SCALE,
    gelu_tanh,
    merge_heads,
    normal_cdf,
    normalize,
    split_heads,
    with_prefix,
)
from tubevit_np.fast.tubes import windows
from tubevit_np.model.backward import encode_backward, resize_kernel_backward, select_prefix
from tubevit_np.model.geometry import token_counts
from tubevit_np.model.kernels import SHARED_SIZE


def linear_backward(d_y, x, w):
    rows, d_rows = x.reshape(-1, x.shape[-1]), d_y.reshape(-1, d_y.shape[-1])
    return (d_rows @ w.T).reshape(x.shape), {"w": rows.T @ d_rows, "b": sum_rows(d_rows)}


def sum_rows(x):
    return np.einsum("nd->d", x)


def layer_norm_backward(d_y, x, g, eps):
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
    return blocked_multiply(d_y, partial(gelu_derivative, form=form), x)


def gelu_derivative(x, form):
    """Phi(x) + x Phi'(x);  in place, seven temporaries would cost more than the arithmetic."""
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
    d_x = d_y - np.einsum("...n,...n->...", d_y, y)[..., None]
    d_x *= y
    return d_x


def attention_backward(d_y, q, k, v, weights):
    scale, shape = 1 / math.sqrt(q.shape[-1]), weights.shape
    q = np.broadcast_to(q, (*shape[:2], *q.shape[2:]))
    d_q, d_k, d_v = (np.empty(x.shape, d_y.dtype) for x in (q, k, v))
    for part in head_blocks(*shape[:2], shape[2] * shape[3]):
        d_weights = (v[part] @ d_y[part].swapaxes(-1, -2)).swapaxes(-1, -2)  # weights' memory order
        d_scores = softmax_backward(d_weights, weights[part])
        np.matmul(d_scores, k[part], out=d_q[part])
        np.matmul(d_scores.swapaxes(-1, -2), q[part], out=d_k[part])
        np.matmul(weights[part].swapaxes(-1, -2), d_y[part], out=d_v[part])
    d_q *= scale
    d_k *= scale
    return d_q, d_k, d_v


def self_attention_backward(d_y, x, cache, qkv, out, heads):
    d_mixed, d_out = linear_backward(d_y, cache["mixed"], out["w"])
    q, k, v = (split_heads(part, heads) for part in np.split(cache["qkv"], 3, axis=-1))
    d_parts = attention_backward(split_heads(d_mixed, heads), q, k, v, cache["weights"])
    d_packed = np.concatenate([merge_heads(d) for d in d_parts], axis=-1)
    d_x, d_qkv = linear_backward(d_packed, x, qkv["w"])
    return d_x, with_prefix("qkv", d_qkv) | with_prefix("out", d_out)


def feed_forward_backward(d_y, x, cache, up, down, form):
    d_gelu, d_down = linear_backward(d_y, cache["gelu"], down["w"])
    d_x, d_up = linear_backward(gelu_backward(d_gelu, cache["up"], form), x, up["w"])
    return d_x, with_prefix("up", d_up) | with_prefix("down", d_down)


def attention_branch_backward(d_y, z, cache, ln1, attn, heads, eps):
    d_x, d_attn = self_attention_backward(d_y, cache["ln1"], select_prefix("attn", cache), **attn,
                                          heads=heads)
    d_z, d_ln1 = layer_norm_backward(d_x, z, ln1["g"], eps)
    return d_z, with_prefix("ln1", d_ln1) | with_prefix("attn", d_attn)


def mlp_branch_backward(d_y, y, cache, ln2, mlp, eps, form):
    d_x, d_mlp = feed_forward_backward(d_y, cache["ln2"], select_prefix("mlp", cache), **mlp,
                                       form=form)
    d_y, d_ln2 = layer_norm_backward(d_x, y, ln2["g"], eps)
    return d_y, with_prefix("ln2", d_ln2) | with_prefix("mlp", d_mlp)


def block_backward(d_z, z, cache, ln1, attn, ln2, mlp, heads, eps, form):
    d_change, d_second = mlp_branch_backward(d_z, cache["middle"], cache, ln2, mlp, eps, form)
    d_y = d_z + d_change
    d_change, d_first = attention_branch_backward(d_y, z, cache, ln1, attn, heads, eps)
    return d_y + d_change, d_first | d_second


def attention_pool_backward(d_y, x, cache, probe, q, kv, out, heads, eps, form, ln=None, mlp=None):
    grads = {}
    if mlp is not None:
        d_x, d_mlp = feed_forward_backward(d_y, cache["ln"], select_prefix("mlp", cache), **mlp,
                                           form=form)
        d_change, d_ln = layer_norm_backward(d_x, cache["attended"], ln["g"], eps)
        d_y, grads = d_y + d_change, with_prefix("ln", d_ln) | with_prefix("mlp", d_mlp)
    d_mixed, d_out = linear_backward(d_y, cache["mixed"], out["w"])
    k, v = (split_heads(part, heads) for part in np.split(cache["kv"], 2, axis=-1))
    d_q, d_k, d_v = attention_backward(split_heads(d_mixed[:, None], heads),
                                       split_heads(cache["q"], heads), k, v, cache["weights"])
    d_q = merge_heads(d_q).sum(0, keepdims=True)
    d_probe, d_q = linear_backward(d_q, probe[None, None], q["w"])
    d_kv = np.concatenate([merge_heads(d_k), merge_heads(d_v)], axis=-1)
    d_x, d_kv = linear_backward(d_kv, x, kv["w"])
    return d_x, (grads | {"probe": d_probe[0, 0]} | with_prefix("q", d_q)
                 | with_prefix("kv", d_kv) | with_prefix("out", d_out))


def tube_tokens_backward(d_tokens, video, tube):
    voxels = windows(video, tube)
    d_members = d_tokens.reshape(-1, d_tokens.shape[-1] // tube.members)
    d_w = voxels.reshape(-1, voxels.shape[-1]).T @ d_members
    return {"w": d_w.reshape(*tube.kernel, video.shape[-1], -1), "b": sum_rows(d_members)}


def tokenize_backward(d_tokens, video, cfg):
    counts = token_counts(cfg, video.shape[1:4])
    parts = np.split(d_tokens, np.cumsum(counts)[:-1], axis=1)
    d_shared, grads = [], {}
    for i, (tube, part) in enumerate(zip(cfg.tubes, parts, strict=True)):
        if not counts[i]:
            continue
        found = tube_tokens_backward(part, video, tube)
        if cfg.shared_kernel and not tube.is_patch:
            d_kernel = resize_kernel_backward(found.pop("w"), SHARED_SIZE)
            unused = cfg.dim - d_kernel.shape[-1]
            d_shared.append(np.pad(d_kernel, [(0, 0)] * 4 + [(0, unused)]))
        grads |= with_prefix(f"tubes.{i}", found)
    return grads | ({"kernel.w": sum(d_shared)} if d_shared else {})


def backward(params, out, d_logits, cfg):
    d_z, grads = classify_backward(d_logits, params, out, cfg)
    blocks = dict.fromkeys(range(cfg.depth), block_backward)
    d_z, found = encode_backward(d_z, params, out, cfg, blocks)
    return grads | found | tokenize_backward(d_z, out["video"], cfg)


def classify_backward(d_logits, params, out, cfg):
    d_pooled, grads = 0, {}
    for head, d_head in d_logits.items():
        d_x, found = linear_backward(d_head, out["pooled"], params["heads"][head]["w"])
        d_pooled, grads = d_pooled + d_x, grads | with_prefix(f"heads.{head}", found)
    d_x, d_pool = attention_pool_backward(d_pooled, out["norm"], select_prefix("pool", out),
                                          **params["pool"], heads=cfg.heads, eps=cfg.eps,
                                          form=cfg.gelu)
    last = out[f"blocks.{cfg.depth - 1}"]
    d_z, d_norm = layer_norm_backward(d_x, last, params["norm"]["g"], cfg.eps)
    return d_z, grads | with_prefix("pool", d_pool) | with_prefix("norm", d_norm)
