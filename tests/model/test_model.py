"""The whole model: against loops, its results, and its errors."""

import warnings
from dataclasses import replace

import numpy as np
import pytest
import small

import tubevit_np as tv
from tubevit_np.conformance import loops
from tubevit_np.training import step

N, D, A, M = 32, 24, 3, 10  # tokens of small.MODEL: 8 packed, 12 patches, 12 overlapping


def as_type(params, dtype):
    return tv.nest({name: np.asarray(w, dtype) for name, w in tv.flatten(params).items()})


@pytest.mark.parametrize("cfg", small.MODELS.values(), ids=small.MODELS)
def test_scores_equal_the_loops(cfg, rng):
    params, x = small.params(cfg, rng), small.clips(rng)
    flat = tv.flatten(params)
    wanted = np.array([loops.forward(flat, clip, cfg, "noun") for clip in x])
    small.assert_close(small.forward(params, x, cfg, "noun")[0], wanted)


@pytest.mark.parametrize("name", ["plain", "gate_tubes", "shared_kernel"])
def test_an_image_is_a_video_of_one_frame(name, rng):
    cfg = small.MODELS[name]
    params, x = small.params(cfg, rng), small.clips(rng, shape=(10, 13))
    logits, out = tv.forward(params, x, cfg, "noun")
    wanted = [loops.forward(tv.flatten(params), image[None], cfg, "noun") for image in x]
    small.assert_close(logits, np.array(wanted))
    assert out["video"].shape == (2, 1, 10, 13, 2) and out["tokens"].shape == (2, 6, D)


def test_out_names_every_intermediate(rng):
    _, out = tv.forward(small.params(small.MODEL, rng), small.clips(rng), small.MODEL, "verb")
    block = {"ln1": (N, D), "attn.qkv": (N, 3 * D), "attn.weights": (A, N, N), "attn.mixed": (N, D),
             "middle": (N, D), "ln2": (N, D), "mlp.up": (N, M), "mlp.gelu": (N, M)}
    wanted = {"video": (7, 10, 13, 2), "tokens": (N, D), "with_position": (N, D), "norm": (N, D),
              "pool.kv": (N, 2 * D), "pool.weights": (A, 1, N), "pool.mixed": (D,),
              "pool.attended": (D,), "pooled": (D,)}
    for layer in ("blocks.0", "blocks.1"):
        wanted |= {layer: (N, D)} | {f"{layer}.{name}": shape for name, shape in block.items()}
    wanted = {name: (2, *shape) for name, shape in wanted.items()} | {"pool.q": (1, 1, D)}
    assert {name: value.shape for name, value in out.items()} == wanted


def test_without_intermediates_the_blocks_keep_their_results_alone(rng):
    params, x = small.params(small.MODEL, rng), small.clips(rng)
    logits, out = tv.forward(params, x, small.MODEL, "verb")
    short_logits, short = step.forward(params, x, small.MODEL, "verb", num_frozen_blocks=2)
    small.assert_close(short_logits, logits)
    assert set(out) - set(short) == {name for name in out if name.count(".") > 1}
    for name, value in short.items():
        small.assert_close(value, out[name])


def test_one_head_or_several(rng):
    params, x = small.params(small.MODEL, rng), small.clips(rng)
    both, _ = tv.forward(params, x, small.MODEL, ("noun", "verb"))
    assert list(both) == ["noun", "verb"]
    for head, classes in (("verb", 5), ("noun", 7)):
        alone, _ = tv.forward(params, x, small.MODEL, head)
        assert alone.shape == (2, classes) and np.array_equal(alone, both[head])
    assert list(tv.forward(params, x, small.MODEL, ["verb"])[0]) == ["verb"]


@pytest.mark.parametrize("name", small.MODELS)
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_precision_is_kept_everywhere(name, dtype, rng):
    cfg = small.MODELS[name]
    params, x = as_type(small.params(cfg, rng), dtype), small.clips(rng).astype(dtype)
    logits, out = small.forward(params, x, cfg, "verb")
    assert {key for key, value in out.items() if value.dtype != dtype} == set()
    assert logits.dtype == dtype


def test_float32_is_near_float64(rng):
    params, x = small.params(small.MODEL, rng), small.clips(rng).astype(np.float32)
    exact, _ = tv.forward(params, x.astype(float), small.MODEL, "verb")
    found, _ = tv.forward(as_type(params, np.float32), x, small.MODEL, "verb")
    small.assert_close(found, exact, 2e-6)  # ten times the measured 2e-7


def test_uint8_is_scaled_by_mean_and_std(rng):
    cfg = replace(small.MODEL, mean=0.45, std=0.27)
    params = as_type(small.params(cfg, rng), np.float32)
    x = rng.integers(0, 256, (2, 7, 10, 13, 2), np.uint8)
    found, out = tv.forward(params, x, cfg, "verb")
    assert out["video"].dtype == np.float32
    small.assert_close(out["video"], (x / 255 - 0.45) / 0.27, 1e-6)  # float32; measured 1e-7
    assert np.array_equal(found, tv.forward(params, out["video"], cfg, "verb")[0])


def test_default_scaling_gives_minus_one_to_one(rng):
    x = np.tile(np.array([0, 255], np.uint8), (1, 7, 10, 13, 1))
    out = tv.forward(tv.init(small.MODEL, rng), x, small.MODEL, "verb")[1]
    small.assert_close(out["video"], np.where(x, 1.0, -1.0), 1e-6)


def test_the_order_of_the_tubes_does_not_matter_to_the_scores(rng):
    params, x = small.params(small.MODEL, rng), small.clips(rng)
    turned = replace(small.MODEL, tubes=small.MODEL.tubes[::-1])
    tubes = {str(2 - i): params["tubes"][str(i)] for i in range(3)}
    one, two = (tv.forward(p, x, cfg, "verb")[1] for p, cfg in (
        (params, small.MODEL), (params | {"tubes": tubes}, turned)))
    assert np.array_equal(two["tokens"][:, :12], one["tokens"][:, 20:])
    small.assert_close(two["pooled"], one["pooled"])


def test_clips_of_a_batch_never_mix(rng):
    params, x = small.params(small.MODEL, rng), small.clips(rng, batch=3)
    _, before = tv.forward(params, x, small.MODEL, "verb")
    x[1] = np.nan
    logits, after = tv.forward(params, x, small.MODEL, "verb")
    assert np.isnan(logits[1]).all()
    for name, value in after.items():  # pool.q has no clips: the probe is everybody's
        assert name == "pool.q" or np.array_equal(value[[0, 2]], before[name][[0, 2]]), name


@pytest.mark.parametrize("tokens", ["all", "tubes"])
def test_a_closed_gate_changes_not_one_bit(tokens, rng):
    gated = replace(small.MODEL, gate_layer=0, gate_tokens=tokens)
    params = as_type(small.params(small.MODEL, rng), np.float32)
    x = small.clips(rng).astype(np.float32)
    closed = params | {"gate": {"alpha": np.zeros((), np.float32)}}
    wanted, out = tv.forward(params, x, small.MODEL, "verb")
    found, with_gate = tv.forward(closed, x, gated, "verb")
    assert np.array_equal(found, wanted)
    assert all(np.array_equal(with_gate[name], out[name]) for name in out)


def test_the_input_is_left_alone(rng):
    params, x = small.params(small.MODEL, rng), small.clips(rng)
    kept = {name: w.copy() for name, w in tv.flatten(params).items()} | {"x": x.copy()}
    tv.forward(params, x, small.MODEL, ("verb", "noun"))
    assert all(np.array_equal(kept[name], w) for name, w in (tv.flatten(params) | {"x": x}).items())


def test_a_tube_that_does_not_fit_gives_no_tokens_and_says_so_once(rng):
    params, x = small.params(small.MODEL, rng), small.clips(rng, shape=(4, 10, 13))
    with warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("default")
        for _ in range(3):
            _, out = tv.forward(params, x, small.MODEL, "verb")
    assert out["tokens"].shape == (2, 10, D)  # 4 packed, 6 patches
    assert len(told) == 1 and told[0].category is UserWarning
    assert "tube 4x3x2 needs 5x5x5" in str(told[0].message)
    assert "4x10x13" in str(told[0].message) and "no tokens" in str(told[0].message)


def test_an_image_leaves_tubes_out_without_a_word(rng):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        tv.forward(small.params(small.MODEL, rng), small.clips(rng)[:, 0], small.MODEL, "verb")


@pytest.mark.parametrize("shape, dtype, head, text", [
    ((2, 7, 3, 13, 2), float, "verb",
     r"no tube fits into 7x3x13 \(T x H x W\); they need 2x4x6, 1x4x3, 5x5x5"),
    ((2, 3, 13, 2), float, "verb", "no tube fits into 1x3x13"),
    ((7, 10, 2), float, "verb", r"shape \(7, 10, 2\): a video is \(B, T, H, W, C\), an image"),
    ((2, 7, 10, 13, 3), float, "verb", "has 3 channels in its last axis, the model takes 2"),
    ((2, 2, 7, 10, 13), float, "verb", "has 13 channels"),
    ((2, 7, 10, 13, 2), np.int64, "verb", r"dtype int64: use uint8 \(0 to 255\) or floats"),
    ((2, 7, 10, 13, 2), bool, "verb", "dtype bool"),
    ((2, 7, 10, 13, 2), float, "adverb", "no head 'adverb'; this model has verb, noun"),
    ((2, 7, 10, 13, 2), float, ("verb", "adverb"), "no head 'adverb'"),
])
def test_what_it_refuses_in_one_line(shape, dtype, head, text, rng):
    with pytest.raises(ValueError, match=text) as error:
        tv.forward(tv.init(small.MODEL, rng), np.zeros(shape, dtype), small.MODEL, head)
    assert "\n" not in str(error.value)


def test_a_variant_is_refused_with_the_way_out(rng):
    cfg = small.MODELS["learned"]
    params, x = tv.init(cfg, rng), small.clips(rng)
    _, out = tv.variants.forward(params, x, cfg, "verb")
    for run in (lambda: tv.forward(params, x, cfg, "verb"), lambda: tv.positions(cfg, (7, 10, 13)),
                lambda: tv.backward(params, out, {"verb": np.ones((2, 5))}, cfg),
                lambda: tv.fast.forward(params, x, cfg, "verb")):
        with pytest.raises(ValueError, match="a variant of TubeViT .* use variants.forward"):
            run()


def test_a_model_without_heads_says_so(rng):
    bare = replace(small.MODEL, classes={})
    with pytest.raises(ValueError, match="no head 'verb'; this model has none"):
        tv.forward(tv.init(bare, rng), small.clips(rng), bare, "verb")
    assert tv.forward(tv.init(bare, rng), small.clips(rng), bare, ())[0] == {}
