"""The choice of device and compiler for tinygrad; conversion between arrays and Tensors.

Code that depends on the version of tinygrad (0.13) is only here, in blas.py and in
operations.with_gradient. tinygrad reads DEV and CC when it first computes; the package imports this
file before that.
"""

import contextlib
import functools
import os
import platform
import sys
from importlib.util import find_spec
from pathlib import Path
from shutil import which
from typing import Any

import numpy as np
from tinygrad import Context, Device, Tensor
from tinygrad.helpers import CACHEDB, DEV

# NV, tinygrad's own driver, is used only for DEV=NV: it fails on Hopper GPUs, where CUDA works.
GPUS = ("METAL",) if sys.platform == "darwin" else ("CUDA", "AMD")


def choose(requested, usable, compiler, machine):
    """Choose the device: returns a value for tinygrad's DEV, and a note for `describe`.

    requested: DEV in the environment, which takes precedence (DEV=CPU leaves the compiler open);
    usable(gpu): whether the GPU opens;  compiler(): the command of a clang, or None;  machine: the
    processor.
    """
    if requested and requested != "CPU":
        return requested, "set by DEV"
    for gpu in () if requested else GPUS:
        if usable(gpu):
            return gpu, ""
    if command := compiler():
        return "CPU", f"compiled by {command}"
    if machine in ("x86_64", "AMD64"):
        return "CPU:X86", "no compiler found; 'pip install ziglang' makes it about twice as fast"
    return "CPU", ""  # cannot work without a clang; check_device raises the error


def find_compiler(environ, which, find_package):
    """Find the command of a clang: CC if it is one, on PATH, or in the package ziglang, or None."""
    for command in (environ.get("CC", ""), "clang"):
        if "clang" in Path(command).name and which(command):
            return command
    package = find_package("ziglang")
    if package and os.name == "posix":
        with contextlib.suppress(OSError):  # cannot write the script: as if not installed
            return zig_clang(package.origin)
    return None


def zig_clang(package, folder=Path(CACHEDB).parent):
    """Write a script that runs ziglang's clang; returns its path, since CC must be one word."""
    path = folder / "zig-clang"
    unfinished = path.with_name(f".zig-clang.{os.getpid()}")
    folder.mkdir(parents=True, exist_ok=True)
    script = f'#!/bin/sh\nexec "{Path(package).with_name("zig")}" clang "$@"\n'
    unfinished.write_bytes(os.fsencode(script))
    unfinished.chmod(0o755)
    unfinished.replace(path)
    return str(path)


def usable(gpu):
    """Return True if tinygrad can open the device."""
    try:
        return bool(Device[gpu].renderer)
    except Exception:  # noqa: BLE001 - a missing driver, library or GPU: each raises another error
        return False


@functools.cache
def check_device():
    """Raise ValueError if the device cannot compute: one line with the reason and the way out."""
    try:
        with Context(CACHELEVEL=0):  # a cached kernel would hide a missing compiler
            (Tensor([1.0] * 16) + 1).realize()
    except Exception as error:  # noqa: BLE001 - as in usable
        while isinstance(error, ExceptionGroup):
            error = error.exceptions[0]
        way_out = ("install clang or 'pip install ziglang'" if "clang" in str(error) else
                   "unset DEV for an automatic choice, or set DEV=CPU")
        reason = str(error).partition("\n")[0]
        raise ValueError(f"tinygrad cannot use DEV={DEVICE}: {reason}; {way_out}") from None


def describe() -> str:
    """Describe tinygrad's version and device, and why it was chosen, in one line.

    Returns
    -------
    str
        For example "tinygrad 0.13.0 on CPU (compiled by clang)".

    Raises
    ------
    ValueError
        If the device cannot compute; the message gives the reason and the way out.
    """
    check_device()
    from importlib.metadata import version  # slow to import
    return f"tinygrad {version('tinygrad')} on {DEVICE}" + (f" ({NOTE})" if NOTE else "")


def devices(count):
    """Return the names of `count` devices of the chosen kind, the default first; if 1, one name.

    On a CPU each device is a thread.  Raises ValueError if there are fewer devices.
    """
    check_device()
    names = tuple(Device.canonicalize(f"{Device.DEFAULT}:{i}") for i in range(count))
    for i, name in enumerate(names):
        if not usable(name):
            raise ValueError(f"devices is {count}, but tinygrad finds only {i} of {DEVICE}; "
                             f"use --devices {i}")
    return names if count > 1 else names[0]


def to_tensors(tree: Any, dtype: Any = None, device: str | tuple[str, ...] | None = None,
               axis: int | None = None) -> Any:
    """Convert arrays to Tensors on the device.

    Parameters
    ----------
    tree : nested dict of arrays, array, or number
        Parameters, a batch, or a single number. Tensors in it stay as they are.
    dtype : tinygrad dtype or str, optional
        Dtype of the Tensors; default: that of each array, and float32 for Python numbers.
    device : str or tuple of str, optional
        Names of several devices. Each gets a copy, or, with axis, an equal part.
    axis : int, optional
        Axis along which arrays are split over the devices.

    Returns
    -------
    nested dict of Tensors, or Tensor
        Tensors with the names and shapes of tree. A number becomes a Tensor with a buffer, which
        TinyJit reads at every call; a Python number would be a constant.

    Raises
    ------
    ValueError
        If the device cannot compute.
    """
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
    """Return a tree of Tensors, of which several devices hold copies, on the default device."""
    if isinstance(tree, dict):
        return {name: on_one(value) for name, value in tree.items()}
    return tree.to(Device.DEFAULT)


def check_tensors(parameter):
    """Raise ValueError for NumPy arrays, which would otherwise fail with an unclear error."""
    if type(parameter).__module__ == "numpy":
        raise ValueError("the parameters are NumPy arrays, but this function takes Tensors; pass "
                         "to_tensors(params)")


def to_arrays(tree: Any) -> Any:
    """Convert Tensors to new NumPy arrays, the inverse of to_tensors.

    Parameters
    ----------
    tree : nested dict of Tensors, or Tensor
        Parameters or results.

    Returns
    -------
    nested dict of arrays, or array
        Copies with the same names, shapes and dtypes.
    """
    if isinstance(tree, dict):
        return {name: to_arrays(value) for name, value in tree.items()}
    return tree.numpy()


@functools.cache
def constant(make, *arguments, dtype, device=None):
    """Cache make(*arguments), an array, as a Tensor; without it TinyJit copies it in every step."""
    return to_tensors(make(*arguments), dtype, device)


def from_host(array, like):
    """Convert an array to a Tensor with the dtype and devices of the Tensor `like`."""
    return Tensor(array, dtype=like.dtype).to(like.device)


def dtype_name(dtype):
    """NumPy's name of a dtype; "float" for floats that NumPy lacks (bfloat16 and smaller)."""
    return np.dtype(dtype.fmt).name if dtype.fmt else "float"


def _compiler():
    """Find a clang and set CC to its command, for tinygrad."""
    command = find_compiler(os.environ, which, find_spec)
    if command:
        os.environ["CC"] = command
    return command


DEVICE, NOTE = choose(os.environ.get("DEV"), usable, _compiler, platform.machine())
DEV.value = os.environ["DEV"] = DEVICE  # in the environment, for processes that tinygrad starts
