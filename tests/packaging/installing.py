"""Builds the package and installs it into new environments; measures the sizes of three of them.

  python -m tests.packaging.installing            with what pip has cached
  python -m tests.packaging.installing --cold     downloads everything"""

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
import time
import venv
from pathlib import Path

TOP = Path(__file__).resolve().parents[2]
FOLDERS = ("figures", "notebooks", "tests", "tubevit_np", "tubevit_tg")
FILES = ("CHANGELOG.md", "CITATION.cff", "LICENSE", "MANIFEST.in", "README.md", "pyproject.toml",
         "requirements.txt")
PORTER = ("--no-deps", "numpy", "safetensors")
INSTALLS = {  # name: arguments of pip after the archive, extras
    "porter": (PORTER, ""),
    "researcher": ((), "[tg]"),
    "student": ((), "[lessons]"),
    "student with the course": ((), "[course]"),
}


def build(folder):
    """Build sdist and wheel from a copy of the tree; return their paths."""
    source = folder / "source"
    source.mkdir()
    for name in FOLDERS:
        shutil.copytree(TOP / name, source / name, ignore=shutil.ignore_patterns("__pycache__"))
    for name in FILES:
        shutil.copy(TOP / name, source)
    run(sys.executable, "-m", "build", "--outdir", folder, source)
    return next(folder.glob("*.tar.gz")), next(folder.glob("*.whl"))


def environment(folder, *arguments):
    """Make a virtual environment, install into it with this Python's pip; return its bin folder."""
    venv.create(folder, with_pip=False, symlinks=os.name != "nt")
    place = folder / ("Scripts" if os.name == "nt" else "bin")
    run(sys.executable, "-m", "pip", "--python", place / "python", "install", "--quiet", *arguments)
    return place


def run(*command, cwd=None, status=0, **variables):
    """Return the output of a command; raise RuntimeError if its exit status is another."""
    clean = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
    done = subprocess.run(list(map(str, command)), cwd=cwd, env=clean | variables, text=True,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False,
                          encoding="utf-8")
    if done.returncode != status:
        raise RuntimeError(f"{' '.join(map(str, command))}\nended with {done.returncode}, "
                           f"expected {status}:\n{done.stdout}")
    return done.stdout


def megabytes(folder, bytecode=True):
    """Return the disk space of all installed files, in MB (2^20 bytes), as `du -m` counts it."""
    files = [path.lstat() for path in next(folder.glob("[Ll]ib*/**/site-packages")).rglob("*")
             if bytecode or path.suffix != ".pyc" and path.name != "__pycache__"]
    return sum(getattr(file, "st_blocks", file.st_size / 512) * 512 for file in files) / 2**20


def main():
    parser = argparse.ArgumentParser(prog="python -m tests.packaging.installing",
                                     description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--cold", action="store_true", help="without pip's cache")
    cache = ["--no-cache-dir"] if parser.parse_args().cold else []
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        _, wheel = build(folder)
        for install, (arguments, extra) in INSTALLS.items():
            start = time.perf_counter()
            environment(folder / install, *cache, *arguments, f"{wheel}{extra}")
            seconds = time.perf_counter() - start
            print(f"{install:24} {megabytes(folder / install):4.0f} MB with bytecode, "
                  f"{megabytes(folder / install, bytecode=False):4.0f} MB without, "
                  f"{seconds:4.0f} s", flush=True)


if __name__ == "__main__":
    main()
