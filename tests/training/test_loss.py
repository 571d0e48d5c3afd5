"""Cross entropy against its formula, and accuracy."""

import math

import numpy as np
import pytest
import small

import tubevit_np as tv
from tubevit_np.conformance import loops
from tubevit_np.training.loss import label_rank, smooth_labels


@pytest.mark.parametrize("smoothing", [0, 0.1, 0.3])
def test_cross_entropy_equals_a_loop(smoothing, rng):
    logits, labels = rng.standard_normal((4, 5)) * 3, np.array([2, 0, 4, 2])
    small.assert_close(tv.cross_entropy(logits, labels, smoothing),
                       loops.cross_entropy(logits, labels, smoothing))


def test_known_losses():
    flat, labels = np.zeros((3, 7)), np.array([0, 3, 6])
    assert tv.cross_entropy(flat, labels) == pytest.approx(math.log(7), rel=1e-15)
    assert tv.cross_entropy(flat, labels, 0.1) == pytest.approx(math.log(7), rel=1e-15)
    sure = np.array([[0.0, 1000, 0]])
    assert tv.cross_entropy(sure, np.array([1])) == 0
    assert tv.cross_entropy(sure, np.array([2])) == 1000
    assert tv.cross_entropy(sure, np.array([1]), 0.3) == pytest.approx(200, rel=1e-15)


def test_smoothing_spreads_over_all_classes():
    found = smooth_labels(np.array([1, 0]), 4, 0.2)
    small.assert_close(found, np.array([[0.05, 0.85, 0.05, 0.05], [0.85, 0.05, 0.05, 0.05]]))


@pytest.mark.parametrize("smoothing", [0, 0.3])
def test_shares_of_classes_weigh_the_losses_of_each(smoothing, rng):
    logits, labels, others = rng.standard_normal((3, 5)), np.array([2, 0, 4]), np.array([1, 0, 3])
    shares = 0.7 * np.eye(5)[labels] + 0.3 * np.eye(5)[others]
    wanted = (0.7 * tv.cross_entropy(logits, labels, smoothing)
              + 0.3 * tv.cross_entropy(logits, others, smoothing))
    small.assert_close(tv.cross_entropy(logits, shares, smoothing), wanted)
    assert tv.accuracy(logits, shares) == tv.accuracy(logits, labels)


def test_precision_is_kept():
    for dtype in (np.float32, np.float64):
        assert tv.cross_entropy(np.ones((2, 3), dtype), np.array([0, 1]), 0.1).dtype == dtype


def test_accuracy():
    logits = np.array([[3, 2, 1, 0], [0, 1, 2, 3], [0, 3, 1, 2], [9, 8, 7, 6]])
    labels = np.array([0, 2, 0, 3])  # ranks 1, 2, 4, 4
    assert [tv.accuracy(logits, labels, k) for k in (1, 2, 3, 4)] == [0.25, 0.5, 0.5, 1]
    assert tv.accuracy(logits, labels) == 0.25


def test_a_tie_or_nan_is_no_hit():
    logits = np.array([[2.0, 2, 1], [2, 1, 0], [np.nan, np.nan, np.nan]])
    assert label_rank(logits, np.array([0, 0, 0])).tolist() == [1, 0, 2]
    assert label_rank(logits, np.array([2, 1, 1])).tolist() == [2, 1, 2]
    assert tv.accuracy(logits, np.array([0, 0, 0])) == pytest.approx(1 / 3)
    assert tv.accuracy(logits, np.array([0, 0, 0]), k=2) == pytest.approx(2 / 3)


@pytest.mark.parametrize("labels", [[0, -1], [3, 0]])
def test_labels_that_are_no_class_are_refused(labels):
    with pytest.raises(ValueError, match="do not fit 3 classes"):
        tv.cross_entropy(np.zeros((2, 3)), np.array(labels))
