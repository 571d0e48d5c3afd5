"""One BLAS thread, tinygrad on the CPU, and a check that the packages beside the tests are used."""

import os
import sys
from pathlib import Path

TOP = Path(__file__).resolve().parents[1]

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # before NumPy is imported
os.environ.setdefault("DEV", "CPU")  # before tinygrad opens a device
os.environ["HF_HUB_OFFLINE"] = "1"  # no test downloads anything
os.environ.setdefault("KEPT_PROGRAMS", str(TOP / ".pytest_cache/programs"))  # also for mutants

import numpy as np
import pytest
from small_pools import usual_counts  # from now on, pools are small

import tubevit_np
from tubevit_np.conformance.pytest_port import pytest_addoption  # noqa: F401 - pytest finds it
from tubevit_np.model.checks import warn_once


def pytest_configure():
    found = Path(tubevit_np.__file__).resolve().parents[1]
    if found != TOP:
        pytest.exit(f"tubevit_np comes from {found}, not from {TOP}; run there", returncode=4)


def pytest_collection_finish():
    if "tinygrad" in sys.modules:
        from tests.helpers.kept_programs import keep_programs
        keep_programs(Path(os.environ["KEPT_PROGRAMS"]))


@pytest.fixture(autouse=True)
def nothing_said():
    """Let each test receive warnings that a process gives only once."""
    warn_once.cache_clear()


@pytest.fixture
def rng():
    return np.random.default_rng(0)


@pytest.fixture
def usual_pools():
    """The usual number of sprites and pictures, for tests of results that were stored with it."""
    with usual_counts():
        yield
