"""Names in all scripts: nothing warns, nothing is a box, and the picture says what is missing."""

import logging
import warnings
from dataclasses import replace
from types import SimpleNamespace

import clips
import numpy as np
import pytest
import small
from matplotlib.text import Text

from tubevit_np.plots import fonts, layout
from tubevit_np.plots.model_plots.architecture import draw_architecture
from tubevit_np.plots.model_plots.attention import draw_pooling
from tubevit_np.plots.style import LOOK, page, save
from tubevit_np.plots.training_plots.confusion_matrix import draw_confusion
from tubevit_np.plots.training_plots.curves import draw_curves

NOTE = layout.words("missing_letters").caption
ODD = ["打篮球", "ジャンプ", "수영", "🏀 ball", "e\u0301te\u0301", "שלום עולם", "مرحبا",
       "tab\there", "line\nbreak", "cut \udcff", "\u202eright to left", "zero\u200dwidth", ""]


@pytest.fixture(autouse=True)
def only_dejavu(monkeypatch):
    """As on a machine without other fonts."""
    monkeypatch.setattr(fonts, "families", lambda: (fonts.MAIN,))
    fonts.letters.cache_clear()
    yield
    fonts.letters.cache_clear()


@pytest.fixture
def attended(rng):
    """A clip, the intermediates of a model for it, and its Config with a head of a long name."""
    cfg = replace(small.MODEL, channels=3, classes={"a_head_of_a_long_name": 3})
    clip = clips.noise(rng, 7, 10, 13)
    return clip, small.forward(small.params(cfg, rng), clip[None], cfg, tuple(cfg.classes))[1], cfg


def texts(figure):
    return " ".join(" ".join(text.get_text().split()) for text in figure.findobj(Text))


def test_a_class_without_letters_is_shown_by_its_number():
    names = ["jump", "打篮球", "été", "a\tb"]
    assert fonts.class_names(names) == ["jump", "class 2", "été", "class 4"]
    assert fonts.writable("run 打篮球, été") == "run ???, été"
    assert not fonts.can_write("\udcff") and fonts.can_write("e\u0301te\u0301")


def test_a_font_that_has_the_letters_is_used(monkeypatch):
    installed = [SimpleNamespace(name=name) for name in ("DejaVu Sans", "Meiryo", "SimHei")]
    monkeypatch.undo()
    assert LOOK[1]["font.family"] == list(fonts.families())
    monkeypatch.setattr(fonts, "fontManager", SimpleNamespace(ttflist=installed))
    fonts.families.cache_clear()
    assert fonts.families() == ("DejaVu Sans", "SimHei", "Meiryo")
    fonts.families.cache_clear()


def test_a_font_without_bold_letters_is_no_news(caplog):
    """matplotlib would report it for every picture, also for one without a letter of this font."""
    log = logging.getLogger("matplotlib.font_manager")
    for name in ("IPAexGothic", "Helvetica"):
        log.warning("findfont: Failed to find font weight %s for %s, now using %s", "bold", name, 4)
    assert [record.args[1] for record in caplog.records] == ["Helvetica"]


@pytest.mark.parametrize("name", ODD)
def test_no_name_crashes_or_warns(name, tmp_path):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for figure in (draw_confusion(np.eye(2, dtype=int), [name, "other"], f"{name}: title"),
                       draw_curves([{"step": 1, f"eval/{name}": 0.5}], name)):
            save(figure, tmp_path / "a.png")
            assert (NOTE in texts(figure)) == (not fonts.can_write(name))


def test_pooling_shows_numbers_for_classes_without_letters(attended):
    clip, out, cfg = attended
    labels = {"動作": ["走る", "jump"]}
    figure = draw_pooling(clip, out, cfg, {"動作": [("jump", 0.7), ("走る", 0.3)]}, "映像.mp4",
                          labels)
    shown = texts(figure)
    assert "70.0% jump" in shown and "30.0% class 1" in shown and "??.mp4" in shown
    assert NOTE in shown and not {"走", "映", "動"} & set(shown)


def test_a_long_name_of_a_head_stays_in_its_box(attended):
    clip, _, cfg = attended
    figure = draw_architecture(clip, cfg)
    name = next(text for text in figure.findobj(Text) if text.get_text() == "a_head_of_a_long_name")
    assert fonts.text_width(name.get_text(), weight="bold", fontsize=name.get_fontsize()) < 165


def test_the_width_of_a_text_is_that_of_its_letters():
    one, two = (fonts.text_width("m" * count, fontsize=9) for count in (10, 20))
    assert two == pytest.approx(2 * one, rel=0.02)
    figure = page(900, 100)
    drawn = layout.write(figure, 10, 50, "m" * 10, fontsize=9)
    assert drawn.get_window_extent().width == pytest.approx(one, rel=0.01)
