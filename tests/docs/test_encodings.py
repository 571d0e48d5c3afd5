"""Every text file names its encoding: Python's default is that of the system, cp1252 on Windows.

Ruff's rule PLW1514 finds open(...); it does not know that `folder / name` is a Path."""

import ast
from pathlib import Path

import pytest

TOP = Path(__file__).resolve().parents[2]
OPENING = {"open", "fdopen", "TextIOWrapper", "NamedTemporaryFile", "atomic_write"}
BINARY = {"Image.open", "av.open", "os.open", "tarfile.open"}
PLACE = {"read_text": 0, "write_text": 1}  # of the argument `encoding`


def opens_text_without_encoding(call):
    """Whether a call opens a text file or the text of a process in the encoding of the system."""
    name = getattr(call.func, "attr", getattr(call.func, "id", None))
    given = {keyword.arg: keyword.value for keyword in call.keywords}
    if "encoding" in given or None in given:  # None: **options
        return False
    if name in PLACE:
        return len(call.args) <= PLACE[name]
    if name in ("run", "Popen", "check_output"):
        return bool(given.keys() & {"text", "universal_newlines"})
    return (name in OPENING and ast.unparse(call.func) not in BINARY
            and not is_binary([*call.args, given.get("mode")], name))


def is_binary(arguments, name):
    """Whether a mode among the arguments is binary; that of NamedTemporaryFile is by default."""
    modes = [text for argument in arguments if isinstance(argument, ast.Constant)
             and isinstance(text := argument.value, str) and set(text) <= set("rwaxbt+")]
    return any("b" in mode for mode in modes) or name == "NamedTemporaryFile" and not modes


def unnamed(source):
    """The lines of a source text that open text without naming the encoding."""
    return [node.lineno for node in ast.walk(ast.parse(source))
            if isinstance(node, ast.Call) and opens_text_without_encoding(node)]


@pytest.mark.parametrize("folder", ["notebooks", "tests", "tubevit_np", "tubevit_tg"])
def test_every_text_names_its_encoding(folder):
    found = {str(path.relative_to(TOP)): lines for path in sorted((TOP / folder).rglob("*.py"))
             if (lines := unnamed(path.read_text(encoding="utf-8")))}
    assert not found


@pytest.mark.parametrize("line", [
    "path.read_text()", "(folder / name).write_text(text)", "open(path)", "path.open('w')",
    "open(path, mode='a')", "os.fdopen(number, 'w')", "run(line, text=True)",
    "NamedTemporaryFile('w')", "open(path, newline='')"])
def test_what_is_found(line):
    assert unnamed(line) == [1]


@pytest.mark.parametrize("line", [
    "path.read_text('utf-8')", "path.write_text(text, encoding='utf-8')", "open(path, 'rb')",
    "open(path, mode='wb')", "Image.open(path)", "path.read_bytes()", "NamedTemporaryFile()"])
def test_what_is_right(line):
    assert unnamed(line) == []
