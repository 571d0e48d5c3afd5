"""The Gabor fit of known kernels, and the scores of random kernels."""

import numpy as np
import pytest

from tubevit_np.plots.analysis.gabor_fit import gabor_fit
from tubevit_np.plots.analysis.null_models import (
    beaten,
    more_than_chance,
    random_directions,
    random_phases,
)
from tubevit_np.plots.analysis.scores import by_chance, color_energy, measure, summary
from tubevit_np.plots.analysis.spectrum import direction_selectivity
from tubevit_np.plots.analysis.synthetic_kernels import gabors


def score(w, rng, draws=19):
    return summary(measure(w), by_chance(w, rng, draws))


@pytest.mark.parametrize("shape", [(8, 8, 8), (16, 4, 4), (4, 12, 12), (1, 8, 8)])
def test_a_gabor_is_found_and_noise_is_none(shape, rng):
    w, at = gabors(shape, 30, rng)
    shares, fits = gabor_fit(w)
    assert np.percentile(shares, 10) > 0.995 and shares.max() <= 1 + 1e-5
    sign = np.sign((fits[:, :, 0] * at).sum(axis=1, keepdims=True))
    assert np.median(abs(sign * fits[:, :, 0] - at)) < 2e-3
    assert np.median(gabor_fit(rng.standard_normal(w.shape))[0]) < 0.15


def rebuilt(fit, shape):
    """Cosine and sine behind the window of a fit (3, 3), (2, voxels), written out."""
    places, windows, phase = np.indices(shape), 1.0, 0.0
    for i, (frequency, center, width) in enumerate(fit):
        if shape[i] > 1:
            windows = windows * np.exp(-0.5 * ((places[i] - center) / width) ** 2)
            phase = phase + 2 * np.pi * frequency * (places[i] - center)
    return np.stack([windows * np.cos(phase), windows * np.sin(phase)]).reshape(2, -1)


def test_r2_is_the_best_phase_and_color_for_the_window_and_wave_that_are_found(rng):
    w = gabors((5, 6, 7), 4, rng)[0] + 0.3 * rng.standard_normal((5, 6, 7, 3, 4))
    shares, fits = gabor_fit(w)
    for d in range(4):
        colors, waves = w[..., d].reshape(-1, 3), rebuilt(fits[d], (5, 6, 7))
        held = max(
            np.linalg.norm(grating @ colors) ** 2 / (grating @ grating)  # best color
            for grating in (np.cos(p) * waves[0] + np.sin(p) * waves[1]
                            for p in np.linspace(0, np.pi, 2001)))
        assert shares[d] == pytest.approx(held / (colors**2).sum(), abs=1e-4)


def test_two_colors_in_two_phases_are_half_of_one_grating():
    t, h, w = np.indices((8, 16, 16)) - np.array([3.5, 7.5, 7.5])[:, None, None, None]
    window, phase = np.exp(-(t**2 / 8 + h**2 / 18 + w**2 / 18)), np.pi / 2 * (w - t / 2)
    kernel = np.stack([window * np.cos(phase), window * np.sin(phase), 0 * t], -1)[..., None]
    assert gabor_fit(kernel)[0][0] == pytest.approx(0.5, abs=0.01)


def test_a_gain_changes_no_share_and_a_dead_kernel_has_none(rng):
    w = rng.standard_normal((3, 4, 5, 3, 6))
    np.testing.assert_allclose(gabor_fit(1e-3 * w)[0], gabor_fit(w)[0], rtol=1e-9)
    assert gabor_fit(np.zeros((3, 4, 5, 3, 1)))[0].tolist() == [0]


def test_random_phases_keep_amplitudes_and_what_colors_have_in_common(rng):
    w = rng.standard_normal((3, 4, 5, 3, 6))
    made = random_phases(w, rng)
    old, new = (np.fft.fftn(x, axes=(0, 1, 2)) for x in (w, made))
    np.testing.assert_allclose(abs(new), abs(old), atol=1e-9)
    np.testing.assert_allclose(new[..., 0, :] * new[..., 1, :].conj(),
                               old[..., 0, :] * old[..., 1, :].conj(), atol=1e-9)
    assert abs((made * w).sum() / (w * w).sum()) < 0.3  # but it is another kernel
    assert made.dtype == float


def test_random_directions_turn_waves_about_in_time(rng):
    w = rng.standard_normal((4, 5, 6, 3, 40))
    old, new = (abs(np.fft.fftn(x, axes=(0, 1, 2))) for x in (w, random_directions(w, rng)))
    kept, turned = old[1, 1, 2], old[-1, 1, 2]
    stays = np.isclose(new[1, 1, 2], kept).all(axis=0)
    assert (stays | np.isclose(new[1, 1, 2], turned).all(axis=0)).all()
    assert 8 < stays.sum() < 32
    moving = gabors((8, 8, 8), 30, rng)[0]
    assert np.median(direction_selectivity(random_phases(moving, rng))) > 0.5  # as before
    assert np.median(direction_selectivity(random_directions(moving, rng))) < 0.5


def test_one_kernel_in_twenty_beats_nineteen_others_by_chance(rng):
    assert beaten(rng.random(20000), rng.random((19, 20000))).mean() == pytest.approx(0.05, abs=.01)
    assert beaten(np.array([3.0, 1.0]), np.full((19, 2), 2.0)).tolist() == [True, False]
    assert not beaten(np.full(3, 9.0), np.zeros((18, 3))).any()  # too few to say


def test_more_than_chance_is_the_tail_of_a_binomial():
    """At least 4 of 30: 1 - 0.95^30 - 30 0.05 0.95^29 - ... = 0.061; at least 5: 0.0156."""
    assert [more_than_chance(count, 30) for count in (0, 3, 4, 5, 30)] == [False] * 3 + [True] * 2
    assert more_than_chance(1, 1) and not more_than_chance(1, 2)  # 0.05 and 0.0975
    assert not more_than_chance(0, 0)


def test_a_score_tells_gratings_from_noise(rng):
    moving = score(gabors((6, 7, 8), 16, rng)[0], np.random.default_rng(1))
    assert moving["gabor"] > 0.99 and moving["gabor beat"] == 1
    assert moving["direction beat"] > 0.8 and moving["direction"] > moving["direction null"] + 0.2
    noise = score(rng.standard_normal((6, 7, 8, 3, 16)), np.random.default_rng(1))
    assert noise["gabor beat"] < 0.3 and noise["direction beat"] < 0.3
    assert noise["color"] == pytest.approx(2 / 3, abs=0.05)


def test_a_score_repeats_and_says_nothing_of_motion_in_patches(rng):
    w = rng.standard_normal((1, 5, 4, 3, 5))
    first, again = (score(w, np.random.default_rng(3), 2) for _ in range(2))
    assert first == again
    assert {name for name, value in first.items() if value is None} == {
        "direction", "direction null", "direction beat", "separability"}


def test_colors_along_gray_and_opponent_axes():
    w = np.zeros((2, 3, 3, 3, 4))
    w[1, 1, 1] = np.array([[1, 1, 1], [1, -1, 0], [-1, -1, 2], [1, 0, 0]]).T
    found = color_energy(w)
    np.testing.assert_allclose(found[:, :3], np.eye(3), atol=1e-12)
    np.testing.assert_allclose(found[:, 3], [1 / 3, 1 / 2, 1 / 6], atol=1e-12)
    assert np.isnan(color_energy(w[..., :2, :])).all()  # two channels are no colors
