"""Wheel and sdist, installed into new environments and run outside the repository."""

import shutil
import tarfile
import tempfile
import zipfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
from clips import smooth, write_ordinary
from installing import PORTER, build, environment, run

from tubevit_np import __version__

pytestmark = pytest.mark.package
BARE = ("--no-compile",)  # compiling all bytecode would take longer than all runs
SMALL = ("--steps", 4, "--batch", 2, "--size", 24, "--frames", 8, "--tubes", "demo-1")
LESSON = """
import sys
from pathlib import Path

import nbclient
import nbformat
import tubevit_np

assert "site-packages" in tubevit_np.__file__, tubevit_np.__file__
path = Path(sys.argv[1])
notebook = nbformat.read(path, as_version=4)
place = {"metadata": {"path": path.parent}}
nbclient.NotebookClient(notebook, timeout=100, resources=place).execute()
print(sum(bool(cell.get("outputs")) for cell in notebook.cells), "cells with outputs")
"""


@pytest.fixture(scope="module")
def place():
    with tempfile.TemporaryDirectory(prefix="tubevit") as name:  # tmp_path would keep gigabytes
        yield Path(name)


@pytest.fixture(scope="module")
def archives(place):
    return build(place)


@pytest.fixture(scope="module")
def installs(place, archives):
    """The bin folders of three environments: base and lessons (wheel), porter (sdist)."""
    sdist, wheel = archives
    arguments = {"base": (wheel,), "porter": (*PORTER, sdist), "lessons": (f"{wheel}[lessons]",)}
    with ThreadPoolExecutor() as pool:
        made = {name: pool.submit(environment, place / name, *BARE, *given)
                for name, given in arguments.items()}
    return {name: future.result() for name, future in made.items()}


@pytest.fixture(scope="module")
def videos(place):
    rng = np.random.default_rng(0)
    for part, count in (("train", 3), ("val", 1)):
        for name in ("slow", "fast"):
            folder = place / "videos" / part / name
            folder.mkdir(parents=True)
            for k in range(count):
                write_ordinary(folder / f"{k}.mp4", smooth(rng, 12))
    return place / "videos"


@pytest.fixture(scope="module")
def trained(place, installs, videos):
    """A run on video files, trained with the installed command."""
    run(installs["base"] / "tubevit", "train", "--data", videos, *SMALL, "--out", place / "run",
        cwd=place)
    return place / "run"


def test_the_wheel_holds_the_packages_and_their_data_alone(archives):
    with zipfile.ZipFile(archives[1]) as wheel:
        names = set(wheel.namelist())
    about = f"tubevit-{__version__}.dist-info"
    assert {name.partition("/")[0] for name in names} == {"tubevit_np", "tubevit_tg", about}
    assert names >= {"tubevit_np/py.typed", "tubevit_tg/py.typed",
                     "tubevit_np/plots/captions.toml", "tubevit_np/conformance/README.md",
                     "tubevit_np/conformance/noise.json", f"{about}/licenses/LICENSE",
                     "tubevit_np/conformance/vectors/manifest.json"}


def test_the_wheel_has_every_file_of_the_packages(archives):
    with zipfile.ZipFile(archives[1]) as wheel, tarfile.open(archives[0]) as sdist:
        files = {member.name.partition("/")[2] for member in sdist if member.isfile()}
        source = {name for name in files if name.startswith(("tubevit_np/", "tubevit_tg/"))}
        assert source and source - set(wheel.namelist()) == set()


def test_the_sdist_holds_what_teachers_and_students_need(archives):
    with tarfile.open(archives[0]) as sdist:
        names = {name.partition("/")[2] for name in sdist.getnames()}
    assert names >= {"README.md", "LICENSE", "CITATION.cff", "CHANGELOG.md", "requirements.txt",
                     "pyproject.toml", "notebooks/01_tubes.ipynb", "notebooks/01_tubes.py",
                     "notebooks/assignments/course/project.py", "figures/demo/model.safetensors",
                     "figures/demo/kernels.png", "tests/conftest.py", "tests/helpers/small.py"}
    assert not [name for name in names if "__pycache__" in name or "checkpoints" in name]


@pytest.mark.parametrize("install, command", [("base", "tubevit"), ("lessons", "tubevit-tg")])
def test_commands_print_the_version(install, command, installs, place):
    assert __version__ in run(installs[install] / command, "--version", cwd=place)


def test_the_base_trains_predicts_and_draws(trained, installs, videos, place):
    tubevit = installs["base"] / "tubevit"
    assert {"model.safetensors", "curves.png"} <= {path.name for path in trained.iterdir()}
    clip = videos / "val" / "slow" / "0.mp4"
    assert "slow" in run(tubevit, "predict", trained, clip, cwd=place)
    run(tubevit, "figures", trained, "--out", place / "pictures", cwd=place)
    assert (place / "pictures" / "kernels.png").exists()


def test_the_porter_checks_a_port(installs, place):
    text = run(installs["porter"] / "tubevit-conformance",
               "tubevit_np.conformance.adapters.tubevit_np:adapter", "--only", "layout/*",
               cwd=place)
    assert "float32  passed" in text and "failed: " not in text
    packages = run(installs["porter"] / "python", "-c", "import importlib.metadata as m\n"
                   "print(sorted(d.name for d in m.distributions()))", cwd=place)
    assert packages.strip() == "['numpy', 'safetensors', 'tubevit']"


@pytest.mark.parametrize("install, command, line", [
    ("base", "tubevit-tg", "tubevit-tg: tinygrad is not installed; pip install 'tubevit[tg]'"),
    ("porter", "tubevit", "is not installed; pip install tubevit")])
def test_a_missing_package_is_one_line(install, command, line, installs, place):
    text = run(installs[install] / command, "info", "--preset", "Ti", cwd=place, status=2)
    assert line in text and text.count("\n") == 1


def test_a_lesson_runs_on_the_installed_package(archives, installs, place):
    with tarfile.open(archives[0]) as sdist:
        sdist.extractall(place / "unpacked", filter="data")
    top = next((place / "unpacked").iterdir())
    for package in ("tubevit_np", "tubevit_tg"):
        shutil.rmtree(top / package)
    text = run(installs["lessons"] / "python", "-c", LESSON, top / "notebooks" / "01_tubes.ipynb",
               cwd=place)
    assert int(text.split()[-4]) > 5
