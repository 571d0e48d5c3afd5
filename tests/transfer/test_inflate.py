"""Inflated 2D kernels: the token of a static video, for every size and for packed tubes."""

from dataclasses import replace

import numpy as np
import pytest
import small
from small import assert_close

import tubevit_np as tv
from tubevit_np.transfer.inflate import inflate, inflate_tubes

SIZES = [(2, 4, 6), (3, 2, 3), (5, 8, 7), (1, 5, 12), (4, 1, 1)]  # of a 4x6 patch


def resized(picture, size):
    """(H, W, C) to another size, linearly, pixel centers at halves: axis by axis by np.interp."""
    for axis, count in enumerate(size):
        at = (np.arange(count) + 0.5) * picture.shape[axis] / count - 0.5
        picture = np.apply_along_axis(
            lambda line, at=at: np.interp(at, np.arange(len(line)), line), axis, picture)
    return picture


def token(w, pixels):
    return np.einsum("thwcd,thwc->d", w, pixels)


@pytest.mark.parametrize("size", SIZES, ids=str)
def test_a_tube_gives_the_token_of_its_mean_picture_at_the_size_of_the_patch(size, rng):
    w, video = rng.standard_normal((1, 4, 6, 2, 3)), rng.standard_normal((*size, 2))
    wanted = token(w, resized(video.mean(0), (4, 6))[None])
    assert_close(token(inflate(w, size), video), wanted)


def test_of_the_patch_s_size_it_is_the_kernel_over_its_length(rng):
    w = rng.standard_normal((1, 4, 6, 2, 3))
    assert_close(inflate(w, (8, 4, 6)), np.repeat(w, 8, axis=0) / 8)


@pytest.mark.parametrize("size", SIZES, ids=str)
def test_every_channel_keeps_its_sum(size, rng):
    w = rng.standard_normal((1, 4, 6, 2, 3))
    assert_close(inflate(w, size).sum((0, 1, 2)), w.sum((0, 1, 2)), 1e-13)


def test_precision_is_kept(rng):
    assert inflate(np.ones((1, 4, 6, 2, 3), np.float32), (2, 3, 5)).dtype == np.float32


def static_tokens(cfg, rng, picture):
    """Tokens of a video of one picture (H, W, C), tube by tube, all begun as the patch; its token.

    The patch is the second tube; the video reaches past all members, so that none reads zeros."""
    flat = tv.flatten(small.params(cfg, rng))
    inflate_tubes(flat, cfg, 1)
    params = tv.nest(flat)
    video = np.broadcast_to(picture, (1, 9, *picture.shape))
    each = [tv.tokenize(params, video, replace(cfg, tubes=cfg.tubes[:i + 1]))[0]
            for i in range(len(cfg.tubes))]
    ends = [0, *map(len, each)]
    return [tokens[start:] for tokens, start in zip(each, ends)], params


def test_a_constant_video_gives_the_token_of_a_constant_image(rng):
    """Each member of a packed tube: its first channels, D/S of them."""
    picture = np.broadcast_to(rng.standard_normal(2), (20, 24, 2))
    (packed, patches, overlapping), _ = static_tokens(small.MODEL, rng, picture)
    wanted = patches[0]
    assert_close(overlapping, np.broadcast_to(wanted, overlapping.shape))
    members = packed[0].reshape(small.PACKED.members, -1)  # the first token overruns nothing
    assert_close(members, np.broadcast_to(wanted[:4], members.shape))


def test_a_tube_of_the_patch_s_size_gives_a_static_video_the_image_s_own_token(rng):
    """At the same place; whatever the picture."""
    tube = tv.Tube((5, 4, 3), (5, 6, 5))
    cfg = replace(small.MODEL, tubes=(tube, small.PATCH))
    (tubes, patches), _ = static_tokens(cfg, rng, rng.standard_normal((20, 24, 2)))
    assert len(tubes) == 15 and len(patches) == 45  # three times
    assert_close(tubes, patches[:15])


def test_of_a_shared_kernel_8x8x8_is_exact_and_16x4x4_half(rng):
    tubes = (tv.Tube((8, 8, 8), (8, 8, 8)), small.PATCH, tv.Tube((16, 4, 4), (16, 4, 4)))
    cfg = replace(small.MODELS["shared_kernel"], tubes=tubes)
    flat = tv.flatten(small.params(cfg, rng))
    inflate_tubes(flat, cfg, 1)
    video = np.broadcast_to(rng.standard_normal(2), (1, 16, 8, 8, 2))
    tokens = tv.tokenize(tv.nest(flat), video, cfg)[0]
    bias = flat["tubes.1.b"]
    assert_close(tokens[0], tokens[2])  # 8x8x8 twice in time, then a patch
    assert_close(tokens[-1] - bias, (tokens[2] - bias) / 2)
