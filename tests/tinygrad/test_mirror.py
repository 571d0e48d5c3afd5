"""tubevit_tg against tubevit_np: the same names, numbers, gradients, training and complaints.

The judge is NumPy in float64, given the very numbers that tinygrad gets.  Most run as plain loops,
which compile twice as fast; ten training steps in float32 as anybody would run them."""

import os

os.environ.setdefault("DEV", "CPU")  # has float64, as not every GPU; set before tinygrad looks

import functools
import importlib
import inspect
from dataclasses import replace

import numpy as np
import pytest
import small
from remarks import remarks
from tinygrad import Context, TinyJit

import tubevit_np as tv
import tubevit_tg as tg
from tubevit_np.model.checks import warn_once
from tubevit_np.training.cosine_basis import kernel_rates
from tubevit_np.training.dropout import dropout
from tubevit_np.training.loss import cross_entropy_backward
from tubevit_tg.training.dropout import dropout as tg_dropout

# Largest difference as a share of the largest value of an array: ten times the worst that was seen.
TOLERANCE = {
    "float64": {"out": 1.5e-14, "gradients": 6e-14, "training": 1e-14},  # 1.5e-15, 6e-15, 1e-15
    "float32": {"out": 8e-6, "gradients": 2e-5, "training": 2e-5},  # 8e-7, 2e-6, 2e-6
}
KEY_BIAS = 1e-9  # its gradient is 0: AdamW makes steps of the rounding, up to 1e-10 of its size

CONFIGS = {
    "everything": replace(small.MODEL, pool_mlp=True, gate_layer=0, gate_tokens="tubes"),
    "shared": replace(small.MODEL, shared_kernel=True, gelu="erf", depth=1, gate_layer=0),
    "image": replace(small.MODEL, depth=1),
    "learned": small.MODELS["learned"],
    "divided": small.MODELS["divided"],
}
LABELS = {"verb": np.array([4, 0]), "noun": np.array([1, 6])}
SMOOTHING = 0.1

MIRRORED = ("model.tubes", "model.kernels", "model.position", "model.layers", "model.pooling",
            "model.gate", "model.model", "training.loss", "training.optim", "training.dropout",
            "training.cosine_basis", "variants.divided_attention")
ONLY_TG = {"model.layers": ["matmul"], "training.optim": ["autograd"]}  # for @ and backward.py
MORE_ARGUMENTS = {"positions": ["dtype"], "smooth_labels": ["dtype"],  # np makes float64, and casts
                  "adamw": ["finite"]}  # np has no half precision
ONLY_NP = {"normalise": ["into"], "gelu": ["into"]}  # tinygrad writes nothing in place


def functions(module):
    """{name: function} that a module shows, in the order of its text."""
    return {name: f for name, f in vars(module).items()
            if inspect.isfunction(f) and not name.startswith("_")}


@pytest.mark.parametrize("module", MIRRORED)
def test_names_and_arguments(module):
    numpys, tinygrads = (functions(importlib.import_module(f"{package}.{module}"))
                         for package in ("tubevit_np", "tubevit_tg"))
    wanted = {name: f for name, f in numpys.items() if f.__module__ == f"tubevit_np.{module}"}
    assert [name for name in wanted if name not in tinygrads] == []
    own = [name for name, f in tinygrads.items() if f.__module__ == f"tubevit_tg.{module}"
           and name not in ONLY_TG.get(module, [])]
    assert own == [name for name in wanted if name in own]  # in the same order
    for name in own:
        arguments = list(inspect.signature(tinygrads[name]).parameters.values())
        count = len(arguments) - len(MORE_ARGUMENTS.get(name, []))
        numpys = list(inspect.signature(wanted[name]).parameters.values())
        assert arguments[:count] == numpys[:count], name
        assert [argument.name for argument in numpys[count:]] == ONLY_NP.get(name, [])
        assert [argument.name for argument in arguments[count:]] == MORE_ARGUMENTS.get(name, [])


def test_both_packages_show_the_same_names():
    only_np = {name for name in vars(tv) if not name.startswith("_")} - set(vars(tg))
    assert {name for name in only_np if not inspect.ismodule(getattr(tv, name))} == {"backward"}


def given(cfg, dtype, rng, shape=(7, 10, 13)):
    """Parameters, flat, and clips or images: float64, of values that dtype holds exactly."""
    flat = tv.flatten(small.params(cfg, rng))
    flat = {name: w.astype(dtype).astype(float) for name, w in flat.items()}
    return flat, small.clips(rng, shape=shape).astype(dtype).astype(float)


@functools.cache
def both(config, dtype):
    """{"out" and "gradients": (NumPy's, tinygrad's)} of one pass there and back, by name."""
    cfg, heads = CONFIGS[config], tuple(LABELS)
    shape = (10, 13) if config == "image" else (7, 10, 13)
    flat, x = given(cfg, dtype, np.random.default_rng(5), shape)
    logits, out = tv.forward(tv.nest(flat), x, cfg, heads)
    d_logits = {head: cross_entropy_backward(logits[head], labels, SMOOTHING)
                for head, labels in LABELS.items()}
    wanted = out | logits, tv.backward(tv.nest(flat), out, d_logits, cfg)

    tensors = tg.to_tensors(flat, dtype)
    logits, out = tg.forward(tg.nest(tensors), tg.to_tensors(x, dtype), cfg, heads)
    loss = sum(tg.cross_entropy(logits[head], tg.to_tensors(labels), SMOOTHING)
               for head, labels in LABELS.items())
    with Context(NOOPT=1):
        grads = tg.autograd(tensors, loss, *out.values(), *logits.values())
    found = tg.to_arrays(out | logits), tg.to_arrays(grads)
    return dict(zip(("out", "gradients"), zip(wanted, found, strict=True), strict=True))


def assert_alike(wanted, found, dtype, tolerance):
    """Of several differences the first is named."""
    for name, w in wanted.items():
        assert found[name].dtype == dtype, name
        try:
            small.assert_close(found[name], w, tolerance)
        except AssertionError as error:
            raise AssertionError(f"{name}: {error}") from None


@pytest.mark.parametrize("dtype", TOLERANCE)
@pytest.mark.parametrize("config", CONFIGS)
def test_every_intermediate(config, dtype):
    wanted, found = both(config, dtype)["out"]
    assert list(found) == list(wanted)
    assert_alike(wanted, found, dtype, TOLERANCE[dtype]["out"])


@pytest.mark.parametrize("dtype", TOLERANCE)
@pytest.mark.parametrize("config", CONFIGS)
def test_every_gradient(config, dtype):
    wanted, found = both(config, dtype)["gradients"]
    assert set(found) == set(tv.shapes(CONFIGS[config]))
    assert_alike(wanted, found, dtype, TOLERANCE[dtype]["gradients"])
    assert not any(found[name].any() for name in set(found) - set(wanted))  # it took no part


# Every function on its own, in float64, with numbers that show its conventions.
def cases():
    rng = np.random.default_rng(7)
    tokens, gain, shift = rng.standard_normal((2, 5, 12)), rng.random(12), rng.random(12)
    scores = np.array([[1.0, 3, 3, 2], [0, -1, 5, 5], [9, 9, 1, 9]])  # ties are no hits
    labels = np.array([1, 2, 1])
    steep = np.linspace(-7, 7, 57)  # past where the error function is 1
    clip = rng.integers(0, 256, (2, 7, 10, 13, 2), dtype=np.uint8)
    kernel = rng.standard_normal((8, 8, 8, 2, 4))
    keep = np.array([True, False, True, True, False])
    return {
        "normalise, eps shows": ("model.layers.layer_norm", 1e-3 * tokens, gain, shift, 1e-6),
        "gelu tanh": ("model.layers.gelu", steep, "tanh"),
        "gelu erf": ("model.layers.gelu", steep, "erf"),
        "erf": ("model.layers.erf", steep),
        "softmax, large": ("model.layers.softmax", 1000 * tokens),
        "split heads": ("model.layers.split_heads", tokens, 3),
        "merge heads": ("model.layers.merge_heads", rng.standard_normal((2, 3, 5, 4))),
        "labels": ("training.loss.smooth_labels", labels, 4, 0.25),
        "shares": ("training.loss.smooth_labels", rng.random((3, 4)), 4, 0.25),
        "cross entropy": ("training.loss.cross_entropy", 500 * scores, labels, 0.1),
        "accuracy of shares": ("training.loss.accuracy", np.eye(3) + scores[:, :3],
                               scores[::-1, :3].copy()),
        "accuracy": ("training.loss.accuracy", np.eye(3) + scores[:, :3], labels),
        "top 2": ("training.loss.accuracy", scores, labels, 2),
        "top 3": ("training.loss.accuracy", scores, labels, 3),
        "rank": ("training.loss.rank", scores, labels),
        "gate": ("model.gate.gate", tokens, tokens[::-1].copy(), np.array(0.3), keep),
        "resize": ("model.kernels.resize_kernel", kernel, (4, 12, 5)),
        "waves": ("training.cosine_basis.to_waves", kernel[:4, :5, :3]),
        "back from waves": ("training.cosine_basis.from_waves", kernel[:4, :5, :3]),
        "smoothed": ("training.cosine_basis.smooth", kernel[:4, :5, :3], 0.7),
        "positions": ("model.position.positions", small.MODEL, (7, 10, 13)),
        "pixels": ("model.model.as_video", clip, replace(small.MODEL, mean=0.45, std=0.27)),
        "linear": ("model.layers.linear", tokens, rng.standard_normal((12, 7)),
                   rng.standard_normal(7)),
    }


@pytest.mark.parametrize("case", cases())
def test_one_function(case):
    path, *arguments = cases()[case]
    module, _, name = path.rpartition(".")
    in_np, in_tg = (getattr(importlib.import_module(f"{package}.{module}"), name)
                    for package in ("tubevit_np", "tubevit_tg"))
    tensors = [tg.to_tensors(a) if isinstance(a, np.ndarray) else a for a in arguments]
    more = {argument: "float64" for argument in MORE_ARGUMENTS.get(name, [])}
    with Context(NOOPT=1):
        found = in_tg(*tensors, **more).numpy()
    tolerance = 1e-6 if found.dtype == np.float32 else 3e-14  # pixels and shares are float32
    small.assert_close(found, in_np(*arguments), tolerance)  # seen: 1e-7 and 3e-15


def test_both_drop_the_same(rng):
    """And nothing else changes: a forward pass with dropout, in tinygrad and in NumPy."""
    cfg, keys = CONFIGS["divided"], np.array([5, 2**32 - 5], np.uint32)
    flat, x = given(cfg, "float64", rng)
    wanted, out = tv.forward(tv.nest(flat), x, cfg, "verb", drop=dropout(0.3, keys))
    with Context(NOOPT=1):
        found, seen = tg.forward(tg.nest(tg.to_tensors(flat)), tg.to_tensors(x), cfg, "verb",
                                 inner=False, drop=tg_dropout(0.3, tg.to_tensors(keys)))
        found, tokens = found.numpy(), seen["with_position"].numpy()
    assert np.array_equal(tokens == 0, out["with_position"] == 0)
    small.assert_close(found, wanted, TOLERANCE["float64"]["out"])


def test_a_frozen_block_gets_no_gradient(rng):
    """And the others' are those of NumPy."""
    cfg = replace(small.MODEL, gate_layer=1, tubes=small.MODEL.tubes[1:])
    flat, x = given(cfg, "float64", rng)
    logits, out = tv.forward(tv.nest(flat), x, cfg, "verb", frozen=1)
    d_logits = {"verb": cross_entropy_backward(logits, LABELS["verb"])}
    wanted = tv.backward(tv.nest(flat), out, d_logits, cfg, frozen=1)
    tensors = tg.to_tensors(flat)
    logits, _ = tg.forward(tg.nest(tensors), tg.to_tensors(x), cfg, "verb", frozen=1)
    loss = tg.cross_entropy(logits, tg.to_tensors(LABELS["verb"]))
    asked = {name: tensors[name] for name in (*wanted, "blocks.0.mlp.up.b")}
    with Context(NOOPT=1):
        found = tg.to_arrays(tg.autograd(asked, loss))
    assert not found["blocks.0.mlp.up.b"].any()
    assert_alike(wanted, found, "float64", TOLERANCE["float64"]["gradients"])


def test_a_closed_gate_changes_nothing(rng):
    z, z0 = rng.standard_normal((2, 2, 5, 12)).astype(np.float32)
    alpha, keep = tg.to_tensors(0.0), tg.to_tensors(np.ones(5, bool))
    assert np.array_equal(tg.gate(tg.to_tensors(z), tg.to_tensors(z0), alpha, keep).numpy(), z)


def test_a_score_that_is_no_number_is_never_right():
    scores, labels = tg.to_tensors(np.full((2, 3), np.nan)), tg.to_tensors(np.array([0, 2]))
    assert tg.accuracy(scores, labels).item() == 0


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
        history.append((tv.cross_entropy(logits, labels, SMOOTHING), tv.clip(grads, MOST)))
        tv.adamw(params, grads, state, t, lr, rates=rates)
    return np.array(history), params


def train_tg(params, dtype):
    state, rates, history = tg.adamw_state(params), kernel_rates(params), []

    @TinyJit
    def step(t, lr, x, labels):
        logits, _ = tg.forward(tg.nest(params), x, TRAINED, "verb", inner=False)
        loss = tg.cross_entropy(logits, labels, SMOOTHING)
        grads = tg.autograd(params, loss)
        norm = tg.clip(grads, MOST)
        tg.adamw(params, grads, state, t, lr, rates=rates)
        return loss, norm

    for t, lr, x, labels in batches():
        tensors = [tg.to_tensors(value, dtype) for value in (t, lr, x)]
        with Context(NOOPT=int(dtype == "float64")):
            history.append([value.item() for value in step(*tensors, tg.to_tensors(labels))])
    return np.array(history), tg.to_arrays(params)


@pytest.mark.parametrize("dtype", TOLERANCE)
def test_ten_training_steps(dtype, rng):
    flat, _ = given(TRAINED, dtype, rng)
    found, params = train_tg(tg.to_tensors(flat, dtype), dtype)
    wanted, wanted_params = train_np(flat)
    assert wanted[:, 1].min() < MOST < wanted[:, 1].max()
    np.testing.assert_allclose(found, wanted, rtol=TOLERANCE[dtype]["training"])
    if dtype == "float64":
        assert_alike(wanted_params, params, dtype, KEY_BIAS)


@pytest.mark.parametrize("spectral", [True, False])
def test_a_step_without_some_gradient(spectral, rng):
    shapes = {"tubes.0.w": (3, 2, 4, 2, 5), "matrix.w": (4, 3), "bias.b": (3,), "gate.alpha": ()}
    params, m, v = ({name: np.asarray(rng.random(shape)) for name, shape in shapes.items()}
                    for _ in range(3))
    state, grads = {"m": m, "v": v}, {name: params[name] - 0.5 for name in list(params)[:2]}
    tensors, tensor_state = tg.to_tensors(params), tg.to_tensors(state)
    tv.adamw(params, grads, state, 3, 0.1, weight_decay=0.2, spectral=spectral, smoothness=0.3)
    with Context(NOOPT=1):
        tg.adamw(tensors, tg.to_tensors(grads), tensor_state, 3, 0.1, 0.2, spectral=spectral,
                 smoothness=0.3)
    assert_alike(params, tg.to_arrays(tensors), "float64", 1e-14)
    assert_alike(tv.flatten(state), tg.flatten(tg.to_arrays(tensor_state)), "float64", 1e-14)


def test_a_file_goes_both_ways(tmp_path, rng):
    cfg = TRAINED
    tv.save(tmp_path / "np.safetensors", tv.init(cfg, rng), cfg, {"verb": list("abcde")})
    params, read_cfg, notes = tg.load(tmp_path / "np.safetensors")
    tensors = tg.to_tensors(params)
    tg.save(tmp_path / "tg.safetensors", tg.to_arrays(tensors), read_cfg, notes["labels"])
    again, again_cfg, again_notes = tv.load(tmp_path / "tg.safetensors")
    assert again_cfg == read_cfg == cfg and again_notes["labels"] == {"verb": list("abcde")}
    for name, w in tv.flatten(params).items():
        assert tv.flatten(again)[name].dtype == w.dtype
        assert np.array_equal(tv.flatten(again)[name], w)


def test_without_inner_the_same_names(rng):
    cfg = CONFIGS["everything"]
    params, x = tv.init(cfg, rng), small.clips(rng).astype(np.float32)
    _, wanted = tv.forward(params, x, cfg, "verb", inner=False)
    logits, found = tg.forward(tg.to_tensors(params), x, cfg, "verb", inner=False)
    assert list(found) == list(wanted) and logits.shape == (2, 5)


@pytest.mark.parametrize("x, head", [
    (np.zeros((2, 7, 10, 13, 2), np.int64), "verb"),
    (np.zeros((2, 7, 10, 13, 2), bool), "verb"),
    (np.zeros((10, 13, 2), np.float32), "verb"),
    (np.zeros((2, 7, 10, 13, 3), np.uint8), "verb"),
    (np.zeros((2, 7, 2, 2, 2), np.float32), "verb"),
    (np.zeros((2, 2, 13, 2), np.float32), "verb"),
    (np.zeros((2, 7, 10, 13, 2), np.float32), "adjective"),
], ids=["integers", "truths", "three axes", "channels", "small clip", "small image", "head"])
def test_the_same_complaints(x, head, rng):
    params = tv.init(small.MODEL, rng)
    with pytest.raises(ValueError) as wanted:
        tv.forward(params, x, small.MODEL, head)
    for array_or_tensor in (x, tg.to_tensors(x)):
        with pytest.raises(ValueError) as found:
            tg.forward(params, array_or_tensor, small.MODEL, head)
        assert str(found.value) == str(wanted.value) and "\n" not in str(wanted.value)


def test_the_same_warning_of_a_tube_left_out(rng):
    params, x = tv.init(small.MODEL, rng), small.clips(rng, shape=(3, 10, 13)).astype(np.float32)
    texts = []
    for forward, weights in ((tv.forward, params), (tg.forward, tg.to_tensors(params))):
        warn_once.cache_clear()
        texts.append([text for _ in range(2)
                      for text in remarks(forward, weights, x, small.MODEL, "verb")[1]])
    assert texts[0] == texts[1] and len(texts[0]) == 1


def test_parameters_that_are_arrays_are_refused(rng):
    with pytest.raises(ValueError, match="to_tensors"):
        tg.forward(tv.init(small.MODEL, rng), small.clips(rng), small.MODEL, "verb")
