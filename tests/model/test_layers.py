"""Layers against loops, with inputs that expose each convention: eps, GELU form, heads, scale."""

import math

import numpy as np
import pytest
import small

import tubevit_np as tv
from tubevit_np.conformance import loops
from tubevit_np.model.layers import merge_heads, split_heads

B, N, D, A, M = 2, 5, 12, 3, 7


def block_params(rng):
    return small.params(tv.Config((small.PATCH,), D, 1, A, M), rng)["blocks"]["0"]


def test_linear_equals_a_loop(rng):
    x, w, b = rng.standard_normal((N, D)), rng.standard_normal((D, M)), rng.standard_normal(M)
    small.assert_close(tv.linear(x, w, b), loops.linear(x, w, b))
    small.assert_close(tv.linear(x.reshape(1, N, 1, D), w, b), loops.linear(x, w, b)[None, :, None])


def test_layer_norm_equals_a_loop(rng):
    x, g, b = rng.normal(3, 2, (B, N, D)), rng.standard_normal(D), rng.standard_normal(D)
    wanted = np.array([loops.layer_norm(rows, g, b, 0.1) for rows in x])
    small.assert_close(tv.layer_norm(x, g, b, 0.1), wanted)


def test_layer_norm_of_faint_tokens_shows_eps():
    x = np.array([[1e-3, -1e-3]])  # biased variance 1e-6, equal to eps
    found = tv.layer_norm(x, np.ones(2), np.zeros(2), 1e-6)
    small.assert_close(found, np.array([[1, -1]]) / math.sqrt(2))


@pytest.mark.parametrize("form, values", [
    ("tanh", {2: 1.954597694087775, 1: 0.8411919906082768, -2: -0.04540230591222498, 0: 0}),
    ("erf", {2: 1.9544997361036416, 1: 0.8413447460685429, -2: -0.04550026389635842, 0: 0}),
])
def test_gelu_known_values(form, values):
    found = tv.gelu(np.array([*values], float), form)
    np.testing.assert_allclose(found, [*values.values()], rtol=1e-14, atol=1e-16)


def test_the_two_gelus_differ_as_documented():
    x = np.linspace(-6, 6, 2001)
    assert np.abs(tv.gelu(x, "erf") - tv.gelu(x, "tanh")).max() == pytest.approx(4.73e-4, abs=2e-6)


def test_gelu_far_out_does_not_overflow():
    x = np.array([-1e4, 1e4], np.float32)
    for form in ("tanh", "erf"):
        assert tv.gelu(x, form).tolist() == [0, 1e4]


def test_softmax_of_huge_scores():
    for dtype in (np.float32, np.float64):
        found = tv.softmax(np.array([[1000.0, 1001], [-1e30, 1e30], [-5000, -5000]], dtype))
        wanted = [[1 / (1 + math.e), math.e / (1 + math.e)], [0, 1], [0.5, 0.5]]
        np.testing.assert_allclose(found, wanted, rtol=1e-7 if dtype == np.float32 else 1e-15)


def test_softmax_is_over_the_last_axis(rng):
    x = rng.standard_normal((2, 3, 4))
    small.assert_close(tv.softmax(x).sum(-1), np.ones((2, 3)))
    small.assert_close(tv.softmax(x)[1, 2], np.exp(x[1, 2]) / np.exp(x[1, 2]).sum())


def test_heads_are_neighboring_channels():
    x = np.arange(B * N * D).reshape(B, N, D)
    heads = split_heads(x, A)
    assert heads.shape == (B, A, N, D // A)
    assert np.array_equal(heads[1, 2], x[1, :, 8:12])
    assert np.array_equal(merge_heads(heads), x)


def test_attention_of_every_head_equals_a_loop(rng):
    q, k, v = rng.standard_normal((3, B, N, D))
    found, weights = tv.attention(*(split_heads(part, A) for part in (q, k, v)))
    wanted = np.array([loops.attention(*clip, A) for clip in zip(q, k, v)])
    small.assert_close(merge_heads(found), wanted)
    small.assert_close(weights.sum(-1), np.ones((B, A, N)))


def test_attention_of_huge_scores():
    q, k = np.full((1, 1, 1, 1), 100.0), np.array([20.0, 20.01, -20.0]).reshape(1, 1, 3, 1)
    wanted = np.array([1, math.e, 0]) / (1 + math.e)
    np.testing.assert_allclose(tv.attention(q, k, k)[1][0, 0, 0], wanted, rtol=1e-12)


@pytest.mark.parametrize("score", [50, 95, 1000])
def test_attention_of_scores_far_above_and_below_0(score):
    q = score**0.5 * np.array([[1.0], [-1], [0]], np.float32)  # scores of query 2: far below 0
    k, v = score**0.5 * np.array([[1.0], [1 - 1 / score]], np.float32), np.eye(2, 1)
    q, k, v = (np.stack([x, 0.1 * x])[:, None] for x in (q, k, v))  # clip 1 has large values
    found, weights = tv.attention(q, k, v)
    wanted = np.array([math.e, 1, (1 + math.e) / 2]) / (1 + math.e)
    np.testing.assert_allclose(weights[0, 0, :, 0], wanted, rtol=score * 1e-6)
    small.assert_close(tv.attention(q[1:], k[1:], v[1:])[0], found[1:])


def test_scores_are_scaled_by_the_width_of_a_head():
    q, k = np.full((1, 1, 1, 4), 1.0), np.zeros((1, 1, 2, 4))
    k[0, 0, 0, 0] = 2 * math.log(3)  # score 2 log 3 / sqrt(4): 3 times the weight
    assert tv.attention(q, k, k)[1][0, 0, 0].tolist() == pytest.approx([0.75, 0.25], rel=1e-14)


def test_qkv_columns_are_queries_keys_values(rng):
    x, eye, zero = rng.standard_normal((B, N, D)), np.eye(D), np.zeros((D, D))
    out = {"w": eye, "b": np.zeros(D)}
    mean = np.repeat(x.mean(1, keepdims=True), N, axis=1)
    for columns in ((zero, eye, eye), (eye, zero, eye)):  # zero queries or keys: equal weights
        qkv = {"w": np.concatenate(columns, axis=1), "b": np.zeros(3 * D)}
        small.assert_close(tv.self_attention(x, qkv, out, A)[0], mean)


@pytest.mark.parametrize("form", ["tanh", "erf"])
def test_block_equals_loops(form, rng):
    params, z = block_params(rng), rng.normal(0, 1e-3, (B, N, D))  # small, so eps matters
    found, _ = tv.block(z, **params, heads=A, eps=1e-6, form=form)
    flat = tv.flatten(params, "block.")
    wanted = [loops.block(flat, "block", clip, A, 1e-6, form) for clip in z]
    small.assert_close(found, np.array(wanted))


def test_block_names_what_it_computes(rng):
    params, z = block_params(rng), rng.standard_normal((B, N, D))
    _, cache = tv.block(z, **params, heads=A, eps=1e-6, form="tanh")
    assert {name: value.shape for name, value in cache.items()} == {
        "ln1": (B, N, D), "attn.qkv": (B, N, 3 * D), "attn.weights": (B, A, N, N),
        "attn.mixed": (B, N, D), "middle": (B, N, D), "ln2": (B, N, D),
        "mlp.up": (B, N, M), "mlp.gelu": (B, N, M)}
    small.assert_close(cache["ln1"], tv.layer_norm(z, **params["ln1"], eps=1e-6))
    small.assert_close(cache["middle"], z + tv.linear(cache["attn.mixed"], **params["attn"]["out"]))


def test_a_misspelled_weight_is_a_type_error(rng):
    params = block_params(rng)
    params["atn"] = params.pop("attn")
    with pytest.raises(TypeError, match="atn"):
        tv.block(np.zeros((B, N, D)), **params, heads=A, eps=1e-6, form="tanh")


@pytest.mark.parametrize("form", ["tanh", "erf"])
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_precision_is_kept_and_the_input_left_alone(dtype, form, rng):
    params = tv.nest({name: w.astype(dtype) for name, w in tv.flatten(block_params(rng)).items()})
    z = rng.standard_normal((B, N, D)).astype(dtype)
    before = z.copy()
    y, cache = tv.block(z, **params, heads=A, eps=1e-6, form=form)
    assert {value.dtype for value in [y, *cache.values()]} == {np.dtype(dtype)}
    assert np.array_equal(z, before)
