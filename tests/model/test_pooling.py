"""Attention pooling against a loop, and its invariances."""

import numpy as np
import pytest
import small

import tubevit_np as tv
from tubevit_np.conformance import loops

B, N, D, A, M = 3, 5, 12, 3, 7


def model(pool_mlp=False, gelu="tanh"):
    return tv.Config((small.PATCH,), D, 1, A, M, pool_mlp=pool_mlp, gelu=gelu)


def pool_loop(x, params, cfg):
    flat = tv.flatten(params)
    return np.concatenate([loops.pool(flat, clip, A, cfg.eps, cfg.gelu) for clip in x])


def pool(x, params, cfg):
    return tv.attention_pool(x, **params["pool"], heads=A, eps=cfg.eps, form=cfg.gelu)


@pytest.mark.parametrize("cfg", [model(), model(pool_mlp=True), model(True, "erf")])
def test_pooling_equals_a_loop(cfg, rng):
    params, x = small.params(cfg, rng), rng.standard_normal((B, N, D))
    small.assert_close(pool(x, params, cfg)[0], pool_loop(x, params, cfg))


def test_the_mlp_normalizes_faint_vectors_with_eps(rng):
    cfg = model(pool_mlp=True)
    params, x = small.params(cfg, rng), rng.normal(0, 1e-3, (B, N, D))
    params["pool"]["kv"]["b"][:] = params["pool"]["out"]["b"][:] = 0
    small.assert_close(pool(x, params, cfg)[0], pool_loop(x, params, cfg))


def test_the_order_of_tokens_does_not_matter(rng):
    params, x = small.params(model(), rng), rng.standard_normal((B, N, D))
    small.assert_close(pool(x[:, rng.permutation(N)], params, model())[0],
                       pool(x, params, model())[0])


def test_a_probe_that_asks_nothing_takes_the_mean(rng):
    params, x = small.params(model(), rng), rng.standard_normal((B, N, D))
    params["pool"]["q"] = {"w": np.zeros((D, D)), "b": np.zeros(D)}
    params["pool"]["kv"]["w"][:, D:], params["pool"]["kv"]["b"][:] = np.eye(D), 0  # values: x
    params["pool"]["out"] = {"w": np.eye(D), "b": np.zeros(D)}
    y, seen = pool(x, params, model())
    small.assert_close(y, x.mean(1))
    small.assert_close(seen["weights"], np.full((B, A, 1, N), 1 / N))


def test_what_it_names(rng):
    x = rng.standard_normal((B, N, D))
    names = {"q": (1, 1, D), "kv": (B, N, 2 * D), "weights": (B, A, 1, N), "mixed": (B, D),
             "attended": (B, D)}
    _, seen = pool(x, small.params(model(), rng), model())
    assert {name: value.shape for name, value in seen.items()} == names
    _, seen = pool(x, small.params(model(True), rng), model(True))
    names |= {"ln": (B, D), "mlp.up": (B, M), "mlp.gelu": (B, M)}
    assert {name: value.shape for name, value in seen.items()} == names


def test_an_mlp_without_its_norm_is_a_type_error(rng):
    params = small.params(model(pool_mlp=True), rng)
    del params["pool"]["ln"]
    with pytest.raises(TypeError):
        pool(rng.standard_normal((B, N, D)), params, model())
