"""Assignment 4, gradients: reference functions and test cases.

Gains and inputs are random and sizes differ, so that no mistake gives a correct result by chance.
Some sizes agree, so that a product in the wrong order runs, and its values show the mistake."""

from types import SimpleNamespace

import numpy as np

from notebooks.assignments.build.exercises import Exercise
from tubevit_np.model.backward import (
    attention_backward,
    layer_norm_backward,
    linear_backward,
    softmax_backward,
    tube_tokens_backward,
)
from tubevit_np.model.config import Tube
from tubevit_np.model.layers import softmax

rng = np.random.default_rng(4)
DATA = {}


def differences_probe(student, x, w, h, twice):
    """Slopes of the cross entropy of class 1 for one example x with logits from w.

    twice: call `differences` a second time with the same array, to detect changes of x."""
    import numpy as np

    def loss(x):
        logits = np.sin(x).ravel() @ w.reshape(x.size, -1)
        return np.log(np.exp(logits).sum()) - logits[1]

    slopes = student.differences(loss, x, h)
    return student.differences(loss, x, h) if twice else slopes


def _differences(f, x, h):
    """Central differences, with all steps as rows of a matrix."""
    steps = h * np.eye(x.size).reshape(-1, *x.shape)
    return np.array([(f(x + step) - f(x - step)) / (2 * h) for step in steps]).reshape(x.shape)


REFERENCE = SimpleNamespace(
    differences=_differences,
    linear_backward=linear_backward,
    softmax_backward=softmax_backward,
    layer_norm_backward=layer_norm_backward,
    attention_backward=attention_backward,
    tube_tokens_backward=lambda d_tokens, video, kernel, stride, offset: tube_tokens_backward(
        d_tokens, video, Tube(kernel, stride, offset)))


def normal(*shape):
    return rng.standard_normal(shape)


def point(shape, h, twice=False):
    return {"x": normal(*shape), "w": normal(*shape, 3), "h": h, "twice": twice}


def linear(shape, channels):
    return {"d_y": normal(*shape[:-1], channels), "x": normal(*shape),
            "w": normal(shape[-1], channels)}


def weights(*shape):
    return {"d_y": normal(*shape), "y": softmax(2 * normal(*shape))}


def tokens(*shape, spread=1.0, eps=1e-6):
    """A case of layer norm;  spread: standard deviation of each token, small to reveal eps."""
    return {"d_y": normal(*shape), "x": 3 + spread * normal(*shape), "g": normal(shape[-1]),
            "eps": eps}


def heads(clips, heads, queries, tokens, channels):
    q, k = (normal(clips, heads, n, channels) for n in (queries, tokens))
    return {"d_y": normal(*q.shape), "q": q, "k": k, "v": normal(*k.shape),
            "weights": softmax(normal(clips, heads, queries, tokens))}


def tube(shape, channels, *tube):
    kernel, stride, offset = tube
    counts = [(n - o - k) // s + 1 for n, k, s, o in zip(shape[1:], *tube)]
    return {"d_tokens": normal(shape[0], int(np.prod(counts)), channels),
            "video": normal(*shape, 2), "kernel": kernel, "stride": stride, "offset": offset}


EXERCISES = [
    Exercise("differences", [point((2, 3), 0.1), point((4,), 0.2, twice=True)],
             [point((2, 1, 3), 1e-5), point((3,), 0.1)], probe=differences_probe, tolerance=1e-8),
    Exercise("linear_backward", [linear((5, 3), 4), linear((4, 3), 3)],
             [linear((2, 5, 3), 4), linear((2, 3, 2, 4), 4), linear((1, 6), 2)]),
    Exercise("softmax_backward", [weights(3, 4), weights(4, 4)],
             [weights(2, 3, 5), weights(2, 2, 1, 3)]),
    Exercise("layer_norm_backward", [tokens(4, 5), tokens(3, 4, spread=2e-3)],
             [tokens(2, 3, 5), tokens(2, 6, spread=1e-3), tokens(3, 4, eps=0.5)]),
    Exercise("attention_backward", [heads(2, 3, 4, 6, 5), heads(1, 2, 4, 4, 4)],
             [heads(2, 4, 1, 5, 3), heads(1, 1, 3, 3, 2)]),
    Exercise("tube_tokens_backward", [
        tube((2, 7, 8, 9), 4, (2, 3, 2), (3, 2, 4), (1, 2, 1)),
        tube((2, 4, 9, 9), 3, (2, 2, 3), (2, 3, 1), (0, 1, 2))],
        [tube((3, 2, 5, 6), 2, (1, 2, 2), (4, 3, 2), (0, 0, 1)),
         tube((1, 8, 4, 5), 3, (4, 4, 2), (2, 1, 3), (1, 0, 0))]),
]
