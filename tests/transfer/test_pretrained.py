"""Image ViTs from other libraries: every format, its hyperparameters, and errors."""

import json
from dataclasses import replace

import numpy as np
import pytest
import vit_files
from safetensors.numpy import save_file
from small import assert_close
from vit_files import BIG_VISION, flax, hugging_face, scanned, timm

import tubevit_np as tv
from tubevit_np.conformance import loops
from tubevit_np.model.params import flatten
from tubevit_np.transfer.pretrained import from_image_vit, origins, read_image_vit
from tubevit_np.transfer.vit_files.heads import number_of_heads

HEADS = 3  # with 4 channels each; 2 blocks; patches are 4x3 with 2 channels
PATCH = tv.Tube((1, 4, 3), (4, 4, 3))
TUBES = (tv.Tube((2, 3, 4), (4, 4, 6), s2d=(2, 1, 1)), PATCH, tv.Tube((3, 5, 2), (2, 5, 4)))
SETTINGS = {"num_attention_heads": HEADS, "hidden_size": 12, "hidden_act": "gelu",
            "layer_norm_eps": 1e-5}
FORMS = {  # format: its printed name, GELU, eps
    "original": ("original ViT", "tanh", 1e-6), "opt/target/": ("original ViT", "tanh", 1e-6),
    "big_vision": ("big_vision", "tanh", 1e-6), "params/img/": ("big_vision", "tanh", 1e-6),
    "scanned": ("big_vision", "tanh", 1e-6), "timm": ("timm", "erf", 1e-6),
    "hf": ("Hugging Face", "erf", 1e-5), "hf model": ("Hugging Face", "erf", 1e-5),
    "shards": ("Hugging Face", "erf", 1e-5), "file": ("Hugging Face", "erf", 1e-12),
}


def written(fmt, ours, path):
    """Write a ViT as a file or folder in the format fmt; returns its path."""
    if FORMS[fmt][0] in ("original ViT", "big_vision"):
        names = vit_files.ORIGINAL if FORMS[fmt][0] == "original ViT" else BIG_VISION
        arrays = flax(ours, HEADS, names, fmt if fmt.endswith("/") else "")
        others = {"params/txt/embedding/kernel": np.ones(2)} if fmt.startswith("params") else {}
        np.savez(path / "x.npz", **(scanned(arrays) if fmt == "scanned" else arrays), **others)
        return path / "x.npz"
    if fmt in ("timm", "file"):
        save_file(timm(ours) if fmt == "timm" else hugging_face(ours), path / "x.safetensors")
        return path / "x.safetensors"
    arrays = hugging_face(ours, "" if fmt == "hf model" else "vit.")
    return vit_files.folder(path / "hf", arrays, 3 if fmt == "shards" else 1, **SETTINGS)


@pytest.fixture
def ours(rng):
    return vit_files.vit(rng)


@pytest.mark.parametrize("fmt", FORMS)
def test_every_form_gives_every_array_by_our_names(fmt, ours, tmp_path):
    flat, hparams = read_image_vit(written(fmt, ours, tmp_path), HEADS)
    wanted = {name: x for name, x in ours.items() if fmt != "hf model" or "head" not in name}
    assert flat.keys() == wanted.keys()
    for name, x in wanted.items():
        assert np.array_equal(flat[name], x), name
        assert flat[name].dtype == np.float32 and flat[name].flags["C_CONTIGUOUS"]
    assert (hparams.format_name, hparams.cfg.gelu, hparams.cfg.eps) == FORMS[fmt]
    cfg = hparams.cfg
    assert (cfg.dim, cfg.depth, cfg.heads, cfg.mlp_dim) == (12, 2, 3, 10)
    assert (cfg.tubes[0].kernel, cfg.channels) == ((1, 4, 3), 2)
    assert hparams.classes == (None if fmt == "hf model" else 5)


def test_what_is_set_aside_is_told(ours, tmp_path, rng):
    unused = {fmt: read_image_vit(written(fmt, ours, tmp_path), HEADS)[1].unused
             for fmt in ("params/img/", "timm", "hf model")}
    assert unused["params/img/"] == {"params/img/cls": (1, 1, 12),
                                    "params/img/pos_embedding": (1, 7, 12),
                                    "params/txt/embedding/kernel": (2,)}
    assert unused["timm"] == {"cls_token": (1, 1, 12), "pos_embed": (1, 7, 12)}
    assert unused["hf model"].keys() == {
        "embeddings.cls_token", "embeddings.position_embeddings", "pooler.dense.weight",
        "pooler.dense.bias"}
    *_, notes = from_image_vit(written("timm", ours, tmp_path), TUBES, {}, rng, heads=HEADS)
    assert notes[0] == "not used: cls_token 1x1x12, pos_embed 1x7x12"
    assert "its head of 5 classes read the class token" in notes[1] and "not used" in notes[1]
    assert "positions are fixed sines and cosines" in notes[2]


@pytest.mark.parametrize("fmt", ["original", "timm", "hf"])
def test_images_are_seen_as_by_the_file_s_own_vit(fmt, ours, tmp_path, rng):
    """Tokens after the final norm equal those of simple loops over the written arrays."""
    path = written(fmt, ours, tmp_path)
    params, cfg, _ = from_image_vit(path, TUBES, {"it": 7}, rng, heads=HEADS)
    image = rng.standard_normal((9, 7, 2))
    found = tv.forward(params, image[None], cfg, "it")[1]["norm"][0]
    p = {name.replace("patch", "tubes.0"): x.astype(float) for name, x in ours.items()}
    z = loops.tokens(p, image[None], tv.Config((PATCH,), 12, 2, 3, 10))
    z += [loops.position((0, h, w), 12, 1e4) for h in (1.5, 5.5) for w in (1.0, 4.0)]
    for layer in range(2):
        z = loops.block(p, f"blocks.{layer}", z, HEADS, FORMS[fmt][2], FORMS[fmt][1])
    assert_close(found, loops.layer_norm(z, p["norm.g"], p["norm.b"], FORMS[fmt][2]), 1e-13)


@pytest.mark.parametrize("start", ["inflated", "random", "shared"])
def test_a_whole_model_is_what_is_read_and_what_is_drawn(start, ours, tmp_path):
    path = written("timm", ours, tmp_path)
    params, cfg, _ = from_image_vit(path, TUBES, {"it": 7}, np.random.default_rng(5),
                                    keep_head=True, start=start, heads=HEADS)
    flat, fresh = flatten(params), flatten(tv.init(cfg, np.random.default_rng(5)))
    tv.check(flat, cfg)
    assert cfg.classes == {"it": 7, "image": 5} and cfg.shared_kernel == (start == "shared")
    mine = {"patch": "tubes.1", "head": "heads.image"}
    read = {mine.get(name.split(".")[0], name.split(".")[0]) + name[name.index("."):]: x
            for name, x in ours.items()}
    for name, x in flat.items():
        if name in read:
            assert np.array_equal(x, read[name]), name
        else:
            inflated = start != "random" and name.startswith(("tubes", "kernel"))
            assert np.array_equal(x, fresh[name]) != inflated, name
    told = origins(cfg, start, keep_head=True)
    assert {name: told[name] for name in ("tubes.1", "blocks", "pool", "heads.it", "heads.image")
            } == {"tubes.1": "read", "blocks": "read", "pool": "new", "heads.it": "new",
                  "heads.image": "read"}
    assert told["tubes.0"] == ("new" if start == "random" else "inflated")
    assert all(any(name.startswith(f"{part}.") for part in told) for name in flat)


@pytest.mark.parametrize("fmt", ["big_vision", "timm"])
def test_attention_pooling_with_an_mlp_is_read_and_a_head_that_reads_it_can_be_kept(
        fmt, ours, tmp_path, rng):
    pool = vit_files.pooling(rng)
    if fmt == "timm":
        save_file(timm(ours) | vit_files.attn_pool(pool), tmp_path / "x.safetensors")
    else:
        np.savez(tmp_path / "x.npz", **flax(ours, HEADS, BIG_VISION),
                 **vit_files.map_head(pool, HEADS))
    [path] = tmp_path.iterdir()
    params, cfg, notes = from_image_vit(path, TUBES, {"it": 3}, rng, keep_head=True, heads=HEADS)
    flat = flatten(params)
    assert cfg.pool_mlp and origins(cfg, "inflated")["pool"] == "read"
    assert all(np.array_equal(flat[name], x) for name, x in pool.items())
    assert np.array_equal(flat["heads.image.w"], ours["head.w"])
    assert not any("class token" in note or "MAP" in note for note in notes)


@pytest.mark.parametrize("size, heads", [
    ((192, 12, 768), 3), ((768, 12, 3072), 12), ((1152, 27, 4304), 16), ((1280, 32, 5120), 16),
    ((1408, 40, 6144), 16), ((1664, 48, 8192), 16), ((1792, 56, 15360), 16)])
def test_the_heads_of_known_models(size, heads):
    assert number_of_heads(*size) == heads


def test_heads_that_nothing_says_are_asked_for(tmp_path):
    """The width alone, 128 / 64 = 2, would be a wrong guess: the model has 4 heads."""
    ours = vit_files.vit(np.random.default_rng(0), 128, 1, 4)
    save_file(timm(ours), tmp_path / "x.safetensors")
    with pytest.raises(ValueError, match="x.safetensors: the file does not give .* known .width 128"
                                         ", 1 blocks, MLP 4.; .* --heads: 1 or 2 or 4 or 8$"):
        read_image_vit(tmp_path / "x.safetensors")
    assert read_image_vit(tmp_path / "x.safetensors", 4)[1].cfg.heads == 4


@pytest.mark.parametrize("words, size, given, of_file", [
    ("known models of its size differ .width 384, .* --heads: 6 or 12$", (384, 12, 1536), None, ()),
    ("not a model whose number is known .width 768, 6 blocks", (768, 6, 3072), None, ()),
    ("--heads: 1 or 2 or 3 or 4 or 6 or 12$", (12, 1, 4), None, (None, None)),
    ("two numbers of attention heads: 6 and 12 .*; leave out --heads", (384, 12, 1536), 12, (6,)),
    ("two numbers of attention heads: 3 and 4 .*; are the files of", (12, 1, 4), None, (3, 4)),
    ("dim 12 is not a multiple of heads 0; .* possible: 1, 2, 3, 4", (12, 1, 4), 0, ()),
    ("dim 12 is not a multiple of heads -3", (12, 1, 4), -3, ()),
    ("dim 192 is not a multiple of heads 7; .*: 2, 3, 4, 6, 8, 12$", (192, 12, 768), 7, (None,))])
def test_heads_that_cannot_be_or_may_be_wrong(words, size, given, of_file):
    with pytest.raises(ValueError, match=words):
        number_of_heads(*size, given, of_file)


def test_settings_of_timm(ours, tmp_path):
    vit_files.folder(tmp_path / "x", timm(ours), model_args={"num_heads": 4,
                     "act_layer": "gelu_tanh"}, pretrained_cfg={"mean": [0.4, 0.4],
                                                                "std": [0.2, 0.2]})
    _, cfg, notes = from_image_vit(tmp_path / "x", TUBES, {}, np.random.default_rng(0))
    assert (cfg.heads, cfg.gelu, cfg.mean, cfg.std) == (4, "tanh", 0.4, 0.2)
    assert not any("unknown" in note for note in notes)


def test_a_mean_and_std_for_each_channel_go_into_the_patch_kernel(ours, tmp_path, rng):
    """Tokens of uint8 pixels equal the original model's tokens of normalized pixels."""
    path = vit_files.folder(tmp_path / "x", hugging_face(ours), **SETTINGS)
    mean, std = np.array([0.3, 0.6]), np.array([0.2, 0.25])
    (path / "preprocessor_config.json").write_text(
        json.dumps({"image_mean": mean.tolist(), "image_std": std.tolist()}), encoding="utf-8")
    params, cfg, notes = from_image_vit(path, TUBES, {"it": 2}, rng)
    pixels = rng.integers(0, 256, (1, 4, 3, 2), np.uint8)
    tokens = tv.forward(params, pixels, cfg, "it")[1]["tokens"][0, 0]
    seen = (pixels[0] / 255 - mean) / std
    wanted = np.einsum("hwcd,hwc->d", ours["patch.w"][0], seen) + ours["patch.b"]
    assert_close(tokens, wanted, 2e-6)
    assert any("the patch kernel now includes" in note for note in notes)


def spoilt(ours, tmp_path, change, fmt="timm"):
    arrays = timm(ours) if fmt == "timm" else hugging_face(ours)
    change(arrays)
    save_file(arrays, tmp_path / "x.safetensors")
    return tmp_path / "x.safetensors"


WRONG = {  # part of the message: change to a timm file
    "2 arrays are missing: blocks.1.mlp.fc1.weight, norm.bias":
        lambda a: (a.pop("norm.bias"), a.pop("blocks.1.mlp.fc1.weight")),
    "missing: blocks.1.norm1.weight, .* [.][.][.]$":
        lambda a: [a.pop(name) for name in list(a) if name.startswith("blocks.1.")] and
        a.update({"blocks.7.norm1.weight": a["norm.weight"]}),
    "is not a plain ViT: 2 arrays are unknown: blocks.0.ls1.gamma, fc_norm.bias":
        lambda a: a.update({"blocks.0.ls1.gamma": np.ones(12), "fc_norm.bias": np.ones(12)}),
    "1 arrays .by their names in TubeViT. have the wrong shape: blocks.0.ln2.g .13,., expected":
        lambda a: a.update({"blocks.0.norm2.weight": np.ones(13, np.float32)}),
    "norm.weight is float32 of shape .12, 1.; expected numbers, ndim 1":
        lambda a: a.update({"norm.weight": np.ones((12, 1), np.float32)}),
    "holds no image ViT of a known format .* among its 3 arrays: a, b, c":
        lambda a: (a.clear(), a.update(dict.fromkeys("abc", np.ones(2)))),
    "holds two image ViTs, below '(ema.)?' and '(ema.)?'; keep one":
        lambda a: a.update({f"ema.{name}": x for name, x in a.items()}),
}


@pytest.mark.parametrize("words", WRONG)
def test_names_and_shapes_that_do_not_fit_are_listed(words, ours, tmp_path):
    path = spoilt(ours, tmp_path, WRONG[words])
    with pytest.raises(ValueError, match=words) as error:
        read_image_vit(path, HEADS)
    assert str(path) in str(error.value) and "\n" not in str(error.value)


@pytest.mark.parametrize("words, settings", [
    ("config.json has width 24, the arrays have 12", {"hidden_size": 24}),
    ("its activation 'relu' is not one of gelu, ", {"hidden_act": "relu"}),
    ("dim 12 is not a multiple of heads 5", {"num_attention_heads": 5}),
    ("mean is .0.1, 0.2, 0.3. in its settings, but it has 2 channels",
     {"image_mean": [0.1, 0.2, 0.3]}),
    ("'str' object has no attribute", {"model_args": "none"}),
])
def test_settings_that_do_not_fit_are_said(words, settings, ours, tmp_path):
    path = vit_files.folder(tmp_path / "x", hugging_face(ours), **SETTINGS | settings)
    with pytest.raises(ValueError, match=words):
        read_image_vit(path)


def test_what_cannot_be_asked_for_is_said(ours, tmp_path, rng):
    path = written("timm", ours, tmp_path)
    for words, tubes, options in (
            ("2D patches 1x16x16, but .* has one patch of 1x4x3; use .* for example Tube..1, 4,",
             "main", {}),
            ("2D patches 1x4x3, 1x4x3, but .* has one patch of 1x4x3", (PATCH, PATCH), {}),
            ("not packed", (replace(PATCH, s2d=(1, 2, 1)),), {}),
            ("tube set 'XL' is not one of main", "XL", {}),
            ("start 'warm' is not one of inflated", TUBES, {"start": "warm"}),
            ("the name 'image' is reserved for the file's head", TUBES, {"keep_head": True})):
        with pytest.raises(ValueError, match=words):
            from_image_vit(path, tubes, {"image": 3}, rng, heads=HEADS, **options)


def test_a_head_that_is_not_there_or_reads_something_else_cannot_be_kept(ours, tmp_path, rng):
    with pytest.raises(ValueError, match="has no head to keep"):
        from_image_vit(written("hf model", ours, tmp_path), TUBES, {}, rng, keep_head=True)
    between = {"pre_logits/kernel": np.eye(12), "pre_logits/bias": np.ones(12)}
    np.savez(tmp_path / "x.npz", **flax(ours, HEADS) | between)
    with pytest.raises(ValueError, match="reads an extra layer"):
        from_image_vit(tmp_path / "x.npz", TUBES, {}, rng, keep_head=True)
    assert from_image_vit(tmp_path / "x.npz", TUBES, {}, rng)[1].heads == HEADS
