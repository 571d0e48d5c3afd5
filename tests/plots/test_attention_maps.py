"""Attention on a clip: which weights are drawn, where, and how strongly."""

from dataclasses import replace

import clips
import numpy as np
import pytest
import small
from clips import SHARED, needs_shared
from matplotlib.colors import to_rgb

import tubevit_np as tv
from tubevit_np.data.decoding.video import read_clip
from tubevit_np.plots.analysis.attention_weights import answers, pool_weights, rollout, self_weights
from tubevit_np.plots.analysis.pixels import to_bytes
from tubevit_np.plots.analysis.receptive_fields import by_tube, heat
from tubevit_np.plots.model_plots.attention import (
    HOT,
    Row,
    draw_attention,
    draw_pooling,
    draw_row,
    draw_tube_shares,
    heated,
)
from tubevit_np.plots.model_plots.frame_strip import pale, picks
from tubevit_np.plots.style import color, page, place, save

CFG, SHAPE = replace(small.MODEL, channels=3), (7, 10, 13)


@pytest.fixture
def seen(rng):
    """A clip, and the logits and intermediates of a model for it."""
    clip = clips.noise(rng, *SHAPE)
    return clip, *small.forward(small.params(CFG, rng), clip[None], CFG, tuple(CFG.classes))


def pictures(figure):
    """The images on a page, row by row."""
    found = [ax.images[0].get_array() for ax in figure.axes if ax.images]
    count = len(picks(SHAPE[0]))
    return [found[k:k + count] for k in range(0, len(found), count)]


def wanted(clip, hot, shade):
    """The images of a row: at the peak of the whole clip, the color is the shade itself."""
    return [to_bytes(heated(clip[t], hot[t] / hot.max(), shade)) for t in picks(len(clip))]


def assert_rows(figure, clip, rows):
    first, *found = pictures(figure)
    assert all(np.array_equal(a, clip[t]) for a, t in zip(first, picks(len(clip)), strict=True))
    assert len(found) == len(rows)
    for row, (hot, shade) in zip(found, rows, strict=True):
        assert all(map(np.array_equal, row, wanted(clip, hot, shade)))


def test_heat_is_as_dense_as_it_is_strong(rng):
    frames = clips.noise(rng, 3, 4, 5)
    assert np.array_equal(heated(frames, np.zeros((3, 4, 5)), HOT), pale(frames))
    assert np.allclose(heated(frames, np.ones((3, 4, 5)), HOT), to_rgb(HOT))
    half = heated(frames, np.full((3, 4, 5), 0.5), HOT)
    assert np.allclose(half, (pale(frames) + to_rgb(HOT)) / 2)


def test_pale_frames_are_bright_and_gray_and_keep_their_order():
    frames = np.array([[0, 0, 0], [0, 0, 255], [255, 0, 0], [0, 255, 0], [255, 255, 255]], np.uint8)
    found = pale(frames)
    assert (found == found[:, :1]).all() and (np.diff(found[:, 0]) > 0).all()
    assert found.min() == 0.55 and found.max() == pytest.approx(1)


@pytest.mark.parametrize("layer", [0, 1])
def test_where_a_token_looks(seen, layer):
    """The row of the weights is drawn, not the column of the tokens that attend to it."""
    clip, _, out = seen
    token = 20 + 9  # at (1, 1, 0); 8 packed ones and 12 patches are before
    weights = out[f"blocks.{layer}.attn.weights"][0, :, token]
    assert np.array_equal(self_weights(out, layer)[:, token], weights)
    figure = draw_attention(clip, out, CFG, token, layer)
    rows = [weights.mean(0), *weights]
    assert_rows(figure, clip, [(heat(row, CFG, SHAPE).sum(0), HOT) for row in rows])
    drawn = [[path.get_extents().bounds for path in ax.collections[0].get_paths()]
             for ax in figure.axes[:5]]
    assert drawn == [[(2.5, 6.5, 2, 3)] if t >= 3 else [] for t in picks(7)]


def test_the_peak_may_lie_in_a_frame_that_is_not_drawn(rng):
    clip, hot, figure = clips.noise(rng, *SHAPE), np.zeros(SHAPE), page(2000, 300)
    hot[1, 2, 3], hot[2, 4, 5] = 4, 1
    draw_row(figure, 20, clip, picks(7), Row("name", "what", hot, HOT))
    found = [ax.images[0].get_array() for ax in figure.axes if ax.images]
    assert all(map(np.array_equal, found, wanted(clip, hot, HOT)))
    texts = [text.get_text() for text in figure.texts]
    assert f"peak {4 / (5 / 910):.3g} times the mean" in texts and "500% of the attention" in texts


def test_the_pooling_query_looks_at_every_tube(seen):
    clip, logits, out = seen
    weights = out["pool.weights"][0, :, 0]
    assert np.array_equal(pool_weights(out), weights) and weights.shape == (3, 32)
    figure = draw_pooling(clip, out, CFG, answers(logits, labels()))
    each = heat(weights.mean(0), CFG, SHAPE)
    assert_rows(figure, clip, [
        (each.sum(0), HOT), *((hot, color(i)) for i, hot in enumerate(each)),
        (heat(rollout(out, 2), CFG, SHAPE).sum(0), HOT)])
    texts = [text.get_text() for text in figure.texts]
    parts = by_tube(weights.mean(0), CFG, SHAPE)
    for part in parts:
        assert f"{part.sum():.0%} of the attention" in texts
    for (name, share), *_ in answers(logits, labels()).values():
        assert texts[texts.index(f"{share:6.1%}") + 1] == name


def labels():
    return {head: [f"{head} {k}" for k in range(count)] for head, count in CFG.classes.items()}


def test_answers_are_the_largest_shares_first(seen):
    _, logits, _ = seen
    found = answers(logits, labels(), most=4)
    for head, scores in logits.items():
        shares = np.exp(scores[0]) / np.exp(scores[0]).sum()
        order = sorted(range(len(shares)), key=lambda k: -shares[k])[:4]
        assert [name for name, _ in found[head]] == [f"{head} {k}" for k in order]
        assert [share for _, share in found[head]] == pytest.approx(sorted(shares)[:-5:-1])


def test_rollout_goes_back_through_all_blocks_half_of_each_straight_on(seen):
    _, _, out = seen
    way = np.eye(32)
    for layer in (0, 1):
        way = (np.eye(32) + out[f"blocks.{layer}.attn.weights"][0].mean(0)) / 2 @ way
    found = rollout(out, 2)
    np.testing.assert_allclose(found, out["pool.weights"][0, :, 0].mean(0) @ way, rtol=1e-12)
    assert found.sum() == pytest.approx(1, abs=1e-12)


def test_the_share_of_each_tube(rng):
    weights = rng.dirichlet(np.ones(32), size=2)
    ax = place(page(400, 300), 90, 20, 260, 200)
    draw_tube_shares(ax, weights, CFG, SHAPE)
    shares = [weights[:, a:b].sum(1) for a, b in ((0, 8), (8, 20), (20, 32))]
    assert [bar.get_width() for bar in ax.patches] == pytest.approx([s.mean() for s in shares])
    assert [line.get_xdata()[0] for line in ax.lines] == [8 / 32, 12 / 32, 12 / 32]
    assert [text.get_text() for text in ax.texts] == [
        f"{s.mean():.0%}  ({s[0]:.0%}, {s[1]:.0%})" for s in shares]


def test_an_image_alone(rng, tmp_path):
    picture = clips.noise(rng, 1, *SHAPE[1:])
    _, out = small.forward(small.params(CFG, rng), picture, CFG, "noun")
    for figure in (draw_pooling(picture, out, CFG, {}), draw_attention(picture, out, CFG, 4, 1)):
        save(figure, tmp_path / "a.png")
        assert "The image" in [text.get_text() for text in figure.texts]
    hot = heat(pool_weights(out).mean(0), CFG, (1, *SHAPE[1:]))
    assert hot[1].sum() == pytest.approx(1) and not hot[[0, 2]].any()


def test_divided_attention_has_pooling_alone(rng):
    cfg = replace(small.MODELS["divided"], channels=3)
    clip = clips.noise(rng, *SHAPE)
    _, out = small.forward(small.params(cfg, rng), clip[None], cfg, "noun")
    texts = [text.get_text() for text in draw_pooling(clip, out, cfg, {}).texts]
    assert "Rollout" not in texts
    with pytest.raises(ValueError, match="is divided: only 6 of 42 tokens"):
        draw_attention(clip, out, cfg, 0, 0)


@needs_shared
def test_pages_of_a_real_clip(rng, tmp_path):
    path = SHARED / "kinetics_clips/val/WUzgd7C1pWA_000101_000111.mp4"
    clip = read_clip(path, 7, 40)[:, :38]
    cfg = replace(CFG, tubes=tv.PRESETS["demo"].tubes[:1] + CFG.tubes)
    _, out = small.forward(small.params(cfg, rng), clip[None], cfg, "noun")
    figures = draw_pooling(clip, out, cfg, {}), draw_attention(clip, out, cfg, 3, 1)
    for figure in figures:
        save(figure, tmp_path / "a.png")
        assert np.array_equal(figure.axes[0].images[0].get_array(), clip[0])
