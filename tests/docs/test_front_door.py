"""The top README.md: short, and its example prints what the comments beside it say."""

import contextlib
import io
import re
from pathlib import Path

import pytest

TOP = Path(__file__).resolve().parents[2]
README = (TOP / "README.md").read_text(encoding="utf-8")


def test_it_is_short():
    assert len(README.splitlines()) <= 150


def test_the_example_prints_what_it_says(monkeypatch):
    monkeypatch.chdir(TOP)
    code = re.search(r"```python\n(.*?)```", README, re.DOTALL)[1]
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed):
        exec(code, {})  # noqa: S102, the README's own example
    stated = re.findall(r"^print\(.*\)  +# (.*)$", code, re.MULTILINE)
    assert len(stated) == 2 and printed.getvalue().splitlines() == stated


@pytest.mark.parametrize("command", re.findall(r"`python -m (tubevit_np \w+)", README))
def test_commands_of_the_text_exist(command):
    from tubevit_np.commands.descriptions import COMMANDS

    assert command.split()[1] in COMMANDS
