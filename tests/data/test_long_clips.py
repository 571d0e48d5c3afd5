"""Clips longer than the input: the frames of each temporal crop, and that every crop is scored."""

import numpy as np
import pytest

from tubevit_np.data import sources
from tubevit_np.data.generated import clips
from tubevit_np.data.generated.long_clips import LongSource, view_starts
from tubevit_np.data.sources import generated_source
from tubevit_np.training.evaluate import predict_all


def test_views_lie_evenly_from_end_to_end():
    assert view_starts(16, 32, 1) == [8]
    assert view_starts(16, 32, 2) == [0, 16]
    assert view_starts(5, 12, 3) == [0, 3, 7]


@pytest.fixture(scope="module")
def source():
    pools = clips.make_pools(np.random.default_rng(3), 16, 4, 4)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sources, "generated_pools", lambda name, size, seed, part: pools)
        yield LongSource(**vars(generated_source("something-moves", "video", 6, 16, 0)))


def test_a_view_is_a_part_of_a_clip_twice_as_long(source):
    [whole] = generated_source("something-moves", "video", 12, 16, 0).held_out(32, 5)
    [middle], [views] = source.held_out(32, 5), source.held_out_views(4, 1, 5)
    assert np.array_equal(middle.x, whole.x[:, 3:9])
    assert views.x.shape == (20, 6, 16, 16, 3)
    for row, view in enumerate(views.x):  # all views of the first clip come first
        at = (0, 2, 4, 6)[row % 4]
        assert np.array_equal(view, whole.x[row // 4, at:at + 6])
    assert np.array_equal(views.labels["verb"], whole.labels["verb"])


def test_every_view_is_asked(source):
    seen = []

    def predict(x, heads):
        seen.append(len(x))
        return {head: np.zeros((len(x), len(source.labels[head]))) for head in heads}

    found = predict_all(predict, source, 5, views=(4, 1))
    assert seen == [20] and found["verb"][0].shape == (5, 8)


def test_there_is_one_place(source):
    with pytest.raises(ValueError, match="3 spatial crops: generated clips are as large"):
        source.held_out_views(2, 3)
