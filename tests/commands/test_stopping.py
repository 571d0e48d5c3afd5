"""Ctrl-C stops a command even where Python ignores the exception."""

import signal
import sys
import time

import pytest

from tubevit_np.commands.interrupt import ctrl_c_kept


class Dropped:
    """Where an exception is lost, as in tinygrad's own objects."""

    def __init__(self, stop):
        self.stop = stop

    def __del__(self):
        self.stop()


def interrupt():
    signal.raise_signal(signal.SIGINT)


def complain():
    raise ValueError("of something else")


def test_a_lost_ctrl_c_comes_again(capsys):
    with pytest.raises(KeyboardInterrupt), ctrl_c_kept():
        Dropped(interrupt)
        end = time.monotonic() + 20  # it comes long before
        while time.monotonic() < end:
            pass
    assert capsys.readouterr().err == ""


def test_what_else_is_lost_is_told_as_ever(monkeypatch):
    told = []
    monkeypatch.setattr(sys, "unraisablehook", told.append)
    with ctrl_c_kept():
        Dropped(complain)
    assert [one.exc_type for one in told] == [ValueError]
    assert sys.unraisablehook == told.append
