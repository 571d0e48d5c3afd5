"""Ctrl-C stops a run even where Python drops it."""

import signal
import sys

import pytest
import tiny

from tubevit_np.begin import new_run
from tubevit_np.stopping import check_stopped, ctrl_c_noted


class Dropped:
    """Where an exception is lost, as in tinygrad's own objects."""

    def __del__(self):
        signal.raise_signal(signal.SIGINT)


@pytest.fixture
def lost(monkeypatch):
    """What Python reports of lost exceptions, in place of its lines at standard error."""
    found = []
    monkeypatch.setattr(sys, "unraisablehook", lambda told: found.append(told.exc_type))
    return found


def test_a_lost_ctrl_c_comes_with_the_next_step(tmp_path, lost):
    run = new_run(tmp_path / "run", tiny.RECIPE)
    numbers = {"loss": 1.0, "lr": 0.1, "norm": 1.0, "right": [{}, {}]}
    with ctrl_c_noted():
        run.log(0, **numbers)
        Dropped()
        assert lost == [KeyboardInterrupt]
        with pytest.raises(KeyboardInterrupt):
            run.log(1, **numbers)


def test_afterwards_all_is_as_before():
    before = signal.getsignal(signal.SIGINT)
    with pytest.raises(KeyboardInterrupt), ctrl_c_noted():
        assert signal.getsignal(signal.SIGINT) is not before
        signal.raise_signal(signal.SIGINT)
    assert signal.getsignal(signal.SIGINT) is before
    with ctrl_c_noted():
        try:
            check_stopped()
        except KeyboardInterrupt:  # which would end the tests, too
            pytest.fail("a command that follows is stopped")
