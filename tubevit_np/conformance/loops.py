"""TubeViT once more as plain loops: slow, one number at a time, and hard to misread.

The tests hold the vectorised form against these, so they take nothing from tubevit_np; they see one
clip at a time, video (T, H, W, C), tokens (N, D); p is the flat dict of parameters.  A number may
be a float or an Exact of conformance/exact.py: np.exp and the like take both."""

import functools
import itertools
import math

import numpy as np


def places(sizes):
    """Every index of an array of these sizes, the last axis fastest."""
    return itertools.product(*(range(size) for size in sizes))


def dot(a, b):
    """The sum of products: almost all of the work."""
    return sum(x * y for x, y in zip(a, b, strict=True))


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
    seen, weights = [], []
    for i, j, k, c in places(w.shape[:4]):
        at = start[0] + i, start[1] + j, start[2] + k
        if all(a < length for a, length in zip(at, video.shape)):
            seen.append(video[at][c])
            weights.append(w[i, j, k, c])
    return np.array([b[d] + dot(seen, [w[d] for w in weights]) for d in range(len(b))])


def resize_kernel(w, size):
    """Every voxel of the new kernel from the eight of the old one around its place."""
    new = np.zeros((*size, *w.shape[3:]), w.dtype)
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
            z[6 * j + 2 * axis] = np.sin(at[axis] * frequency)
            z[6 * j + 2 * axis + 1] = np.cos(at[axis] * frequency)
    return z


def linear(x, w, b):
    return np.array([[b[o] + dot(row, w[:, o]) for o in range(len(b))] for row in x])


def layer_norm(x, g, b, eps):
    rows = []
    for row in x:
        mean = sum(row) / len(row)
        variance = sum((value - mean) ** 2 for value in row) / len(row)
        rows.append([(row[d] - mean) / np.sqrt(variance + eps) * g[d] + b[d]
                     for d in range(len(row))])
    return np.array(rows)


def gelu(value, form):
    if form == "erf":
        return value * (1 + erf(value / math.sqrt(2))) / 2
    return value * (1 + np.tanh(math.sqrt(2 / math.pi) * (value + 0.044715 * value ** 3))) / 2


def erf(value):
    return value.erf() if hasattr(value, "erf") else math.erf(value)


def softmax(scores):
    total = sum(np.exp(score) for score in scores)
    return [np.exp(score) / total for score in scores]


def attend(query, keys, values):
    """The mean of the values, weighted by softmax(query key / sqrt(E))."""
    weights = softmax([dot(query, key) / math.sqrt(len(query)) for key in keys])
    return [dot(weights, column) for column in values.T]


def attention(q, k, v, heads):
    """Every head sees its own run of neighbouring channels."""
    size = q.shape[1] // heads
    mixed = np.zeros(q.shape, q.dtype)
    for head, n in places((heads, len(q))):
        own = slice(head * size, (head + 1) * size)
        mixed[n, own] = attend(q[n, own], k[:, own], v[:, own])
    return mixed


def self_attention(p, name, x, heads):
    d = x.shape[1]
    qkv = linear(x, p[f"{name}.qkv.w"], p[f"{name}.qkv.b"])
    mixed = attention(qkv[:, :d], qkv[:, d:2 * d], qkv[:, 2 * d:], heads)
    return linear(mixed, p[f"{name}.out.w"], p[f"{name}.out.b"])


def feed_forward(p, name, x, form):
    up = linear(x, p[f"{name}.up.w"], p[f"{name}.up.b"])
    wide = np.array([[gelu(value, form) for value in row] for row in up])
    return linear(wide, p[f"{name}.down.w"], p[f"{name}.down.b"])


def block(p, name, z, heads, eps, form):
    x = layer_norm(z, p[f"{name}.ln1.g"], p[f"{name}.ln1.b"], eps)
    y = z + self_attention(p, f"{name}.attn", x, heads)
    x = layer_norm(y, p[f"{name}.ln2.g"], p[f"{name}.ln2.b"], eps)
    return y + feed_forward(p, f"{name}.mlp", x, form)


def divided_block(p, name, z, frames, heads, eps, form):
    """Over the frames of each place, then an ordinary block within each frame."""
    y, places = z.copy(), len(z) // frames
    x = layer_norm(z, p[f"{name}.time.ln.g"], p[f"{name}.time.ln.b"], eps)
    for place in range(places):
        own = [frame * places + place for frame in range(frames)]
        change = self_attention(p, f"{name}.time.attn", x[own], heads)
        y[own] = z[own] + linear(change, p[f"{name}.time.fc.w"], p[f"{name}.time.fc.b"])
    return np.concatenate([block(p, name, y[frame * places:(frame + 1) * places], heads, eps, form)
                           for frame in range(frames)])


def pool(p, x, heads, eps, form):
    """x (N, D) -> (1, D); the MLP is there if its parameters are."""
    d = x.shape[1]
    q = linear(p["pool.probe"][None], p["pool.q.w"], p["pool.q.b"])
    kv = linear(x, p["pool.kv.w"], p["pool.kv.b"])
    y = linear(attention(q, kv[:, :d], kv[:, d:], heads), p["pool.out.w"], p["pool.out.b"])
    if "pool.ln.g" not in p:
        return y
    x = layer_norm(y, p["pool.ln.g"], p["pool.ln.b"], eps)
    return y + feed_forward(p, "pool.mlp", x, form)


def gate(z, z0, alpha, keep):
    return np.array([[z[n, d] + np.tanh(alpha) * z0[n, d] * keep[n] for d in range(z.shape[1])]
                     for n in range(len(z))])


def tokens(p, video, cfg):
    return np.concatenate([tube_tokens(video, kernel(p, cfg, i), p[f"tubes.{i}.b"], tube)
                           for i, tube in enumerate(cfg.tubes)])


def centres(cfg, shape):
    """Of all tokens, in their order."""
    return [centre(tube, place) for tube in cfg.tubes for place in places(grid(tube, shape))]


def gated(cfg, shape):
    """Which tokens the gate adds again."""
    return [cfg.gate_tokens == "all" or tube.kernel[0] > 1
            for tube in cfg.tubes for _ in places(grid(tube, shape))]


def encoder_block(p, name, z, cfg, shape):
    if getattr(cfg, "attention", "global") == "global":
        return block(p, name, z, cfg.heads, cfg.eps, cfg.gelu)
    return divided_block(p, name, z, grid(cfg.tubes[0], shape)[0], cfg.heads, cfg.eps, cfg.gelu)


def encode(p, video, cfg, tau=None):
    """One clip (T, H, W, C): what lies between the blocks, by name, to "pooled" (1, D)."""
    at = [position(centre, cfg.dim, tau or cfg.tau) for centre in centres(cfg, video.shape[:3])]
    out = {"tokens": tokens(p, video, cfg)}
    learned = getattr(cfg, "position", "fixed") == "learned"
    at = p["position.w"] if learned else cfg.position_scale * np.array(at)
    z = out["with_position"] = out["tokens"] + at
    for layer in range(cfg.depth):
        z = encoder_block(p, f"blocks.{layer}", z, cfg, video.shape[:3])
        if layer == cfg.gate_layer:
            z = gate(z, out["with_position"], p["gate.alpha"], gated(cfg, video.shape[:3]))
        out[f"blocks.{layer}"] = z
    out["norm"] = layer_norm(z, p["norm.g"], p["norm.b"], cfg.eps)
    out["pooled"] = pool(p, out["norm"], cfg.heads, cfg.eps, cfg.gelu)
    return out


def forward(p, video, cfg, head):
    """One clip (T, H, W, C) to its scores (K,)."""
    return linear(encode(p, video, cfg)["pooled"], p[f"heads.{head}.w"], p[f"heads.{head}.b"])[0]


def cross_entropy(logits, labels, smoothing):
    """The mean over clips of minus the sum of target times log softmax."""
    total = 0
    for row, label in zip(logits, labels):
        for k, share in enumerate(softmax(row)):
            target = smoothing / len(row) + (1 - smoothing) * (k == label)
            total = total - target * np.log(share)
    return total / len(labels)


def learning_rate(step, steps, peak, warmup, pi=math.pi):
    """Up a line, then down half a cosine."""
    if step < warmup:
        return peak * (step + 1) / warmup
    return peak * (1 + np.cos(pi * (step - warmup) / max(1, steps - warmup))) / 2


def clip(grads, most):
    """All gradients as they are, or shorter together, and their norm before."""
    norm = np.sqrt(sum(value * value for g in grads.values() for value in g.flat))
    shrink = most / norm if most < norm else 1
    return {name: g * shrink for name, g in grads.items()}, norm


def moments(m, v, g):
    """After one more gradient, with betas 0.9 and 0.95."""
    return 0.9 * m + 0.1 * g, 0.95 * v + 0.05 * g * g


def begun(beta, t):
    """1 - beta^t: how much of its final weight a moment has after t steps."""
    return 1 - math.prod([beta] * t)


def adamw(w, m, v, t, rate, decay, usual=0):
    """One number after step t (Loshchilov & Hutter, algorithm 2), m and v already those of t."""
    step = m / begun(0.9, t) / (np.sqrt(v / begun(0.95, t)) + usual + 1e-8)
    return w - rate * (step + decay * w)


def adamw_waves(waves, m, v, t, rate, decay):
    """The same for all waves of one kernel (n,): its usual gradient is added below the fraction."""
    usual = np.sqrt(sum(v) / len(v) / begun(0.95, t))
    return np.array([adamw(*each, t, rate, decay, usual) for each in zip(waves, m, v, strict=True)])


@functools.cache
def wave(waves, at, sizes, pi):
    """One voxel of one orthonormal 4D cosine wave."""
    return math.prod(math.sqrt((2 if k else 1) / n) * np.cos(pi * k * (i + 0.5) / n)
                     for k, i, n in zip(waves, at, sizes, strict=True))


def to_waves(w, pi=math.pi):
    """A kernel (kt, kh, kw, C) by its waves: how much of each is in it."""
    return np.array([dot(w.flat, [wave(waves, at, w.shape, pi) for at in places(w.shape)])
                     for waves in places(w.shape)]).reshape(w.shape)


def from_waves(w, pi=math.pi):
    """The sum of its waves."""
    return np.array([dot(w.flat, [wave(waves, at, w.shape, pi) for waves in places(w.shape)])
                     for at in places(w.shape)]).reshape(w.shape)
