"""Tokens against loops over voxels, the counts of Table 12, and the edges of the video."""

import numpy as np
import pytest
import small

import tubevit_np as tv
from tubevit_np.conformance import loops
from tubevit_np.model.geometry import member_offsets

TUBES = {
    "sparse": tv.Tube((2, 3, 4), (3, 5, 6)),
    "overlapping": tv.Tube((4, 3, 5), (2, 2, 3), (1, 2, 3)),
    "patch": tv.Tube((1, 4, 3), (4, 5, 6)),
    "packed_t": tv.Tube((3, 2, 4), (4, 5, 6), (1, 0, 2), s2d=(2, 1, 1)),
    "packed_h": tv.Tube((2, 3, 4), (3, 6, 5), (0, 1, 0), s2d=(1, 3, 1)),
    "packed_w": tv.Tube((2, 3, 4), (3, 5, 8), (0, 1, 0), s2d=(1, 1, 4)),
    "packed_all": tv.Tube((3, 5, 4), (4, 6, 8), (1, 0, 2), s2d=(2, 2, 4)),
    "members_outside": tv.Tube((2, 2, 2), (4, 8, 12), s2d=(1, 4, 3)),
}


@pytest.mark.parametrize("shape", [(9, 14, 17), (7, 11, 13)], ids=str)
@pytest.mark.parametrize("name", TUBES)
def test_tokens_equal_a_loop_over_voxels(name, shape, rng):
    tube, video = TUBES[name], small.clips(rng, shape=shape)
    w, b = rng.standard_normal((*tube.kernel, 2, 3)), rng.standard_normal(3)
    wanted = np.array([loops.tube_tokens(clip, w, b, tube) for clip in video])
    small.assert_close(tv.tube_tokens(video, w, b, tube), wanted)
    assert wanted.shape == (2, np.prod(tv.grid(tube, shape)), 3 * tube.members)


def test_the_packed_tubes_do_overrun():
    shape = (9, 14, 17)
    for name, overrun in (("packed_t", (1, 0, 0)), ("packed_h", (0, 0, 0)), ("packed_w", (0, 0, 1)),
                          ("packed_all", (1, 0, 3))):
        tube = TUBES[name]
        place, member = np.subtract(tv.grid(tube, shape), 1), np.subtract(tube.s2d, 1)
        last = loops.member_start(tube, place, member)
        assert tuple(np.maximum(0, np.add(last, tube.kernel) - shape)) == overrun


def test_a_member_outside_the_video_sees_zeros(rng):
    tube = tv.Tube((1, 2, 2), (1, 8, 4), s2d=(1, 4, 1))  # rows 0, 2, 4, 6 of a video of three
    video, w = small.clips(rng, shape=(2, 3, 5)), np.ones((1, 2, 2, 2, 1))
    tokens = tv.tube_tokens(video, w, np.array([0.25]), tube)
    assert np.all(tokens[..., 2:] == 0.25) and np.all(tokens[..., :2] != 0.25)


def test_one_bright_voxel_is_seen_where_it_is():
    video = np.zeros((1, 6, 8, 10, 1))
    video[0, 3, 4, 8] = 1  # inside the second tube of each axis, one past its start in w alone
    tube = tv.Tube((2, 3, 2), (3, 4, 6), (0, 0, 1))
    w = np.arange(12.0).reshape(2, 3, 2, 1, 1)
    tokens = tv.tube_tokens(video, w, np.zeros(1), tube).reshape(tv.grid(tube, (6, 8, 10)))
    assert np.argwhere(tokens).tolist() == [[1, 1, 1]] and tokens[1, 1, 1] == w[0, 0, 1, 0, 0]


def test_members_in_the_order_t_h_w():
    in_space = tv.Tube((1, 1, 1), (1, 4, 6), s2d=(1, 2, 2))
    in_time = tv.Tube((2, 1, 1), (4, 1, 6), s2d=(2, 1, 2))
    assert member_offsets(in_space) == [(0, 0, 0), (0, 0, 3), (0, 2, 0), (0, 2, 3)]
    assert member_offsets(in_time) == [(0, 0, 0), (0, 0, 3), (2, 0, 0), (2, 0, 3)]


@pytest.mark.parametrize("tubes, shape, counts", [
    ("main", (32, 224, 224), (98, 147, 98, 196)),
    ("main", (64, 224, 224), (196, 392, 196, 392)),
    ("main", (128, 224, 224), (392, 931, 392, 784)),
    ("main", (16, 224, 224), (49, 0, 49, 196)),
    ("main", (1, 224, 224), (0, 0, 0, 196)),
    ("core", (32, 224, 224), (392, 392)),
    ("demo", (16, 48, 48), (36, 32, 16, 18)),
])
def test_token_counts(tubes, shape, counts):
    cfg = tv.with_tubes(tv.PRESETS["B"], tubes)
    assert tuple(np.prod(tv.grid(tube, shape)) for tube in cfg.tubes) == counts


def test_main_makes_539_tokens_not_559(rng):
    cfg = tv.with_tubes(small.MODEL, "main")
    video = np.zeros((1, 32, 224, 224, 2), np.float32)
    assert tv.tokenize(tv.init(cfg, rng), video, cfg).shape == (1, 539, 24)


def test_grid_at_the_exact_edge():
    tube = tv.Tube((4, 3, 2), (5, 4, 3), (2, 1, 0))
    assert tv.grid(tube, (6, 4, 2)) == (1, 1, 1)  # offset + kernel fits exactly
    assert tv.grid(tube, (5, 4, 2)) == (0, 1, 1) and tv.grid(tube, (6, 3, 1)) == (1, 0, 0)
    assert tv.grid(tube, (1, 1, 1)) == (0, 0, 0)
    assert tv.grid(tube, (10, 8, 5)) == (1, 2, 2)


def test_tokens_come_tube_by_tube_as_configured(rng):
    params, video = small.params(small.MODEL, rng), small.clips(rng)
    parts = []
    for i, tube in enumerate(small.MODEL.tubes):
        own = params["tubes"][str(i)]
        parts.append([loops.tube_tokens(clip, **own, tube=tube) for clip in video])
    small.assert_close(tv.tokenize(params, video, small.MODEL), np.concatenate(parts, axis=1))


def test_an_image_gives_the_patches_of_a_one_frame_video(rng):
    params, video = small.params(small.MODEL, rng), small.clips(rng)
    patches = tv.tokenize(params, video, small.MODEL)[:, 8:14]  # after the packed, first frame
    image = tv.tokenize(params, video[:, :1], small.MODEL)
    small.assert_close(image, patches)


def test_the_video_itself_is_left_alone(rng):
    video = small.clips(rng)
    before = video.copy()
    tv.tokenize(small.params(small.MODEL, rng), video, small.MODEL)
    assert np.array_equal(video, before)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_precision_is_kept(dtype, rng):
    tube, video = TUBES["packed_all"], small.clips(rng, shape=(9, 14, 17)).astype(dtype)
    tokens = tv.tube_tokens(video, np.ones((*tube.kernel, 2, 3), dtype), np.ones(3, dtype), tube)
    assert tokens.dtype == dtype
