"""AdamW against a loop over single numbers, the schedule, and clipping."""

import math

import numpy as np
import pytest
import small

import tubevit_np as tv
from tubevit_np.conformance import loops
from tubevit_np.training.cosine_basis import kernel_rates, smooth, to_waves
from tubevit_np.training.optim import is_decayed

SHAPES = {"tubes.0.w": (2, 3, 4, 1, 2), "matrix.w": (3, 4), "norm.g": (5,), "gate.alpha": ()}
RATES = {"tubes.0.w": 0.5}


def draw(rng):
    return {name: np.array(rng.standard_normal(shape)) for name, shape in SHAPES.items()}


def adamw_loop(w, grads, decay, rate):
    """One number through all steps."""
    m = v = 0
    for t, g in enumerate(grads, start=1):
        m, v = loops.moments(m, v, g)
        w = loops.adamw(w, m, v, t, rate, decay)
    return w


@pytest.mark.parametrize("size", [1, 1e-8], ids=["usual", "faint"])  # faint gradients show eps
def test_adamw_equals_a_loop(size, rng):
    params, steps = draw(rng), [draw(rng) for _ in range(6)]
    wanted = {}
    for name, w in params.items():
        grads = [size * step[name].ravel() for step in steps]
        decay, rate = 0.3 * (w.ndim > 1), 0.01 * RATES.get(name, 1)
        wanted[name] = [adamw_loop(value, each, decay, rate)
                        for value, each in zip(w.flat, np.transpose(grads))]
    state = tv.adamw_state(params)
    for t, step in enumerate(steps, start=1):
        grads = {name: size * g for name, g in step.items()}
        tv.adamw_by_waves(params, grads, state, t, lr=0.01, weight_decay=0.3, rates=RATES,
                          spectral=False)
    for name, w in params.items():
        small.assert_close(w.ravel(), np.array(wanted[name]))


def waves_loop(waves, grads, decay, rate):
    """One kernel's waves through all steps."""
    m = v = np.zeros(len(waves))
    for t, g in enumerate(grads, start=1):
        m, v = loops.moments(m, v, g)
        waves = loops.adamw_waves(waves, m, v, t, rate, decay)
    return waves


def test_kernels_by_waves_equal_a_loop(rng):
    name = "tubes.0.w"
    params, steps = {name: draw(rng)[name]}, [{name: draw(rng)[name]} for _ in range(4)]
    steps[2] = {}  # a missing gradient too
    grads = [to_waves(step.get(name, np.zeros(SHAPES[name]))) for step in steps]
    columns = [waves_loop(to_waves(params[name])[..., d].ravel(),
                          [g[..., d].ravel() for g in grads], 0.3, 0.01 * RATES[name])
               for d in range(SHAPES[name][-1])]
    state = tv.adamw_state(params)
    for t, step in enumerate(steps, start=1):
        tv.adamw_by_waves(params, step, state, t, lr=0.01, weight_decay=0.3, rates=RATES)
    small.assert_close(to_waves(params[name]).reshape(-1, 2), np.array(columns).T)


def test_kernels_are_smoothed_after_each_step():
    runs = []
    for smoothness in (0.0, 0.4):
        params = draw(np.random.default_rng(1))
        tv.adamw_by_waves(params, draw(np.random.default_rng(2)), tv.adamw_state(params), 1, 0.1,
                 rates=RATES, smoothness=smoothness)
        runs.append(params)
    plain, smoothed = runs
    for name, w in plain.items():
        if name == "tubes.0.w":
            assert not np.array_equal(w, smoothed[name])
            w = smooth(w, 0.1 * 0.4)
        small.assert_close(smoothed[name], w)


def test_only_kernels_go_by_waves(rng):
    runs = []
    for spectral in (False, True):
        params = draw(np.random.default_rng(1))
        tv.adamw_by_waves(params, draw(np.random.default_rng(2)), tv.adamw_state(params), 1, 0.1,
                 spectral=spectral)
        runs.append(params)
    assert {name for name in SHAPES if not np.array_equal(runs[0][name], runs[1][name])} == {
        "tubes.0.w"}


def test_the_first_step_is_as_long_as_the_rate(rng):
    params, grads = draw(rng), draw(rng)
    before = {name: w.copy() for name, w in params.items()}
    tv.adamw(params, grads, tv.adamw_state(params), 1, lr=0.01, weight_decay=0)
    for name, w in params.items():
        np.testing.assert_allclose(w, before[name] - 0.01 * np.sign(grads[name]), atol=1e-6)


def test_a_missing_gradient_counts_as_zero(rng):
    grads = draw(rng)
    runs = []
    for second in ({}, {name: np.zeros_like(g) for name, g in grads.items()}):
        params = draw(np.random.default_rng(1))
        state = tv.adamw_state(params)
        tv.adamw(params, grads, state, 1, lr=0.1)
        tv.adamw(params, second, state, 2, lr=0.1)
        runs.append(params)
    assert all(np.array_equal(runs[0][name], runs[1][name]) for name in SHAPES)


def test_decay_only_shrinks_matrices_and_kernels(rng):
    params = draw(rng)
    before = {name: w.copy() for name, w in params.items()}
    tv.adamw(params, {}, tv.adamw_state(params), 1, lr=0.1, weight_decay=0.2)
    for name, w in params.items():
        small.assert_close(w, before[name] * (0.98 if name.endswith(".w") else 1))


def test_what_is_decayed():
    shapes = tv.shapes(small.MODELS["gate_all"])
    kept = {name for name, shape in shapes.items() if not is_decayed(shape)}
    assert kept == {name for name in shapes
                    if name.endswith((".b", ".g")) or name in ("pool.probe", "gate.alpha")}


def test_float32_stays_float32(rng):
    params = {name: w.astype(np.float32) for name, w in draw(rng).items()}
    state = tv.adamw_state(params)
    tv.adamw(params, {name: w.copy() for name, w in params.items()}, state, 1, lr=0.1)
    assert {x.dtype for x in [*params.values(), *state["m"].values(), *state["v"].values()]} == {
        np.dtype(np.float32)}


def test_kernel_rates():
    params = {"tubes.0.w": np.zeros((1, 16, 16, 3, 4)), "tubes.1.w": np.zeros((8, 8, 8, 3, 2)),
              "kernel.w": np.zeros((8, 8, 8, 2, 4)), "pool.q.w": np.zeros((4, 4))}
    assert kernel_rates(params) == pytest.approx(
        {"tubes.0.w": 4, "tubes.1.w": 4 * 0.5 ** 0.75, "kernel.w": 4 * 0.75 ** 0.75}, rel=1e-15)


def test_learning_rate():
    rates = [tv.learning_rate(step, 14, 2.0, 4) for step in range(14)]
    assert rates[:5] == [0.5, 1, 1.5, 2, 2]  # up a line, to the peak
    assert rates[9] == pytest.approx(1, rel=1e-15)  # half-way down
    assert rates[5:] == sorted(rates[5:], reverse=True) and 0 < rates[13] < 0.05
    assert rates[13] == pytest.approx(1 + math.cos(math.pi * 0.9), rel=1e-14)
    assert tv.learning_rate(14, 14, 2.0, 4) == 0


def test_learning_rate_without_warm_up_or_with_nothing_else():
    assert tv.learning_rate(0, 10, 3.0, 0) == 3
    assert tv.learning_rate(3, 4, 3.0, 4) == 3
    assert tv.learning_rate(4, 4, 3.0, 4) == 3  # no step is left to divide by


def test_clip_scales_all_gradients_together():
    grads = {"a": np.array([3.0, 0]), "b": np.array([[4.0]]), "c": np.zeros(3)}
    assert tv.clip(grads, 10) == 5 and grads["a"][0] == 3  # within: untouched
    assert tv.clip(grads, 1) == 5
    assert (grads["a"][0], grads["b"][0, 0]) == pytest.approx((0.6, 0.8), rel=1e-15)
    assert tv.clip(grads, 1) == pytest.approx(1, rel=1e-15)
