"""Run `python -m pytest` here to test the saved notebook on the visible cases."""

from functools import cache

import pytest
from course import assignment
from course.submission import judged_file


@cache
def judged():
    return judged_file()


@pytest.mark.parametrize("exercise", assignment()["exercises"])
def test_exercise(exercise):
    verdict = judged()[0][exercise]
    if not verdict.right:
        pytest.fail(verdict.words, pytrace=False)


def test_nothing_is_odd():
    """No cell is missing or changed, and none hangs or ends the Python process."""
    if problems := judged()[1]:
        pytest.fail("\n".join(problems), pytrace=False)
