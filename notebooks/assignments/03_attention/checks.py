"""Assignment 3, attention, block and pooling: reference functions and test cases."""

from types import SimpleNamespace

import numpy as np

import tubevit_np as tv
from notebooks.assignments.build.exercises import Exercise
from tubevit_np.conformance import loops
from tubevit_np.model.layers import split_heads

rng = np.random.default_rng(3)


def _weights():
    """Attention weights of the demo's tokens, computed from their positions alone."""
    at = tv.positions(tv.PRESETS["demo"], (16, 48, 48))
    return tv.softmax(12 * at @ at.T)


def _attention(q, k, v):
    mixed, weights = tv.attention(*(part[None, None] for part in (q, k, v)))
    return mixed[0, 0], weights[0, 0]


REFERENCE = SimpleNamespace(
    layer_norm=loops.layer_norm,
    softmax=tv.softmax,
    attention=_attention,
    split_heads=lambda x, heads: split_heads(x[None], heads)[0],
    self_attention=lambda x, qkv, out, heads: tv.self_attention(x[None], qkv, out, heads)[0][0],
    block=lambda z, **rest: tv.block(z[None], **rest, form="tanh")[0][0],
    pool=lambda x, **rest: tv.attention_pool(x[None], **rest, eps=0, form="tanh")[0][0])


def numbers(*shape):
    return rng.normal(size=shape)


def layer(many, out):
    return {"w": numbers(many, out) / np.sqrt(many), "b": numbers(out)}


def norm(d):
    return {"g": 1 + numbers(d) / 2, "b": numbers(d)}


def heads(n, d, heads):
    return {"x": numbers(n, d), "qkv": layer(d, 3 * d), "out": layer(d, d), "heads": heads}


def whole(n, d, heads, size=1.0, eps=1e-6):
    wide = 2 * d + 1
    return {"z": size * numbers(n, d), "ln1": norm(d), "ln2": norm(d), "heads": heads, "eps": eps,
            "attn": {"qkv": layer(d, 3 * d), "out": layer(d, d)},
            "mlp": {"up": layer(d, wide), "down": layer(wide, d)}}


def pooled(n, d, heads):
    return {"x": numbers(n, d), "probe": numbers(d), "q": layer(d, d), "kv": layer(d, 2 * d),
            "out": layer(d, d), "heads": heads}


def three(queries, n, e):
    return {"q": numbers(queries, e), "k": numbers(n, e), "v": numbers(n, e)}


DATA = {"weights": _weights()}
EXERCISES = [
    Exercise("layer_norm", [{"x": 2 + 3 * numbers(3, 5), **norm(5), "eps": 1e-6},
                            {"x": 1e-3 * numbers(2, 4), **norm(4), "eps": 1e-6}],
             [{"x": numbers(6, 2) - 7, **norm(2), "eps": 0.1},
              {"x": np.zeros((2, 3)), **norm(3), "eps": 1e-6}]),
    Exercise("softmax", [{"x": numbers(2, 4)}, {"x": 1000 + numbers(3, 2)}],
             [{"x": np.array([[1000.0, 1001], [-1000, -1001]])}, {"x": numbers(2, 3, 5) * 9},
              {"x": np.array([[1000.0, -1000, 0]])}]),
    Exercise("attention", [three(4, 4, 3), three(2, 5, 4)],
             [three(1, 6, 9), {key: 30 * part for key, part in three(3, 4, 16).items()}]),
    Exercise("split_heads", [{"x": numbers(5, 6), "heads": 2}, {"x": numbers(3, 12), "heads": 4}],
             [{"x": numbers(4, 4), "heads": 1}, {"x": numbers(7, 6), "heads": 6}]),
    Exercise("self_attention", [heads(5, 6, 3), heads(4, 8, 2)], [heads(3, 4, 1), heads(7, 12, 4)]),
    Exercise("block", [whole(5, 6, 2), whole(4, 8, 4)], [whole(3, 6, 3, size=1e-3),
                                                        whole(6, 4, 1, eps=0.1)]),
    Exercise("pool", [pooled(5, 6, 2), pooled(3, 8, 4)], [pooled(1, 4, 1), pooled(9, 6, 3)]),
]
