"""Figures for a paper: laid out at the width of a column, legible, with text as text."""

import re
import shutil
from pathlib import Path

import matplotlib
import numpy as np
import pytest
import texts
from matplotlib.figure import Figure
from matplotlib.text import Text
from PIL import Image

from tubevit_np.model.presets import PRESETS
from tubevit_np.plots.gallery.pictures import PICTURES
from tubevit_np.plots.gallery.run_data import Opened
from tubevit_np.plots.layout import captions, words
from tubevit_np.plots.own_axes import draw_kernels
from tubevit_np.plots.paper.boxes import Box, barred, below, beside, text
from tubevit_np.plots.paper.layouts import LAYOUTS
from tubevit_np.plots.paper.look import paper_look, read_style
from tubevit_np.plots.paper.pages import Paper, sheet
from tubevit_np.plots.paper.panels import Panel, grid
from tubevit_np.plots.style import LOOK, color, page, place, points, tidy
from tubevit_np.runs.snapshots import write_snapshot
from tubevit_np.training.kernel_snapshots import kernels

TOP = Path(__file__).parents[2]
DEMO = TOP / "figures/demo"
ANIMATED = {"clip", "tubes", "training"}


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    """The demo with 24 kernels of each tube, nine snapshots, and itself as a control."""
    folder = tmp_path_factory.mktemp("runs") / "demo"
    folder.mkdir()
    for name in ("model.safetensors", "metrics.jsonl"):
        shutil.copy(DEMO / name, folder)
    opened = Opened(folder, draws=1)
    for step in (0, 25, 50, 100, 200, 400, 800, 1600):
        write_snapshot(folder, step, kernels(opened.params))
    found = Opened(folder)
    found.kernels, found.untrained = ({name: w[..., :24] for name, w in tubes.items()}
                                      for tubes in (opened.kernels, opened.untrained))
    sets = {"learned": found.measured, "untrained": found.measured_untrained,
            "frames in random order": found.measured}
    found.controls = {column: {name: (tube.w, tube.own) for name, tube in tubes.items()}
                      for column, tubes in sets.items()}
    return found


@pytest.fixture
def figure_of(run):
    """A function: the Figure of a picture of the run at a width in inches."""
    def draw(name, width, size=None, caption="", style=None):
        with paper_look(style, size):
            return sheet(lambda pixels: LAYOUTS[name](run, pixels), width, caption)

    return draw


def test_every_picture_that_stands_still_has_a_layout():
    assert {Path(picture.name).stem for picture in PICTURES} == set(LAYOUTS) | ANIMATED


@pytest.mark.parametrize("width, size", [(3.5, None), (7, None), (3.25, 9)])
@pytest.mark.parametrize("name", LAYOUTS)
def test_all_texts_are_legible_and_in_their_place(name, width, size, figure_of):
    figure = figure_of(name, width, size, caption="A caption of many words. " * 12)
    assert figure.get_figwidth() == width and 1 < figure.get_figheight() < 16
    assert texts.faults(figure) == []


def test_faults_of_texts_are_found():
    figure = page(400, 300)
    ax, other = (place(figure, left, 50, 100, 100, xticks=[], yticks=[]) for left in (100, 250))
    assert texts.faults(figure) == []
    for at, said, size in (((0.1, 0.9), "tiny", 5), ((-3, 0.5), "outside", 8),
                           ((0.5, 0.5), "far too long for it", 8)):
        ax.text(*at, said, fontsize=size)
    other.text(0.1, 0.5, "below", fontsize=8)
    assert texts.faults(figure) == [
        "small: 'tiny' 5.00", "cut off: 'outside'", "on each other: 'far too long for it' 'below'",
        "in foreign axes: 'far too long for it'"]


@pytest.mark.parametrize("name", ["kernels", "spectra", "overlay"])
def test_a_narrow_page_is_laid_out_anew_and_not_just_smaller(name, figure_of):
    narrow, wide = figure_of(name, 3.5), figure_of(name, 7)
    ratio = [figure.get_figheight() / figure.get_figwidth() for figure in (narrow, wide)]
    assert ratio[0] > 1.2 * ratio[1]
    sizes = [{text.get_fontsize() for text in figure.findobj(Text) if text.get_text()}
             for figure in (narrow, wide)]
    assert sizes[0] == sizes[1]


def test_a_narrow_page_has_fewer_frames(figure_of):
    counts = [sum(one.get_text().startswith("frame ") for one in figure_of("overlay", width).texts)
              for width in (3.5, 7)]
    assert counts == [4, 5]


def test_kernels_stay_sharp(figure_of):
    for name in ("kernels", "slices", "spectra", "history"):
        images = [image for ax in figure_of(name, 3.5).axes for image in ax.images]
        assert images and {image.get_interpolation() for image in images} == {"none"}


@pytest.mark.parametrize("form", ["pdf", "svg", "png"])
def test_figures_have_their_width_and_the_same_bytes_twice(form, run, tmp_path):
    chosen = [picture for picture in PICTURES if picture.name in ("kernels.png", "colors.png")]
    for part in "ab":
        (tmp_path / part).mkdir()
        with matplotlib.rc_context({"savefig.bbox": "tight", "figure.figsize": (1, 1),
                                    "image.origin": "lower"}):
            assert Paper(form, 3.5).draw(run, tmp_path / part, chosen) == {}
    for name in ("kernels", "colors"):
        data, again = ((tmp_path / part / f"{name}.{form}").read_bytes() for part in "ab")
        assert data == again and matplotlib.__version__.encode() not in data
        assert b"Date" not in data and b"dc:date" not in data
        assert width_of(data, tmp_path / "a" / f"{name}.{form}") == pytest.approx(3.5, abs=0.01)
    assert {path.name for path in (tmp_path / "a").iterdir()} == {f"kernels.{form}",
                                                                  f"colors.{form}"}


def width_of(data, path):
    """The width of a figure in inches, from its file."""
    if path.suffix == ".png":
        image = Image.open(path)
        return image.width / image.info["dpi"][0]
    if path.suffix == ".svg":
        return float(re.search(rb'<svg [^>]*width="([\d.]+)pt"', data)[1]) / 72
    return float(re.search(rb"/MediaBox \[ 0 0 ([\d.]+)", data)[1]) / 72


def test_text_in_vector_files_is_text(run, tmp_path):
    chosen = [picture for picture in PICTURES if picture.name == "curves.png"]
    Paper("svg").draw(run, tmp_path, chosen)
    svg = (tmp_path / "curves.svg").read_text(encoding="utf-8")
    assert ">Learning rate</text>" in svg and "smoothed" in svg
    Paper("pdf", captions=False).draw(run, tmp_path, chosen)
    pdf = (tmp_path / "curves.pdf").read_bytes()
    assert b"/Type0" in pdf and b"/Type3" not in pdf  # TrueType, whose letters can be selected


def test_a_caption_is_wrapped_or_left_out(run, tmp_path):
    chosen = [picture for picture in PICTURES if picture.name == "colors.png"]
    heights = []
    for captions_too in (True, False):
        Paper("svg", 3.5, captions=captions_too).draw(run, tmp_path, chosen)
        svg = (tmp_path / "colors.svg").read_text(encoding="utf-8")
        heights.append(float(re.search(r'<svg [^>]*height="([\d.]+)pt"', svg)[1]))
        assert ("Each column is a kernel" in svg) == captions_too
    assert heights[0] > heights[1] + 60


def test_animations_stay_as_they_are_and_are_left_out_of_vector_files(run, tmp_path):
    chosen = [picture for picture in PICTURES if Path(picture.name).stem in ANIMATED]
    missing = Paper("svg").draw(run, tmp_path, chosen)
    assert set(missing) == {picture.name for picture in chosen} and not list(tmp_path.iterdir())
    with pytest.raises(ValueError, match=r"clip\.pdf: it is an animation, .* --format png"):
        Paper("pdf").check(chosen)
    Paper("png").check(chosen)
    clip = [picture for picture in chosen if picture.name == "clip.png"]
    assert Paper("png", font_size=9).draw(run, tmp_path, clip) == {}
    assert Image.open(tmp_path / "clip.png").n_frames == 16


@pytest.mark.parametrize("given, match", [
    ({"width": 1}, "3.2 to 20 inches"), ({"width": float("nan")}, "3.2 to 20 inches"),
    ({"font_size": 5}, "6 to 9"), ({"form": "gif"}, "no format 'gif'")])
def test_figures_that_cannot_be(given, match):
    with pytest.raises(ValueError, match=match):
        Paper(**given)


def test_the_font_size_holds_and_nothing_is_below_six_points(figure_of):
    for size in (6, 7, 9):
        sizes = {text.get_fontsize() for text in figure_of("kernels", 7, size).findobj(Text)
                 if text.get_text()}
        assert min(sizes) >= 6 and (size in sizes)


def test_the_look_from_bottom_to_top(tmp_path):
    style = tmp_path / "mine.mplstyle"
    style.write_text("font.size: 9\naxes.linewidth: 3\n", encoding="utf-8")
    params = matplotlib.rcParams
    with paper_look():
        assert (params["font.size"], params["axes.linewidth"]) == (8, 0.8)  # the gallery's
    with matplotlib.rc_context({"axes.linewidth": 2, "font.size": 7, "ytick.labelsize": 8.5}):
        with paper_look():
            assert (params["font.size"], params["axes.linewidth"]) == (7, 2)  # rcParams
            assert (params["xtick.labelsize"], params["ytick.labelsize"]) == (7.5 * 7 / 8.5, 8.5)
        with paper_look(style):
            assert (params["font.size"], params["axes.linewidth"]) == (9, 3)  # a style file
        with paper_look(style, 6.5):
            assert (params["font.size"], params["axes.linewidth"]) == (6.5, 3)
    with paper_look(None, 6.5):
        tidy(lambda: np.testing.assert_equal(params["font.size"], 6.5))()  # in all drawing, too
        assert points(7) == 6 and params["xtick.labelsize"] == 6
    tidy(lambda: np.testing.assert_equal(params["font.size"], LOOK[1]["font.size"]))()


@pytest.mark.parametrize("content, match", [(None, "there is no style file"),
                                            (b"\xff\xfe\x00", "no setting"), (b"", "no setting")])
def test_no_style_file(content, match, tmp_path):
    if content is not None:
        (tmp_path / "a").write_bytes(content)
    with pytest.raises(ValueError, match=match):
        read_style(tmp_path / "a")


def test_a_style_reaches_the_figure(figure_of, tmp_path):
    style = tmp_path / "dark.mplstyle"
    style.write_text("figure.facecolor: 123456\nfont.family: DejaVu Serif\n", encoding="utf-8")
    figure = figure_of("kernels", 3.5, style=style)
    assert matplotlib.colors.to_hex(figure.get_facecolor()) == "#123456"
    assert {text.get_fontfamily()[0] for text in figure.texts} == {"DejaVu Serif"}


def box(width, height, drawn=None):
    """A Box that notes where it is drawn."""
    return Box(width, height, lambda figure, left, top: drawn.append((left, top)))


def test_boxes_wrap_as_words_do():
    drawn = []
    whole = beside([box(40, 10, drawn), box(50, 20, drawn), box(30, 5, drawn)], 100, 10, 3)
    assert whole[:2] == (100, 28)
    whole.draw(None, 7, 1)
    assert drawn == [(7, 1), (57, 1), (7, 24)]
    assert below([box(4, 10), box(6, 1)], 3)[:2] == (6, 14)
    with_bar = barred(box(20, 9, drawn), "red")
    with_bar.draw(page(200, 200), 50, 60)
    assert drawn[-1][0] - 50 == with_bar.width - 20 > 0


def test_a_text_is_wrapped_at_its_width():
    for width in (120, 250):
        words_box = text("several words that do not fit into one line", width)
        assert words_box.width <= width
    assert text("a\nb", 500).height == 2 * text("a", 500).height


def test_panels_fill_a_row_with_their_labels():
    figure = page(700, 300)
    panels = [Panel(lambda ax: ax.set(ylabel="label", ylim=(0, 1e5))), Panel(),
              Panel(lambda ax: ax.set(xlabel="a label that is longer than the axes are wide"))]
    whole = grid(panels, 600, 3, 80)
    whole.draw(figure, 50, 20)
    first, last = figure.axes
    assert first.bbox.width == pytest.approx(last.bbox.width, abs=1)
    renderer = matplotlib.backends.backend_agg.FigureCanvasAgg(figure).get_renderer()
    assert first.get_tightbbox(renderer).x0 == pytest.approx(50, abs=2)
    assert last.get_tightbbox(renderer).x1 == pytest.approx(650, abs=2)
    assert "\n" in last.get_xlabel()


def test_captions_for_a_paper_change_words_that_are_there():
    for name, found in captions().items():
        for old, new in found.get("paper", ()):
            assert old in words(name).caption and old not in words(name).paper
            assert new in words(name).paper


def test_kernels_in_axes_of_ones_own(rng):
    w = rng.standard_normal((3, 5, 4, 3, 9))
    mine = {"font.size": 7, "axes.titlesize": 11, "axes.titlelocation": "right"}
    with matplotlib.rc_context(mine):
        ax = Figure(figsize=(3.5, 2)).subplots()
        draw_kernels(ax, w, tube=2, count=4, columns=2, title="3 × 5 × 4")
    assert ax.get_title(loc="right") == "3 × 5 × 4" and ax.title.get_text() == ""
    assert ax.images[0].get_array().shape == (2 * 20 + 8, 2 * (3 * 17 - 1) + 24, 3)
    [note] = ax.texts[1:]
    assert note.get_text() == "time: 3 frames" and note.get_fontsize() == 6
    [bar] = ax.patches
    assert matplotlib.colors.to_hex(bar.get_facecolor()) == color(2).lower()
    ax = Figure().subplots()
    draw_kernels(ax, w[:1])
    assert not ax.patches and ax.images[0].get_interpolation() == "none"
    with pytest.raises(ValueError, match="C 1 or 3"):
        draw_kernels(ax, w[..., :2, :])


def test_the_example_of_the_gallery_draws_one_tube(tmp_path, monkeypatch):
    """figures/README.md: a figure for one tube, in five lines."""
    page = (TOP / "figures/README.md").read_text(encoding="utf-8")
    [code] = re.findall(r"```python\n(.*?)```", page, re.DOTALL)
    lines = [line for line in code.splitlines() if line and not line.startswith("import")
             and not line.startswith("from")]
    assert len(lines) <= 5
    monkeypatch.chdir(tmp_path)
    (tmp_path / "figures").symlink_to(TOP / "figures")
    matplotlib.use("agg")
    exec(code, {})  # noqa: S102 - the code of figures/README.md
    [path] = tmp_path.glob("*.pdf")
    pdf = path.read_bytes()
    assert pdf.startswith(b"%PDF") and b"CreationDate" not in pdf and b"/Type3" not in pdf


def test_the_tube_of_the_example_is_number_1():
    assert PRESETS["demo"].tubes[1].name == "8x8x8"
    assert Opened(DEMO).params["tubes"]["1"]["w"].shape == (8, 8, 8, 3, 96)
