"""How cost grows: exponents, crossings and their picture."""

import numpy as np
import pytest

from tests.benchmarks import growth
from tubevit_np.plots.style import render
from tubevit_np.plots.training_plots.cost_growth import LOOKS, draw_growth


def rows():
    """Times grow with the square of the frames; some are missing."""
    return [{"sweep": "frames", "value": value, "model": model, "ms": time, "MB": 3.0 * value}
            for model, factor in zip(LOOKS, (1, 5, 20), strict=True)
            for value, time in ((8, factor * 64.0), (16, factor * 256.0),
                                (32, factor * 1024.0 if factor < 20 else None))]


def test_exponents_are_those_of_the_times():
    found = growth.exponents(rows())
    assert found == {("frames", model): pytest.approx(2) for model in LOOKS}


def test_a_model_of_fewer_operations_crosses_at_once_and_the_other_never():
    assert growth.crossing("TubeViT", "dense tubelets") == 4
    assert growth.crossing("dense tubelets", "TubeViT") is None


def test_each_case_changes_one_size():
    usual = growth.case("frames", 32, "main")
    for sweep, value in (("pixels", 224), ("width", 192), ("clips", 1)):
        cfg, shape, clips = growth.case(sweep, value, "main")
        assert (cfg.tubes, cfg.dim, cfg.mlp_dim, shape, clips) == (
            usual[0].tubes, 192, 768, *usual[1:])
    cfg, *_ = growth.case("width", 128, "main")
    assert (cfg.dim, cfg.mlp_dim, cfg.heads) == (128, 512, 2)
    assert growth.case("width", 192, "main") == usual
    cfg, shape, clips = growth.case("pixels", 64, "dense")
    assert shape == (32, 64, 64) and clips == 1 and len(cfg.tubes) == 2
    assert [tube.is_patch for tube in growth.case("tubes", 2, "main")[0].tubes] == [True, False]


def test_a_pass_that_is_not_timed_is_not_drawn():
    figure = draw_growth(rows())
    above, below = figure.axes
    assert [line.get_ydata().tolist() for line in above.lines] == [
        [64, 256, 1024], [320, 1280, 5120], [1280, 5120]]
    assert [len(line.get_xdata()) for line in below.lines] == [3, 3, 3]
    pixels = render(figure)
    assert {"32", "64"} <= {tick.get_text() for tick in below.get_yticklabels()}
    assert np.array_equal(pixels, render(draw_growth(rows())))
    assert {*LOOKS} <= {text.get_text()[2:] for text in figure.texts}
