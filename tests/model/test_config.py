"""Config: errors, presets and JSON."""

from dataclasses import FrozenInstanceError, replace

import pytest
import small

import tubevit_np as tv


@pytest.mark.parametrize("fields, text", [
    ({"kernel": (8, 8)}, r"kernel \(8, 8\) must be three whole numbers"),
    ({"kernel": (0, 8, 8)}, "each at least 1"),
    ({"stride": (4, 0, 4)}, "stride .* each at least 1"),
    ({"offset": (0, -1, 0)}, "offset .* each at least 0"),
    ({"s2d": (0, 1, 1)}, "s2d .* each at least 1"),
    ({"s2d": (1, 3, 1)}, r"stride \(4, 4, 4\) must be a multiple of s2d \(1, 3, 1\)"),
    ({"kernel": (1, 8, 8), "s2d": (2, 1, 1)}, "needs s2d 1 in t, not 2"),
])
def test_tube_refuses(fields, text):
    with pytest.raises(ValueError, match=text):
        tv.Tube(**{"kernel": (8, 8, 8), "stride": (4, 4, 4), **fields})


@pytest.mark.parametrize("changes, text", [
    ({"dim": 0}, "dim is 0"),
    ({"depth": 0}, "depth is 0"),
    ({"channels": -1}, "channels is -1"),
    ({"tubes": ()}, "at least one tube"),
    ({"heads": 5}, "dim 24 is not a multiple of heads 5"),
    ({"tubes": (tv.Tube((2, 2, 2), (5, 5, 5), s2d=(1, 5, 1)),)},
     "tube 2x2x2 packs 5 members into a token, but dim 24 is not a multiple of 5"),
    ({"gelu": "relu"}, "gelu 'relu' is not one of tanh, erf"),
    ({"gate_tokens": "patches"}, "gate_tokens 'patches' is not one of all, tubes"),
    ({"gate_layer": 2}, "gate_layer is 2; it must be the index of a block, 0 to 1"),
    ({"gate_layer": -1}, "gate_layer is -1"),
    ({"classes": {"a.b": 3}}, "'a.b'"),
    ({"classes": {"": 3}}, "head ''"),
    ({"classes": {"verb": 0}}, "'verb' with 0 classes"),
])
def test_config_refuses(changes, text):
    with pytest.raises(ValueError, match=text) as error:
        replace(small.MODEL, **changes)
    assert "\n" not in str(error.value)


def test_a_config_is_frozen_and_comparable():
    with pytest.raises(FrozenInstanceError):
        small.MODEL.dim = 48
    assert replace(small.MODEL, tubes=list(small.MODEL.tubes)) == small.MODEL
    assert replace(small.MODEL, eps=1e-5) != small.MODEL


def test_defaults_are_those_of_the_paper():
    cfg = tv.Config((small.PATCH,), 12, 1, 3, 48)
    assert (cfg.gelu, cfg.eps, cfg.tau, cfg.position_scale) == ("tanh", 1e-6, 10000, 1)
    assert (cfg.pool_mlp, cfg.gate_layer, cfg.gate_tokens) == (False, None, "all")
    assert cfg.shared_kernel is False
    assert (cfg.channels, cfg.mean, cfg.std) == (3, 0.5, 0.5)


@pytest.mark.parametrize("cfg", [*tv.PRESETS.values(), *small.MODELS.values()])
def test_json_gives_the_same_config_back(cfg):
    assert tv.from_json(tv.to_json(cfg)) == cfg


@pytest.mark.parametrize("text", [
    "[]", "{}", '"main"', tv.to_json(small.MODEL).replace("dim", "width")])
def test_json_of_something_else(text):
    with pytest.raises(ValueError, match="not a Config"):
        tv.from_json(text)


def test_presets_have_the_sizes_of_table_11():
    sizes = {name: (cfg.depth, cfg.dim, cfg.mlp_dim, cfg.heads) for name, cfg in tv.PRESETS.items()}
    assert sizes == {"demo": (2, 96, 192, 3), "demo-large": (4, 192, 384, 6),
                     "Ti": (12, 192, 768, 3), "S": (12, 384, 1536, 6),
                     "B": (12, 768, 3072, 12), "L": (24, 1024, 4096, 16), "H": (32, 1280, 5120, 16)}


def test_main_tubes_are_those_of_table_12():
    cube, long, wide, patch = tv.PRESETS["B"].tubes
    assert cube == tv.Tube((8, 8, 8), (16, 32, 32), (0, 0, 0), (2, 1, 1))
    assert long == tv.Tube((16, 4, 4), (6, 32, 32), (4, 8, 8), (1, 2, 2))
    assert wide == tv.Tube((4, 12, 12), (16, 32, 32), (0, 16, 16), (1, 1, 1))
    assert patch == tv.Tube((1, 16, 16), (32, 16, 16), (0, 0, 0), (1, 1, 1))
    assert [tube.is_patch for tube in (cube, long, wide, patch)] == [False, False, False, True]
    assert (cube.members, long.members, wide.members) == (2, 4, 1)
    assert (long.name, long.extent) == ("16x4x4", (20, 12, 12))


def test_another_tube_set():
    cfg = tv.with_tubes(tv.PRESETS["B"], "core")
    assert [tube.kernel for tube in cfg.tubes] == [(1, 16, 16), (8, 8, 8)]
    assert {tube.stride for tube in cfg.tubes} == {(16, 16, 16)}
    assert replace(cfg, tubes=tv.PRESETS["B"].tubes) == tv.PRESETS["B"]
    with pytest.raises(ValueError, match="tube set 'all' is not one of main, core, demo"):
        tv.with_tubes(cfg, "all")
