"""Runs pytest many times without starting Python each time: a fork of this process for each run.

The packages that take long to import are there already in every fork; ours are not. Started as a
program, with one JSON list of pytest's arguments per line of its input."""

import contextlib
import gc
import importlib
import json
import os
import signal
import subprocess
import sys
import tempfile

import pytest

SLOW_TO_IMPORT = ("av.video.reformatter", "filelock", "hypothesis", "imageio.v3",
                  "latex2mathml.converter", "matplotlib.animation", "matplotlib.pyplot", "mistune",
                  "multiprocessing.shared_memory", "nbclient", "nbformat.v4", "numpy", "PIL.Image",
                  "safetensors.numpy", "threadpoolctl", "tinygrad.runtime.graph.hcq",
                  "tinygrad.runtime.support.compiler_cpu", "tqdm", "unittest.mock")
LONGEST = 1200  # seconds of one run


class Forks:
    """The process in a folder; run(arguments) returns pytest's exit code and what it printed."""

    def __init__(self, folder, surroundings):
        self.process = subprocess.Popen(
            [sys.executable, "-m", "tests.mutants.forks"], cwd=folder, env=surroundings, text=True,
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, encoding="utf-8")

    def run(self, arguments):
        print(json.dumps(arguments), file=self.process.stdin, flush=True)
        return tuple(json.loads(self.process.stdout.readline()))

    def close(self):
        self.process.communicate()


def in_a_fork(arguments):
    """(pytest's exit code, or minus the signal that ended it; what it printed)."""
    with tempfile.TemporaryFile() as printed:
        child = os.fork()
        if not child:
            test_and_exit(arguments, printed.fileno())
        _, status = os.waitpid(child, 0)
        printed.seek(0)
        return os.waitstatus_to_exitcode(status), printed.read().decode(errors="replace")


def test_and_exit(arguments, output):
    """In the fork: run pytest with its output in a file, and leave without any cleaning up."""
    for stream in (1, 2):
        os.dup2(output, stream)
    signal.alarm(LONGEST)
    code = pytest.ExitCode.INTERNAL_ERROR
    try:
        code = pytest.main(arguments)
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)


def warm_up():
    """What every fork would do again: import packages, start pytest, look for garbage in them."""
    for name in SLOW_TO_IMPORT:
        importlib.import_module(name)
    with open(os.devnull, "w", encoding="utf-8") as nowhere, contextlib.redirect_stdout(nowhere):
        pytest.main(["--collect-only", "--noconftest", "-p", "no:cacheprovider", "-c", os.devnull,
                     __file__])
    gc.collect()
    gc.freeze()  # pytest collects garbage several times per run


def main():
    warm_up()
    for line in sys.stdin:
        print(json.dumps(in_a_fork(json.loads(line))), flush=True)


if __name__ == "__main__":
    main()
