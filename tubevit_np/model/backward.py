"""Every gradient by hand: the forward functions in reverse, from the loss back to the kernels.

f_backward(d_y, ...) takes the gradient of f's result and what f was given or has seen; it returns
the gradient of f's input and those of its weights by name.  d_x: the gradient of the loss by x."""

import math
from functools import partial

import numpy as np

from tubevit_np.fast.blocks import few_heads, multiplied
from tubevit_np.model.kernels import SHARED_SIZE, taps
from tubevit_np.model.layers import (
    GELU_CUBE,
    GELU_SCALE,
    gelu_tanh,
    merge_heads,
    normal,
    normalise,
    softmax,
    split_heads,
    under,
)
from tubevit_np.model.model import gated_tokens
from tubevit_np.model.position import learned_rows
from tubevit_np.model.tubes import grid, token_counts, windows
from tubevit_np.training.dropout import ATTENTION, MLP, TIME, TOKENS, no_dropout
from tubevit_np.training.loss import smooth_labels
from tubevit_np.variants.divided_attention import by_frame, by_place, from_places, within_frames


def cross_entropy_backward(logits, labels, smoothing=0.0):
    """(softmax - target) / B: (B, K)."""
    target = smooth_labels(labels, logits.shape[-1], smoothing).astype(logits.dtype)
    return (softmax(logits) - target) / len(logits)


def linear_backward(d_y, x, w):
    rows, d_rows = x.reshape(-1, x.shape[-1]), d_y.reshape(-1, d_y.shape[-1])
    return (d_rows @ w.T).reshape(x.shape), {"w": rows.T @ d_rows, "b": over_rows(d_rows)}


def over_rows(x):
    """The sum of (n, D) over n, (D,); sum(0) takes twice as long."""
    return np.einsum("nd->d", x)


def layer_norm_backward(d_y, x, g, eps):
    """The normalised x loses what its mean and variance took: d_x has no part along 1 and x."""
    shape, d_y = x.shape, d_y.reshape(-1, x.shape[-1])
    x, inverse = normalise(x.reshape(d_y.shape), eps)
    grads = {"g": np.einsum("nd,nd->d", d_y, x), "b": over_rows(d_y)}
    d_x = d_y * g
    x *= np.einsum("nd,nd->n", d_x, x)[:, None] / shape[-1]
    d_x -= np.einsum("nd->n", d_x)[:, None] / shape[-1]
    d_x -= x
    d_x *= inverse
    return d_x.reshape(shape), grads


def gelu_backward(d_y, x, form):
    return multiplied(d_y, partial(gelu_slope, form=form), x)


def gelu_slope(x, form):
    """normal(x) + x normal'(x);  in place, seven temporaries would cost more than the arithmetic.
    """
    if form == "erf":
        density = np.exp(-0.5 * x * x) / math.sqrt(2 * math.pi)
        return normal(x, form) + x * density
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
    """d_y (B, A, Q, E) -> of q, k and v.  A few heads at a time, as on the way ahead."""
    scale, shape = 1 / math.sqrt(q.shape[-1]), weights.shape
    q = np.broadcast_to(q, (*shape[:2], *q.shape[2:]))
    d_q, d_k, d_v = (np.empty(x.shape, d_y.dtype) for x in (q, k, v))
    for part in few_heads(*shape[:2], shape[2] * shape[3]):
        d_weights = (v[part] @ d_y[part].swapaxes(-1, -2)).swapaxes(-1, -2)  # as weights lie
        d_scores = softmax_backward(d_weights, weights[part])
        np.matmul(d_scores, k[part], out=d_q[part])
        np.matmul(d_scores.swapaxes(-1, -2), q[part], out=d_k[part])
        np.matmul(weights[part].swapaxes(-1, -2), d_y[part], out=d_v[part])
    d_q *= scale
    d_k *= scale
    return d_q, d_k, d_v


def self_attention_backward(d_y, x, seen, qkv, out, heads):
    d_mixed, d_out = linear_backward(d_y, seen["mixed"], out["w"])
    q, k, v = (split_heads(part, heads) for part in np.split(seen["qkv"], 3, axis=-1))
    d_parts = attention_backward(split_heads(d_mixed, heads), q, k, v, seen["weights"])
    d_packed = np.concatenate([merge_heads(part) for part in d_parts], axis=-1)  # (B, N, 3D)
    d_x, d_qkv = linear_backward(d_packed, x, qkv["w"])
    return d_x, under("qkv", d_qkv) | under("out", d_out)


def feed_forward_backward(d_y, x, seen, up, down, form):
    d_gelu, d_down = linear_backward(d_y, seen["gelu"], down["w"])
    d_x, d_up = linear_backward(gelu_backward(d_gelu, seen["up"], form), x, up["w"])
    return d_x, under("up", d_up) | under("down", d_down)


def block_backward(d_y, z, seen, ln1, attn, ln2, mlp, heads, eps, form, drop=no_dropout,
                   layer=0):
    """Both residual sums pass the gradient on unchanged and add what their branch gives."""
    d_change, d_mlp = feed_forward_backward(drop(layer, MLP, d_y), seen["ln2"],
                                            inside("mlp", seen), **mlp, form=form)
    d_change, d_ln2 = layer_norm_backward(d_change, seen["middle"], ln2["g"], eps)
    d_middle = d_y + d_change
    d_change, d_attn = self_attention_backward(drop(layer, ATTENTION, d_middle), seen["ln1"],
                                               inside("attn", seen), **attn, heads=heads)
    d_change, d_ln1 = layer_norm_backward(d_change, z, ln1["g"], eps)
    return d_middle + d_change, (under("ln1", d_ln1) | under("attn", d_attn)
                                 | under("ln2", d_ln2) | under("mlp", d_mlp))


def divided_block_backward(d_y, z, seen, time, ln1, attn, ln2, mlp, frames, heads, eps, form,
                           drop=no_dropout, layer=0):
    d_x, grads = block_backward(by_frame(d_y, frames), by_frame(seen["time.middle"], frames), seen,
                                ln1, attn, ln2, mlp, heads, eps, form,
                                within_frames(drop, z.shape), layer)
    d_x = d_x.reshape(z.shape)
    d_change, d_time = over_time_backward(drop(layer, TIME, d_x), z, inside("time", seen), **time,
                                          frames=frames, heads=heads, eps=eps)
    return d_x + d_change, grads | under("time", d_time)


def over_time_backward(d_y, z, seen, ln, attn, fc, frames, heads, eps):
    d_attended, d_fc = linear_backward(d_y, seen["attended"], fc["w"])
    d_x, d_attn = self_attention_backward(by_place(d_attended, frames),
                                          by_place(seen["ln"], frames), inside("attn", seen),
                                          **attn, heads=heads)
    d_z, d_ln = layer_norm_backward(from_places(d_x, z.shape), z, ln["g"], eps)
    return d_z, under("ln", d_ln) | under("attn", d_attn) | under("fc", d_fc)


def block_backward_for(cfg, shape):
    """The reverse of baselines.block_for."""
    if cfg.attention == "global":
        return block_backward
    return partial(divided_block_backward, frames=grid(cfg.tubes[0], shape)[0])


def attention_pool_backward(d_y, x, seen, probe, q, kv, out, heads, eps, form, ln=None, mlp=None):
    grads = {}
    if mlp is not None:
        d_change, d_mlp = feed_forward_backward(d_y, seen["ln"], inside("mlp", seen),
                                                **mlp, form=form)
        d_change, d_ln = layer_norm_backward(d_change, seen["attended"], ln["g"], eps)
        d_y, grads = d_y + d_change, under("ln", d_ln) | under("mlp", d_mlp)
    d_mixed, d_out = linear_backward(d_y, seen["mixed"], out["w"])
    k, v = (split_heads(part, heads) for part in np.split(seen["kv"], 2, axis=-1))
    d_q, d_k, d_v = attention_backward(split_heads(d_mixed[:, None], heads),
                                       split_heads(seen["q"], heads), k, v, seen["weights"])
    d_q = merge_heads(d_q).sum(0, keepdims=True)  # every clip asks with the same probe
    d_probe, d_q = linear_backward(d_q, probe[None, None], q["w"])
    d_kv = np.concatenate([merge_heads(d_k), merge_heads(d_v)], axis=-1)  # (B, N, 2D)
    d_x, d_kv = linear_backward(d_kv, x, kv["w"])
    return d_x, (grads | {"probe": d_probe[0, 0]} | under("q", d_q) | under("kv", d_kv)
                 | under("out", d_out))


def gate_backward(d_y, z0, alpha, keep):
    """Gradients by z (d_y itself), by z0, and by alpha."""
    d_z0 = d_y * np.tanh(alpha) * keep[:, None]
    d_alpha = (1 - np.tanh(alpha) ** 2) * np.vdot(d_y, z0 * keep[:, None])
    return d_y, d_z0.astype(d_y.dtype), {"alpha": np.asarray(d_alpha, d_y.dtype)}


def resize_kernel_backward(d_y, size):
    """Gradient by the kernel of that size, from the gradient d_y of its resized form."""
    matrices = [taps(n_in, n_out).astype(d_y.dtype)
                for n_in, n_out in zip(size, d_y.shape[:3], strict=True)]
    return np.einsum("it,jh,kw,ijkcd->thwcd", *matrices, d_y, optimize=True)


def tube_tokens_backward(d_tokens, video, tube):
    """Gradients by w and b: a kernel gathers the voxels of all its tokens, weighted by d_tokens."""
    voxels = windows(video, tube)  # (B, N, S, kt*kh*kw*C)
    d_members = d_tokens.reshape(-1, d_tokens.shape[-1] // tube.members)
    d_w = voxels.reshape(-1, voxels.shape[-1]).T @ d_members
    return {"w": d_w.reshape(*tube.kernel, video.shape[-1], -1), "b": over_rows(d_members)}


def tokenize_backward(d_tokens, video, cfg):
    """Gradients of "tubes" and, where the video tubes share one, "kernel"."""
    counts = token_counts(cfg, video.shape[1:4])
    parts = np.split(d_tokens, np.cumsum(counts)[:-1], axis=1)
    shared, grads = [], {}
    for i, (tube, part) in enumerate(zip(cfg.tubes, parts, strict=True)):
        if not counts[i]:
            continue
        found = tube_tokens_backward(part, video, tube)
        if cfg.shared_kernel and not tube.is_patch:
            d_kernel = resize_kernel_backward(found.pop("w"), SHARED_SIZE)
            unused = cfg.dim - d_kernel.shape[-1]  # a packed tube reads only the first channels
            shared.append(np.pad(d_kernel, [(0, 0)] * 4 + [(0, unused)]))
        grads |= under(f"tubes.{i}", found)
    return grads | ({"kernel.w": sum(shared)} if shared else {})


def backward(params, out, d_logits, cfg, drop=no_dropout, frozen=0):
    """Gradients of all parameters that took part, {name: array}, from d_logits {head: (B, K)}.

    out: what forward returned beside the logits, with inner;  drop, frozen: as it was given."""
    if frozen < cfg.depth and f"blocks.{frozen}.ln1" not in out:
        raise ValueError("this pass kept no intermediates; call forward with inner=True")
    d_pooled, grads = 0, {}
    for head, d_head in d_logits.items():
        d_x, found = linear_backward(d_head, out["pooled"], params["heads"][head]["w"])
        d_pooled, grads = d_pooled + d_x, grads | under(f"heads.{head}", found)
    d_z, found = attention_pool_backward(d_pooled, out["norm"], inside("pool", out),
                                         **params["pool"], heads=cfg.heads, eps=cfg.eps,
                                         form=cfg.gelu)
    grads |= under("pool", found)
    last = out[f"blocks.{cfg.depth - 1}"]
    d_z, found = layer_norm_backward(d_z, last, params["norm"]["g"], cfg.eps)
    grads |= under("norm", found)
    d_tokens, found = encoder_backward(d_z, params, out, cfg, drop, frozen)
    grads |= found
    if frozen:
        return grads
    if cfg.position == "learned":
        grads["position.w"] = learned_backward(d_tokens, params["position"]["w"], cfg, out["video"])
    return grads | tokenize_backward(d_tokens, out["video"], cfg)


def learned_backward(d_tokens, w, cfg, video):
    """Gradient by learned positions (N, D), which every clip shares."""
    d_w, rows = np.zeros_like(w), learned_rows(cfg, video.shape[1:4])
    ends = np.cumsum([part.stop - part.start for part in rows])
    for part, d_part in zip(rows, np.split(d_tokens.sum(0), ends[:-1]), strict=True):
        d_w[part] = d_part
    return d_w


def encoder_backward(d_z, params, out, cfg, drop=no_dropout, frozen=0):
    """Through all blocks and the gate: the gradient of the tokens, and of "blocks" and "gate".

    Of frozen blocks, and of what lies before them, there is none."""
    d_z0, grads = 0, {}
    reverse = block_backward_for(cfg, out["video"].shape[1:4])
    for layer in reversed(range(frozen, cfg.depth)):
        if layer == cfg.gate_layer:
            keep = gated_tokens(cfg, out["video"].shape[1:4])
            d_z, d_z0, found = gate_backward(d_z, out["with_position"],
                                             params["gate"]["alpha"], keep)
            grads |= under("gate", found)
        below = out[f"blocks.{layer - 1}"] if layer else out["with_position"]
        d_z, found = reverse(d_z, below, inside(f"blocks.{layer}", out),
                             **params["blocks"][str(layer)], heads=cfg.heads, eps=cfg.eps,
                             form=cfg.gelu, drop=drop, layer=layer)
        grads |= under(f"blocks.{layer}", found)
    return drop(0, TOKENS, d_z + d_z0), grads


def inside(prefix, seen):
    """The intermediates below prefix, by their own names: the inverse of layers.under."""
    prefix += "."
    return {name.removeprefix(prefix): value for name, value in seen.items()
            if name.startswith(prefix)}
