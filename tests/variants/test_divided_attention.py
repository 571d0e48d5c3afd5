"""Divided attention against loops, and which tokens it connects; the tube sets of baselines."""

from dataclasses import replace

import numpy as np
import pytest
import small
from tiny import RECIPE, glance

import tubevit_np as tv
from tubevit_np.conformance import loops
from tubevit_np.plots.gallery.run_plots import draw_run
from tubevit_np.runs.open_run import new_run
from tubevit_np.training.dropout import ATTENTION, MLP, TIME, dropout, dropout_blocks
from tubevit_np.training.train import train
from tubevit_np.variants import divided_attention as baselines
from tubevit_np.variants.config import attention_of
from tubevit_np.variants.divided_attention import by_frame, by_place, from_places

B, FRAMES, PLACES, D, A = 2, 3, 5, 24, 3
CFG = small.MODELS["divided"]
FIXED = {"heads": A, "eps": 1e-6, "form": "tanh"}


def block_params(rng):
    return small.params(CFG, rng)["blocks"]["0"]


def divided(z, params, frames=FRAMES):
    return tv.divided_block(z, **params, frames=frames, **FIXED)[0]


def test_block_equals_loops(rng):
    params, z = block_params(rng), rng.normal(0, 1e-3, (B, FRAMES * PLACES, D))  # eps counts
    flat = tv.flatten(params, "block.")
    wanted = [loops.divided_block(flat, "block", clip, FRAMES, A, 1e-6, "tanh") for clip in z]
    small.assert_close(divided(z, params), np.array(wanted))


def test_block_names_what_it_computes(rng):
    params, z = block_params(rng), rng.standard_normal((B, FRAMES * PLACES, D))
    _, seen = tv.divided_block(z, **params, frames=FRAMES, **FIXED)
    _, ordinary = tv.block(z, **{name: w for name, w in params.items() if name != "time"}, **FIXED)
    time = {name: value.shape for name, value in seen.items() if name.startswith("time.")}
    assert time == {
        "time.ln": z.shape, "time.attn.qkv": (B * PLACES, FRAMES, 3 * D),
        "time.attn.weights": (B * PLACES, A, FRAMES, FRAMES),
        "time.attn.mixed": (B * PLACES, FRAMES, D), "time.attended": z.shape,
        "time.middle": z.shape}
    assert set(seen) == set(time) | set(ordinary)
    assert seen["attn.weights"].shape == (B * FRAMES, A, PLACES, PLACES)


def test_one_frame_is_an_ordinary_block_behind_a_sum(rng):
    """Attention over a single frame takes its own value, whatever queries and keys are."""
    params, z = block_params(rng), rng.standard_normal((B, PLACES, D))
    time = params.pop("time")
    x = tv.layer_norm(z, **time["ln"], eps=1e-6)
    for w in (time["attn"]["qkv"], time["attn"]["out"], time["fc"]):
        x = tv.linear(x, w["w"][:, -D:], w["b"][-D:])
    wanted, _ = tv.block(z + x, **params, **FIXED)
    small.assert_close(divided(z, params | {"time": time}, frames=1), wanted)


def test_a_new_model_sees_each_frame_alone(rng):
    cfg = replace(CFG, gate_layer=None, position_scale=0.0)
    params, x = tv.init(cfg, rng), small.clips(rng).astype(np.float32)
    _, out = tv.variants.forward(params, x, cfg, "verb")
    images = [tv.variants.forward(params, x[:, t], cfg, "verb")[1]["norm"]
              for t in range(x.shape[1])]
    small.assert_close(out["norm"], np.concatenate(images, axis=1), 1e-5)


@pytest.mark.parametrize("axis", [1, 2])
def test_a_block_follows_the_order_of_places_and_of_frames(axis, rng):
    params, z = block_params(rng), rng.standard_normal((B, FRAMES, PLACES, D))
    order = rng.permutation(z.shape[axis])
    before, after = (divided(x.reshape(B, -1, D), params).reshape(z.shape)
                     for x in (z, z.take(order, axis)))
    small.assert_close(after, before.take(order, axis))


def test_who_sees_whom(rng):
    """Over time a change reaches its place alone; then its frame, and all frames of that place."""
    params, z = block_params(rng), rng.standard_normal((B, FRAMES * PLACES, D))
    changed = z.copy()
    changed[:, 1 * PLACES + 3] += rng.standard_normal(D)  # frame 1, place 3
    first, second = (tv.divided_block(x, **params, frames=FRAMES, **FIXED) for x in (z, changed))
    moved = (first[1]["time.middle"] != second[1]["time.middle"]).any((0, 2))
    assert np.flatnonzero(moved.reshape(FRAMES, PLACES).all(0)).tolist() == [3]
    assert moved.sum() == FRAMES
    assert (first[0] != second[0]).any(2).all()


def test_places_and_frames_are_cut_from_the_token_order():
    z = np.arange(B * FRAMES * PLACES * 2).reshape(B, -1, 2)
    grid = z.reshape(B, FRAMES, PLACES, 2)
    assert np.array_equal(by_frame(z, FRAMES)[1 * FRAMES + 2], grid[1, 2])
    assert np.array_equal(by_place(z, FRAMES)[1 * PLACES + 4], grid[1, :, 4])
    assert np.array_equal(from_places(by_place(z, FRAMES), z.shape), z)


def test_dropout_of_all_three_parts_by_clip(rng):
    """By setting the same numbers to zero by hand, in the order of the tokens."""
    params, z = block_params(rng), rng.standard_normal((B, FRAMES * PLACES, D))
    drop, ones = dropout(0.3, np.array([3, 8], np.uint32)), np.ones_like(z)
    block = dropout_blocks(replace(CFG, depth=2), (FRAMES, 10, 13), drop)[1]
    found, seen = block(z, **params, **FIXED)
    change, _ = baselines.over_time(z, **params["time"], frames=FRAMES, heads=A, eps=1e-6)
    y = z + change * drop(1, TIME, ones)
    small.assert_close(seen["time.middle"], y)
    change = tv.linear(seen["attn.mixed"], **params["attn"]["out"]).reshape(z.shape)
    y = y + change * drop(1, ATTENTION, ones)
    small.assert_close(seen["middle"].reshape(z.shape), y)
    change = tv.linear(seen["mlp.gelu"], **params["mlp"]["down"]).reshape(z.shape)
    small.assert_close(found, y + change * drop(1, MLP, ones))


@pytest.mark.parametrize("tubes", [(small.PATCH, small.PATCH), (small.OVERLAPPING,)])
def test_divided_attention_needs_one_2d_patch(tubes):
    names = ", ".join(tube.name for tube in tubes)
    with pytest.raises(ValueError, match=f"one tube, a 2D patch, not {names}$"):
        replace(CFG, tubes=tubes)
    with pytest.raises(ValueError, match="attention 'local' is not one of global, divided"):
        tv.variant(CFG, attention="local")


def test_a_later_field_is_written_only_where_it_says_something():
    assert '"attention": "divided"' in tv.to_json(CFG)
    assert "attention" not in tv.to_json(small.MODEL)  # as in every file before there was one
    assert tv.from_json(tv.to_json(CFG)) == CFG


TOKENS = {"main": 539, "plain": 539, "shared": 539, "core": 784, "patches": 392,
          "dense": 3136 + 196, "frames": 6272}
SMALL = {"demo": 102, "demo-s2d": 102, "demo-shared": 102, "demo-core": 144, "demo-patches": 72,
         "demo-dense": 288 + 36, "demo-frames": 576, "demo-1": 36, "demo-2": 68, "demo-8": 140}
SMALL |= dict.fromkeys(("demo-2t", "demo-2s", "demo-4t", "demo-4s", "demo-4st"), 102)


@pytest.mark.parametrize("name", tv.TUBE_SETS)
def test_token_counts_of_every_set(name):
    cfg = tv.with_tubes(tv.PRESETS["B"], name)
    shape = (16, 48, 48) if name in SMALL else (32, 224, 224)
    counts = [np.prod(tv.grid(tube, shape)) for tube in cfg.tubes]
    assert sum(counts) == (TOKENS | SMALL)[name]
    assert any(tube.is_patch for tube in cfg.tubes)  # images, too, give tokens
    assert cfg.shared_kernel == ("shared" in name)
    assert (attention_of(cfg) == "divided") == ("frames" in name)


def test_the_last_tube_set_counts():
    for name in ("shared", "frames"):
        cfg = tv.with_tubes(tv.PRESETS["B"], name)
        assert tv.with_tubes(cfg, "main") == tv.PRESETS["B"]


def test_space_to_depth_is_all_that_sets_apart():
    for packed, alone in (("main", "plain"), ("demo-s2d", "demo")):
        pairs = list(zip(tv.TUBE_SETS[packed], tv.TUBE_SETS[alone], strict=True))
        assert [replace(tube, s2d=(1, 1, 1)) for tube, _ in pairs] == [tube for _, tube in pairs]
        assert [tube.s2d for tube, _ in pairs if tube.members > 1] == [(2, 1, 1), (1, 2, 2)]


@glance
def test_divided_attention_trains_on_the_generated_set(tmp_path):
    """And its kernels, of 2D patches alone, can be drawn."""
    opened = new_run(tmp_path, replace(RECIPE, tubes="demo-frames", steps=2, save_every=2))
    params = train(opened)
    assert params["blocks"]["0"]["time"]["fc"]["w"].any()  # it was 0
    draw_run(opened)
    assert tv.load(tmp_path / "model.safetensors")[1] == opened.cfg
    assert (tmp_path / "kernels.png").exists()
