"""Which device and compiler tinygrad uses, and arrays there and back.

The one place that chooses.  Lines that depend on tinygrad's version (0.13) are here, in blas.py,
and in operations.with_gradient.
tinygrad reads DEV and CC when it first computes, so the package imports this file before that."""

import contextlib
import functools
import os
import platform
import sys
from importlib.util import find_spec
from pathlib import Path
from shutil import which

import numpy as np
from tinygrad import Context, Device, Tensor
from tinygrad.helpers import CACHEDB, DEV

# tinygrad's own driver, NV, only for DEV=NV: it fails on Hopper cards, and CUDA runs where it does.
GPUS = ("METAL",) if sys.platform == "darwin" else ("CUDA", "AMD")


def choose(asked, usable, compiler, machine):
    """The device, as tinygrad's DEV, and a note for `describe`.

    asked: DEV in the environment, obeyed;  usable(gpu): whether it can be opened;  compiler(): the
    command of a clang, or None;  machine: the processor.  DEV=CPU leaves the compiler open."""
    if asked and asked != "CPU":
        return asked, "as DEV asks"
    for gpu in () if asked else GPUS:
        if usable(gpu):
            return gpu, ""
    if command := compiler():
        return "CPU", f"compiled by {command}"
    if machine in ("x86_64", "AMD64"):
        return "CPU:X86", "no compiler found; 'pip install ziglang' makes it about twice as fast"
    return "CPU", ""  # which cannot work without a clang, as check_device will say


def find_compiler(environ, which, find_package):
    """The command of a clang: CC if it is one, on PATH, or in the package ziglang; else None."""
    for command in (environ.get("CC", ""), "clang"):
        if "clang" in Path(command).name and which(command):
            return command
    package = find_package("ziglang")
    if package and os.name == "posix":
        with contextlib.suppress(OSError):  # nowhere to write its script: as if not installed
            return zig_clang(package.origin)
    return None


def zig_clang(package, folder=Path(CACHEDB).parent):
    """A script in folder that runs ziglang's clang, since tinygrad's CC must be one word."""
    path = folder / "zig-clang"
    unfinished = path.with_name(f".zig-clang.{os.getpid()}")
    folder.mkdir(parents=True, exist_ok=True)
    unfinished.write_text(f'#!/bin/sh\nexec "{Path(package).with_name("zig")}" clang "$@"\n')
    unfinished.chmod(0o755)
    unfinished.replace(path)
    return str(path)


def usable(gpu):
    try:
        return bool(Device[gpu].renderer)
    except Exception:  # noqa: BLE001 - driver, library or card is missing, each fails in its way
        return False


@functools.cache
def check_device():
    """Raises ValueError, one line, if the device cannot compute: what is missing, the ways out."""
    try:
        with Context(CACHELEVEL=0):  # a kernel kept from earlier would hide a missing compiler
            (Tensor([1.0] * 16) + 1).realize()
    except Exception as error:  # noqa: BLE001 - as in usable
        while isinstance(error, ExceptionGroup):
            error = error.exceptions[0]
        way_out = ("install clang or 'pip install ziglang'" if "clang" in str(error) else
                   "unset DEV to have a device chosen, or set DEV=CPU")
        reason = str(error).partition("\n")[0]
        raise ValueError(f"tinygrad cannot use DEV={DEVICE}: {reason}; {way_out}") from None


def describe():
    """One line: tinygrad's version, the device and why.  Raises ValueError as check_device does."""
    check_device()
    from importlib.metadata import version  # slow to import, and seldom wanted
    return f"tinygrad {version('tinygrad')} on {DEVICE}" + (f" ({NOTE})" if NOTE else "")


def devices(count):
    """The names of so many devices of the chosen kind, the default one first; of one, its name.

    On a CPU each is a thread.  Raises ValueError, one line, if there are not so many."""
    check_device()
    names = tuple(Device.canonicalize(f"{Device.DEFAULT}:{i}") for i in range(count))
    for i, name in enumerate(names):
        if not usable(name):
            raise ValueError(f"devices is {count}, but tinygrad finds only {i} of {DEVICE}; "
                             f"use --devices {i}")
    return names if count > 1 else names[0]


def to_tensors(tree, dtype=None, device=None, axis=None):
    """A nested tree of arrays (or one array, or a number) as Tensors on the device.

    dtype: a tinygrad dtype or its name, else the array's; numbers become float32.  A number too has
    a buffer, which TinyJit reads at every call; a plain number it would bake in.  device: names of
    several, that each get a copy, or with axis an equal part along it."""
    check_device()
    if isinstance(tree, dict):
        return {name: to_tensors(value, dtype, device, axis) for name, value in tree.items()}
    if isinstance(tree, Tensor):
        return tree
    plain = dtype is None and type(tree) in (int, float)
    array = np.asarray(tree, np.float32 if plain else None)
    tensor = Tensor(array.reshape(-1), dtype=dtype).reshape(array.shape)
    return (tensor.shard(device, axis) if isinstance(device, tuple) else tensor).realize()


def on_one(tree):
    """A tree of Tensors of which several devices hold copies, on the default device alone."""
    if isinstance(tree, dict):
        return {name: on_one(value) for name, value in tree.items()}
    return tree.to(Device.DEFAULT)


def check_tensors(parameter):
    """Raises ValueError for the arrays of tubevit_np, which would fail deep inside."""
    if type(parameter).__module__ == "numpy":
        raise ValueError("the parameters are arrays; this forward takes to_tensors(params)")


def to_arrays(tree):
    """A nested tree of Tensors as new arrays: the inverse of to_tensors."""
    if isinstance(tree, dict):
        return {name: to_arrays(value) for name, value in tree.items()}
    return tree.numpy()


@functools.cache
def constant(make, *arguments, dtype, device=None):
    """make(*arguments), an array, as a Tensor that is kept: TinyJit would copy it at every step."""
    return to_tensors(make(*arguments), dtype, device)


def from_host(array, like):
    """An array that NumPy computed, in the precision and on the devices of the Tensor `like`."""
    return Tensor(array, dtype=like.dtype).to(like.device)


def dtype_name(dtype):
    """As NumPy calls it; the floats that NumPy has not (bfloat16 and smaller) are "float"."""
    return np.dtype(dtype.fmt).name if dtype.fmt else "float"


def _compiler():
    """Set CC, for tinygrad."""
    command = find_compiler(os.environ, which, find_spec)
    if command:
        os.environ["CC"] = command
    return command


DEVICE, NOTE = choose(os.environ.get("DEV"), usable, _compiler, platform.machine())
DEV.value = os.environ["DEV"] = DEVICE  # in the environment for the processes that tinygrad starts
