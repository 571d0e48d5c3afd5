"""tubevit_tg's training against tubevit_np's: dropout, frozen blocks, ten steps, AdamW."""

import os

os.environ.setdefault("DEV", "CPU")  # it has float64; set before tinygrad opens a device

from dataclasses import replace

import mirrors
import numpy as np
import pytest
import small
from mirrors import LABELS, SMOOTHING
from tinygrad import Context, TinyJit

import tubevit_np as tv
import tubevit_tg as tg
from tubevit_np.training import step as in_numpy
from tubevit_np.training.cosine_basis import kernel_rates
from tubevit_np.training.dropout import dropout
from tubevit_np.training.loss import cross_entropy_backward
from tubevit_tg.training import step as in_tinygrad
from tubevit_tg.training.dropout import dropout as tg_dropout

# Largest difference as a share of the largest value of an array: ten times the worst measured.
OUT, GRADIENTS = 1.5e-14, 6e-14  # as in test_numbers.py
TRAINING = {"float64": 1e-14, "float32": 2e-5}  # 1e-15, 2e-6
KEY_BIAS = 1e-9  # its gradient is 0: AdamW makes steps of the rounding, up to 1e-10 of its size


@pytest.mark.parametrize("config", ["plain", "divided"])
def test_both_drop_the_same(config):
    """And nothing else changes: a forward pass with dropout, in tinygrad and in NumPy."""
    cfg, keys = small.MODELS[config], np.array([5, 2**32 - 5], np.uint32)
    flat, x = mirrors.given(cfg, "float64")
    wanted, out = in_numpy.forward(tv.nest(flat), x, cfg, "verb", dropout(0.3, keys))
    with Context(NOOPT=1):
        found, seen = in_tinygrad.forward(tg.nest(tg.to_tensors(flat)), tg.to_tensors(x), cfg,
                                          "verb", tg_dropout(0.3, tg.to_tensors(keys)))
        found, tokens = found.numpy(), seen["with_position"].numpy()
    assert np.array_equal(tokens == 0, out["with_position"] == 0)
    small.assert_close(found, wanted, OUT)


def test_a_frozen_block_gets_no_gradient():
    """And the others' are those of NumPy."""
    cfg = replace(small.MODEL, gate_layer=1, tubes=small.MODEL.tubes[1:])
    flat, x = mirrors.given(cfg, "float64")
    logits, out = in_numpy.forward(tv.nest(flat), x, cfg, "verb", num_frozen_blocks=1)
    d_logits = {"verb": cross_entropy_backward(logits, LABELS["verb"])}
    wanted = in_numpy.backward(tv.nest(flat), out, d_logits, cfg, num_frozen_blocks=1)
    tensors = tg.to_tensors(flat)
    logits, _ = in_tinygrad.forward(tg.nest(tensors), tg.to_tensors(x), cfg, "verb",
                                    num_frozen_blocks=1)
    loss = tg.cross_entropy(logits, tg.to_tensors(LABELS["verb"]))
    asked = {name: tensors[name] for name in (*wanted, "blocks.0.mlp.up.b")}
    with Context(NOOPT=1):
        found = tg.to_arrays(tg.autograd(asked, loss))
    assert not found["blocks.0.mlp.up.b"].any()
    mirrors.assert_alike(wanted, found, "float64", GRADIENTS)


STEPS, MOST = 10, 9.0  # the norm is above MOST in some of these steps and below in others
TRAINED = replace(small.MODEL, depth=1, gate_layer=0, tubes=small.MODEL.tubes[1:])


def batches():
    for step in range(STEPS):
        rng = np.random.default_rng(step)
        lr = tv.learning_rate(step, STEPS, peak=0.01, warmup=3)
        yield step + 1, lr, small.clips(rng, batch=3).astype(np.float32), rng.integers(0, 5, 3)


def train_np(params):
    """Loss and norm of ten steps (10, 2), and the parameters after them."""
    state, rates, history = tv.adamw_state(params), kernel_rates(params), []
    for t, lr, x, labels in batches():
        logits, out = tv.forward(tv.nest(params), x.astype(float), TRAINED, "verb")
        d_logits = {"verb": cross_entropy_backward(logits, labels, SMOOTHING)}
        grads = tv.backward(tv.nest(params), out, d_logits, TRAINED)
        norm = tv.clip_grad_norm(grads, MOST)
        history.append((tv.cross_entropy(logits, labels, SMOOTHING), norm))
        tv.adamw_by_waves(params, grads, state, t, lr, rates=rates)
    return np.array(history), params


def train_tg(params, dtype):
    state, rates, history = tg.adamw_state(params), kernel_rates(params), []

    @TinyJit
    def step(t, lr, x, labels):
        logits, _ = tg.forward(tg.nest(params), x, TRAINED, "verb")
        loss = tg.cross_entropy(logits, labels, SMOOTHING)
        grads = tg.autograd(params, loss)
        norm = tg.clip_grad_norm(grads, MOST)
        tg.adamw_by_waves(params, grads, state, t, lr, rates=rates)
        return loss, norm

    for t, lr, x, labels in batches():
        tensors = [tg.to_tensors(value, dtype) for value in (t, lr, x)]
        with Context(NOOPT=int(dtype == "float64")):
            history.append([value.item() for value in step(*tensors, tg.to_tensors(labels))])
    return np.array(history), tg.to_arrays(params)


@pytest.mark.parametrize("dtype", TRAINING)
def test_ten_training_steps(dtype):
    flat, _ = mirrors.given(TRAINED, dtype)
    found, params = train_tg(tg.to_tensors(flat, dtype), dtype)
    wanted, wanted_params = train_np(flat)
    assert wanted[:, 1].min() < MOST < wanted[:, 1].max()
    np.testing.assert_allclose(found, wanted, rtol=TRAINING[dtype])
    if dtype == "float64":
        mirrors.assert_alike(wanted_params, params, dtype, KEY_BIAS)


def test_a_plain_step(rng):
    """The textbook's, which train does not use."""
    params = {"tubes.0.w": rng.random((3, 2, 4, 2, 5)), "bias.b": rng.random(3)}
    grads, tensors = {name: w - 0.5 for name, w in params.items()}, tg.to_tensors(params)
    tv.adamw(params, grads, tv.adamw_state(params), 1, 0.1, 0.2)
    with Context(NOOPT=1):
        tg.adamw(tensors, tg.to_tensors(grads), tg.adamw_state(tensors), 1, 0.1, 0.2)
    mirrors.assert_alike(params, tg.to_arrays(tensors), "float64", 1e-14)


@pytest.mark.parametrize("most", [0.5, 50.0])
def test_only_large_gradients_are_clipped(most, rng):
    grads = {"matrix.w": rng.standard_normal((4, 3)), "bias.b": rng.standard_normal(3)}
    tensors = tg.to_tensors(grads)
    norm = tv.clip_grad_norm(grads, most)
    with Context(NOOPT=1):
        small.assert_close(tg.clip_grad_norm(tensors, most).numpy(), norm)
        mirrors.assert_alike(grads, tg.to_arrays(tensors), "float64", 1e-14)


@pytest.mark.parametrize("spectral", [True, False])
def test_a_step_without_some_gradient(spectral, rng):
    shapes = {"tubes.0.w": (3, 2, 4, 2, 5), "matrix.w": (4, 3), "bias.b": (3,), "gate.alpha": ()}
    params, m, v = ({name: np.asarray(rng.random(shape)) for name, shape in shapes.items()}
                    for _ in range(3))
    state, grads = {"m": m, "v": v}, {name: params[name] - 0.5 for name in list(params)[:2]}
    tensors, tensor_state = tg.to_tensors(params), tg.to_tensors(state)
    options = {"spectral": spectral, "smoothness": 0.3, "rates": {"tubes.0.w": 0.5}}
    tv.adamw_by_waves(params, grads, state, 3, 0.1, 0.2, **options)
    with Context(NOOPT=1):
        tg.adamw_by_waves(tensors, tg.to_tensors(grads), tensor_state, 3, 0.1, 0.2, **options)
    found = tg.flatten(tg.to_arrays(tensor_state))
    mirrors.assert_alike(params, tg.to_arrays(tensors), "float64", 1e-14)
    mirrors.assert_alike(tv.flatten(state), found, "float64", 1e-14)
