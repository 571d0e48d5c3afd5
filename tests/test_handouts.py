"""What is handed out, and to whom."""

import pytest

from notebooks.assignments.exercises import load
from notebooks.assignments.handout import handouts

HANDOUTS = {handout.number: handout for handout in handouts()}


@pytest.mark.parametrize("number", HANDOUTS)
def test_no_probe_shows_a_solution_or_a_hidden_kind(number):
    lines = {line.strip() for _, source, whole in HANDOUTS[number].solutions if whole
             for line in source.splitlines() if len(line.strip()) > 30}
    for exercise in load(number)[0].EXERCISES:
        probe = exercise.probe_source or ""
        assert not {line.strip() for line in probe.splitlines()} & lines
        for case in exercise.hidden:
            assert not any(isinstance(part, str) and part in probe for part in case.values())
