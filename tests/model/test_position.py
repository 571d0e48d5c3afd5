"""Positions against the printed formula, and the centers of the tokens of Table 12."""

import itertools

import numpy as np
import pytest
import small

import tubevit_np as tv
from tubevit_np.conformance import loops

SHAPE = (7, 10, 13)


def axes(tube, shape):
    """The coordinates that occur on each axis."""
    return [sorted(set(axis)) for axis in tv.centers(tube, shape).T.tolist()]


def nearest(z):
    """Distance between the two rows of z that are closest to each other."""
    squares = np.square(z).sum(1)
    distances = squares[:, None] + squares - 2 * z @ z.T
    return np.sqrt(distances[np.triu_indices(len(z), 1)].min())


@pytest.mark.parametrize("tube, t, y", [
    (0, [7.5, 23.5], np.arange(7) * 32 + 3.5),  # two members of 8 frames: 0 to 15
    (1, [11.5, 17.5, 23.5], np.arange(7) * 32 + 8 + 1.5 + 8),  # members 16 pixels apart
    (2, [1.5, 17.5], np.arange(7) * 32 + 16 + 5.5),
    (3, [0], np.arange(14) * 16 + 7.5),
])
def test_centers_of_the_main_tubes(tube, t, y):
    found = axes(tv.PRESETS["B"].tubes[tube], (32, 224, 224))
    assert found == [t, list(y), list(y)]


def test_all_539_centers_are_distinct():
    found = np.concatenate([tv.centers(tube, (32, 224, 224)) for tube in tv.PRESETS["B"].tubes])
    assert len(np.unique(found, axis=0)) == len(found) == 539


@pytest.mark.parametrize("tube", [*small.MODEL.tubes,
                                  tv.Tube((2, 3, 1), (3, 4, 10), (1, 2, 0), (3, 2, 5))],
                         ids=lambda tube: tube.name)
def test_centers_equal_a_loop(tube):
    wanted = [loops.center(tube, place) for place in loops.places(loops.grid(tube, SHAPE))]
    assert tv.centers(tube, SHAPE).tolist() == wanted


def test_a_tube_that_does_not_fit_has_no_centers():
    assert tv.centers(small.PATCH, (7, 3, 13)).shape == (0, 3)


@pytest.mark.parametrize("dim", [3, 6, 8, 24, 31])
def test_positions_equal_the_formula(dim, rng):
    at = rng.uniform(0, 200, (5, 3))
    wanted = np.array([loops.position(place, dim, 50.0) for place in at])
    np.testing.assert_allclose(tv.sincos_3d(at, dim, 50.0), wanted, rtol=0, atol=1e-13)


def test_unit_values_of_the_paper():
    inside, image = tv.sincos_3d(np.array([[4.0, 4, 4], [0, 8, 8]]), 768)
    wanted = [-0.756802, -0.653644] * 3 + [-0.548606, -0.836081]
    np.testing.assert_allclose(inside[:8], wanted, rtol=0, atol=5e-7)
    wanted = [0, 1] + [0.989358, -0.145500] * 2 + [0, 1] + [0.917358, 0.398064] * 2
    np.testing.assert_allclose(image[:12], wanted, rtol=0, atol=5e-7)


def test_the_three_axes_have_their_own_channels():
    for axis in range(3):
        at = np.zeros((2, 3))
        at[1, axis] = 1
        changed = np.flatnonzero(np.ptp(tv.sincos_3d(at, 24), axis=0))
        assert set(changed % 6) == {2 * axis, 2 * axis + 1}


@pytest.mark.parametrize("dim, live", [(192, 192), (768, 768), (1024, 1020), (1280, 1278), (5, 0)])
def test_channels_beyond_a_full_six_are_zero(dim, live):
    found = tv.sincos_3d(np.array([[3.5, 7.5, 9.5]]), dim)
    assert found.shape == (1, dim) and found.dtype == np.float64
    assert np.all(found[0, live:] == 0) and np.all(found[0, :live] != 0)


def test_no_two_tokens_of_main_are_close():
    assert nearest(tv.positions(tv.PRESETS["B"], (32, 224, 224))) == pytest.approx(8.07, abs=0.01)


def test_the_distance_of_other_implementations():
    """They put the center at kernel // 2 and pack nothing: 8.23 between the closest tokens."""
    tubes = [([4, 20], range(4, 197, 32)), ([12, 18, 24], range(10, 203, 32)),
             ([2, 18], range(22, 215, 32)), ([0], range(8, 217, 16))]
    at = [place for t, y in tubes for place in itertools.product(t, y, y)]
    assert len(at) == 539
    assert nearest(tv.sincos_3d(np.array(at, float), 768)) == pytest.approx(8.2314, abs=1e-4)


def test_positions_follow_the_order_of_the_tokens():
    cfg = small.MODEL
    wanted = [loops.position(loops.center(tube, place), 24, 50.0)
              for tube in cfg.tubes for place in loops.places(loops.grid(tube, SHAPE))]
    small.assert_close(tv.positions(cfg, SHAPE), 0.7 * np.array(wanted))


def test_an_image_stands_where_the_first_frame_does():
    cfg = tv.Config((small.PATCH,), 24, 1, 3, 10)
    still, moving = tv.positions(cfg, (1, *SHAPE[1:])), tv.positions(cfg, SHAPE)
    assert np.array_equal(still, moving[:6])
    assert np.all(still[:, 0] == 0) and np.all(still[:, 1] == 1)  # t = 0


def test_every_pair_of_axes_is_told_apart():
    for a, b in itertools.combinations(itertools.permutations((2.0, 3.0, 5.0)), 2):
        z = tv.sincos_3d(np.array([a, b]), 24)
        assert not np.allclose(z[0], z[1])
