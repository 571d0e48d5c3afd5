"""Export to timm and transformers; check_vits.py shows that both open the files."""

import json
from dataclasses import replace

import numpy as np
import pytest
import small
import vit_files
from safetensors import safe_open
from safetensors.numpy import load_file

import tubevit_np as tv
from tubevit_np.conformance import loops
from tubevit_np.model.params import flatten
from tubevit_np.transfer.export import export, to_hugging_face, to_timm
from tubevit_np.transfer.pretrained import read_image_vit
from tubevit_np.transfer.vit_files.configs import timm_settings

PATCH = tv.Tube((1, 4, 3), (4, 4, 3))
CFG = replace(small.MODEL, tubes=(small.PACKED, PATCH))
N = 6 * 8  # patches of 24x24


@pytest.fixture
def params(rng):
    return tv.nest({name: np.asarray(x, np.float32)
                    for name, x in flatten(small.params(CFG, rng)).items()})


def by_our_names(params):
    """Parameters with the names that vit_files.py expects."""
    return {name.replace("tubes.1.", "patch."): x for name, x in flatten(params).items()} | {
        "head.w": params["heads"]["noun"]["w"], "head.b": params["heads"]["noun"]["b"]}


def table(cfg):
    """The position table, computed by simple loops."""
    at = [(0, 4 * h + 1.5, 3 * w + 1) for h in range(6) for w in range(8)]
    return cfg.position_scale * np.array([loops.position(p, cfg.dim, cfg.tau) for p in at])


def test_timm_gets_the_arrays_that_timm_would_write(params):
    found, wanted = to_timm(params, CFG, 24), vit_files.timm(by_our_names(params))
    small.assert_close(found.pop("pos_embed"), table(CFG)[None], 1e-7)
    assert found.keys() == wanted.keys() - {"cls_token", "pos_embed", "head.weight", "head.bias"}
    assert all(np.array_equal(x, wanted[name]) for name, x in found.items())


def test_hugging_face_gets_its_own_and_a_class_token_of_zeros(params):
    found, wanted = to_hugging_face(params, CFG, 24), vit_files.hugging_face(by_our_names(params),
                                                                            prefix="")
    at = found.pop("embeddings.position_embeddings")
    small.assert_close(at[:, 1:], table(CFG)[None], 1e-7)
    assert at.shape == (1, N + 1, 24) and not at[:, 0].any()
    token = found.pop("embeddings.cls_token")
    assert token.shape == (1, 1, 24) and not token.any()
    assert found.keys() == {name for name in wanted if not name.startswith("pooler")} - {
        "embeddings.cls_token", "embeddings.position_embeddings"}
    assert all(np.array_equal(x, wanted[name]) for name, x in found.items())


@pytest.mark.parametrize("pool_mlp", [False, True])
def test_the_pooling_and_a_head_for_timm(pool_mlp, rng):
    cfg = replace(CFG, pool_mlp=pool_mlp)
    params = small.params(cfg, rng)
    found, ours = to_timm(params, cfg, 24, "noun"), flatten(params)
    if not pool_mlp:  # timm's has an MLP; zeros make it add nothing
        ours |= {"pool.ln.g": np.zeros(24), "pool.ln.b": np.zeros(24),
                 "pool.mlp.up.w": np.zeros((24, 10)), "pool.mlp.up.b": np.zeros(10),
                 "pool.mlp.down.w": np.zeros((10, 24)), "pool.mlp.down.b": np.zeros(24)}
    wanted = vit_files.attn_pool(ours) | {"head.weight": params["heads"]["noun"]["w"].T,
                                          "head.bias": params["heads"]["noun"]["b"]}
    assert found.keys() == to_timm(params, cfg, 24).keys() | wanted.keys()
    for name, x in wanted.items():
        assert np.array_equal(found[name].astype(np.float32), x.astype(np.float32)), name


@pytest.mark.parametrize("fmt", ["timm", "hf"])
def test_what_is_written_is_read_again(fmt, params, tmp_path):
    cfg = replace(CFG, gelu="erf", eps=1e-6, mean=0.4, std=0.3)
    left = export(tmp_path / "vit", params, cfg, fmt, 24)
    flat, hparams = read_image_vit(tmp_path / "vit")
    ours = by_our_names(params)
    assert {name for name in ours if name not in flat} - {"head.w", "head.b"} == {*left}
    assert all(np.array_equal(x, ours[name]) for name, x in flat.items())
    assert left[0].startswith("tubes.0.") and left[-1] == "heads.noun.b" and "pool.probe" in left
    assert (hparams.cfg.heads, hparams.cfg.gelu, hparams.cfg.eps) == (3, "erf", 1e-6)
    assert hparams.mean == (0.4, 0.4) and hparams.std == (0.3, 0.3)
    with safe_open(tmp_path / "vit" / "model.safetensors", "numpy") as file:
        assert file.metadata() == {"format": "pt"}  # transformers requires it


def test_the_settings_of_timm(params, tmp_path):
    left = export(tmp_path, params, CFG, "timm", 24, "noun")
    assert {name.split(".")[0] for name in left} == {"tubes", "heads"}
    told = json.loads((tmp_path / "config.json").read_text(encoding="utf-8"))
    args = told["model_args"]
    assert int(args["embed_dim"] * args["mlp_ratio"]) == 10 and args["patch_size"] == [4, 3]
    assert (args["class_token"], args["global_pool"], told["num_classes"]) == (False, "map", 7)
    assert args["act_layer"] == "gelu_tanh" and args["img_size"] == 24
    assert load_file(tmp_path / "model.safetensors")["head.weight"].shape == (7, 24)


def test_timm_s_ratio_gives_every_width_of_the_mlp(tmp_path):
    for dim in (24, 49, 192, 1152):
        for mlp_dim in range(1, 300):
            cfg = tv.Config((PATCH,), dim, 1, 1, mlp_dim)
            ratio = timm_settings(cfg, 24, None)["config.json"]["model_args"]["mlp_ratio"]
            assert int(dim * ratio) == mlp_dim


def test_learned_positions_are_those_of_the_patches(rng):
    """They follow the positions of the video tube; images use those of the first frame."""
    cfg = tv.variant(CFG, position="learned", learned_for=(7, 24, 24))
    params = small.params(cfg, rng)
    table, = to_timm(params, cfg, 24)["pos_embed"]
    _, out = tv.variants.forward(params, rng.random((1, 24, 24, 2)), cfg, "verb")
    small.assert_close(table, (out["with_position"] - out["tokens"])[0])
    with pytest.raises(ValueError, match="positions were learned for"):
        to_timm(params, cfg, 12)


def test_another_eps_than_timm_s_is_said(params, tmp_path):
    with pytest.warns(UserWarning, match="eps is 1e-12, but settings of timm have no eps"):
        export(tmp_path, params, replace(CFG, eps=1e-12), "timm", 24)


def test_what_is_no_plain_vit_is_said(params, tmp_path, rng):
    corner = tv.Tube((1, 2, 2), (1, 2, 2), (0, 1, 0))
    for patches in ((), (small.PATCH,), (corner,), (replace(PATCH, s2d=(1, 2, 1)),), (PATCH,) * 2):
        cfg = replace(CFG, tubes=(small.PACKED, *patches))
        with pytest.raises(ValueError, match="only a model with one kind of 2D patch, with"):
            export(tmp_path / "x", small.params(cfg, rng), cfg, "timm", 24)
    for words, given in {
            "size 25 is not a multiple of the patch, 1x4x3": ("hf", 25),
            "no head 'adverb'; this model has verb, noun": ("timm", 24, "adverb"),
            "format 'onnx': use timm": ("onnx", 24),
            "format 'hf' with a head: use timm, with": ("hf", 24, "noun")}.items():
        with pytest.raises(ValueError, match=words):
            export(tmp_path / "x", params, CFG, *given)
    divided = replace(small.MODELS["divided"], tubes=(PATCH,))
    with pytest.raises(ValueError, match="the model has divided attention"):
        export(tmp_path / "x", small.params(divided, rng), divided, "timm", 24)
    assert not (tmp_path / "x").exists()


@pytest.mark.parametrize("name", ["config.json", "model.safetensors"])
def test_nothing_is_overwritten(name, params, tmp_path):
    (tmp_path / name).write_text("a run's", encoding="utf-8")
    with pytest.raises(ValueError, match=f"already holds {name}; give another folder"):
        export(tmp_path, params, CFG, "hf", 24)
    assert [(tmp_path / name).read_bytes()] == [file.read_bytes() for file in tmp_path.iterdir()]


def test_an_open_gate_has_no_place_there_a_closed_one_does_nothing(rng):
    cfg = replace(CFG, gate_layer=0)
    params = small.params(cfg, rng)
    with pytest.raises(ValueError, match="the gate is open .alpha"):
        to_timm(params, cfg, 24)
    params["gate"]["alpha"] = np.zeros(())
    assert len(to_timm(params, cfg, 24)) == len(to_timm(small.params(CFG, rng), CFG, 24))
