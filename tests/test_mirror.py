"""tubevit_tg against tubevit_np: the same names, numbers, gradients, training and complaints.

The judge is NumPy in float64, given the very parameters that tinygrad gets.  On a device without
float64 (DEV=METAL, say) only the tests in float32 mean something."""

import os

os.environ.setdefault("DEV", "CPU")  # before tinygrad opens one

import functools
import importlib
import inspect
import warnings
from dataclasses import replace

import numpy as np
import pytest
import small
from tinygrad import Tensor, TinyJit

import tubevit_np as tv
import tubevit_tg as tg
from tubevit_np.backward import cross_entropy_backward
from tubevit_np.optim import kernel_rates

MIRRORED = ("tubes", "kernels", "position", "layers", "pooling", "model", "loss", "optim", "scaling")
ONLY_TG = {"layers": {"matmul"}, "optim": {"autograd"}}  # one door for products; NumPy's is backward.py
MORE_ARGUMENTS = {"positions": ["dtype"]}  # not every GPU has float64

# Largest difference as a share of the largest value, of any one array; ten times what was measured.
TOLERANCE = {"float64": {"out": 1e-13, "gradients": 1e-13, "training": 1e-12},
             "float32": {"out": 1e-5, "gradients": 1e-5, "training": 1e-4}}

EVERYTHING = replace(small.MODEL, pool_mlp=True, gate_layer=0, gate_tokens="tubes")
SHARED = replace(small.MODEL, shared_kernel=True, gelu="erf", depth=1, gate_layer=0)
CONFIGS = {"everything": EVERYTHING, "shared kernel, erf": SHARED}
LABELS = {"verb": np.array([4, 0]), "noun": np.array([1, 6])}
SMOOTHING = 0.1


def judge_params(cfg, dtype, rng):
    """Float64 parameters that dtype holds exactly."""
    return {name: w.astype(dtype).astype(float) for name, w in tv.flatten(small.params(cfg, rng)).items()}


@functools.cache
def both(config, dtype):
    """{part: (NumPy's, tinygrad's)} of one forward and backward pass, each a dict of arrays."""
    cfg, rng = CONFIGS[config], np.random.default_rng(5)
    flat, x = judge_params(cfg, dtype, rng), small.clips(rng).astype(dtype)
    logits, out = tv.forward(tv.nest(flat), x.astype(float), cfg, tuple(LABELS))
    d_logits = {head: cross_entropy_backward(logits[head], y, SMOOTHING) for head, y in LABELS.items()}
    wanted = {"out": out | logits, "gradients": tv.backward(tv.nest(flat), out, d_logits, cfg)}

    tensors = tg.to_tensors(flat, dtype)
    logits, out = tg.forward(tg.nest(tensors), tg.to_tensors(x), cfg, tuple(LABELS))
    loss = sum(tg.cross_entropy(logits[head], tg.to_tensors(y), SMOOTHING) for head, y in LABELS.items())
    grads = tg.autograd(tensors, loss, *out.values(), *logits.values())
    found = {"out": tg.to_arrays(out | logits), "gradients": tg.to_arrays(grads)}
    return {part: (wanted[part], found[part]) for part in wanted}


TRAINED = replace(small.MODEL, depth=1, gate_layer=0, tubes=small.MODEL.tubes[1:])
STEPS = 10


def batch(step, dtype):
    rng = np.random.default_rng(step)
    return small.clips(rng, batch=3).astype(dtype), rng.integers(0, 5, 3), learning_rate(step)


def learning_rate(step):
    return tv.learning_rate(step, STEPS, peak=0.02, warmup=3)


def train_np(flat, dtype):
    """Losses, norms and what is left in the end; clipped at 2, which some steps reach and some do not."""
    params, history = {name: w.copy() for name, w in flat.items()}, []
    state, rates = tv.adamw_state(params), kernel_rates(params)
    for step in range(STEPS):
        x, labels, lr = batch(step, dtype)
        logits, out = tv.forward(tv.nest(params), x.astype(float), TRAINED, "verb")
        loss = tv.cross_entropy(logits, labels, SMOOTHING)
        d_logits = {"verb": cross_entropy_backward(logits, labels, SMOOTHING)}
        grads = tv.backward(tv.nest(params), out, d_logits, TRAINED)
        history.append((loss, tv.clip(grads, 2.0)))
        tv.adamw(params, grads, state, step + 1, lr, rates=rates)
    return np.array(history), params


def train_tg(flat, dtype):
    params, history = tg.to_tensors(flat, dtype), []
    state, rates = tg.adamw_state(params), kernel_rates(params)

    @TinyJit
    def train_step(x, labels, t, lr):
        logits, _ = tg.forward(tg.nest(params), x, TRAINED, "verb", inner=False)
        loss = tg.cross_entropy(logits, labels, SMOOTHING)
        grads = tg.autograd(params, loss)
        norm = tg.clip(grads, 2.0)
        tg.adamw(params, grads, state, t, lr, rates=rates)
        return loss, norm

    for step in range(STEPS):
        x, labels, lr = batch(step, dtype)
        loss, norm = train_step(tg.to_tensors(x), tg.to_tensors(labels), tg.to_tensors(step + 1, dtype),
                                tg.to_tensors(lr, dtype))
        history.append((loss.item(), norm.item()))
    return np.array(history), tg.to_arrays(params)

def differences(wanted, found):
    return {name: np.abs(found[name] - w).max() / np.abs(w).max() for name, w in wanted.items()}


def assert_same(wanted, found, dtype, tolerance):
    """The first difference in the order of the computation is the one to look at: it is named."""
    for name, w in wanted.items():
        assert found[name].shape == w.shape and found[name].dtype == dtype, f"{name} is of another kind"
        small.assert_close(found[name], w, tolerance)


if __name__ == "__main__":
    import time
    for d in TOLERANCE:
            t = time.time()
            flat = judge_params(TRAINED, d, np.random.default_rng(1))
            a, b = train_np(flat,d), train_tg(flat,d)
            print(a[0])
            print(b[0]/a[0]-1, time.time()-t)
            diff = differences(a[1], b[1])
            print(max(diff.values()), {k: f"{v:.0e}" for k, v in sorted(diff.items(), key=lambda kv: -kv[1])[:6]})
    for c in CONFIGS:
        for d in TOLERANCE:
            t = time.time()
            r = both(c, d)
            print(c, d, round(time.time() - t, 1), list(r["out"][0]) == list(r["out"][1]), set(r["gradients"][0]) ^ set(r["gradients"][1]))
            for part in r:
                diff = differences(*r[part])
                print(part, max(diff.values()), {k: f"{v:.0e}" for k, v in sorted(diff.items(), key=lambda kv: -kv[1])[:6]})
