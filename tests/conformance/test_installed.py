"""The suite as a porter installs it: NumPy and safetensors only, without this project's tests."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

import tubevit_np
from tubevit_np import conformance

TOP = Path(tubevit_np.__file__).parents[1]
BLOCKED = """
import sys
for name in ("filelock", "tqdm", "threadpoolctl", "gmpy2", "imageio", "av", "PIL", "matplotlib",
             "tinygrad", "pytest", "tests", "notebooks"):
    sys.modules[name] = None  # an import of it raises ImportError
from tubevit_np.conformance.__main__ import main
sys.exit(main(sys.argv[1:]))
"""
PORT = """
from tubevit_np.conformance.adapters.tubevit_np import adapter
softmax = adapter.softmax

def layer_norm(x, g, b, eps):
    return adapter.layer_norm(x=x, g=g, b=b, eps=1e-5 if eps == 1e-6 else eps)
"""
TESTS = """
from tubevit_np.conformance.pytest_port import *

ADAPTERS = {"some_port": "known"}
"""


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "some_port.py").write_text(PORT, encoding="utf-8")
    return tmp_path


def run(folder, *arguments):
    """Run Python in this folder; return its exit code and output."""
    paths = os.environ | {"PYTHONPATH": f"{TOP}{os.pathsep}{folder}", "PYTEST_ADDOPTS": ""}
    done = subprocess.run([sys.executable, *arguments], cwd=folder, env=paths, timeout=300,
                          capture_output=True, text=True, check=False, encoding="utf-8")
    return done.returncode, done.stdout + done.stderr


@pytest.mark.parametrize("only", ["layout/*", "operations/gelu-*", "gradients/forward-image"])
def test_numpy_and_safetensors_are_enough(only, folder):
    name = "tubevit_np.conformance.adapters.tubevit_np:adapter"
    code, text = run(folder, "-c", BLOCKED, name, "--only", only)
    assert code == 0, text
    assert "float32  passed" in text and "skipped: " not in text


def test_a_mistake_is_named_without_the_tests(folder):
    code, text = run(folder, "-c", BLOCKED, "some_port", "--only", "operations/*-faint")
    assert code == 1
    assert "layer_norm-faint: same answer as the known mistake: eps 1e-5 (layers.py)" in text


def test_a_port_has_a_test_file_of_its_own(folder):
    (folder / "test_port.py").write_text(TESTS, encoding="utf-8")
    (folder / "known").write_text("float64 operations/layer_norm-far  # float32 forgives it\n"
                                  "operations/layer_norm-usual\n", encoding="utf-8")
    code, text = run(folder, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-k", "operations")
    assert code == 1
    assert "same answer as the known mistake: eps 1e-5 (layers.py)" in text
    assert "2 failed, 7 passed" in text and "3 xfailed" in text


def test_the_links_of_the_readme_lead_somewhere():
    readme = Path(conformance.__file__).with_name("README.md")
    links = re.findall(r"\]\(([\w./]+)\)", readme.read_text(encoding="utf-8"))
    assert links and all((readme.parent / link).exists() for link in links)
