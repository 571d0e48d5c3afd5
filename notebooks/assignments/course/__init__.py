"""The tools of an assignment: `check` tests an exercise in the notebook, `show` and `film` draw.

They need only NumPy.  `python -m pytest` in this folder tests the saved notebook the same way."""

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

WIDTH = 88  # characters in a line: Jupyter breaks longer lines inside words


class NotRight(AssertionError):
    """A wrong answer; Jupyter shows its text alone, without the code of this package."""

    def _render_traceback_(self):
        return [textwrap.fill(line, WIDTH) for line in str(self).splitlines()]


@cache
def assignment(folder="."):
    """The contents of exercises.npz: "name", "exercises" {name: see judging.py}, "data" {name:
    array}, "released" {"cells": the cells that grading needs}."""
    return unpack((Path(folder) / "exercises.npz").read_bytes())


def data(name):
    """A copy of an array that comes with the assignment."""
    return assignment()["data"][name].copy()


def check(name):
    """Test an exercise of this notebook on the cases that you can see.

    Raises AssertionError if a result is wrong."""
    exercise = assignment()["exercises"][name]
    verdict = judge(name, exercise, [], lambda args: answer(
        sys.modules["__main__"], name=name, probe=exercise["probe"], case=copy.deepcopy(args)))
    if verdict.picture:
        _display(error_tag(*verdict.picture), verdict.picture[1])
    if not verdict.right:
        raise NotRight(verdict.words)
    print(f"{verdict.words} in the cases that you can see")


def show(picture, alt, scale=4):
    """Display a picture (H, W, 3) or (H, W), uint8;  alt: a description for blind readers."""
    _display(tag(png(enlarged(picture, scale)), alt), alt)


def film(clip, alt, scale=2, gap=4):
    """Display the frames of a clip (T, H, W, 3), uint8, side by side, first frame on the left."""
    frames = [enlarged(frame, scale) for frame in clip]
    row = [np.pad(frame, ((0, 0), (0, gap), (0, 0)), constant_values=255) for frame in frames]
    _display(tag(png(np.concatenate(row, axis=1)), alt), alt)


def _display(html, alt):
    from IPython.display import display
    display({"text/html": html, "text/plain": alt}, raw=True)
