"""Figures pixel by pixel: each color, place and frame must match the arrays."""

import itertools
import subprocess
import sys

import matplotlib
import numpy as np
import pytest
from matplotlib.colors import to_rgba
from matplotlib.figure import Figure
from matplotlib.text import Text
from PIL import Image

import tubevit_np as tv
from tubevit_np.conformance import loops
from tubevit_np.plots.analysis.pixels import (
    all_alike,
    components,
    even_columns,
    fit,
    kernel_rgb,
    order_by_norm,
    patches,
    strips,
    tile,
    to_bytes,
)
from tubevit_np.plots.kernel_plots.animation import animate_kernels
from tubevit_np.plots.kernel_plots.grid import draw_beside, draw_kernels, draw_strips, pin, show
from tubevit_np.plots.model_plots import sampling as tubes
from tubevit_np.plots.style import TUBE_COLORS, color, page, place, render, save
from tubevit_np.plots.training_plots.confusion_matrix import draw_confusion
from tubevit_np.plots.training_plots.curves import (
    SHADES,
    accuracies,
    draw_accuracy,
    draw_curves,
    draw_loss,
    series,
    smooth,
    spread,
)

SHAPES = {"1x8x6": (1, 8, 6), "3x5x4": (3, 5, 4), "6x2x7": (6, 2, 7), "4x4x9": (4, 4, 9)}
RECORDS = [{"step": 10, "loss": 4.0, "lr": 1e-3, "rate": 9.0, "train/verb": 0.2, "train/noun": 0.5},
           {"step": 20, "loss": 3.0, "lr": 2e-3, "rate": 9.0, "train/verb": 0.5, "train/noun": 0.7},
           {"step": 20, "eval/verb": 0.375, "eval/both": 0.125, "eval/image noun": 1.0,
            "eval/count": 256, "eval/loss": 0.5}]


def kernels(rng, count=11):
    """Kernels of every shape and gain; the first of each tube is dead, the third nearly dead."""
    found = {name: rng.standard_normal((*shape, 3, count)) * rng.uniform(0.2, 1, count)
             for name, shape in SHAPES.items()}
    for w in found.values():
        w[..., 0] = 0
        w[..., 2] *= 1e-4
    return found


def find(page, part):
    """The place (top, left) of an image within another, or None."""
    height, width = part.shape[:2]
    for top in range(len(page) - height + 1):
        rows = np.lib.stride_tricks.sliding_window_view(page[top], width, axis=0)  # (n, 3, width)
        for left in np.flatnonzero((rows == part[0].T).all(axis=(1, 2))):
            if (page[top:top + height, left:left + width] == part).all():
                return top, left
    return None


def bytes_of(index):
    """A tube's color as three bytes."""
    return tuple(bytes.fromhex(color(index)[1:]))


def pixels(path):
    return np.array(Image.open(path).convert("RGB"))


def test_a_color_is_half_plus_the_value_over_twice_the_peak(rng):
    w = rng.standard_normal((3, 5, 4, 3, 7))
    rgb = kernel_rgb(w)
    for d, t, h, x, c in itertools.product(*map(range, (7, 3, 5, 4, 3))):
        wanted = 0.5 + w[t, h, x, c, d] / (2 * abs(w[..., d]).max())
        assert rgb[d, t, h, x, c] == pytest.approx(wanted, abs=1e-15)
    shared = 0.5 + np.moveaxis(w, -1, 0) / (2 * abs(w).max())
    np.testing.assert_allclose(kernel_rgb(w, shared=True), shared, atol=1e-15)


def test_one_gain_for_all_frames_and_channels():
    w = np.zeros((2, 1, 2, 3, 1))
    w[1, 0, 0, 0] = -4  # the peak: second frame, red
    w[0, 0, 1, 2] = 2  # half of it: first frame, blue
    assert to_bytes(kernel_rgb(w))[0].tolist() == [[[[128] * 3, [128, 128, 191]]],
                                                   [[[0, 128, 128], [128] * 3]]]


def test_zero_is_mid_gray_and_a_dead_kernel_all_of_it(rng):
    w = kernels(rng)["3x5x4"]
    for shared in (False, True):
        assert (to_bytes(kernel_rgb(w, shared))[0] == 128).all()
    assert np.ptp(to_bytes(kernel_rgb(w))[2]) > 200  # nearly dead: loud at its own gain,
    assert np.ptp(to_bytes(kernel_rgb(w, shared=True))[2]) <= 1  # silent at everybody's


def test_gray_videos_give_gray_kernels(rng):
    w = rng.standard_normal((2, 3, 4, 1, 5))
    assert (kernel_rgb(w) == kernel_rgb(np.repeat(w, 3, axis=3))).all()


@pytest.mark.parametrize("w, words", [(np.zeros((2, 3, 3, 2, 4)), "C 1 or 3"),
                                      (np.full((1, 2, 2, 3, 1), np.nan), "12 of 12")])
def test_kernels_that_cannot_be_drawn(w, words):
    with pytest.raises(ValueError, match=words):
        kernel_rgb(w)


def test_sorted_by_norm_and_equal_ones_as_they_were():
    w = np.zeros((2, 1, 2, 3, 5))
    w[1, 0, 1, 2] = [1, -3, 0, 3, 2]
    assert order_by_norm(w).tolist() == [1, 3, 4, 0, 2]


def test_tiles_go_row_by_row_with_gaps_between_only():
    images = np.arange(5 * 2 * 3 * 3.0).reshape(5, 2, 3, 3)
    picture = tile(images, 2, gap=(4, 1), fill=-1, scale=2)
    assert picture.shape == (3 * 4 + 2 * 4, 2 * 6 + 1, 3)
    seen = np.full(picture.shape, -1.0)
    for i, h, w in itertools.product(range(5), range(4), range(6)):
        seen[8 * (i // 2) + h, 7 * (i % 2) + w] = images[i, h // 2, w // 2]
    assert (picture == seen).all()


def test_fit_takes_the_largest_scale_that_fits():
    assert fit(96, (8, 8), 911, 1100, 56) == (16, 7)  # as large as allowed
    assert fit(96, (8, 8), 911, 300, 56) == (16, 6)  # as high as allowed: 6 full rows of 49
    assert fit(500, (16, 16), 100, 50, 24) == (5, 1)  # never below one pixel for a pixel


@pytest.mark.parametrize("most", [2, 7, 16, 20])
def test_the_last_row_of_a_grid_is_as_full_as_it_can_be(most):
    for count in range(1, 200):
        columns = even_columns(count, most)
        empty = {n: -count % n for n in range(1, most + 1) if n >= 0.6 * most}
        if count <= most:
            assert columns == count
        else:
            assert columns == max(n for n in empty if empty[n] == min(empty.values()))


def test_strips_show_frames_from_left_to_right_and_the_largest_on_top():
    w = np.zeros((4, 2, 3, 3, 3))
    w[:] = np.array([1, 2, 3, 4.0])[:, None, None, None, None] * np.array([1, 3, 2.0])
    picture = to_bytes(strips(w, 2, scale=2))
    assert picture.shape == (4 + 8 + 4, 4 * 6 + 3, 3)
    for row in (0, 12):  # every kernel ends at its own peak
        assert picture[row, [0, 7, 14, 21], 0].tolist() == [159, 191, 223, 255]
    mixed = w.copy()
    mixed[..., 1] *= -1  # the largest, now dark
    assert to_bytes(strips(mixed, 2))[[0, -1], 0, 0].tolist() == [96, 159]


def test_the_strongest_frame_of_every_kernel_at_one_gain():
    w = np.zeros((3, 2, 5, 3, 4))
    for d, (t, size) in enumerate([(2, 1.0), (0, 4.0), (1, 2.0), (0, 0.0)]):
        w[t, :, :, :, d] = size
    assert to_bytes(all_alike(w, 6 * 4, side=5))[0, ::6, 0].tolist() == [255, 191, 159, 128]


def test_principal_components_are_axes_of_the_spread(rng):
    w = rng.standard_normal((1, 3, 2, 3, 40)) * rng.uniform(0.1, 2, (1, 3, 2, 3, 1)) + 5
    found, shares = components(w, count=6)
    rows, axes = w.reshape(18, 40).T, found.reshape(18, 6)
    np.testing.assert_allclose(axes.T @ axes, np.eye(6), atol=1e-12)
    spread_along = ((rows - rows.mean(axis=0)) @ axes).var(axis=0)
    np.testing.assert_allclose(shares, spread_along / rows.var(axis=0).sum(), rtol=1e-10)
    assert (np.diff(shares) < 0).all() and (abs(axes).max(axis=0) == axes.max(axis=0)).all()
    assert components(w[..., :3])[0].shape == (1, 3, 2, 3, 2)


def test_the_page_holds_every_kernel_pixel_for_pixel(rng, tmp_path):
    found = kernels(rng)
    save(draw_kernels(found, "Kernels"), tmp_path / "kernels.png")
    seen, tops = pixels(tmp_path / "kernels.png"), []
    for name, w in found.items():
        full = find(seen, to_bytes(all_alike(w, 399)))
        assert full, f"not all kernels of {name}"
        scale = 40 // max(w.shape[1:3])
        own = patches(w, 911) if len(w) == 1 else strips(w, 1, scale=scale)
        top, left = find(seen, to_bytes(own))
        assert top == full[0] and left < full[1]
        tops.append(top)
    assert tops == sorted(tops)  # bands in the order of the Config
    for i, top in enumerate(tops):
        assert tuple(seen[top, 48]) == bytes_of(i)


def test_every_kernel_is_on_its_grid(rng):
    """Each kernel has a different shade, by its norm: all are drawn once, in order."""
    w = np.ones((1, 4, 3, 3, 50)) * rng.permutation(50) / 49
    picture = to_bytes(all_alike(w, 10 * 4, side=1))[::5, ::4, 0].ravel()
    assert picture.tolist() == sorted(to_bytes(0.5 + np.arange(50) / 98).tolist())[::-1]
    w[:, 0] = -1  # a common peak, so that each has its shade at its own gain too
    order = order_by_norm(w)
    picture = to_bytes(patches(w, 7 * 4, side=1))[1::5, ::4, 0].ravel()
    assert picture[:50].tolist() == to_bytes(0.5 + w[0, 1, 0, 0, order] / 2).tolist()
    assert (picture[50:] == 255).all() and len(set(picture)) == 50


def test_pictures_side_by_side_are_there_pixel_for_pixel(rng):
    given = {"wide": rng.random((20, 70, 3)), "tall": rng.random((40, 30, 3))}
    seen = render(draw_beside(given))
    (top, left), (other, right) = (find(seen, to_bytes(picture)) for picture in given.values())
    assert top == other and left + 70 < right < seen.shape[1] - 30


def test_drawing_into_axes_of_ones_own(rng):
    w = kernels(rng)["1x8x6"]
    figure = page(300, 300)
    ax, other = (place(figure, 20, 20, 200, 200) for _ in range(2))
    show(ax, patches(w, 200))
    draw_strips(other, w, 3)
    for drawn in (ax, other, pin(figure, 20, 20, patches(w, 200))):
        assert drawn.images[0].get_interpolation() == "none"


def test_the_animation_holds_the_exact_colors_of_every_frame(rng, tmp_path):
    found, path = kernels(rng), tmp_path / "tubes.png"
    assert animate_kernels(found, path, most=9) == 12  # 3, 6 and 4 frames come together again
    moving = Image.open(path)
    assert moving.n_frames == 12 and moving.info["loop"] == 0
    places = {}
    for t in range(12):
        moving.seek(t)
        frame = np.array(moving.convert("RGB"))
        assert moving.info["duration"] == 125
        for name, w in list(found.items())[1:]:
            rgb = kernel_rgb(w)[order_by_norm(w)[:9], t % len(w)]
            grid = to_bytes(tile(rgb, 3, scale=40 // max(w.shape[1:3])))  # 3 x 3: no gap
            top, left = places.setdefault(name, find(frame, grid))
            assert (frame[top:top + len(grid), left:left + grid.shape[1]] == grid).all()
            clock = frame[top + len(grid) + 14, left + 4:, :][:14 * len(w):14]
            now = (clock == bytes_of(list(found).index(name))).all(axis=1)
            assert now.tolist() == [i == t % len(w) for i in range(len(w))]


def test_a_loop_that_never_closes_is_as_long_as_its_longest_tube(rng, tmp_path):
    odd = {f"{t}x2x3": rng.standard_normal((t, 2, 3, 1, 2)) for t in (7, 8, 9)}
    assert animate_kernels(odd, tmp_path / "a.png") == 9


def test_patches_alone_do_not_play(rng, tmp_path):
    assert animate_kernels({"1x2x3": rng.standard_normal((1, 2, 3, 3, 4))}, tmp_path / "a.png") == 0
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("suffix", ["png", "svg"])
def test_the_same_input_gives_the_same_bytes(suffix, rng, tmp_path):
    found, cfg = kernels(rng), tv.PRESETS["demo"]
    pages = {"kernels": lambda: draw_kernels(found, "K"), "curves": lambda: draw_curves(RECORDS),
             "tubes": lambda: tubes.draw_sampling(cfg, (16, 48, 40))}
    for name, draw in pages.items():
        first, second = (tmp_path / f"{name}{i}.{suffix}" for i in "12")
        save(draw(), first)
        with matplotlib.rc_context({"font.size": 30, "savefig.bbox": "tight", "axes.grid": True,
                                    "svg.hashsalt": None, "savefig.dpi": 31}):
            save(draw(), second)
        assert first.read_bytes() == second.read_bytes()
        assert matplotlib.__version__.encode() not in first.read_bytes()
        assert b"Software" not in first.read_bytes() and b"<dc:date>" not in first.read_bytes()


def test_the_animation_is_the_same_twice(rng, tmp_path):
    found = kernels(rng)
    for name in "ab":
        animate_kernels(found, tmp_path / name)
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()


def test_only_png_svg_and_pdf(tmp_path):
    with pytest.raises(ValueError, match=r"\.png, \.svg or \.pdf"):
        save(Figure(), tmp_path / "a.jpg")


@pytest.mark.parametrize("drawn", [
    lambda name, rng: draw_curves(RECORDS + [{"step": 20, f"eval/{name}": 0.5}], name),
    lambda name, rng: draw_kernels({name: rng.standard_normal((1, 8, 6, 3, 4))}, name),
    lambda name, rng: draw_confusion(np.eye(2, dtype=int), [name, "other"], name)])
def test_a_name_with_dollar_signs_is_no_formula(drawn, rng, tmp_path):
    figure = drawn("odd $_{$", rng)
    save(figure, tmp_path / "a.png")
    texts = [text for text in figure.findobj(Text) if "$" in text.get_text()]
    assert texts and not any(text.get_parse_math() for text in texts)


def test_notebooks_keep_their_backend_and_settings():
    code = ("import matplotlib, sys; before = dict(matplotlib.rcParams.copy())\n"
            "from tubevit_np.plots.kernel_plots import animation, grid\n"
            "from tubevit_np.plots.training_plots import curves\n"
            "curves.draw_curves([])\n"
            "assert 'matplotlib.pyplot' not in sys.modules\n"
            "assert dict(matplotlib.rcParams.copy()) == before")
    subprocess.run([sys.executable, "-c", code], check=True)


def test_a_tube_alone_has_its_own_color(rng):
    w, cfg = rng.standard_normal((3, 5, 4, 3, 6)), tv.PRESETS["demo"]
    seen = render(draw_kernels({"3x5x4": w}, "K", numbers={"3x5x4": 2}))
    assert tuple(seen[200, 48]) == bytes_of(2)
    ax = place(page(500, 500), 50, 50, 400, 400)
    tubes.draw_grid(ax, cfg, (16, 40, 48), only=[3])
    [drawn] = ax.collections
    assert tuple(drawn.get_edgecolor()[0]) == to_rgba(color(3))


def test_a_color_for_every_tube():
    assert len(set(TUBE_COLORS)) == 8 and color(9) == color(1) == TUBE_COLORS[1]


def test_series_are_in_order_and_a_step_logged_twice_counts_once():
    rows = [{"step": 20, "loss": 2.0}, {"step": 10, "loss": 3.0}, {"step": 20, "loss": 1.0},
            {"step": 30}, {"step": 40, "loss": None}]
    steps, values = series(rows, "loss")
    assert steps.tolist() == [10, 20] and values.tolist() == [3, 1]


def test_smoothing_keeps_a_level_does_not_lag_and_skips_what_is_not_finite():
    values = np.full(300, 2.5)
    values[[0, 40, 299]] = np.nan, np.inf, np.nan
    means = smooth(values)
    assert np.isnan(means[[0, 40, 299]]).all()
    np.testing.assert_allclose(means[np.isfinite(values)], 2.5)
    ramp = np.arange(300.0)
    np.testing.assert_allclose(smooth(ramp)[30:-30], ramp[30:-30])
    assert 0 < smooth(np.eye(300)[150])[150] < 0.1  # a lone spike all but disappears
    assert smooth(np.array([4.0])).tolist() == [4] and len(smooth(np.array([]))) == 0


def test_labels_move_apart_and_stay_below_the_top():
    moved = spread([0.5, 0.99, 0.98, 0.5], 0.1)
    np.testing.assert_allclose(moved, [0.5, 1.0, 0.9, 0.6])
    assert len(spread([], 0.1)) == 0


def test_accuracies_are_the_fractions_and_no_counts_or_losses():
    assert accuracies(RECORDS) == ["verb", "noun", "both", "image noun"]
    assert accuracies([{"step": 1, "train/kinetics": 0.5, "eval/tokens": 7}]) == ["kinetics"]


def test_curves_draw_what_was_logged():
    figure = page(900, 600)
    ax = place(figure, 90, 20, 500, 400)
    draw_accuracy(ax, RECORDS, {"verb": 0.125})
    drawn = [(line.get_color(), np.round(line.get_xydata(), 6).tolist()) for line in ax.lines
             if len(line.get_xdata())]
    verb, noun, both, image = SHADES[:4]
    assert drawn == [(verb, [[10, 0.2], [20, 0.5]]), (verb, [[20, 0.375]]),
                     (verb, [[0, 0.125], [1, 0.125]]), (noun, [[10, 0.5], [20, 0.7]]),
                     (both, [[20, 0.125]]), (image, [[20, 1]])]
    assert {text.get_text() for text in ax.texts} == {
        "verb  37.5%", "noun  70.0% train", "both  12.5%", "image noun  100.0%"}
    ax = place(figure, 90, 20, 500, 400)
    draw_loss(ax, RECORDS)
    assert ax.lines[0].get_xydata().tolist() == [[10, 4], [20, 3]]
    assert ax.get_xlim() == (0, 20) and ax.get_ylim()[0] == 0


@pytest.mark.parametrize("records", [
    [], RECORDS[:1], RECORDS[2:], [{"step": 0, "loss": float("nan")}],
    [{"step": 5, "loss": 1.0, "train/kinetics": 0.0, "lr": 0.0}]])
def test_curves_of_next_to_nothing(records, tmp_path, recwarn):
    save(draw_curves(records), tmp_path / "curves.png")
    assert not list(recwarn)


@pytest.mark.parametrize("tube", [
    tv.Tube((2, 3, 4), (3, 5, 6)), tv.Tube((4, 3, 5), (2, 2, 3), (1, 2, 3)),
    tv.Tube((3, 5, 4), (4, 6, 8), (1, 0, 2), s2d=(2, 1, 4)), tv.Tube((20, 3, 4), (1, 1, 1)),
    tv.Tube((2, 2, 2), (4, 8, 12), s2d=(1, 4, 3))], ids=lambda tube: f"{tube.kernel}{tube.s2d}")
def test_boxes_are_where_the_kernel_reads(tube, shape=(9, 14, 17)):
    wanted = set()
    for at in itertools.product(*map(range, tv.grid(tube, shape))):
        for member in itertools.product(*map(range, tube.s2d)):
            near = tuple(loops.member_start(tube, at, member))
            if all(np.less(near, shape)):
                wanted.add((near, tuple(np.minimum(np.add(near, tube.kernel), shape))))
    found = [tuple(map(tuple, box)) for box in tubes.boxes(tube, shape).tolist()]
    assert set(found) == wanted and len(found) == len(wanted)


def test_a_box_has_six_faces_in_the_order_t_w_h():
    faces = tubes._faces(np.array([[(1, 2, 3), (4, 6, 8)]]))
    corners = set(itertools.product((1, 4), (3, 8), (2, 6)))
    assert {tuple(corner) for corner in faces.reshape(-1, 3)} == corners
    steps = np.abs(np.diff(faces, axis=1, append=faces[:, :1])) > 0
    assert (steps.sum(axis=2) == 1).all()  # round each face along its edges
    flat = [(axis, face[0, axis]) for face in faces for axis in range(3)
            if np.ptp(face[:, axis]) == 0]
    assert flat == [(0, 1), (0, 4), (2, 2), (2, 6), (1, 3), (1, 8)]  # as LIGHT has them


def test_plans_show_every_place_in_the_color_of_its_tube():
    cfg, shape = tv.PRESETS["demo"], (16, 40, 48)
    front, side = [5 * 6, 3 * 4, 3 * 4, 2 * 3], [5, 3 * 2, 3, 2 * 2]
    for view, counts in (((1, 2), front), ((1, 0), side)):
        ax = place(page(500, 500), 50, 50, 400, 400)
        tubes.draw_grid(ax, cfg, shape, view)
        drawn = {tuple(np.rint(255 * c.get_edgecolor()[0, :3]).astype(int)): len(c.get_paths())
                 for c in ax.collections}
        assert drawn == {bytes_of(i): n for i, n in enumerate(counts)}
        assert ax.get_xlim() == (0, shape[view[1]]) and ax.get_ylim() == (shape[view[0]], 0)
        first = {tuple(c.get_edgecolor()[0]): c.get_paths()[0].get_extents().bounds
                 for c in ax.collections}
        wanted = (0, 0, 12, 12) if view == (1, 2) else (2, 0, 4, 12)  # left, top, width, height
        assert first[to_rgba(color(3))] == wanted


@pytest.mark.parametrize("shape", [(9, 40, 64), (1, 48, 40)])
def test_tubes_that_do_not_fit_are_not_drawn(shape, tmp_path):
    cfg = tv.PRESETS["demo"]
    figure = tubes.draw_sampling(cfg, shape)
    save(figure, tmp_path / "a.png")
    tokens = sum(np.prod(tv.grid(tube, shape)) for tube in cfg.tubes)
    assert figure.texts[0].get_text().startswith(f"{tokens} tokens")
    front = next(ax for ax in figure.axes if ax.get_title(loc="left") == "From the front")
    assert [len(c.get_paths()) > 0 for c in front.collections].count(True) == sum(
        all(tv.grid(tube, shape)) for tube in cfg.tubes)
