"""Every gradient by hand: the forward functions in reverse, from the logits back to the kernels.

d_x means dL/dx, the gradient of the loss L with respect to x. f_backward(d_y, ...) takes d_y, where
y is the output of f, and whatever it needs of the inputs, the output and the cache of f. It returns
d_x, if x is not the video, and the gradients of the weights of f by name. In formulas, names in
backquotes are weights, as in layers.py. The file goes from single functions to the whole model. To
follow the gradient, begin with `backward`.
"""

import math

import numpy as np

from tubevit_np.model.checks import check_plain
from tubevit_np.model.config import Config
from tubevit_np.model.gate import gated_tokens
from tubevit_np.model.geometry import grid, token_counts
from tubevit_np.model.kernels import SHARED_SIZE, interpolation_matrix
from tubevit_np.model.layers import merge_heads, normal_cdf, split_heads, with_prefix
from tubevit_np.model.tubes import windows
from tubevit_np.model.types import Arrays, Params


def linear_backward(d_y, x, w):
    """Linear layer y = x w + b: d_x = d_y w^T, d_w = x^T d_y, d_b = sum of d_y over all rows."""
    rows, d_rows = x.reshape(-1, x.shape[-1]), d_y.reshape(-1, d_y.shape[-1])
    return d_y @ w.T, {"w": rows.T @ d_rows, "b": d_rows.sum(0)}


def layer_norm_backward(d_y, x, g, eps):
    """Layer norm y = g n + b (Eq. 1-2), n = (x - mean) / s, s = sqrt(variance + eps).

    With d = g d_y: d_x = (d - mean(d) - n mean(d n)) / s, because mean and s depend on x too.
    d_g = sum(d_y n) and d_b = sum(d_y), both over all rows.
    """
    x = x - x.mean(-1, keepdims=True)
    s = np.sqrt((x * x).mean(-1, keepdims=True) + eps)
    n, d, rows = x / s, g * d_y, tuple(range(x.ndim - 1))
    d_x = (d - d.mean(-1, keepdims=True) - n * (d * n).mean(-1, keepdims=True)) / s
    return d_x, {"g": (d_y * n).sum(rows), "b": d_y.sum(rows)}


def gelu_backward(d_y, x, form):
    """GELU y = x Phi(x) (Eq. 2): d_x = d_y (Phi(x) + x Phi'(x))."""
    return d_y * (normal_cdf(x, form) + x * normal_density(x, form))


def normal_density(x, form):
    """Phi'(x) = exp(-x^2 / 2) / sqrt(2 pi), or in the tanh form (1 - t^2) u' / 2.

    In the tanh form t = tanh(u), u = sqrt(2 / pi) (x + 0.044715 x^3), and the derivative of u is
    u' = sqrt(2 / pi) (1 + 3 * 0.044715 x^2).
    """
    if form == "erf":
        return np.exp(-0.5 * x * x) / math.sqrt(2 * math.pi)
    t = 2 * normal_cdf(x, form) - 1
    return 0.5 * (1 - t * t) * math.sqrt(2 / math.pi) * (1 + 3 * 0.044715 * x * x)


def softmax_backward(d_y, y):
    """Softmax: d_x = y (d_y - sum(d_y y)).

    The derivative dy_i/dx_j is y_i - y_i y_j if i = j, and -y_i y_j otherwise.
    """
    return y * (d_y - (d_y * y).sum(-1, keepdims=True))


def attention_backward(d_y, q, k, v, weights):
    """Attention y = weights v (Eq. 1), weights = softmax(s), s = q k^T / sqrt(E).

    d_weights = d_y v^T, d_s = softmax_backward(d_weights, weights), d_q = d_s k / sqrt(E),
    d_k = d_s^T q / sqrt(E), d_v = weights^T d_y. d_y has the shape (B, A, Q, E). If all
    clips share q, d_q still has one gradient per clip, and the caller sums them.
    """
    d_s = softmax_backward(d_y @ v.swapaxes(-1, -2), weights)
    d_q, d_k = (d / math.sqrt(q.shape[-1]) for d in (d_s @ k, d_s.swapaxes(-1, -2) @ q))
    return d_q, d_k, weights.swapaxes(-1, -2) @ d_y


def self_attention_backward(d_y, x, cache, qkv, out, heads):
    """MSA y = merge(attention(split(x `qkv`))) `out` (Eq. 1): back through all of these."""
    d_mixed, d_out = linear_backward(d_y, cache["mixed"], out["w"])
    q, k, v = (split_heads(part, heads) for part in np.split(cache["qkv"], 3, axis=-1))
    d_parts = attention_backward(split_heads(d_mixed, heads), q, k, v, cache["weights"])
    d_packed = np.concatenate([merge_heads(d) for d in d_parts], axis=-1)  # (B, N, 3D)
    d_x, d_qkv = linear_backward(d_packed, x, qkv["w"])
    return d_x, with_prefix("qkv", d_qkv) | with_prefix("out", d_out)


def feed_forward_backward(d_y, x, cache, up, down, form):
    """MLP y = GELU(x `up`) `down` (Eq. 2): back through `down`, GELU and `up`."""
    d_gelu, d_down = linear_backward(d_y, cache["gelu"], down["w"])
    d_x, d_up = linear_backward(gelu_backward(d_gelu, cache["up"], form), x, up["w"])
    return d_x, with_prefix("up", d_up) | with_prefix("down", d_down)


def attention_branch_backward(d_change, z, cache, ln1, attn, heads, eps):
    """Branch MSA(LN(z)) (B, N, D): back through attention, then the norm."""
    d_x, d_attn = self_attention_backward(d_change, cache["ln1"], select_prefix("attn", cache),
                                          **attn, heads=heads)
    d_z, d_ln1 = layer_norm_backward(d_x, z, ln1["g"], eps)
    return d_z, with_prefix("ln1", d_ln1) | with_prefix("attn", d_attn)


def mlp_branch_backward(d_change, y, cache, ln2, mlp, eps, form):
    """Branch MLP(LN(y)) (B, N, D): back through the MLP, then the norm."""
    d_x, d_mlp = feed_forward_backward(d_change, cache["ln2"], select_prefix("mlp", cache), **mlp,
                                       form=form)
    d_y, d_ln2 = layer_norm_backward(d_x, y, ln2["g"], eps)
    return d_y, with_prefix("ln2", d_ln2) | with_prefix("mlp", d_mlp)


def block_backward(d_out, z, cache, ln1, attn, ln2, mlp, heads, eps, form):
    """Block y = z + MSA(LN(z)) (Eq. 1), out = y + MLP(LN(y)) (Eq. 2), all (B, N, D).

    d_y = d_out + mlp_branch_backward(d_out), d_z = d_y + attention_branch_backward(d_y).
    """
    d_change, d_second = mlp_branch_backward(d_out, cache["middle"], cache, ln2, mlp, eps, form)
    d_y = d_out + d_change
    d_change, d_first = attention_branch_backward(d_y, z, cache, ln1, attn, heads, eps)
    return d_y + d_change, d_first | d_second


def attention_pool_backward(d_y, x, cache, probe, q, kv, out, heads, eps, form, ln=None, mlp=None):
    """Pooling (Fig. 2): d_y (B, D) -> d_x (B, N, D).

    Back through the MLP (if there is one), `out`, attention, `q` and `kv`. All clips share the
    probe, so d_q is summed over clips.
    """
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
    d_kv = np.concatenate([merge_heads(d_k), merge_heads(d_v)], axis=-1)  # (B, N, 2D)
    d_x, d_kv = linear_backward(d_kv, x, kv["w"])
    return d_x, (grads | {"probe": d_probe[0, 0]} | with_prefix("q", d_q)
                 | with_prefix("kv", d_kv) | with_prefix("out", d_out))


def gate_backward(d_y, z0, alpha, mask):
    """Gate y = z + tanh(alpha) m z0 (Eq. 8), where m is the mask.

    d_z = d_y, d_z0 = tanh(alpha) m d_y, d_alpha = (1 - tanh(alpha)^2) sum(d_y m z0).
    """
    z0, d_z0 = (array * mask[:, None].astype(d_y.dtype) for array in (z0, d_y))
    d_alpha = (1 - np.tanh(alpha) ** 2) * np.vdot(d_y, z0)
    return d_y, np.tanh(alpha) * d_z0, {"alpha": np.asarray(d_alpha, d_y.dtype)}


def resize_kernel_backward(d_y, size):
    """Resizing y = M w on each axis: d_w = M^T d_y. `size` is the size of w, before resizing."""
    matrices = [interpolation_matrix(n_in, n_out).astype(d_y.dtype)
                for n_in, n_out in zip(size, d_y.shape[:3], strict=True)]
    return np.einsum("it,jh,kw,ijkcd->thwcd", *matrices, d_y, optimize=True)


def tube_tokens_backward(d_tokens, video, tube):
    """Tokens = windows w + b (Section 3.2): d_w = windows^T d_tokens, d_b = sum(d_tokens)."""
    voxels = windows(video, tube)  # (B, N, S, kt*kh*kw*C), computed again to save memory
    d_members = d_tokens.reshape(-1, d_tokens.shape[-1] // tube.members)
    d_w = voxels.reshape(-1, voxels.shape[-1]).T @ d_members
    return {"w": d_w.reshape(*tube.kernel, video.shape[-1], -1), "b": d_members.sum(0)}


def tokenize_backward(d_tokens, video, cfg):
    """Gradients of "tubes" and, if the video tubes share a kernel, of "kernel".

    d_tokens (B, N, D) is split into the tokens of each tube. Each video tube gives a
    gradient of the shared kernel, and these are summed.
    """
    counts = token_counts(cfg, video.shape[1:4])
    parts = np.split(d_tokens, np.cumsum(counts)[:-1], axis=1)
    d_shared, grads = [], {}
    for i, (tube, part) in enumerate(zip(cfg.tubes, parts, strict=True)):
        if not all(grid(tube, video.shape[1:4])):
            continue
        d_tube = tube_tokens_backward(part, video, tube)
        if cfg.shared_kernel and not tube.is_patch:
            d_kernel = resize_kernel_backward(d_tube.pop("w"), SHARED_SIZE)
            unused = cfg.dim - d_kernel.shape[-1]  # a space-to-depth tube has fewer channels
            d_shared.append(np.pad(d_kernel, [(0, 0)] * 4 + [(0, unused)]))
        grads |= with_prefix(f"tubes.{i}", d_tube)
    return grads | ({"kernel.w": sum(d_shared)} if d_shared else {})


def backward(params: Params, out: Arrays, d_logits: Arrays, cfg: Config) -> Arrays:
    """Gradients of all parameters: classify, encode and tokenize in reverse.

    Fixed positions are constants, so d_tokens = d_z0.

    Parameters
    ----------
    params : dict
        All parameters in nested dicts.
    out : dict
        The cache that forward returned.
    d_logits : dict
        {name of the head: gradient of the loss with respect to its logits, shape (B, K)}.
    cfg : Config

    Returns
    -------
    dict
        Gradients by dotted names. Heads that are not in d_logits and tubes that did not fit into
        the video have none.

    Raises
    ------
    ValueError
        If cfg describes a model of variants/ (a VariantConfig).
    """
    check_plain(cfg)
    d_z, grads = classify_backward(d_logits, params, out, cfg)
    blocks = dict.fromkeys(range(cfg.depth), block_backward)
    d_z, d_encoder = encode_backward(d_z, params, out, cfg, blocks)
    return grads | d_encoder | tokenize_backward(d_z, out["video"], cfg)


def classify_backward(d_logits, params, out, cfg):
    """d_z (B, N, D): back through the heads, the pooling and the norm.

    The gradients d_pooled of all heads are summed.
    """
    d_pooled, grads = 0, {}
    for head, d_head in d_logits.items():
        d_x, d_linear = linear_backward(d_head, out["pooled"], params["heads"][head]["w"])
        d_pooled, grads = d_pooled + d_x, grads | with_prefix(f"heads.{head}", d_linear)
    d_x, d_pool = attention_pool_backward(d_pooled, out["norm"], select_prefix("pool", out),
                                          **params["pool"], heads=cfg.heads, eps=cfg.eps,
                                          form=cfg.gelu)
    last = out[f"blocks.{cfg.depth - 1}"]
    d_z, d_norm = layer_norm_backward(d_x, last, params["norm"]["g"], cfg.eps)
    return d_z, grads | with_prefix("pool", d_pool) | with_prefix("norm", d_norm)


def encode_backward(d_z, params, out, cfg, blocks):
    """d_z0 (B, N, D): back through the gate and the blocks, from the last to the first.

    blocks: {layer: block_backward}. The first block and the gate both read z0, so two gradients
    with respect to z0 are summed.
    """
    d_z0, grads = 0, {}
    for layer, apply_backward in reversed(blocks.items()):
        if layer == cfg.gate_layer:
            mask = gated_tokens(cfg, out["video"].shape[1:4])
            d_z, d_z0, d_gate = gate_backward(d_z, out["with_position"], params["gate"]["alpha"],
                                              mask)
            grads |= with_prefix("gate", d_gate)
        below = out[f"blocks.{layer - 1}"] if layer else out["with_position"]
        d_z, d_block = apply_backward(d_z, below, select_prefix(f"blocks.{layer}", out),
                                      **params["blocks"][str(layer)], heads=cfg.heads,
                                      eps=cfg.eps, form=cfg.gelu)
        grads |= with_prefix(f"blocks.{layer}", d_block)
    return d_z + d_z0, grads


def select_prefix(prefix, arrays):
    """{prefix.name: array} -> {name: array}, the inverse of with_prefix; drops all other names."""
    prefix += "."
    return {name.removeprefix(prefix): array for name, array in arrays.items()
            if name.startswith(prefix)}
