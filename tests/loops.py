"""TubeViT once more as plain loops: slow, one number at a time, and hard to misread.

The tests hold the vectorised form against these, so they take nothing from tubevit_np; they see one
clip at a time, video (T, H, W, C), tokens (N, D); p is the flat dict of parameters."""

import itertools
import math

import numpy as np


def places(sizes):
    """Every index of an array of these sizes, the last axis fastest."""
    return itertools.product(*(range(size) for size in sizes))


def grid(tube, shape):
    return [sum(start + kernel <= length for start in range(offset, length, stride))
            for length, offset, kernel, stride in zip(shape, tube.offset, tube.kernel, tube.stride)]


def member_start(tube, place, member):
    return [offset + p * stride + m * stride // factor for offset, p, stride, m, factor
            in zip(tube.offset, place, tube.stride, member, tube.s2d)]


def tube_tokens(video, w, b, tube):
    """w fastest among the tokens; within one, member after member, again w fastest."""
    tokens = []
    for place in places(grid(tube, video.shape[:3])):
        starts = [member_start(tube, place, member) for member in places(tube.s2d)]
        tokens.append(np.concatenate([under_kernel(video, w, b, start) for start in starts]))
    return np.array(tokens).reshape(-1, len(b) * tube.members)


def under_kernel(video, w, b, start):
    """Voxel by voxel; past the far edge a video is 0."""
    total = b.copy()
    for i, j, k, c in places(w.shape[:4]):
        at = start[0] + i, start[1] + j, start[2] + k
        if all(a < length for a, length in zip(at, video.shape)):
            total += video[at][c] * w[i, j, k, c]
    return total


def resize_kernel(w, size):
    """Every voxel of the new kernel from the eight of the old one around its place."""
    new = np.zeros((*size, *w.shape[3:]))
    for place in places(size):
        at = [min(max((p + 0.5) * n / m - 0.5, 0), n - 1) for p, n, m in zip(place, w.shape, size)]
        for corner in places((2, 2, 2)):
            near = tuple(min(int(a) + c, n - 1) for a, c, n in zip(at, corner, w.shape))
            share = math.prod(a - int(a) if c else 1 - (a - int(a)) for a, c in zip(at, corner))
            new[place] += share * w[near]
    return new


def kernel(p, cfg, i):
    tube = cfg.tubes[i]
    if not cfg.shared_kernel or tube.kernel[0] == 1:
        return p[f"tubes.{i}.w"]
    return resize_kernel(p["kernel.w"], tube.kernel)[..., :len(p[f"tubes.{i}.b"])]


def centre(tube, place):
    """Half-way between the first and the last voxel of the token, on each axis."""
    covered = [[start + k for start in starts for k in range(size)] for starts, size in zip(
        zip(*(member_start(tube, place, member) for member in places(tube.s2d))), tube.kernel)]
    return [(min(axis) + max(axis)) / 2 for axis in covered]


def position(at, dim, tau):
    """Eq. 3-7 with the exponent -j / (d // 6)."""
    z = [0.0] * dim
    for j in range(dim // 6):
        frequency = 1 / tau ** (j / (dim // 6))
        for axis in range(3):
            z[6 * j + 2 * axis] = math.sin(at[axis] * frequency)
            z[6 * j + 2 * axis + 1] = math.cos(at[axis] * frequency)
    return z


def linear(x, w, b):
    y = np.zeros((len(x), len(b)))
    for n, o in places(y.shape):
        y[n, o] = b[o] + sum(x[n, i] * w[i, o] for i in range(len(w)))
    return y


def layer_norm(x, g, b, eps):
    rows = []
    for row in x:
        mean = sum(row) / len(row)
        variance = sum((value - mean) ** 2 for value in row) / len(row)
        rows.append([(row[d] - mean) / math.sqrt(variance + eps) * g[d] + b[d]
                     for d in range(len(row))])
    return np.array(rows)


def gelu(value, form):
    if form == "erf":
        return value * (1 + math.erf(value / math.sqrt(2))) / 2
    return value * (1 + math.tanh(math.sqrt(2 / math.pi) * (value + 0.044715 * value ** 3))) / 2


def attend(query, keys, values):
    """The mean of the values, weighted by softmax(query key / sqrt(E))."""
    scores = [sum(a * b for a, b in zip(query, key)) / math.sqrt(len(query)) for key in keys]
    total = sum(math.exp(score) for score in scores)
    return sum(math.exp(score) / total * value for score, value in zip(scores, values))


def attention(q, k, v, heads):
    """Every head sees its own run of neighbouring channels."""
    size = q.shape[1] // heads
    mixed = np.zeros(q.shape)
    for head, n in places((heads, len(q))):
        own = slice(head * size, (head + 1) * size)
        mixed[n, own] = attend(q[n, own], k[:, own], v[:, own])
    return mixed


def feed_forward(p, name, x, form):
    up = linear(x, p[f"{name}.up.w"], p[f"{name}.up.b"])
    wide = np.array([[gelu(value, form) for value in row] for row in up])
    return linear(wide, p[f"{name}.down.w"], p[f"{name}.down.b"])


def block(p, name, z, cfg):
    d = cfg.dim
    x = layer_norm(z, p[f"{name}.ln1.g"], p[f"{name}.ln1.b"], cfg.eps)
    qkv = linear(x, p[f"{name}.attn.qkv.w"], p[f"{name}.attn.qkv.b"])
    mixed = attention(qkv[:, :d], qkv[:, d:2 * d], qkv[:, 2 * d:], cfg.heads)
    y = z + linear(mixed, p[f"{name}.attn.out.w"], p[f"{name}.attn.out.b"])
    x = layer_norm(y, p[f"{name}.ln2.g"], p[f"{name}.ln2.b"], cfg.eps)
    return y + feed_forward(p, f"{name}.mlp", x, cfg.gelu)


def pool(p, x, cfg):
    """x (N, D) -> (1, D)."""
    d = cfg.dim
    q = linear(p["pool.probe"][None], p["pool.q.w"], p["pool.q.b"])
    kv = linear(x, p["pool.kv.w"], p["pool.kv.b"])
    y = linear(attention(q, kv[:, :d], kv[:, d:], cfg.heads), p["pool.out.w"], p["pool.out.b"])
    if not cfg.pool_mlp:
        return y
    x = layer_norm(y, p["pool.ln.g"], p["pool.ln.b"], cfg.eps)
    return y + feed_forward(p, "pool.mlp", x, cfg.gelu)


def forward(p, video, cfg, head):
    """One clip (T, H, W, C) to its scores (K,)."""
    z, keep = [], []
    for i, tube in enumerate(cfg.tubes):
        tokens = tube_tokens(video, kernel(p, cfg, i), p[f"tubes.{i}.b"], tube)
        for token, place in zip(tokens, places(grid(tube, video.shape[:3]))):
            at = np.array(position(centre(tube, place), cfg.dim, cfg.tau))
            z.append(token + cfg.position_scale * at)
            keep.append(cfg.gate_tokens == "all" or tube.kernel[0] > 1)
    z = z0 = np.array(z)
    for layer in range(cfg.depth):
        z = block(p, f"blocks.{layer}", z, cfg)
        if layer == cfg.gate_layer:
            z = z + math.tanh(p["gate.alpha"]) * z0 * np.array(keep)[:, None]
    pooled = pool(p, layer_norm(z, p["norm.g"], p["norm.b"], cfg.eps), cfg)
    return linear(pooled, p[f"heads.{head}.w"], p[f"heads.{head}.b"])[0]
