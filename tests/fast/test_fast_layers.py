"""Functions tuned for the cache: blocks of any size, results in place, scores far from 0."""

import math

import numpy as np
import pytest
import small

from tubevit_np import fast
from tubevit_np.fast import blocks
from tubevit_np.fast.backward import attention_backward, gelu_backward
from tubevit_np.fast.layers import erf, split_heads
from tubevit_np.model import layers as reference

B, N, D, A = 2, 5, 12, 3


@pytest.mark.parametrize("cache", [1, 20, 50, 150, 10**6])
def test_blocks_of_any_size_change_nothing(rng, cache, monkeypatch):
    q, k, v, d_y = (split_heads(x, A) for x in rng.standard_normal((4, B, N, D)))
    x = rng.standard_normal((B, N, D))
    wanted = results(q, k, v, d_y, x)
    monkeypatch.setattr(blocks, "CACHE_NUMBERS", cache)
    for found, whole in zip(results(q, k, v, d_y, x), wanted, strict=True):
        small.assert_close(found, whole)


def results(q, k, v, d_y, x):
    mixed, weights = fast.attention(q, k, v)
    return (mixed, weights, *attention_backward(d_y, q, k, v, weights), fast.gelu(x, "tanh"),
            gelu_backward(x, x, "tanh"), fast.attention(q[:1, :, :1], k, v)[0],
            fast.layer_norm(x, x[0, 0], x[0, 1], 1e-6))


def test_without_intermediates_the_cache_is_empty(rng):
    params, z = small.params(small.MODEL, rng)["blocks"]["0"], rng.standard_normal((B, N, 24))
    wanted, cache = fast.block(z, **params, heads=A, eps=1e-6, form="tanh")
    found, nothing = fast.block(z, **params, heads=A, eps=1e-6, form="tanh",
                                return_intermediates=False)
    assert np.array_equal(found, wanted) and nothing == {}
    small.assert_close(fast.gelu(cache["mlp.up"], "tanh"), cache["mlp.gelu"])  # not overwritten


def test_the_float32_error_function():
    x = np.linspace(-7, 7, 20001)
    found = erf(x.astype(np.float32))
    assert found.dtype == np.float32 and np.abs(found - reference.erf(x)).max() < 8e-7
    assert erf(np.array([-np.inf, 1e30, 0], np.float32)).tolist() == [-1, 1, 0]


def test_weights_sum_to_one(rng):
    _, weights = fast.attention(*(split_heads(x, A) for x in rng.standard_normal((3, B, N, D))))
    small.assert_close(weights.sum(-1), np.ones((B, A, N)))


@pytest.mark.parametrize("score", [50, 95, 1000])
def test_attention_of_scores_far_above_and_below_0(score):
    q = score**0.5 * np.array([[1.0], [-1], [0]], np.float32)  # the second's are all far below
    k, v = score**0.5 * np.array([[1.0], [1 - 1 / score]], np.float32), np.eye(2, 1)
    q, k, v = (np.stack([x, 0.1 * x])[:, None] for x in (q, k, v))  # of two clips one is loud
    found, weights = fast.attention(q, k, v)
    wanted = np.array([math.e, 1, (1 + math.e) / 2]) / (1 + math.e)
    np.testing.assert_allclose(weights[0, 0, :, 0], wanted, rtol=score * 1e-6)
    small.assert_close(fast.attention(q[1:], k[1:], v[1:])[0], found[1:])


def test_clips_of_a_batch_never_mix(rng):
    """Not by one bit: a clip with safe scores stays as it is beside a loud one."""
    params, x = small.params(small.MODEL, rng), small.clips(rng, batch=3)
    _, before = fast.forward(params, x, small.MODEL, "verb")
    x[1] = np.nan
    _, after = fast.forward(params, x, small.MODEL, "verb")
    for name, value in after.items():  # pool.q has no clips: all share the probe
        assert name == "pool.q" or np.array_equal(value[[0, 2]], before[name][[0, 2]]), name
