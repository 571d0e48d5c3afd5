"""Properties of every tube, size and clip; hypothesis searches for counterexamples."""

import itertools
import math
from dataclasses import replace

import numpy as np
import pytest
import small
from hypothesis import given, settings
from hypothesis import strategies as st

import tubevit_np as tv
from tubevit_np.conformance import loops

# Use the same examples in every run: results change only if the code changes.
settings.register_profile("repeatable", derandomize=True, database=None, deadline=None,
                          max_examples=150, report_multiple_bugs=False)
settings.load_profile("repeatable")

DIM = small.MODEL.dim
PACKINGS = [s2d for s2d in itertools.product((1, 2, 3), repeat=3) if DIM % math.prod(s2d) == 0]

rngs = st.builds(np.random.default_rng, st.integers(0, 2**32 - 1))
orders = st.integers(2, 9).map(range).flatmap(st.permutations)


def triples(least, most):
    return st.tuples(*[st.integers(least, most)] * 3)


@st.composite
def tubes(draw, patch=False):
    """Tubes whose members overlap, touch or leave gaps; if patch, patches that start in frame 0."""
    kernel, offset = draw(triples(1, 3)), draw(triples(0, 2))
    if patch:
        kernel, offset = (1, *kernel[1:]), (0, *offset[1:])
    s2d = draw(st.sampled_from([s2d for s2d in PACKINGS if s2d[0] == 1 or kernel[0] > 1]))
    return tv.Tube(kernel, np.multiply(draw(triples(1, 3)), s2d), offset, s2d)


@st.composite
def sizes(draw, tube, least=(1, 1, 1), whole_in_t=False):
    """(T, H, W) for `least` to 3 tubes per axis; unless whole_in_t, members may overrun in t."""
    lengths = []
    for axis, (extent, stride, factor) in enumerate(zip(tube.extent, tube.stride, tube.s2d)):
        beyond = stride - stride // factor if whole_in_t and axis == 0 else 0
        count = draw(st.integers(least[axis], 3))
        lengths.append(extent + (count - 1) * stride + draw(st.integers(beyond, stride - 1)))
    return tuple(max(1, length) for length in lengths)


@st.composite
def cases(draw, **choices):
    tube = draw(tubes())
    return tube, draw(sizes(tube, **choices))


@st.composite
def models(draw):
    """A model with a 2D patch and other tubes in any order, and a (T, H, W) that fits two."""
    patch, *others = draw(tubes(patch=True)), *draw(st.lists(tubes(), min_size=1, max_size=2))
    shape = tuple(map(max, draw(sizes(patch)), draw(sizes(others[0]))))
    choices = draw(st.fixed_dictionaries({
        "tubes": st.permutations([patch, *others]), "shared_kernel": st.booleans(),
        "gelu": st.sampled_from(["tanh", "erf"]), "pool_mlp": st.booleans(),
        "gate_layer": st.sampled_from([None, 0]),
        "gate_tokens": st.sampled_from(["all", "tubes"])}))
    return replace(small.MODEL, depth=1, **choices), shape


def tokens_of(tube, rng, *videos):
    """The tokens of each video, with shared weights: (B, nt, nh, nw, D)."""
    w, b = rng.standard_normal((*tube.kernel, 2, 3)), rng.standard_normal(3)
    return [tv.tube_tokens(x, w, b, tube).reshape(len(x), *tv.grid(tube, x.shape[1:4]), -1)
            for x in videos]


@given(cases(least=(0, 1, 1)), rngs)
def test_tokens_equal_the_loops(case, rng):
    tube, shape = case
    voxel = tv.Tube((1, 1, 1), shape)  # gives one token; tube may give none
    cfg = tv.Config((tube, voxel), 2 * tube.members, 1, 1, 1, channels=2)
    params, video = small.params(cfg, rng), small.clips(rng, 1, shape)
    wanted = [loops.tube_tokens(video[0], **params["tubes"][str(i)], tube=tube)
              for i, tube in enumerate(cfg.tubes)]
    assert tv.grid(tube, shape) == tuple(loops.grid(tube, shape))
    small.assert_close(tv.tokenize(params, video, cfg)[0], np.concatenate(wanted).astype(float))


@given(cases(least=(2, 1, 1), whole_in_t=True), rngs)
def test_a_video_that_stands_still_gives_the_same_tokens_at_all_times(case, rng):
    tube, (frames, *size) = case
    video = small.clips(rng, shape=(1, *size)).repeat(frames, axis=1)
    tokens, = tokens_of(tube, rng, video)
    small.assert_close(tokens[:, 1:], tokens[:, :1].repeat(tokens.shape[1] - 1, axis=1))


@given(cases(least=(2, 2, 2)), st.sampled_from([1, 2, 3]), rngs)
def test_a_video_that_begins_a_stride_later_lacks_its_first_tokens(case, axis, rng):
    tube, shape = case
    video = small.clips(rng, shape=shape)
    later = np.delete(video, range(tube.stride[axis - 1]), axis)
    before, after = tokens_of(tube, rng, video, later)
    small.assert_close(after, np.delete(before, 0, axis))


@given(models(), rngs)
def test_an_image_gives_the_patches_of_the_first_frame(case, rng):
    cfg, shape = case
    params, video = small.params(cfg, rng), small.clips(rng, shape=shape)
    (logits, out), (wanted, _) = (tv.forward(params, x, cfg, "verb")
                                  for x in (video[:, 0], video[:, :1]))
    small.assert_close(logits, wanted)
    at = np.concatenate([tv.centers(tube, shape) for tube in cfg.tubes])
    patches = at[:, 0] == 0  # other tokens have a later center
    small.assert_close(out["tokens"], tv.tokenize(params, video, cfg)[:, patches])


@given(st.builds(tv.Tube, triples(1, 20), triples(1, 20), triples(0, 20)), triples(1, 99))
def test_the_grid_counts_the_places_of_a_tube(tube, shape):
    formula = [max(0, (length - offset - kernel) // stride + 1) for length, offset, kernel, stride
               in zip(shape, tube.offset, tube.kernel, tube.stride)]
    assert list(tv.grid(tube, shape)) == formula == list(loops.grid(tube, shape))


@given(models(), rngs)
def test_every_token_is_counted_and_has_a_position(case, rng):
    cfg, shape = case
    tokens = tv.tokenize(small.params(cfg, rng), small.clips(rng, shape=shape), cfg)
    count = sum(math.prod(loops.grid(tube, shape)) for tube in cfg.tubes)
    assert tokens.shape == (2, count, DIM) and tv.positions(cfg, shape).shape == (count, DIM)


@given(triples(1, 9), rngs)
def test_a_kernel_resized_to_its_own_size_is_itself(size, rng):
    w = rng.standard_normal((*size, 2, 3))
    assert np.array_equal(tv.resize_kernel(w, size), w)


@given(triples(1, 9), triples(1, 9), rngs)
def test_a_constant_kernel_stays_constant(old, new, rng):
    color = rng.standard_normal((2, 3))
    found = tv.resize_kernel(np.broadcast_to(color, (*old, 2, 3)), new)
    small.assert_close(found, np.broadcast_to(color, (*new, 2, 3)))


@given(orders, rngs)
def test_self_attention_follows_the_order_of_its_tokens(order, rng):
    own, x = small.params(small.MODEL, rng), rng.standard_normal((2, len(order), DIM))
    before, after = (tv.self_attention(z, **own["blocks"]["0"]["attn"], heads=3)[0]
                     for z in (x, x[:, order]))
    small.assert_close(after, before[:, order])


@given(st.sampled_from([small.MODEL, small.MODELS["pool_mlp"]]), orders, rngs)
def test_pooling_does_not_see_the_order_of_tokens(cfg, order, rng):
    own, x = small.params(cfg, rng)["pool"], rng.standard_normal((2, len(order), DIM))
    before, after = (tv.attention_pool(z, **own, heads=3, eps=cfg.eps, form=cfg.gelu)[0]
                     for z in (x, x[:, order]))
    small.assert_close(after, before)


@pytest.mark.filterwarnings("ignore:tube")  # some tubes do not fit
@given(models(), orders, rngs)
def test_clips_and_images_of_a_batch_never_mix(case, order, rng):
    cfg, shape = case
    params, video = small.params(cfg, rng), small.clips(rng, len(order), shape)
    for x in (video, video[:, 0]):
        together, _ = tv.forward(params, x, cfg, "verb")
        alone = [tv.forward(params, x[i:i + 1], cfg, "verb")[0] for i in range(len(order))]
        small.assert_close(together, np.concatenate(alone))
        small.assert_close(tv.forward(params, x[order], cfg, "verb")[0], together[order])
