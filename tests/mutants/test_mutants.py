"""Tests of the tests: the test that a mutant names must fail with it.

The mutants are the known mistakes of tubevit_np/conformance/mistakes/ and the tables of this folder.
`pytest -m mutants` makes each one in a copy of the packages, which takes minutes. It needs a system
that can fork: Linux or macOS."""

import os
import shutil
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.mutants.camera import CAMERA
from tests.mutants.clips import CLIPS
from tests.mutants.commands import COMMANDS
from tests.mutants.conformance import SUITE
from tests.mutants.cost import COST
from tests.mutants.course import COURSE
from tests.mutants.data_sets import DATA_SETS
from tests.mutants.docs import DOCS
from tests.mutants.fast import FAST
from tests.mutants.forks import Forks
from tests.mutants.mirror import MIRROR
from tests.mutants.model import MODEL
from tests.mutants.notebooks import LESSONS
from tests.mutants.paper import PAPER
from tests.mutants.pictures import PICTURES
from tests.mutants.plots import FIGURES
from tests.mutants.runs import RUNS
from tests.mutants.stopping import STOPPING
from tests.mutants.tables import TABLES
from tests.mutants.training import TRAINING
from tests.mutants.transfer import TRANSFER
from tests.mutants.variants import VARIANTS
from tubevit_np.conformance.mistakes import KNOWN

MUTANTS = [*KNOWN, *MODEL, *FAST, *VARIANTS, *MIRROR, *TRAINING, *RUNS, *STOPPING, *DATA_SETS, *CLIPS,
           *CAMERA, *TRANSFER, *COMMANDS, *COST, *FIGURES, *PAPER, *PICTURES, *LESSONS, *SUITE, *COURSE,
           *DOCS, *TABLES]
TOP = Path(__file__).resolve().parents[2]
PASSED, FAILED = 0, 1  # pytest's exit codes; from 2 on no test was judged: a usage or import error


@pytest.fixture(scope="module")
def copy(tmp_path_factory):
    place = tmp_path_factory.mktemp("copy")
    for folder in ("figures", "notebooks", "tests", "tubevit_np", "tubevit_tg"):
        shutil.copytree(TOP / folder, place / folder)
    for file in ("README.md", "pyproject.toml", "requirements.txt"):
        shutil.copy(TOP / file, place)
    return place


@pytest.fixture(scope="module")
def forks(copy):
    """Runs of pytest in the copy; conftest.py ends one with 4 if it would test other packages."""
    surroundings = os.environ | {
        "PYTHONPATH": str(copy), "PYTEST_ADDOPTS": "", "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1",
        "PYTHONDONTWRITEBYTECODE": "1",  # that of a mutant would be taken for that of the next
        "OPENBLAS_NUM_THREADS": "1"}  # a fork has none of the threads that were there before
    surroundings.pop("CI", None)  # there pytest spells out every difference, which can take minutes
    started = Forks(copy, surroundings)
    yield started
    started.close()


def run(forks, tests):
    return forks.run(["-x", "-p", "no:cacheprovider", "--tb=line", "--assert=plain",
                      *map(located, tests)])


def located(test):
    """The path of a test below tests/, by the name of its file."""
    file, rest = test.split("::", 1)
    found, = TOP.glob(f"tests/*/{file}")
    return f"{found.relative_to(TOP)}::{rest}"


def name(mutant):
    return f"{mutant.file.removesuffix('.py')}: {mutant.why}"


@pytest.mark.parametrize("mutant", MUTANTS, ids=name)
def test_a_mutant_still_fits_the_code(mutant):
    source = (TOP / mutant.file).read_text(encoding="utf-8")
    assert source.count(mutant.old) == 1, f"{mutant.old!r} is not there exactly once"
    file, test = mutant.test.partition("[")[0].split("::")
    assert f"def {test}(" in (TOP / located(f"{file}::{test}").partition("::")[0]).read_text(encoding="utf-8")


def test_the_readme_tells_how_many_there_are():
    count = len(MUTANTS)
    assert f"| {count} of {count} |" in (TOP / "README.md").read_text(encoding="utf-8")
    assert f"in {count} places" in (TOP / "tests/README.md").read_text(encoding="utf-8")


@pytest.mark.mutants
def test_the_copy_passes_unchanged(forks):
    """One test of each file: the copy holds what the tests need."""
    one_per_file = {mutant.test.split("::")[0]: mutant.test for mutant in reversed(MUTANTS)}
    code, printed = run(forks, sorted(one_per_file.values()))
    assert code == PASSED, printed


@pytest.mark.long
def test_the_copy_passes_every_test_of_a_mutant(forks):
    code, printed = run(forks, sorted({mutant.test for mutant in MUTANTS}))
    assert code == PASSED, printed


@pytest.mark.mutants
@pytest.mark.parametrize("mutant", MUTANTS, ids=name)
def test_a_mutant_is_noticed(mutant, copy, forks):
    with mistaken(copy / mutant.file, mutant):
        code, printed = run(forks, [mutant.test])
    assert code == FAILED, printed


@contextmanager
def mistaken(source, mutant):
    """A file with the mistake, and with another time than its byte code is for."""
    right, time = source.read_text(encoding="utf-8"), source.stat().st_mtime_ns
    source.write_text(right.replace(mutant.old, mutant.new), encoding="utf-8")
    os.utime(source, ns=(time + 10**10, time + 10**10))
    try:
        yield
    finally:
        source.write_text(right, encoding="utf-8")
        os.utime(source, ns=(time, time))
