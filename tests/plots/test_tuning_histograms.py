"""Figures of many kernels: the drawn values for kernels of known tuning."""

import numpy as np
import pytest
from matplotlib.image import AxesImage
from matplotlib.text import Text

from tubevit_np.plots.analysis.synthetic_kernels import gabors, references
from tubevit_np.plots.gallery.run_data import Measured
from tubevit_np.plots.kernel_plots import (
    color_axes as colors,
)
from tubevit_np.plots.kernel_plots import (
    motion as movement,
)
from tubevit_np.plots.kernel_plots import (
    score_histograms as distributions,
)
from tubevit_np.plots.kernel_plots import (
    slices,
    spectra,
)
from tubevit_np.plots.kernel_plots import (
    tuning_histograms as population,
)
from tubevit_np.plots.style import page, place


def axes(**options):
    return place(page(400, 400), 50, 50, 300, 300, **options)


def bar(speed, frames=8, side=11):
    """A gray kernel (frames, side, side, 3): a level bar that moves up by `speed` rows a frame.

    Dark on both sides, or its spectrum would be highest at zero frequency."""
    t, h, _ = np.indices((frames, side, side))
    away = (h - (side - 1) / 2 + speed * (t - (frames - 1) / 2)) ** 2
    return np.repeat(((1 - 2 * away) * np.exp(-away))[..., None], 3, axis=3)


def test_a_slice_goes_through_the_middle_of_the_energy():
    kernel = np.zeros((2, 5, 9, 3))
    kernel[:, 1, 6] = 1
    at = slices.line_of(kernel, np.array([0.0, 1.0]))  # along the row of the only voxel
    np.testing.assert_allclose(at, np.stack([np.ones(9), np.arange(9)], 1), atol=1e-12)
    at = slices.line_of(kernel, np.array([-1.0, 0.0]))  # upward, and longer than its column
    np.testing.assert_allclose(at, np.stack([6 - np.arange(9), np.full(9, 6)], 1), atol=1e-12)


def test_a_slice_is_linear_between_pixels_and_white_outside(rng):
    frames = rng.random((3, 4, 5, 3))
    found = slices.along(frames, np.array([[1.25, 2.5], [3.4, 4.2], [-0.6, 2], [1, 4.6]]))
    wanted = (0.75 * (frames[:, 1, 2] + frames[:, 1, 3]) / 2
              + 0.25 * (frames[:, 2, 2] + frames[:, 2, 3]) / 2)
    np.testing.assert_allclose(found[0], wanted, atol=1e-12)
    np.testing.assert_allclose(found[1], frames[:, 3, 4], atol=1e-12)  # within the last pixel
    assert (found[2:] == 1).all()


@pytest.mark.parametrize("speed", [1.0, 0.5])
def test_the_slant_of_a_slice_is_the_speed(speed):
    kernel = bar(speed)
    found = Measured(kernel[..., None], draws=1)
    assert found.tuning["direction"][0] == pytest.approx(90, abs=1)
    assert found.tuning["speed"][0] == pytest.approx(speed, rel=0.05)
    ahead, ax = slices.way(found.peaks[0]), axes()
    slices.draw_slice(ax, kernel, ahead, speed)
    light = (np.asarray(ax.images[0].get_array(), dtype=float)[..., 0] - 128).clip(0)
    middles = (light * np.arange(11)[:, None]).sum(axis=0) / light.sum(axis=0)  # of the bar
    wanted = 5 - speed * (np.arange(8) - 3.5)  # it rises to the right
    np.testing.assert_allclose(middles, wanted, atol=0.3)
    for line in ax.lines:  # the ends of the line lie on the bar
        x, y = line.get_data()
        np.testing.assert_allclose(y, 5 - speed * (x - 3.5), atol=1e-9)


def test_slices_are_of_the_strongest_kernels_that_choose_a_direction(rng):
    known = references((8, 8, 8), rng, 4)
    w = np.concatenate([known["static"], known["moving"] * [1, 4, 3, 2], known["noise"]], axis=-1)
    w = w / np.sqrt((w**2).sum(axis=(0, 1, 2, 3))) * np.repeat([9, 1, 5], 4)
    w[..., 4:8] *= [1, 4, 3, 2]
    chosen, count = slices.strongest(Measured(w), 3)
    assert chosen == [5, 6, 7] and 4 <= count <= 5


def noise_and_moving(rng, moving, still=33):
    """Kernels of noise, and of some that move."""
    known = references((8, 8, 8), rng, max(moving, 1))["moving"][..., :moving]
    return Measured(np.concatenate([rng.standard_normal((8, 8, 8, 3, still)), known], axis=-1))


@pytest.mark.parametrize("moving", [0, 7])
def test_directions_and_speeds_are_drawn_only_of_more_kernels_than_by_chance(moving):
    found = noise_and_moving(np.random.default_rng(1), moving)
    assert found.chooses.sum() >= max(moving, 1)  # by chance, one of noise
    assert found.is_selective == bool(moving)
    tubes = {"8x8x8": found}
    for draw in (slices.draw_slices, spectra.draw_spectra):
        figure = draw(tubes)
        assert bool(figure.findobj(AxesImage)) == bool(moving)
        said = " ".join(text.get_text() for text in figure.texts)
        assert ("pixels per frame" in said) == bool(moving)
        assert ("no more direction-selective kernels than by chance" in said) != bool(moving)
    said = " ".join(text.get_text() for text in population.draw_population(
        tubes, tubes).findobj(Text))
    assert ("speed (pixels per frame)" in said) == bool(moving)
    assert ("no more than by chance" in said) != bool(moving)


def test_speeds_without_a_direction_are_pale():
    found, ax = noise_and_moving(np.random.default_rng(1), 7), axes()
    population.draw_speeds(ax, found, found, "#ff0000")
    full, pale = (sum(bar.get_height() for bar in bars) for bars in ax.containers[:2])
    assert full == found.chooses.sum() and full + pale == found.striped.sum()
    assert ax.containers[0][0].get_facecolor() == (1, 0, 0, 1)
    assert ax.containers[1][0].get_facecolor() == pytest.approx((1, 2 / 3, 2 / 3, 1))


def test_patches_choose_no_direction(rng):
    found = Measured(gabors((1, 8, 8), 9, rng)[0])
    assert not found.chooses.any() and not found.is_selective
    said = " ".join(text.get_text() for text in population.draw_population(
        {"1x8x8": found}, {"1x8x8": found}).findobj(Text))
    assert "no speeds: one frame" in said


@pytest.mark.parametrize("shown, rows", [(5, [5]), (7, [4, 3]), (10, [5, 5]), (12, [6, 6])])
def test_rows_of_slices_are_equally_long(shown, rows, monkeypatch):
    found = noise_and_moving(np.random.default_rng(1), 12, 1)
    monkeypatch.setattr(slices, "strongest", lambda found, most: (list(range(shown)), shown))
    figure = slices.draw_slices({"8x8x8": found})
    tops = [round(ax.get_position().y1, 4) for ax in figure.axes if ax.images]
    assert [tops.count(top) // 2 for top in sorted(set(tops), reverse=True)] == rows
    assert f"all {shown} direction-selective kernels" in figure.texts[-1 - shown].get_text()


def test_the_spectrum_along_the_motion_lies_on_the_line_of_the_speed(rng):
    w, at = gabors((8, 8, 8), 12, rng)
    d = abs(at[:, 0]).argmax()
    ax = axes()
    spectra.draw_time(ax, w[..., d], at[d], "red")
    power = np.asarray(ax.images[0].get_array())
    i, j = np.unravel_index(power.argmax(), power.shape)
    along = np.hypot(*at[d, 1:])
    assert (abs(spectra.POINTS[[i, j]]) == pytest.approx([abs(at[d, 0]), along], abs=0.02))
    assert spectra.POINTS[i] * spectra.POINTS[j] < 0  # what moves ahead has f_t = -v f
    x, y = ax.lines[-1].get_data()
    np.testing.assert_allclose(y, -abs(at[d, 0]) / along * x, atol=1e-9)


def test_the_spectrum_from_the_front_is_the_transform_of_the_frames(rng):
    kernel, ax = rng.standard_normal((1, 5, 6, 3)), axes()
    spectra.draw_space(ax, kernel, np.array([0, 0.1, 0.2]), "red")
    power = np.asarray(ax.images[0].get_array())[:-1, :-1]  # the last repeats the first
    wanted = (abs(np.fft.fft2(kernel[0], (64, 64), axes=(0, 1))) ** 2).sum(axis=2)
    np.testing.assert_allclose(power, np.fft.fftshift(wanted) / wanted.max(), atol=1e-2)
    rings = [tuple(np.ravel(line.get_data())) for line in ax.lines]
    assert rings == [(0.2, 0.1), (-0.2, -0.1)]


def test_histograms_count_every_kernel_once(rng):
    w = np.concatenate([gabors((8, 8, 8), 20, rng)[0], np.ones((8, 8, 8, 3, 3))], axis=-1)
    w[..., 0] = w[4, ..., 0]  # stands still: slower than the axis
    found = Measured(w, draws=1)
    assert found.striped.sum() == 20  # not those that are alike everywhere
    for draw, count in ((population.draw_frequencies, 23), (population.draw_speeds, 20)):
        ax = axes()
        draw(ax, found, found, "red")
        assert sum(patch.get_height() for patch in ax.patches if hasattr(
            patch, "get_height")) == count
    ax = axes(projection="polar")
    population.draw_orientations(ax, found, found, "red")
    assert sum(patch.get_height() for patch in ax.containers[0]) == 20
    ax = axes()
    population.draw_dots(ax, found, "red")
    places = ax.collections[0].get_offsets()
    np.testing.assert_allclose(places[:, 1], found.tuning["frequency"][:20])
    np.testing.assert_allclose(ax.collections[0].get_sizes() / found.norms[:20] ** 2,
                               14 * 23 / (found.norms**2).sum())


def test_dots_of_movement_are_the_measures_and_the_stars_what_is_known(rng):
    w = references((6, 7, 8), rng, 5)["moving"]
    found, ax = Measured(w, draws=1), axes()
    movement.draw_movement(ax, w, found.own, found.own, "red")
    dots = ax.collections[-1].get_offsets()
    np.testing.assert_allclose(dots[:, 0], found.own["separability"])
    np.testing.assert_allclose(dots[:, 1], found.own["direction"])
    assert [text.get_text() for text in ax.texts] == ["moving", "counterphase", "static", "noise"]
    assert ax.lines[0].get_ydata()[0] > 0.8 and ax.lines[2].get_xdata()[0] == pytest.approx(1)


def test_the_color_axis_of_a_kernel_and_both_its_ends():
    w = np.zeros((1, 2, 3, 3, 3))
    w[0, 0, 0, :, 0], w[0, 1, 1, :, 0] = [1, -1, 0], [-2, 2, 0]  # red against green
    w[0, :, :, :, 1], w[0, 0, 0, 2, 1] = 1, 1.1  # gray
    w[0, 0, 0, :, 2] = [0, 0, -3]  # yellow, whose other end is blue
    found = colors.axes_of(w)
    np.testing.assert_allclose(abs(found[:, 0]), [0.5**0.5, 0.5**0.5, 0], atol=1e-9)
    np.testing.assert_allclose(found[:, 1], 3**-0.5, atol=0.02)
    np.testing.assert_allclose(colors.bright(found)[2], [0.5, 0.5, 1], atol=1e-9)
    np.testing.assert_allclose(colors.bright(-found)[1], [0, 0, 0], atol=0.05)


def test_shares_of_color_are_stacked_and_the_grayest_left():
    shares = np.array([[0.2, 0.9, 0.5], [0.5, 0.1, 0.1], [0.3, 0.0, 0.4]])
    ax = axes()
    colors.draw_shares(ax, shares)
    tops = [patch.get_data().values for patch in ax.patches]
    np.testing.assert_allclose(tops, np.cumsum(shares[:, [1, 2, 0]], axis=0))


def test_distributions_are_shares_with_medians_above(rng):
    own, chance, plain = np.array([0.12, 0.52, 0.93]), rng.random((19, 3)), np.full(3, 0.01)
    ax = axes()
    distributions.draw_distribution(ax, own, chance, plain, "red")
    learned, noise, luck = (patch.get_data().values for patch in ax.patches)
    assert np.flatnonzero(learned).tolist() == [2, 10, 18] and learned.sum() == pytest.approx(1)
    assert noise[0] == 1 and luck.sum() == pytest.approx(1)
    medians = [line.get_xdata()[0] for line in ax.lines]
    assert medians == pytest.approx([0.01, np.median(chance), 0.52])
