"""Names and shapes (frozen), initial values, and the checkpoint file."""

import math
from dataclasses import replace

import by_hand
import numpy as np
import pytest
import small
from safetensors.numpy import save_file

import tubevit_np as tv

FROZEN = {  # D = 24, M = 10, C = 2; other people's files rely on these
    "tubes.0.w": (2, 3, 4, 2, 4), "tubes.0.b": (4,), "tubes.1.w": (1, 4, 3, 2, 24),
    "tubes.1.b": (24,), "tubes.2.w": (4, 3, 2, 2, 24), "tubes.2.b": (24,),
    "blocks.0.ln1.g": (24,), "blocks.0.ln1.b": (24,),
    "blocks.0.attn.qkv.w": (24, 72), "blocks.0.attn.qkv.b": (72,),
    "blocks.0.attn.out.w": (24, 24), "blocks.0.attn.out.b": (24,),
    "blocks.0.ln2.g": (24,), "blocks.0.ln2.b": (24,),
    "blocks.0.mlp.up.w": (24, 10), "blocks.0.mlp.up.b": (10,),
    "blocks.0.mlp.down.w": (10, 24), "blocks.0.mlp.down.b": (24,),
    "norm.g": (24,), "norm.b": (24,), "pool.probe": (24,), "pool.q.w": (24, 24), "pool.q.b": (24,),
    "pool.kv.w": (24, 48), "pool.kv.b": (48,), "pool.out.w": (24, 24), "pool.out.b": (24,),
    "heads.verb.w": (24, 5), "heads.verb.b": (5,), "heads.noun.w": (24, 7), "heads.noun.b": (7,)}
POOL_MLP = {"pool.ln.g": (24,), "pool.ln.b": (24,), "pool.mlp.up.w": (24, 10),
            "pool.mlp.up.b": (10,), "pool.mlp.down.w": (10, 24), "pool.mlp.down.b": (24,)}


def test_names_and_shapes_are_frozen():
    one = replace(small.MODEL, depth=1)
    assert tv.shapes(one) == FROZEN
    assert tv.shapes(replace(one, pool_mlp=True)) == FROZEN | POOL_MLP
    assert tv.shapes(replace(one, gate_layer=0)) == FROZEN | {"gate.alpha": ()}
    second = {name.replace("s.0.", "s.1."): shape for name, shape in FROZEN.items()
              if name.startswith("blocks")}
    assert tv.shapes(small.MODEL) == FROZEN | second


def test_a_shared_kernel_replaces_those_of_the_video_tubes():
    separate = {"tubes.0.w", "tubes.2.w"}
    wanted = {name: shape for name, shape in FROZEN.items() if name not in separate}
    assert tv.shapes(small.MODELS["shared_kernel"]) == wanted | {"kernel.w": (8, 8, 8, 2, 24)}


@pytest.mark.parametrize("name, timm", [("Ti", 5_717_416), ("S", 22_050_664), ("B", 86_567_656),
                                        ("L", 304_326_632)])
def test_the_image_part_counts_as_any_vit(name, timm):
    """timm's ViT-*/16 has a learned position of 196 + 1 rows and a class token on top."""
    cfg = tv.PRESETS[name]
    found = sum(tv.count(cfg, part) for part in ("blocks", "norm", "tubes.3", "heads.imagenet"))
    assert found == timm - (197 + 1) * cfg.dim


def test_counts_of_the_base_model():
    cfg, d = tv.PRESETS["B"], 768
    tubes = 3 * (512 * d // 2 + 256 * d // 4 + 576 * d) + d // 2 + d // 4 + d  # Table 12
    assert sum(tv.count(cfg, f"tubes.{i}.") for i in range(3)) == tubes == 2_065_728
    assert tv.count(cfg, "pool") == 4 * d * d + 5 * d
    image = 86_567_656 - 198 * d  # with one of the two heads
    assert tv.count(cfg) == image + tubes + tv.count(cfg, "pool") + 400 * (d + 1)
    assert round(tv.count(cfg) / 1e6, 1) == 91.2


def test_nest_and_flatten():
    tree = tv.nest({"a.b.c": 1, "a.b.d": 2, "a.e": 3, "f": 4})
    assert tree == {"a": {"b": {"c": 1, "d": 2}, "e": 3}, "f": 4}
    assert tv.flatten(tree) == {"a.b.c": 1, "a.b.d": 2, "a.e": 3, "f": 4}
    assert list(tv.flatten(tree, "x.")) == ["x.a.b.c", "x.a.b.d", "x.a.e", "x.f"]


@pytest.mark.parametrize("cfg", small.MODELS.values(), ids=small.MODELS)
def test_init_fills_every_shape(cfg, rng):
    flat = tv.flatten(tv.init(cfg, rng))
    assert {name: w.shape for name, w in flat.items()} == tv.shapes(cfg)
    assert {w.dtype for w in flat.values()} == {np.dtype(np.float32)}


def test_the_same_seed_gives_the_same_bits():
    one, same, other = (tv.flatten(tv.init(small.MODEL, np.random.default_rng(seed)))
                        for seed in (3, 3, 4))
    assert all(np.array_equal(one[name], same[name]) for name in one)
    assert not np.array_equal(one["pool.q.w"], other["pool.q.w"])


def test_initial_values_have_their_spread(rng):
    cfg = replace(tv.PRESETS["demo"], gate_layer=1, pool_mlp=True)
    flat = tv.flatten(tv.init(cfg, rng))
    variances = {"tubes.0.w": 0.05 ** 2 / (8 * 8 * 3), "tubes.2.w": 0.05 ** 2 / (16 * 4 * 4 * 3),
                 "blocks.1.attn.qkv.w": 1 / 96, "blocks.1.attn.out.w": 1 / 96 / (2 * 2),
                 "blocks.1.mlp.up.w": 1 / 96, "blocks.0.mlp.down.w": 1 / 192 / (2 * 2),
                 "pool.kv.w": 1 / 96, "pool.probe": 1 / 96, "heads.verb.w": 1 / 96}
    for name, variance in variances.items():
        w, std = flat[name], math.sqrt(variance)
        assert w.std() == pytest.approx(std, rel=4 / math.sqrt(2 * w.size))  # four standard errors
        assert abs(w.mean()) < 4 * std / math.sqrt(w.size)
    for name, w in flat.items():
        if name.endswith(".b") or name == "gate.alpha":
            assert not w.any()
        if name.endswith(".g"):
            assert np.all(w == 1)


def test_kernel_norm_is_the_size_of_a_fresh_kernel(rng):
    cfg = replace(tv.PRESETS["demo"], shared_kernel=True)
    w = tv.init(cfg, rng, kernel_norm=3.0)["kernel"]["w"]
    norms = np.sqrt(np.square(w).sum((0, 1, 2, 3)))
    assert norms.mean() == pytest.approx(3, rel=0.01)


# The checkpoint file.

@pytest.fixture
def saved(tmp_path, rng):
    """(path, params) of a checkpoint with a gate."""
    params = small.params(small.MODELS["gate_all"], rng)
    tv.save(tmp_path / "model.safetensors", params, small.MODELS["gate_all"])
    return tmp_path / "model.safetensors", params


@pytest.mark.parametrize("cfg", small.MODELS.values(), ids=small.MODELS)
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_round_trip_bit_for_bit(cfg, dtype, tmp_path, rng):
    flat = {name: np.asarray(w, dtype) for name, w in tv.flatten(small.params(cfg, rng)).items()}
    tv.save(tmp_path / "x", tv.nest(flat), cfg)
    params, found_cfg, _ = tv.load(tmp_path / "x")
    found = tv.flatten(params)
    assert found_cfg == cfg and list(found) == list(tv.shapes(cfg))
    for name, w in flat.items():
        assert found[name].dtype == dtype and found[name].shape == w.shape, name
        assert np.array_equal(found[name], w), name
        found[name] += 1  # a resumed run changes them in place


def test_labels_extra_and_metadata_come_back(tmp_path, rng):
    labels = {"verb": ["hüpft", 'a "b"\n'], "noun": []}
    extra = {"_seen": np.arange(6).reshape(2, 3), "_lr": np.array(0.5)}
    cfg = replace(small.MODEL, mean=0.4, std=0.3)
    tv.save(tmp_path / "x", tv.init(cfg, rng), cfg, labels, extra, step=7, note="on a laptop")
    metadata = tv.load(tmp_path / "x")[2]
    assert metadata["labels"] == labels
    assert metadata["extra"].keys() == extra.keys()
    assert all(np.array_equal(metadata["extra"][name], value) for name, value in extra.items())
    assert (metadata["step"], metadata["note"]) == ("7", "on a laptop")
    assert (float(metadata["mean"]), float(metadata["std"])) == (0.4, 0.3)


def test_views_are_saved_as_they_look(tmp_path, rng):
    params = small.params(small.MODEL, rng)
    params["pool"]["q"]["w"] = params["pool"]["q"]["w"].T
    params["norm"]["g"] = np.repeat(params["norm"]["g"], 2)[::2]
    tv.save(tmp_path / "x", params, small.MODEL)
    found = tv.load(tmp_path / "x")[0]
    assert np.array_equal(found["pool"]["q"]["w"], params["pool"]["q"]["w"])
    assert np.array_equal(found["norm"]["g"], params["norm"]["g"])


def test_no_labels_and_no_extra(saved):
    metadata = tv.load(saved[0])[2]
    assert metadata["labels"] == {} and metadata["extra"] == {}


@pytest.mark.parametrize("failing", ["storage.checkpoint.to_bytes", "storage.atomic_files.os.fsync",
                                     "storage.atomic_files.os.replace"])
def test_a_failed_write_leaves_the_old_file(saved, failing, monkeypatch):
    path, before = saved[0], saved[0].read_bytes()

    def fail(*args):
        raise OSError("no space left")

    with monkeypatch.context() as patch:
        patch.setattr(f"tubevit_np.{failing}", fail)
        with pytest.raises(OSError, match="no space left"):
            tv.save(path, tv.init(small.MODEL, np.random.default_rng(5)), small.MODEL)
    assert path.read_bytes() == before
    assert [file.name for file in path.parent.iterdir()] == [path.name]  # nothing left over


def refused(path):
    """The one line with which load refuses a file."""
    with pytest.raises(ValueError) as error:
        tv.load(path)
    assert str(path) in str(error.value) and "\n" not in str(error.value)
    return str(error.value)


def test_no_file(tmp_path):
    assert "no checkpoint at" in refused(tmp_path / "none.safetensors")


@pytest.mark.parametrize("damage", [
    lambda data: b"", lambda data: b"PK\x03\x04 a pickle", lambda data: data[:len(data) // 2],
    lambda data: data[:-1], lambda data: data[:5], lambda data: data + b"x",
    lambda data: data[:8] + b"?" + data[9:], lambda data: b"\xff" * 8 + data[8:]])
def test_a_damaged_file(damage, saved):
    path, _ = saved
    path.write_bytes(damage(path.read_bytes()))
    assert "not a readable checkpoint" in refused(path)


def test_a_folder_without_a_model(tmp_path):
    assert "no checkpoint at" in refused(tmp_path)


def test_a_foreign_file(tmp_path):
    for metadata in (None, {"format": "pt"}):
        save_file({"cls_token": np.zeros(3)}, tmp_path / "vit", metadata)
        assert "is not a TubeViT checkpoint" in refused(tmp_path / "vit")


@pytest.mark.parametrize("config", [
    "{", "[]", "{}", tv.to_json(small.MODEL).replace('"dim": 24', '"dim": 25'),
    tv.to_json(small.MODEL).replace('"eps"', '"epsilon"')])
def test_a_config_that_is_none(config, tmp_path):
    save_file({"a": np.zeros(3)}, tmp_path / "x", {"config": config})
    refused(tmp_path / "x")


def test_a_file_that_does_not_fit_its_config(saved):
    path, params = saved
    flat = tv.flatten(params)
    flat["norm.g"] = np.zeros(25)
    flat["blocks.0.attn.out.w"] = flat["blocks.0.attn.out.w"][:, :5]
    flat["cls_token"], flat["norm.gain"] = np.zeros(24), np.zeros(24)
    del flat["pool.probe"], flat["gate.alpha"]
    tv.save(path, flat, small.MODELS["gate_all"])
    text = refused(path)
    assert "2 missing: gate.alpha, pool.probe" in text
    assert "2 extra: " in text and "cls_token" in text and "norm.gain" in text
    assert "2 with a wrong shape: " in text and "norm.g (25,), expected (24,)" in text
    assert "blocks.0.attn.out.w (24, 5), expected (24, 24)" in text


def test_many_problems_are_counted_not_all_listed():
    with pytest.raises(ValueError, match=r"43 missing: tubes.0.w, tubes.0.b, .* \.\.\.$") as error:
        tv.check({}, small.MODEL)
    assert "norm.g" not in str(error.value)


def test_parameters_that_fit_pass(saved):
    tv.check(tv.flatten(saved[1]), small.MODELS["gate_all"])


def test_arrays_in_any_order_of_memory_are_kept(tmp_path):
    turned = np.arange(6.0).reshape(2, 3).T
    tv.save(tmp_path / "model", tv.init(small.MODEL, np.random.default_rng(0)), small.MODEL,
            extra={"_m": turned})
    assert np.array_equal(tv.load(tmp_path / "model")[2]["extra"]["_m"], turned)


@pytest.mark.parametrize("kind", ["F16", "BF16"])
def test_half_precision_is_read_as_float32_and_written_as_float32(kind, tmp_path, rng):
    params = tv.init(small.MODEL, rng)
    tv.save(tmp_path / "whole", params, small.MODEL, extra={"_m": np.ones(3, np.float32) / 3})
    kept = by_hand.halve(tmp_path / "whole", kind, tmp_path / "half")
    for path in (tmp_path / "half", tmp_path / "again"):
        found, cfg, notes = tv.load(path)
        flat = tv.flatten(found) | notes["extra"]
        assert flat.keys() == kept.keys() and cfg == small.MODEL
        for name, x in flat.items():
            assert x.dtype == np.float32 and np.array_equal(x, kept[name]), name
            x += 0  # a run that starts from them changes them in place
        tv.save(tmp_path / "again", found, cfg, extra=notes["extra"])


def test_a_number_format_that_numpy_has_not_is_refused(tmp_path):
    by_hand.write(tmp_path / "model", {"w": ("F8_E4M3", [1], b"a")})
    assert "not a readable checkpoint" in refused(tmp_path / "model")
    assert "w is F8_E4M3; supported are" in refused(tmp_path / "model")
