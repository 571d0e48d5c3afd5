"""Confidence intervals, chance levels, and the lines that report them."""

import json

import numpy as np
import pytest

from tubevit_np.commands import report
from tubevit_np.runs.chance import (
    binomial_tail,
    guessing,
    is_clearly_above,
    most_common,
    wilson_interval,
)


@pytest.mark.parametrize("correct, count, low, high", [
    (81, 263, 0.2553, 0.3662), (15, 148, 0.0624, 0.1605), (0, 20, 0, 0.1611),
    (1, 29, 0.0061, 0.1718), (29, 29, 0.8830, 1)])
def test_intervals_of_the_literature(correct, count, low, high):
    """Newcombe, Statistics in Medicine 17 (1998), Table I, method 3; the last is n / (n + z^2)."""
    assert wilson_interval(correct / count, count) == pytest.approx((low, high), abs=6e-5)


def test_the_interval_covers_as_often_as_it_says(rng):
    """20000 samples of 44 clips; the exact coverage at 0.48 is 95.2%."""
    covered = [low <= 0.48 <= high for low, high in (
        wilson_interval(k / 44, 44) for k in rng.binomial(44, 0.48, 20_000))]
    assert np.mean(covered) == pytest.approx(0.95, abs=0.015)


def test_what_guessing_gets():
    labels = {"verb": list("abcdefgh"), "noun": list("abcd")}
    assert guessing(labels) == pytest.approx(
        {"verb": 1 / 8, "noun": 1 / 4, "both": 1 / 32, "verb top-5": 5 / 8})
    assert guessing({"noun": list("abc")}) == {"noun": 1 / 3}


def test_the_most_common_class():
    labels = np.array([2, 0, 2, 1, 2])
    assert most_common(labels, ["cat", "eel", "fox"]) == ("fox", 0.6)
    assert not is_clearly_above(0.6, 5, 3)
    assert is_clearly_above(0.6, 50, 3)
    assert not is_clearly_above(1.0, 1, 9)


def test_a_binomial_tail_by_hand():
    assert binomial_tail(2, 3, 1 / 4) == pytest.approx(3 * 3 / 64 + 1 / 64)
    assert binomial_tail(0, 44, 1 / 9) == pytest.approx(1)
    assert not is_clearly_above(1.0, 50, 1)  # the only class


@pytest.mark.parametrize("num_classes, count", [(9, 44), (20, 20), (174, 500), (400, 2000)])
def test_labels_drawn_uniformly_have_no_clearly_common_class(num_classes, count, rng):
    draws = [most_common(rng.integers(num_classes, size=count), range(num_classes))[1]
             for _ in range(200)]
    assert sum(is_clearly_above(fraction, count, num_classes) for fraction in draws) <= 15


class Source:
    """Held-out examples: `cats` cats, then eels. The model predicts only eel."""

    kind, labels, skipped = "video", {"set": ["cat", "eel"]}, ()

    def __init__(self, cats, count):
        self.y = np.arange(count) >= cats

    def examples(self, most=None):
        return list(range(len(self.y)))

    def held_out(self, count, most=None):
        from tubevit_np.data.batch import Batch

        yield Batch(np.zeros((len(self.y), 1)), {"set": self.y.astype(int)})


@pytest.mark.parametrize("cats, line", [
    (10, "  set               75.0%   59.8 to 85.8    50.0%  (always eel: 75.0%)"),
    (19, "  set               52.5%   37.5 to 67.1    50.0%")])
def test_a_printed_score_has_its_interval_and_chance(cats, line, tmp_path, capsys):
    """40 clips; the line names the most common class if it beats chance."""
    predict = lambda x, heads: {"set": np.tile([0.0, 1.0], (len(x), 1))}
    report.report(predict, [Source(cats, 40)], None, tmp_path)
    assert capsys.readouterr().out.splitlines() == [
        "", "40 held-out videos", "                  correct   95% interval   chance", line]
    stored = json.loads((tmp_path / "evaluation.json").read_text(encoding="utf-8"))["video"]
    assert stored["95% interval"]["set"] == pytest.approx(wilson_interval(1 - cats / 40, 40))
    assert stored["chance level"] == {"set": 0.5} and stored["number of classes"] == {"set": 2}
    assert stored["most common class"]["set"] == {"class": "eel", "fraction": 1 - cats / 40}
