"""Linear layers, norms, GELU, attention, the blocks, pooling and the gate."""

import math

import numpy as np

from tubevit_np.conformance.loops.tubes import dot, places


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
    """Return the mean of the values, weighted by softmax(query key / sqrt(E))."""
    weights = softmax([dot(query, key) / math.sqrt(len(query)) for key in keys])
    return [dot(weights, column) for column in values.T]


def attention(q, k, v, heads):
    """Attention in which each head reads neighboring channels."""
    size = q.shape[1] // heads
    mixed = np.zeros(q.shape, q.dtype)
    for head, n in places((heads, len(q))):
        channels = slice(head * size, (head + 1) * size)
        mixed[n, channels] = attend(q[n, channels], k[:, channels], v[:, channels])
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
    """Attention over the frames of each place, then an ordinary block within each frame."""
    y, places = z.copy(), len(z) // frames
    x = layer_norm(z, p[f"{name}.time.ln.g"], p[f"{name}.time.ln.b"], eps)
    for place in range(places):
        line = [frame * places + place for frame in range(frames)]
        change = self_attention(p, f"{name}.time.attn", x[line], heads)
        y[line] = z[line] + linear(change, p[f"{name}.time.fc.w"], p[f"{name}.time.fc.b"])
    return np.concatenate([block(p, name, y[frame * places:(frame + 1) * places], heads, eps, form)
                           for frame in range(frames)])


def pool(p, x, heads, eps, form):
    """Map x (N, D) to (1, D); with an MLP if p has its parameters."""
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
