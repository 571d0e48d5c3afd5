"""Other positions: without strides, learned, none."""

import numpy as np
import pytest
import small

import tubevit_np as tv
from tubevit_np.variants.positions import learned_rows, positions, strideless_centers

SHAPE = (7, 10, 13)


def test_without_strides_tokens_lie_a_frame_and_a_pixel_apart():
    """Table 7a's "without stride": where a kernel starts is counted in strides."""
    cfg = tv.variant(small.MODEL, position="strideless")
    apart = strideless_centers(small.OVERLAPPING, SHAPE).reshape(2, 2, 3, 3)
    assert np.array_equal(apart[1, 1, 1] - apart[0, 0, 0], [1, 1, 1])
    assert np.array_equal(apart[0, 0, 0], tv.centers(small.OVERLAPPING, SHAPE)[0])
    at = np.concatenate([strideless_centers(tube, SHAPE) for tube in cfg.tubes])
    small.assert_close(positions({}, cfg, SHAPE), 0.7 * tv.sincos_3d(at, 24, 50.0))


def test_none_adds_nothing():
    found = positions({}, tv.variant(small.MODEL, position="none"), SHAPE)
    assert found.shape == (32, 24) and not found.any()


def test_the_usual_positions_are_those_of_the_model():
    assert np.array_equal(positions({}, small.MODEL, SHAPE), tv.positions(small.MODEL, SHAPE))


def test_learned_rows_of_an_image_are_the_first_of_the_patches(rng):
    cfg = small.MODELS["learned"]  # 8 packed tokens, 2x2x3 patches, 12 overlapping ones
    assert learned_rows(cfg, SHAPE) == [slice(0, 8), slice(8, 20), slice(20, 32)]
    assert learned_rows(cfg, (1, 10, 13)) == [slice(0, 0), slice(8, 14), slice(20, 20)]
    params, image = small.params(cfg, rng), small.clips(rng)[:, 0]
    _, out = tv.variants.forward(params, image, cfg, "verb")
    small.assert_close(out["with_position"] - out["tokens"],
                       np.broadcast_to(params["position"]["w"][8:14], (2, 6, 24)))


@pytest.mark.parametrize("shape", [(12, 10, 13), (7, 16, 13), (7, 10, 18)])
def test_positions_of_another_size_were_not_learned(shape):
    with pytest.raises(ValueError, match=r"positions were learned for \(7, 10, 13\) \(T, H, W\)"):
        learned_rows(small.MODELS["learned"], shape)


@pytest.mark.parametrize("change", [{"position": "learned"}, {"learned_for": SHAPE},
                                    {"position": "fourier"}])
def test_learned_positions_and_their_size_go_together(change):
    with pytest.raises(ValueError, match="position "):
        tv.variant(small.MODEL, **change)
