"""Shell use: versions, missing packages, completion, names that begin with a dash."""

import os
import platform
import re
import shutil
import subprocess
import sys
import tomllib
from importlib.metadata import version
from pathlib import Path

import clips
import numpy as np
import pytest
from tiny import coded, finished

import tubevit_np
from tubevit_np.__main__ import main
from tubevit_np.commands import cli
from tubevit_np.commands.completion import FILES
from tubevit_np.commands.descriptions import COMMANDS
from tubevit_np.required import EXTRAS, NAMES, is_installed

TOP = Path(__file__).resolve().parents[2]
PROJECT = "tubevit" if is_installed() else "."
BLOCK = """
import os, sys
for name in os.environ["BLOCKED"].split():
    sys.modules[name] = None  # as if it were not installed
"""
SCRIPT = "import sys\nfrom {package}.__main__ import main\nsys.exit(main())\n"  # as from pip


def python(*arguments, blocked="", place=None, **options):
    """Run Python without the blocked packages; returns the finished process."""
    paths = [str(TOP)]
    if place:
        (place / "sitecustomize.py").write_text(BLOCK, encoding="utf-8")
        paths.insert(0, str(place))
    env = os.environ | {"PYTHONPATH": os.pathsep.join(paths), "BLOCKED": blocked}
    return subprocess.run([sys.executable, *map(str, arguments)], env=env, capture_output=True,
                          text=True, check=False, **options, encoding="utf-8")


def script(folder, name):
    """Write the console script `name`; returns its path."""
    path = folder / name
    path.write_text(SCRIPT.format(package="tubevit_tg" if name == "tubevit-tg" else "tubevit_np"),
                    encoding="utf-8")
    return path


@pytest.mark.parametrize("package, tinygrad", [
    ("tubevit_np", ""), ("tubevit_tg", f"tinygrad {version('tinygrad')}, ")])
def test_versions(package, tinygrad, capsys):
    with pytest.raises(SystemExit) as done:
        cli.main(package, None, ["--version"])
    assert done.value.code == 0
    assert capsys.readouterr().out == (
        f"tubevit {tubevit_np.__version__} ({tinygrad}NumPy {np.__version__}, "
        f"Python {platform.python_version()})\n")


def test_versions_need_no_package_but_numpy(tmp_path):
    done = python("-m", "tubevit_np", "--version", blocked="tqdm av PIL", place=tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith(f"tubevit {tubevit_np.__version__} (NumPy ")


def test_main_takes_arguments_and_returns_the_status(capsys):
    assert main(["info"]) == 0 and main(["fly"]) == 2
    assert capsys.readouterr().err.startswith("tubevit_np: no command 'fly'")


@pytest.mark.parametrize("package, missing, extra", [
    ("tubevit_tg", "tinygrad", f"'{PROJECT}[tg]'"), ("tubevit_np", "tqdm", PROJECT),
    ("tubevit_np", "numpy", PROJECT), ("tubevit_np", "safetensors", PROJECT)])
def test_a_missing_package_is_one_line_with_its_extra(package, missing, extra, tmp_path):
    """Module and console script print one line; an import raises ModuleNotFoundError."""
    line = f"{missing} is not installed; pip install {extra}\n"
    result = python("-m", package, "info", blocked=missing, place=tmp_path)
    assert (result.returncode, result.stdout, result.stderr) == (2, "", f"{package}: {line}")
    name = cli.SCRIPT_OF[package]
    result = python(script(tmp_path, name), "info", blocked=missing, place=tmp_path)
    assert (result.returncode, result.stderr) == (2, f"{name}: {line}")
    if missing != "tqdm":  # only the command line needs tqdm
        code = f"try:\n    import {package}\nexcept ModuleNotFoundError as error:\n    print(error)"
        assert python("-c", code, blocked=missing, place=tmp_path).stdout == line


@pytest.mark.parametrize("missing, install, command", [
    ("av", PROJECT, ["predict", "RUN", "x.mp4"]), ("PIL", PROJECT, ["predict", "RUN", "x.png"]),
    ("shtab", f"'{PROJECT}[completion]'", ["completion", "bash"])])
def test_a_package_that_a_command_misses(missing, install, command, tmp_path):
    command = [str(finished()) if word == "RUN" else word for word in command]
    clips.write_video(tmp_path / "x.mp4", coded(3, 24, 16))
    clips.write_pictures(tmp_path / "x.png", coded(3, 24))
    result = python("-m", "tubevit_np", *command, blocked=missing, place=tmp_path, cwd=tmp_path)
    name = {"PIL": "pillow"}.get(missing, missing)
    assert result.returncode == 2, result.stdout
    assert result.stderr == f"tubevit_np: {name} is not installed; pip install {install}\n"


def test_extras_hold_the_packages_that_the_hints_name():
    project = tomllib.loads((TOP / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    extras = project["optional-dependencies"]
    for package, extra in EXTRAS.items():
        name = NAMES.get(package, package)
        assert any(re.match(rf"{name}\b", line) for line in extras[extra]), name


def test_a_console_script_has_its_own_name(tmp_path):
    shown = python(script(tmp_path, "tubevit"), "train", "--help")
    assert shown.stdout.startswith("usage: tubevit train [options]\n")
    assert shown.stdout.endswith("\n  tubevit train --resume runs/mine\n")
    wrong = python(script(tmp_path, "tubevit-tg"), "train", "--stepz", 3)
    assert wrong.stderr == ("tubevit-tg: no option --stepz (did you mean --steps?); "
                            "see tubevit-tg train --help\n")


@pytest.mark.parametrize("command", [[], ["train"], ["completion"]])
def test_help_needs_no_docstrings(command):
    usual, without = (python(*flags, "-m", "tubevit_np", *command, "--help")
                      for flags in ([], ["-OO"]))
    assert usual.returncode == without.returncode == 0
    assert without.stdout == usual.stdout


@pytest.mark.parametrize("command", COMMANDS)
def test_usage_names_what_is_required(command):
    sub = cli.subparsers(cli.parser("tubevit_np"))[command]
    for action in sub._actions:
        if action.required:
            name = action.option_strings[0] if action.option_strings else action.metavar
            assert name in sub.format_usage()


PLACES = {  # command: its arguments, DASH for a name that begins with a dash, and the hint
    "evaluate": ("evaluate DASH", "evaluate -- DASH"),
    "predict": ("predict RUN DASH", "predict RUN -- DASH"),
    "predict, first": ("predict DASH x.mp4", "predict -- DASH FILE"),
    "kernels": ("kernels DASH --out x", "kernels -- DASH"),
    "figures": ("figures DASH", "figures -- DASH"),
    "pretrained": ("pretrained DASH --out x", "pretrained -- DASH"),
    "scale": ("scale RUN DASH --out x", "scale SMALL -- DASH"),
    "export": ("export DASH --format timm --out x", "export -- DASH"),
    "train": ("train --data DASH", "--data=DASH"),
    "subset": ("subset --images DASH --out x", "--images=DASH"),
    "figures, clip": ("figures RUN --clip DASH", "--clip=DASH"),
}


@pytest.mark.parametrize("name", ["-clip.mp4", "-2.mp4", "--clip.mp4", "-h.mp4"])
@pytest.mark.parametrize("command", PLACES)
def test_a_name_that_begins_with_a_dash_gets_a_hint(command, name, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    (tmp_path / name).touch()
    typed, hint = (text.replace("DASH", name) for text in PLACES[command])
    assert main(typed.split()) == 2
    [line] = capsys.readouterr().err.splitlines()
    words = ("a value that begins with - goes after =: " if hint.startswith("--") else
             "file names that begin with - go after --: ")
    assert f"; {words}{hint}; see python -m tubevit_np {command.partition(',')[0]} --help" in line


def test_numbers_and_options_are_no_file_names(capsys):
    for typed in ("predict RUN", "predict RUN --help=x", "kernels --out -1", "scale a --gate -1"):
        assert main(typed.split()) == 2
        assert "begin" not in capsys.readouterr().err


def test_behind_two_dashes_the_name_works(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    clips.write_video(tmp_path / "-clip.mov", coded(3, 24, 16))
    assert main(["predict", str(finished()), "--", "-clip.mov"]) == 0
    assert capsys.readouterr().out.startswith("verb of the video -clip.mov\n")
    shutil.copytree(finished(), tmp_path / "-run")
    assert main(["predict", "--", "-run", "-clip.mov"]) == 0
    assert main(["kernels", "--out=-pictures", "--", "-run"]) == 0
    assert (tmp_path / "-pictures" / "kernels.png").exists()


@pytest.fixture(scope="module")
def completed(tmp_path_factory):
    """completed(package, words, ...): the completions in bash for the last word."""
    folder = tmp_path_factory.mktemp("completion")
    (folder / "clips").mkdir(), (folder / "clip.mp4").touch()
    for package in cli.SCRIPT_OF:
        with open(folder / package, "w", encoding="utf-8") as file:
            subprocess.run([sys.executable, "-m", package, "completion", "bash"], cwd=TOP,
                           stdout=file, check=True)

    def completed(package, *words):
        command = cli.SCRIPT_OF[package]
        quoted = " ".join(f"'{word}'" for word in (command, *words))
        text = (f"source {folder / package}\nCOMP_WORDS=({quoted}); COMP_CWORD={len(words)}\n"
                f"$(complete -p {command} | sed 's/.* -F \\([^ ]*\\) .*/\\1/')\n"  # the function
                'printf "%s\\n" "${COMPREPLY[@]}"')
        ran = subprocess.run(["bash", "-c", text], cwd=folder, capture_output=True, text=True,
                             check=True, encoding="utf-8")
        return ran.stdout.split()

    return completed


@pytest.mark.parametrize("package", cli.SCRIPT_OF)
def test_bash_completes(package, completed):
    assert completed(package, "") == list(COMMANDS)
    assert completed(package, "ex") == ["export", "export-log"]
    assert sorted(completed(package, "train", "--st")) == ["--start", "--steps"]


@pytest.mark.parametrize("words, offered", [
    (("train", "--preset", "demo"), "demo demo-large"), (("train", "--precision", "b"), "bfloat16"),
    (("train", "--tubes", "c"), "core"), (("train", "--flip", "--position", "l"), "learned"),
    (("train", "--batch", "3", "4", "--recipe", "s"), "ssv2"), (("ablate", "po"), "positions"),
    (("ablate", "--steps", "5", "v"), "views"), (("export", "x", "--format", "h"), "hf"),
    (("pretrained", "x", "--start", "r"), "random"), (("info", "--preset", "H"), "H"),
    (("scale", "a", "b", "--gate-tokens", "t"), "tubes"), (("completion", "z"), "zsh"),
    (("predict", "run", "cl"), "clips clip.mp4"), (("predict", "cl"), "clips clip.mp4"),
    (("train", "--data", "cl"), "clips clip.mp4"), (("train", "--out", "cl"), "clips"),
    (("evaluate", "x", "--details", "cl"), "clips"), (("train", "--cache", "cl"), "clips"),
    (("figures", "x", "--clip", "clip."), "clip.mp4"), (("scale", "a", "clip."), "clip.mp4"),
    (("pretrained", "clip."), "clip.mp4"), (("subset", "--images", "clip."), "clip.mp4")])
def test_bash_completes_names_and_files(words, offered, completed):
    assert sorted(completed("tubevit_np", *words)) == sorted(offered.split())


@pytest.mark.parametrize("shell, start", [("zsh", "#compdef tubevit\n"), ("tcsh", "# AUTO")])
def test_other_shells_get_a_script(shell, start, capsys):
    assert main(["completion", shell]) == 0
    text = capsys.readouterr().out
    assert text.startswith(start) and all(name in text for name in COMMANDS)


def test_completions_know_every_argument():
    """Paths and all arguments with a fixed set of values are completed."""
    others = {"N", "X", "TxS", "HEAD=K", "SHELL", "REGEX"}  # numbers, and values that are checked
    for sub in cli.subparsers(cli.parser("tubevit_np")).values():
        for action in sub._actions:
            if action.metavar and action.metavar not in others | {*FILES, "FOLDER"}:
                assert action.values or action.dest in ("head", "best"), action
