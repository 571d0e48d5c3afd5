"""The type hints serve a user's own program: mypy --strict accepts it and finds its mistakes."""

import os
import subprocess
import sys
from pathlib import Path

TOP = Path(__file__).resolve().parents[2]
RIGHT = """import tubevit_np as tv
import tubevit_tg as tg
print(tv.forward, tv.fast.forward, tv.variants.forward, tv.variants.backward, tg.variants.forward)
"""
WRONG = """import tubevit_np as tv
print(tv.fast.grid)
print(tv.Tube((1, 8, 8), "4"))
"""


def test_mypy_accepts_a_right_program_and_finds_mistakes(tmp_path):
    (tmp_path / "right.py").write_text(RIGHT, encoding="utf-8")
    (tmp_path / "wrong.py").write_text(WRONG, encoding="utf-8")
    result = subprocess.run(
        [sys.executable, "-m", "mypy", "--strict", "--config-file=", "--ignore-missing-imports",
         "--follow-imports=silent", "--cache-dir=cache", "--no-error-summary", "right.py",
         "wrong.py"],
        cwd=tmp_path, env=os.environ | {"MYPYPATH": str(TOP)}, capture_output=True, text=True,
        check=False, encoding="utf-8")
    found = [(line.split(": ")[0], line.rpartition("[")[2]) for line in result.stdout.splitlines()]
    assert found == [("wrong.py:2", "attr-defined]"), ("wrong.py:3", "arg-type]")], result.stdout
