"""Every gradient against central differences: each function alone, then whole models."""

from dataclasses import replace
from functools import partial

import numpy as np
import pytest
import small

import tubevit_np as tv
from tubevit_np.model.backward import (
    attention_backward,
    attention_pool_backward,
    block_backward,
    feed_forward_backward,
    gate_backward,
    gelu_backward,
    layer_norm_backward,
    linear_backward,
    resize_kernel_backward,
    select_prefix,
    self_attention_backward,
    softmax_backward,
    tube_tokens_backward,
)
from tubevit_np.model.layers import split_heads, with_prefix
from tubevit_np.training import step
from tubevit_np.training.dropout import (
    TIME,
    dropout,
    dropout_block,
    dropout_block_backward,
    within_frames,
)
from tubevit_np.training.frozen import is_trainable
from tubevit_np.training.loss import cross_entropy_backward
from tubevit_np.variants.divided_backward import divided_block_backward

TOLERANCE = 2.5e-10  # of the norm of a gradient; central differences had errors up to 2.5e-11
B, N, D, A, M = 2, 4, 6, 3, 5
CFG = tv.Config((small.PATCH,), D, 1, A, M, pool_mlp=True, channels=2, eps=0.1)


def slope(f, x, direction, h=1e-3):
    """The derivative of f at x along direction, by central differences of fourth order."""
    def at(steps):
        return f(x + steps * h * direction)
    return (8 * (at(1) - at(-1)) - (at(2) - at(-2))) / (12 * h)


def directions(shape, rng):
    """Every axis of a small array; of a large one two random directions and two elements."""
    size = int(np.prod(shape))
    single = range(size) if size <= 16 else rng.choice(size, 2, replace=False)
    for i in single:
        yield np.eye(1, size, i).reshape(shape)
    for _ in range(2):
        direction = rng.standard_normal(shape)
        yield direction / np.linalg.norm(direction)


def check(f, x, d_x, rng):
    """d_x is the gradient at x of the number f(x)."""
    assert d_x.shape == x.shape
    for direction in directions(x.shape, rng):
        error = abs(slope(f, x, direction) - np.vdot(d_x, direction))
        assert error <= TOLERANCE * np.linalg.norm(d_x)


def check_all(f, inputs, gradients, rng):
    """f takes {name: array} and gives an array; gradients(d_y) gives {name: gradient}."""
    y = f(**inputs)
    d_y = rng.standard_normal(y.shape)
    found = gradients(d_y)
    assert found.keys() == inputs.keys()
    for name, x in inputs.items():
        def loss(value, name=name):
            return np.vdot(d_y, f(**inputs | {name: value}))
        check(loss, x, found[name], rng)


def dotted(f, **fixed):
    """f with its weights given flat, as f(x, **{"up.w": ...})."""
    return lambda x, **flat: f(x, **tv.nest(flat), **fixed)[0]


def weights(prefix, rng, cfg=CFG):
    """Weights of one part of the model, nested and flat."""
    part = small.params(cfg, rng)
    for key in prefix.split("."):
        part = part[key]
    return part, tv.flatten(part)


# Each function alone.

def test_linear(rng):
    x, w, b = rng.standard_normal((B, N, D)), rng.standard_normal((D, M)), rng.standard_normal(M)

    def gradients(d_y):
        d_x, found = linear_backward(d_y, x, w)
        return {"x": d_x, **found}
    check_all(tv.linear, {"x": x, "w": w, "b": b}, gradients, rng)


@pytest.mark.parametrize("spread, eps", [(1, 1e-6), (1, 0.5), (3, 0.0)])
def test_layer_norm(spread, eps, rng):
    x, g, b = rng.normal(2, spread, (B, N, D)), rng.standard_normal(D), rng.standard_normal(D)

    def gradients(d_y):
        d_x, found = layer_norm_backward(d_y, x, g, eps)
        return {"x": d_x, **found}
    check_all(lambda x, g, b: tv.layer_norm(x, g, b, eps), {"x": x, "g": g, "b": b}, gradients, rng)


@pytest.mark.parametrize("form", ["tanh", "erf"])
def test_gelu(form):
    x = np.linspace(-4, 4, 33)
    found = gelu_backward(np.full(33, 2.0), x, form)
    wanted = slope(lambda x: 2 * tv.gelu(x, form), x, np.ones(33))
    small.assert_close(found, wanted, 2.5e-12)  # ten times the measured 2.5e-13


def test_softmax(rng):
    x = rng.standard_normal((2, 3, 4))
    check_all(tv.softmax, {"x": x}, lambda d_y: {"x": softmax_backward(d_y, tv.softmax(x))}, rng)


def test_attention(rng):
    q, k, v = (split_heads(rng.standard_normal((B, n, D)), A) for n in (3, N, N))

    def gradients(d_y):
        found = attention_backward(d_y, q, k, v, tv.attention(q, k, v)[1])
        return dict(zip("qkv", found))
    check_all(lambda q, k, v: tv.attention(q, k, v)[0], {"q": q, "k": k, "v": v}, gradients, rng)


def test_self_attention(rng):
    x, (nested, flat) = rng.standard_normal((B, N, D)), weights("blocks.0.attn", rng)
    _, cache = tv.self_attention(x, **nested, heads=A)

    def gradients(d_y):
        d_x, found = self_attention_backward(d_y, x, cache, **nested, heads=A)
        return {"x": d_x, **found}
    check_all(dotted(tv.self_attention, heads=A), {"x": x, **flat}, gradients, rng)


@pytest.mark.parametrize("form", ["tanh", "erf"])
def test_feed_forward(form, rng):
    x, (nested, flat) = rng.standard_normal((B, N, D)), weights("blocks.0.mlp", rng)
    _, cache = tv.feed_forward(x, **nested, form=form)

    def gradients(d_y):
        d_x, found = feed_forward_backward(d_y, x, cache, **nested, form=form)
        return {"x": d_x, **found}
    check_all(dotted(tv.feed_forward, form=form), {"x": x, **flat}, gradients, rng)


def test_block(rng):
    z, (nested, flat) = rng.standard_normal((B, N, D)), weights("blocks.0", rng)
    fixed = {"heads": A, "eps": 0.1, "form": "tanh"}
    _, cache = tv.block(z, **nested, **fixed)

    def gradients(d_y):
        d_z, found = block_backward(d_y, z, cache, **nested, **fixed)
        return {"x": d_z, **found}
    check_all(dotted(tv.block, **fixed), {"x": z, **flat}, gradients, rng)


@pytest.mark.parametrize("rate", [0, 0.3])
def test_divided_block(rate, rng):
    z = rng.standard_normal((B, 3 * 4, D))
    nested, flat = weights("blocks.0", rng, tv.variant(CFG, attention="divided"))
    fixed = {"frames": 3, "heads": A, "eps": 1.0, "form": "tanh"}
    ahead, back = {}, {}
    if rate:
        drop = partial(dropout(rate, np.array([3, 8], np.uint32)), 1)
        inner = {"drop": within_frames(drop, 3)}
        ahead = {"time_drop": partial(drop, TIME), "block": partial(dropout_block, **inner)}
        back = ahead | {"block": partial(dropout_block_backward, **inner)}
    _, cache = tv.divided_block(z, **nested, **fixed, **ahead)

    def gradients(d_y):
        d_z, found = divided_block_backward(d_y, z, cache, **nested, **fixed, **back)
        return {"x": d_z, **found}
    check_all(dotted(tv.divided_block, **fixed, **ahead), {"x": z, **flat}, gradients, rng)


@pytest.mark.parametrize("mlp", [True, False])
def test_attention_pool(mlp, rng):
    x, (nested, flat) = rng.standard_normal((B, N, D)), weights("pool", rng)
    if not mlp:
        del nested["ln"], nested["mlp"]
        flat = tv.flatten(nested)
    fixed = {"heads": A, "eps": 0.1, "form": "tanh"}
    _, cache = tv.attention_pool(x, **nested, **fixed)

    def gradients(d_y):
        d_x, found = attention_pool_backward(d_y, x, cache, **nested, **fixed)
        return {"x": d_x, **found}
    check_all(dotted(tv.attention_pool, **fixed), {"x": x, **flat}, gradients, rng)


@pytest.mark.parametrize("mask", [[True] * 4, [True, False, False, True]])
def test_gate(mask, rng):
    z, z0, alpha = *rng.standard_normal((2, B, N, D)), np.array(0.7)

    def gradients(d_y):
        d_z, d_z0, found = gate_backward(d_y, z0, alpha, np.array(mask))
        return {"z": d_z, "z0": d_z0, **found}
    check_all(lambda z, z0, alpha: tv.gate(z, z0, alpha, np.array(mask)),
              {"z": z, "z0": z0, "alpha": alpha}, gradients, rng)


@pytest.mark.parametrize("size", [(3, 5, 8), (1, 11, 2)], ids=str)
def test_resize_kernel(size, rng):
    w = rng.standard_normal((2, 6, 4, 2, 3))
    check_all(lambda w: tv.resize_kernel(w, size), {"w": w},
              lambda d_y: {"w": resize_kernel_backward(d_y, w.shape[:3])}, rng)


@pytest.mark.parametrize("tube", [small.PATCH, small.OVERLAPPING, small.PACKED],
                         ids=lambda tube: tube.name)
def test_tube_tokens(tube, rng):
    video = small.clips(rng)
    w, b = rng.standard_normal((*tube.kernel, 2, 4)), rng.standard_normal(4)
    check_all(lambda w, b: tv.tube_tokens(video, w, b, tube), {"w": w, "b": b},
              lambda d_y: tube_tokens_backward(d_y, video, tube), rng)


@pytest.mark.parametrize("smoothing", [0, 0.1])
def test_cross_entropy(smoothing, rng):
    logits, labels = rng.standard_normal((3, 5)) * 2, np.array([4, 0, 4])
    found = cross_entropy_backward(logits, labels, smoothing)
    check(lambda logits: tv.cross_entropy(logits, labels, smoothing), logits, found, rng)


def test_select_prefix_undoes_with_prefix():
    cache = {"w": 1, "mlp.up": 2}
    others = {"attn2.w": 3, "attn": 4}
    assert select_prefix("attn", with_prefix("attn", cache) | others) == cache


# Whole models: every parameter by name.

HEADS = ("verb", "noun")
LABELS = {"verb": np.array([3, 0]), "noun": np.array([6, 6])}
SHARES = {"verb": 1.0, "noun": 0.5}


def model_loss(flat, x, cfg, heads):
    logits, _ = small.forward(tv.nest(flat), x, cfg, heads)
    return sum(SHARES[h] * tv.cross_entropy(logits[h], LABELS[h], 0.1) for h in heads)


def model_gradients(flat, x, cfg, heads):
    logits, out = small.forward(tv.nest(flat), x, cfg, heads)
    d_logits = {h: SHARES[h] * cross_entropy_backward(logits[h], LABELS[h], 0.1) for h in heads}
    return small.backward(tv.nest(flat), out, d_logits, cfg)


def check_model(cfg, x, heads, rng):
    """Check every gradient there is; returns the names of parameters without one."""
    flat = tv.flatten(small.params(cfg, rng))
    grads = model_gradients(flat, x, cfg, heads)
    for name, found in grads.items():
        def loss(value, name=name):
            return model_loss(flat | {name: value}, x, cfg, heads)
        check(loss, flat[name], found, rng)
    return set(tv.shapes(cfg)) - set(grads)


@pytest.mark.parametrize("cfg", small.MODELS.values(), ids=small.MODELS)
def test_every_gradient_of_a_model(cfg, rng):
    assert check_model(cfg, small.clips(rng), HEADS, rng) == set()


@pytest.mark.parametrize("frozen", [1, 2])
def test_frozen_blocks_keep_nothing_and_change_no_other_gradient(frozen, rng):
    cfg = replace(small.MODELS["gate_tubes"], depth=3, gate_layer=2)
    params, x, d_logits = small.params(cfg, rng), small.clips(rng), rng.standard_normal((2, 5))
    _, out = tv.fast.forward(params, x, cfg, "verb")
    wanted = tv.fast.backward(params, out, {"verb": d_logits}, cfg)
    _, less = step.forward(params, x, cfg, ("verb",), num_frozen_blocks=frozen)
    found = step.backward(params, less, {"verb": d_logits}, cfg, num_frozen_blocks=frozen)
    assert {name for name in wanted if is_trainable(name, frozen)} == set(found)
    assert all(np.array_equal(found[name], wanted[name]) for name in found)
    assert {name.split(".")[1] for name in out.keys() - less.keys()} == set("012"[:frozen])
    assert not any(name.startswith(f"blocks.{frozen - 1}.") for name in less)


@pytest.mark.parametrize("name", ["plain", "gate_tubes", "shared_kernel", "divided", "learned"])
def test_every_gradient_for_an_image(name, rng):
    cfg = small.MODELS[name]
    untouched = check_model(cfg, small.clips(rng, shape=(10, 13)), HEADS, rng)
    video_only = {"kernel.w"} | {f"tubes.{i}.{part}" for i, tube in enumerate(cfg.tubes)
                                 for part in "wb" if not tube.is_patch}
    assert untouched == video_only & set(tv.shapes(cfg))


def test_every_gradient_where_a_tube_does_not_fit(rng):
    with pytest.warns(UserWarning, match="no tokens"):
        untouched = check_model(small.MODEL, small.clips(rng, shape=(4, 10, 13)), HEADS, rng)
    assert untouched == {"tubes.2.w", "tubes.2.b"}


def test_a_head_not_asked_for_has_no_gradient(rng):
    untouched = check_model(small.MODELS["erf"], small.clips(rng), ("noun",), rng)
    assert untouched == {"heads.verb.w", "heads.verb.b"}


@pytest.mark.parametrize("name", small.MODELS)
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_gradients_have_the_shape_and_precision_of_the_parameters(name, dtype, rng):
    cfg = small.MODELS[name]
    flat = {key: np.asarray(w, dtype) for key, w in tv.flatten(small.params(cfg, rng)).items()}
    grads = model_gradients(flat, small.clips(rng).astype(dtype), cfg, HEADS)
    assert grads.keys() == flat.keys()
    for key, w in flat.items():
        assert isinstance(grads[key], np.ndarray), key  # clip scales in place, a scalar stays
        assert (grads[key].shape, grads[key].dtype) == (w.shape, dtype), key


@pytest.mark.parametrize("name", ["gate_all", "pool_mlp", "shared_kernel"])
def test_backward_changes_nothing(name, rng):
    cfg = small.MODELS[name]
    params = small.params(cfg, rng)
    logits, out = tv.forward(params, small.clips(rng), cfg, ("verb",))
    d_logits = {"verb": rng.standard_normal(logits["verb"].shape)}
    held = tv.flatten(params) | out | {"d_logits": d_logits["verb"]}
    before = {key: np.copy(value) for key, value in held.items()}
    tv.backward(params, out, d_logits, cfg)
    assert all(np.array_equal(before[key], value) for key, value in held.items())
