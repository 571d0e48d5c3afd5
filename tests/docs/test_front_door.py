"""The top README.md is short, and its example, commands and numbers are right.

The commands of all other README.md are checked, too.
"""

import contextlib
import importlib.util
import io
import re
import shlex
import tomllib
from collections import Counter
from pathlib import Path

import pytest

import tubevit_np as tv
from tubevit_np.commands import cli
from tubevit_np.conformance import __main__ as conformance
from tubevit_np.conformance.suite import checks
from tubevit_np.conformance.vectors import vectors
from tubevit_np.cost import count as cost
from tubevit_np.runs.chance import guessing, wilson_interval

TOP = Path(__file__).resolve().parents[2]
README = (TOP / "README.md").read_text(encoding="utf-8")
FOLDERS = "tubevit_np", "tubevit_tg", "notebooks", "figures", "tests"
PAGES = [TOP / "README.md",
         *sorted(page for folder in FOLDERS for page in (TOP / folder).rglob("README.md"))]
PROGRAM = re.compile(r"""(?:[A-Z_]+=\S+\ )*(?:\S*/)?  # a variable, the folder of the environment
                         (?:python3?\ -m\ (tubevit_\w\w(?:\.conformance)?)|(tubevit(?:-\w+)?))
                         \ (.+)""", re.VERBOSE)
PACKAGE = {"tubevit": "tubevit_np", "tubevit-tg": "tubevit_tg",
           "tubevit-conformance": "tubevit_np.conformance"}
OTHERS = {"--no-compile", "--no-deps", "--adapter"}  # options of pip, and of pytest with the suite


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


def pieces(text):
    """The inline code of a page and the commands of its bash blocks, each on one line."""
    blocks = re.findall(r"(?ms)^```bash\n(.*?)^```", text)
    inline = re.findall(r"`([^`]+)`", re.sub(r"(?ms)^```.*?^```", "", text))
    lines = [re.sub(r"\s*# .*", "", line)
             for block in blocks for line in block.replace("\\\n", " ").splitlines()]
    return [" ".join(piece.split()) for line in [*lines, *inline] for piece in line.split(" && ")]


PIECES = [(page.relative_to(TOP).as_posix(), piece) for page in PAGES
          for piece in pieces(page.read_text(encoding="utf-8"))]


def commands(pieces):
    """[(package, arguments)] of the pieces that start a program of this project.

    A line with "..." is left out, and so is `tubevit COMMAND`."""
    found = [PROGRAM.fullmatch(piece) for piece in pieces if "..." not in piece]
    return [(match[1] or PACKAGE[match[2]], match[3]) for match in found
            if match and match[3] != "COMMAND"]


def parse(package, arguments):
    """Parse the arguments; raise ValueError if they are wrong.

    A value in capitals, such as STUDY, stands for a name."""
    words = shlex.split(arguments.partition(" > ")[0])
    is_suite = package.endswith("conformance")
    parser = conformance.parser() if is_suite else cli.parser(package)
    errors = io.StringIO()
    try:
        with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(errors):
            given = parser.parse_args(words)
    except SystemExit as stopped:
        if stopped.code:
            raise ValueError(errors.getvalue()) from None
        return
    for action in [] if is_suite else cli.subparsers(parser)[words[0]]._actions:
        value, values = getattr(given, action.dest, None), getattr(action, "values", ())
        is_file = "FILE" in (action.metavar or "") and Path(str(value)).name != value or (
            Path(str(value)).suffix)
        if isinstance(value, str) and not value.isupper() and values and not is_file and (
                value not in values):
            raise ValueError(f"{action.dest} is {value}, not in {values}")


COMMANDS = list(dict.fromkeys(commands(piece for _, piece in PIECES)))


@pytest.mark.parametrize("package, arguments", COMMANDS)
def test_a_command_is_accepted(package, arguments):
    parse(package, arguments)


def test_commands_are_found():
    """The numbers are a little below those of today: a pattern that matches nothing must fail."""
    assert len(COMMANDS) >= 30
    assert len(commands(pieces(README))) >= 5
    assert Counter("..." in piece for _, piece in PIECES if PROGRAM.match(piece))[True] == 0
    assert {package for package, _ in COMMANDS} == {
        "tubevit_np", "tubevit_tg", "tubevit_np.conformance"}


@pytest.mark.parametrize("line", [
    "python -m tubevit_np trian", "tubevit ablate baseline", "tubevit train --stepps 3",
    "tubevit-tg predict RUN", "tubevit train --recipe k401",
    ".venv/bin/python -m tubevit_np train --steps x", "tubevit-conformance a:b --onyl x"])
def test_a_wrong_command_is_found(line):
    [(package, arguments)] = commands(pieces(f"```bash\ncd x && {line}  # why\n```\n"))
    assert commands(pieces(f"Run `{line}` now.")) == [(package, arguments)]
    with pytest.raises(ValueError):
        parse(package, arguments)


def options(parser):
    return {name for action in parser._actions for name in action.option_strings}


def test_options_exist():
    """In code such as `train --out runs/mine`, and in code that begins with an option."""
    subparsers = cli.subparsers(cli.parser("tubevit_np"))
    known = OTHERS | options(conformance.parser()).union(*map(options, subparsers.values()))
    found = []
    for page, piece in PIECES:
        command = piece.partition(" ")[0]
        if command in subparsers:
            allowed = options(subparsers[command])
        elif command.startswith("--") and not page.startswith(("tests/", "notebooks/")):
            allowed = known
        else:
            continue
        names = re.findall(r"(?<!\S)--[a-z-]+", piece)
        assert set(names) <= allowed, f"{page}: {piece}"
        found += names
    assert len(found) >= 50


def test_modules_that_python_runs_exist():
    names = {name for _, piece in PIECES for name in re.findall(r"python3? -m ([\w.]+)", piece)}
    assert len(names) >= 10
    assert [name for name in sorted(names) if not importlib.util.find_spec(name)] == []


def test_extras_exist():
    project = tomllib.loads((TOP / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    extras = project["optional-dependencies"]
    found = [name for _, piece in PIECES
             for names in re.findall(r"(?:^|\.|tubevit)\[([a-z,]+)\]", piece)
             for name in names.split(",")]
    assert len(found) >= 8
    assert set(found) <= extras.keys()


def test_the_numbers_of_checks():
    stated = re.search(r"(\d+) forward checks, (\d+) gradient\s+checks\s+and\s+(\d+)\s+checks that "
                       r"wrong input is refused", README)
    kinds = Counter("refused" if check.vector.judge == "refused" else check.kind
                    for check in checks(vectors(), "float32"))
    assert [*map(int, stated.groups())] == [kinds[kind] for kind in (
        "answer", "gradients", "refused")]


def test_the_numbers_of_tokens():
    cfg, clip = tv.PRESETS["B"], (32, 224, 224)
    dense = tv.with_tubes(cfg, "dense")
    sparse, boxes = (sum(cost.tokens(each, clip)) for each in (cfg, dense))
    for words in (f"each box and each patch, it has {boxes:,} tokens",
                  f"TubeViT has {sparse} tokens and needs a tenth",
                  f"prints 559 tokens for its main model. Its own configuration gives {sparse},"):
        assert words in " ".join(README.split())
    operations = [sum(cost.flops(each, clip).values()) for each in (cfg, dense)]
    assert round(operations[0] / operations[1], 1) == 0.1


def test_the_table_of_accuracies():
    """A percentage has one decimal, so a few numbers of correct answers fit it."""
    labels = tv.load(TOP / "figures/demo/model.safetensors")[2]["labels"]
    chance = guessing(labels)
    block = re.search(r"```\n(\d+ held-out videos\n.*?)```", README, re.DOTALL)[1]
    rows = re.findall(r"^  (\w+) +([\d.]+)% +([\d.]+) to ([\d.]+) +([\d.]+)%$", block, re.MULTILINE)
    assert len(rows) == 4 == block.count(" to ")
    counts = set(re.findall(r"(\d+) held-out", block))
    assert len(counts) == 1
    count = int(counts.pop())
    for head, correct, low, high, guess in rows:
        fitting = [k for k in range(count + 1) if f"{100 * k / count:.1f}" == correct]
        ends = [wilson_interval(k / count, count) for k in fitting]
        assert (low, high) in [(f"{100 * a:.1f}", f"{100 * b:.1f}") for a, b in ends], head
        assert guess == f"{100 * chance[head]:.1f}"
