"""Small tubes in a large model: members, channels, and the voxels that they read."""

import itertools
from dataclasses import replace

import numpy as np
import pytest
import small

import tubevit_np as tv
from tubevit_np.model.geometry import member_offsets
from tubevit_np.transfer.small_to_large import overrun, scale_up, widen_tube

MAIN, VIDEO = tv.TUBE_SETS["main"], (32, 224, 224)
WIDTH = {"Ti": 192, "S": 384, "B": 768, "L": 1024, "H": 1280}
EXACT = [("Ti", "S"), ("S", "B"), ("Ti", "B")]


def wide(old, new):
    return [widen_tube(tube, WIDTH[old] // tube.members, WIDTH[new], VIDEO) for tube in MAIN[:3]]


def test_from_ti_to_b_as_in_table_9():
    assert [tube.s2d for tube in wide("Ti", "B")] == [(2, 2, 2), (1, 4, 4), (4, 1, 1)]


@pytest.mark.parametrize("old, new", list(itertools.combinations(WIDTH, 2)))
def test_enough_members_in_the_same_places(old, new):
    for tube, found in zip(MAIN, wide(old, new), strict=False):
        assert replace(found, s2d=tube.s2d) == tube
        channels = WIDTH[old] // tube.members
        assert WIDTH[new] % found.members == 0 and found.members * channels >= WIDTH[new]
        if (old, new) in EXACT:
            assert found.members * channels == WIDTH[new]
        assert found.s2d[1] == found.s2d[2]
        assert tv.grid(found, VIDEO) == tv.grid(tube, VIDEO)  # the same number of tokens


def test_how_far_members_reach_beyond_the_video():
    tube = tv.Tube((4, 12, 12), (16, 32, 32), (0, 16, 16), s2d=(1, 2, 2))
    assert overrun(tube, VIDEO) == 2 * (16 + 6 * 32 + 16 + 12 - 224)
    assert overrun(replace(tube, s2d=(4, 1, 1)), VIDEO) == 0


def test_a_stride_without_divisors_is_refused():
    with pytest.raises(ValueError, match="tube 8x8x8 of 5 channels cannot fill 7: .* 2 or more"):
        widen_tube(tv.Tube((8, 8, 8), (16, 32, 32)), 5, 7, VIDEO)


SMALL = replace(small.MODEL, dim=12, heads=2, mean=0.4, std=0.2, tubes=(
    tv.Tube((4, 3, 2), (2, 4, 4), (1, 2, 3)), small.PATCH, tv.Tube((2, 3, 4), (4, 4, 6))))
LARGE = replace(small.MODEL, dim=24, depth=3, mean=0.5, std=0.25, classes={"noun": 7},
                tubes=(tv.Tube((1, 5, 4), (1, 5, 4)),))
SHAPE = (8, 10, 13)


@pytest.fixture
def models(rng):
    return small.params(SMALL, rng), small.params(LARGE, rng)


def test_images_give_what_the_large_model_gives(models, rng):
    """Predictions are bit-identical, with and without the gate."""
    params, cfg = scale_up(models[0], SMALL, models[1], LARGE, SHAPE, gate_layer=1)
    tv.check(tv.flatten(params), cfg)
    images = small.clips(rng)[:, 0]
    wanted, _ = tv.forward(models[1], images, LARGE, "noun")
    found, _ = tv.forward(params, images, cfg, "noun")
    assert np.array_equal(found, wanted) and params["gate"]["alpha"] == 0
    plain, plain_cfg = scale_up(models[0], SMALL, models[1], LARGE, SHAPE)
    assert plain_cfg.gate_layer is None and "gate" not in plain
    video = small.clips(rng, shape=SHAPE)
    assert np.array_equal(tv.forward(params, video, cfg, "noun")[0],
                          tv.forward(plain, video, plain_cfg, "noun")[0])


def test_a_member_sees_what_the_small_kernel_sees_there(models, rng):
    """The first channels agree on uint8 pixels, which each model normalizes differently."""
    params, cfg = scale_up(models[0], SMALL, models[1], LARGE, SHAPE)
    assert [tube.is_patch for tube in cfg.tubes] == [False, True, False]
    assert cfg.tubes[1] == replace(LARGE.tubes[0], stride=(4, 5, 4))
    video = rng.integers(0, 256, (1, *SHAPE, 2), np.uint8)
    seen, plain = ((video / 255 - one.mean) / one.std for one in (LARGE, SMALL))
    compared = set()
    for i in (0, 2):
        tube, part = cfg.tubes[i], params["tubes"][str(i)]
        tokens = tv.tube_tokens(seen, part["w"], part["b"], tube)[0]
        channels = 24 // tube.members
        for k, shift in enumerate(member_offsets(tube)):
            offset = tuple(o + s for o, s in zip(tube.offset, shift, strict=True))
            alone = replace(SMALL.tubes[i], offset=offset)
            wanted = tv.tube_tokens(plain, **models[0]["tubes"][str(i)], tube=alone)[0]
            own = tokens[:, k * channels:(k + 1) * channels]
            if tv.grid(alone, SHAPE) == tv.grid(tube, SHAPE):  # otherwise it overruns the video
                compared.add((i, k))
                small.assert_close(own, wanted[:, :channels], 1e-13)
    assert compared == {(0, 0), (0, 1), (2, 0), (2, 1)}


def test_what_is_joined_has_the_names_of_its_config(models, rng):
    """The large model also has a gate, and video tubes with a shared kernel."""
    large = replace(LARGE, tubes=(*LARGE.tubes, small.OVERLAPPING), shared_kernel=True,
                    gate_layer=1)
    for gate in ({"gate_layer": 0}, {"gate_layer": None}):
        params, cfg = scale_up(models[0], SMALL, tv.init(large, rng), large, SHAPE, **gate)
        assert {name: x.shape for name, x in tv.flatten(params).items()} == tv.shapes(cfg)


def test_learned_positions_are_refused(models, rng):
    large = tv.variant(LARGE, position="learned", learned_for=(1, 10, 12))
    with pytest.raises(ValueError, match="the large model has learned positions"):
        scale_up(models[0], SMALL, tv.init(large, rng), large, SHAPE)


@pytest.mark.parametrize("change", ["two patches", "shared"])
def test_what_cannot_be_joined_is_refused(models, change):
    large = replace(LARGE, tubes=LARGE.tubes * 2) if change == "two patches" else LARGE
    small_cfg = replace(SMALL, shared_kernel=change == "shared")
    with pytest.raises(ValueError, match="the large model must have one 2D patch"):
        scale_up(models[0], small_cfg, models[1], large, SHAPE)
