"""tinygrad's compiled kernels, kept on disk for the other processes of the tests.

A test of tubevit_tg spends most of its time in compiling, and the tests of the mutants, each in a
new process, compile nearly the same kernels.  The key of a kernel is its syntax tree with all
settings that are in the key of tinygrad's cache in memory."""

import os
import pickle
from functools import wraps
from hashlib import sha256
from importlib.metadata import version

from tinygrad import codegen
from tinygrad.helpers import CACHELEVEL
from tinygrad.uop.ops import Ops

SETTINGS = [getattr(codegen, name) for name in (
    "NOOPT", "EMULATED_DTYPES", "NOLOCALS", "USE_TC", "IMAGE", "DISABLE_FAST_IDIV",
    "TRANSCENDENTAL", "ALLOW_TF32")]


def keep_programs(folder):
    """From now on, look for each program in a folder before it is compiled."""
    usual = codegen.do_to_program
    if hasattr(usual, "__wrapped__"):
        return
    release = version("tinygrad")

    @wraps(usual)
    def kept(ast, renderer):
        if ast.op is not Ops.SINK or CACHELEVEL < 1:  # finished programs contain addresses
            return usual(ast, renderer)
        key = (release, ast.key, type(renderer), renderer.target, *(x.value for x in SETTINGS))
        path = folder / sha256(repr(key).encode()).hexdigest()
        if path.exists():
            return pickle.loads(path.read_bytes())
        program = usual(ast, renderer)
        unfinished = path.with_name(f"{path.name}.{os.getpid()}")
        unfinished.write_bytes(pickle.dumps(program))
        unfinished.replace(path)
        return program

    folder.mkdir(parents=True, exist_ok=True)
    codegen.do_to_program = kept
