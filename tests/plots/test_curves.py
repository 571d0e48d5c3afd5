"""Curves of a run: the final scores as the terminal prints them, and labels that can be read."""

import json

import numpy as np
import pytest

from tubevit_np.plots.gallery.run_plots import CURVES
from tubevit_np.plots.layout import words
from tubevit_np.plots.style import page, place, render
from tubevit_np.plots.training_plots.curves import draw_accuracy, draw_curves
from tubevit_np.runs.run import QUICK_EVAL_CLIPS
from tubevit_np.runs.score_names import final_scores


def logged(names):
    return [{"step": step, "lr": 0.1, "loss": 1.0} | {f"eval/{name}": 0.5 for name in names}
            for step in (10, 20)]


def test_the_final_score_is_a_ring_and_the_label():
    ax = place(page(900, 600), 90, 20, 500, 400)
    draw_accuracy(ax, logged(["verb", "image noun"]), final={"verb": (0.25, 44)})
    rings = [line.get_xydata().tolist() for line in ax.lines if line.get_markersize() == 8]
    assert rings == [[[20, 0.25]]]
    assert {text.get_text() for text in ax.texts} == {"verb  25.0% of 44", "image noun  50.0%"}


def test_final_scores_have_the_names_of_the_log(tmp_path):
    sizes = {"number of classes": {"verb": 3, "noun": 2}}
    scores = {"video": {"verb": 0.5, "noun": 0.25, "both": 0.125, "verb top-5": 1, "count": 44},
              "image of noun": {"noun": 0.75, "count": 2000, "number of classes": {"noun": 2}}}
    scores["video"] |= sizes
    (tmp_path / "evaluation.json").write_text(json.dumps(scores), encoding="utf-8")
    assert final_scores(tmp_path) == {}  # not finished: the evaluation may be an old one
    (tmp_path / "model.safetensors").touch()
    assert final_scores(tmp_path) == {"verb": (0.5, 44), "noun": (0.25, 44), "both": (0.125, 44),
                                      "image noun": (0.75, 2000)}


def test_no_number_of_examples_is_claimed_that_a_run_may_not_have():
    assert str(QUICK_EVAL_CLIPS) not in CURVES
    assert f"at most {QUICK_EVAL_CLIPS} for each point" in words("curves").caption


@pytest.mark.parametrize("names", [
    ["verb"], ["image mini_images_val", "x"], ["a_very_long_name_of_a_head_" * 9, "y"],
    [f"image mini_images_val {k}" for k in range(40)]])
def test_every_label_is_on_the_page_and_none_covers_another(names):
    figure = draw_curves(logged(names), final={names[0]: (1.0, 123456)})
    height, width, _ = render(figure).shape
    ax = figure.axes[2]
    boxes = sorted((text.get_window_extent() for text in ax.texts), key=lambda box: box.y0)
    assert len(boxes) == len(names)
    assert all(0 < box.x0 and box.x1 < width and 0 < box.y0 and box.y1 < height for box in boxes)
    assert (np.diff([box.y0 for box in boxes]) > 20).all()
    assert boxes[0].y0 > figure.texts[1].get_window_extent().y1  # above the caption
