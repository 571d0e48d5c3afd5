"""One BLAS thread, and a guard: the tests judge the packages beside them, no installed copy."""

import os
import sys
from pathlib import Path

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # before NumPy is imported
sys.path.insert(0, str(Path(__file__).parent))  # for loops, small, clips: here tests is a package

import numpy as np
import pytest

import tubevit_np


def pytest_configure():
    here, found = (Path(file).resolve().parents[1] for file in (__file__, tubevit_np.__file__))
    if found != here:
        pytest.exit(f"tubevit_np comes from {found}, not from {here}; run there", returncode=4)


@pytest.fixture
def rng():
    return np.random.default_rng(0)
