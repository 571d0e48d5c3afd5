"""What comes with an assignment: `check` judges an exercise in the notebook, `show` draws.

It needs NumPy alone.  `python -m pytest` in this folder judges the saved notebook the same way."""

import copy
import sys
import textwrap
from functools import cache
from pathlib import Path

import numpy as np

from .calls import answer
from .judging import judge
from .packing import unpack
from .picturing import enlarged, error_tag, png, tag
from .project import MODEL, find_project

WIDTH = 88  # letters in a line: Jupyter breaks longer ones inside a word


class NotRight(AssertionError):
    """Jupyter shows its words alone, without the code of this package."""

    def _render_traceback_(self):
        return [textwrap.fill(line, WIDTH) for line in str(self).splitlines()]


@cache
def assignment(folder="."):
    """What exercises.npz holds: "name", "exercises" {name: see judging.py}, "data" {name: array},
    "released" {"cells": those with a part in grading}."""
    return unpack((Path(folder) / "exercises.npz").read_bytes())


def data(name):
    """An array that the assignment comes with."""
    return assignment()["data"][name].copy()


def check(name):
    """Try the functions of this notebook on the cases that you can see.  AssertionError if wrong.
    """
    exercise = assignment()["exercises"][name]
    verdict = judge(name, exercise, [], lambda args: answer(
        sys.modules["__main__"], name=name, probe=exercise["probe"], case=copy.deepcopy(args)))
    if verdict.picture:
        _display(error_tag(*verdict.picture), verdict.picture[1])
    if not verdict.right:
        raise NotRight(verdict.words)
    print(f"{verdict.words} in the cases that you can see")


def show(picture, alt, scale=4):
    """Display (H, W, 3) or (H, W) uint8 with words, alt, for who cannot see it."""
    _display(tag(png(enlarged(picture, scale)), alt), alt)


def film(clip, alt, scale=2, gap=4):
    """Display the frames of (T, H, W, 3) uint8 side by side, time from left to right."""
    frames = [enlarged(frame, scale) for frame in clip]
    row = [np.pad(frame, ((0, 0), (0, gap), (0, 0)), constant_values=255) for frame in frames]
    _display(tag(png(np.concatenate(row, axis=1)), alt), alt)


def _display(html, alt):
    from IPython.display import display
    display({"text/html": html, "text/plain": alt}, raw=True)
