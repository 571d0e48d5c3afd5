"""Scores against a count by hand; logits without a unique largest one are never correct."""

from dataclasses import dataclass

import numpy as np
import pytest
import small

import tubevit_np as tv
from tubevit_np.data.batch import Batch
from tubevit_np.training.evaluate import BATCH, evaluate, predictor
from tubevit_np.training.loss import label_rank

NAN = np.nan


@dataclass
class Fixed:
    """A source of held-out examples; x holds the logits that the model is to give."""

    x: np.ndarray
    y: dict
    classes: dict
    kind: str = "video"

    @property
    def labels(self):
        return {head: [str(k) for k in range(count)] for head, count in self.classes.items()}

    def examples(self, most=None):
        return list(range(len(self.x)))[:most]

    def held_out(self, count, most=None):
        most = len(self.x) if most is None else most
        for i in range(0, min(len(self.x), most), count):
            part = slice(i, min(i + count, most))
            yield Batch(self.x[part], {head: y[part] for head, y in self.y.items()})


def answers(x, heads):
    """The model: verb's logits first, then noun's."""
    return {"verb": x[:, :8], "noun": x[:, 8:]} if len(heads) > 1 else {heads[0]: x}


def by_hand(logits, label, k):
    """Whether fewer than k other classes score as high."""
    return sum(not logits[i] < logits[label] for i in range(len(logits)) if i != label) < k


def test_shares_equal_a_count_by_hand(rng):
    x = rng.integers(0, 9, (75, 17)).astype(float)  # with many ties
    y = {"verb": rng.integers(8, size=75), "noun": rng.integers(9, size=75)}
    hits = {(head, k): [by_hand(row, label, k)
                        for row, label in zip(answers(x, y)[head], y[head], strict=True)]
            for head in y for k in (1, 5)}
    assert evaluate(answers, Fixed(x, y, {"verb": 8, "noun": 9})) == pytest.approx({
        "verb": sum(hits["verb", 1]) / 75, "noun": sum(hits["noun", 1]) / 75,
        "both": sum(a and b for a, b in zip(hits["verb", 1], hits["noun", 1], strict=True)) / 75,
        "verb top-5": sum(hits["verb", 5]) / 75, "noun top-5": sum(hits["noun", 5]) / 75,
        "count": 75})
    assert 75 % BATCH  # the last batch is a smaller one, and weighs less


def test_known_ranks():
    logits = np.array([[3, 2, 1], [3, 2, 1], [3, 2, 1], [2, 2, 1], [2, 2, 2], [NAN, 2, 1],
                       [NAN, 2, 1], [NAN, NAN, NAN], [np.inf, 1, 2]])
    labels = np.array([0, 1, 2, 0, 1, 0, 1, 2, 0])
    assert label_rank(logits, labels).tolist() == [0, 1, 2, 1, 2, 2, 1, 2, 0]


@pytest.mark.parametrize("value", [0.0, NAN, np.inf, -np.inf])
def test_a_model_that_says_the_same_of_everything_is_never_right(value):
    x, y = np.full((6, 7), value), {"noun": np.arange(6)}
    scores = evaluate(answers, Fixed(x, y, {"noun": 7}))
    assert scores == {"noun": 0.0, "noun top-5": 0.0, "count": 6}


@pytest.mark.parametrize("classes", [2, 5, 6])
def test_top_5_only_where_it_says_something(rng, classes):
    source = Fixed(rng.random((4, classes)), {"a": np.zeros(4, int)}, {"a": classes})
    assert ("a top-5" in evaluate(answers, source)) == (classes > 5)
    assert "both" not in evaluate(answers, source)


def test_only_as_many_as_asked_for_are_counted(rng):
    x, y = np.zeros((90, 2)), {"a": np.zeros(90, int)}
    x[:40, 0] = 1  # the first forty are right
    scores = evaluate(answers, Fixed(x, y, {"a": 2}), most=50)
    assert scores == {"a": 0.8, "count": 50}


def test_a_predictor_sees_parameters_that_train_on(rng):
    cfg = tv.Config((tv.Tube((1, 4, 4), (4, 4, 4)),), dim=12, depth=1, heads=2, mlp_dim=6,
                    classes={"verb": 3, "noun": 4})
    params, x = tv.init(cfg, rng), rng.integers(0, 256, (2, 1, 8, 8, 3), np.uint8)
    predict = predictor(params, cfg)
    first = predict(x, ("verb",))
    assert first.keys() == {"verb"} and first["verb"].shape == (2, 3)
    np.testing.assert_allclose(first["verb"], tv.forward(params, x, cfg, "verb")[0], atol=1e-5)
    params["heads"]["verb"]["b"] += 1
    assert np.allclose(predict(x, ("verb",))["verb"], first["verb"] + 1)


def test_halves_side_by_side_answer_as_the_whole(rng):
    cfg, params = small.MODEL, small.params(small.MODEL, rng)
    heads = tuple(cfg.classes)
    for count in (1, 5):
        x = small.clips(rng, count)
        found = predictor(params, cfg)(x, heads)
        wanted, _ = tv.forward(params, x, cfg, heads)
        assert found.keys() == wanted.keys()
        for head in heads:
            small.assert_close(found[head], wanted[head])
