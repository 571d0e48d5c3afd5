"""One BLAS thread, tinygrad on the CPU, and a check that the packages beside the tests are used."""

import os
from pathlib import Path

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # before NumPy is imported
os.environ.setdefault("DEV", "CPU")  # before tinygrad opens a device
os.environ["HF_HUB_OFFLINE"] = "1"  # no test downloads anything

import numpy as np
import pytest

import tubevit_np
from tubevit_np.conformance.pytest_port import pytest_addoption  # noqa: F401 - pytest finds it
from tubevit_np.model.checks import warn_once


def pytest_configure():
    here, found = (Path(file).resolve().parents[1] for file in (__file__, tubevit_np.__file__))
    if found != here:
        pytest.exit(f"tubevit_np comes from {found}, not from {here}; run there", returncode=4)


@pytest.fixture(autouse=True)
def nothing_said():
    """Let each test receive warnings that a process gives only once."""
    warn_once.cache_clear()


@pytest.fixture
def rng():
    return np.random.default_rng(0)
