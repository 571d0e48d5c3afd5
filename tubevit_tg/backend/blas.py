"""Matrix products by NumPy's BLAS on a CPU: four to ten times as fast as tinygrad's own kernels.

tinygrad accepts machine code in place of a kernel (Tensor.custom_kernel). Here the code is one jump
to a Python function that calls np.matmul on the buffers. It needs no compiler and works with every
compiler. The code contains an address of this process, so tinygrad gets it as a finished program,
which it never caches on disk.

TUBEVIT_BLAS=0 in the environment turns it off.
"""

import ctypes
import functools
import os
import platform

import numpy as np
from tinygrad import Tensor, dtypes
from tinygrad.renderer import Estimates
from tinygrad.uop.ops import KernelInfo, Ops, ProgramInfo, UOp

from tubevit_tg.backend.device import DEVICE, dtype_name

ENABLED = os.environ.get("TUBEVIT_BLAS", "1") != "0"
JUMPS = {"x86_64": (b"\x48\xb8", b"\xff\xe0"),  # mov rax, address; jmp rax
         "arm64": (b"\x50\x00\x00\x58\x00\x02\x1f\xd6", b"")}  # ldr x16, 8 ahead; br x16; address
MACHINE = {"AMD64": "x86_64", "aarch64": "arm64"}.get(platform.machine(), platform.machine())
JUMP = JUMPS.get(MACHINE)
SIGNATURE = ctypes.CFUNCTYPE(None, *3 * [ctypes.c_void_p])


def fits(a, b):
    """Return True if `product` accepts a and b: at least 2 axes, not empty, same dtype, one CPU."""
    return (ENABLED and JUMP is not None and not DEVICE.startswith("CPU:LVP")  # has no addresses
            and isinstance(a.device, str) and a.device.partition(":")[0] == "CPU"
            and a.device == b.device and a.dtype == b.dtype
            and a.dtype in (dtypes.float32, dtypes.float64)
            and min(a.ndim, b.ndim) > 1 and 0 not in a.shape + b.shape)


def product(a, b):
    """Compute a @ b, with gradients: (..., M, K) @ (..., K, N), or (..., K) @ (K, N)."""
    if a.shape[-1] != b.shape[-2]:
        raise ValueError(f"no product of {a.shape} and {b.shape}: {a.shape[-1]} is not "
                         f"{b.shape[-2]}; the last axis of the first must be the last but one of "
                         "the second")
    flat = b.ndim == 2  # one large product, faster than one for each clip
    front = a.shape[:-2] if flat else np.broadcast_shapes(a.shape[:-2], b.shape[:-2])
    if not flat:
        a, b = (x.expand(*front, *x.shape[-2:]) for x in (a, b))
    shape = *front, a.shape[-2], b.shape[-1]
    stored = (a.uop, False) if flat and a.ndim > 2 else _stored(a.uop)
    return Tensor(_product(*stored, *_stored(b.uop), shape, flat))


def _stored(x):
    """Return (y, True) if x is the transpose of y, else (x, False); BLAS reads both."""
    last = x.op is Ops.PERMUTE and x.marg == (*range(x.ndim - 2), x.ndim - 1, x.ndim - 2)
    return (x.src[0], True) if last else (x, False)


def _product(a, a_turned, b, b_turned, shape, flat):
    """Multiply two UOps; `turned` operands are transposed, `flat` makes each one matrix."""
    how = a_turned, b_turned, flat
    out = UOp.empty(shape, a.dtype, a.device)
    return out.custom_kernel(a, b, fxn=_kernel(*how), grad_fxn=_gradients(*how))[0]


@functools.cache
def _gradients(a_turned, b_turned, flat):
    """Make the gradient function; cached, since tinygrad plans anew for every new function."""
    def gradients(d_out, call):
        _, a, b = call.src[1:]
        d_a = (b, b_turned, d_out, True) if a_turned else (d_out, False, b, not b_turned)
        d_b = (d_out, True, a, a_turned) if b_turned else (a, not a_turned, d_out, False)
        return None, _product(*d_a, a.shape, flat), _product(*d_b, b.shape, flat)

    return gradients


@functools.cache
def _kernel(a_turned, b_turned, flat):
    """kernel(out, a, b) -> the finished program, for placeholders out, a, b."""
    def kernel(*operands):
        shapes = [(x.numel() // x.shape[-1], x.shape[-1]) if flat else x.shape for x in operands]
        out, a, b = operands
        name = "matmul_" + "_".join(map(str, (*a.shape, *b.shape)))
        memory = sum(x.numel() for x in operands) * a.dtype.itemsize
        work = 2 * out.numel() * shapes[1][-2 if a_turned else -1]
        sink = UOp.sink(*operands, arg=KernelInfo(name, estimates=Estimates(work, memory, memory)))
        call = _callback(a_turned, b_turned, dtype_name(a.dtype), *shapes)
        first, last = JUMP
        code = first + ctypes.cast(call, ctypes.c_void_p).value.to_bytes(8, "little") + last
        parts = (sink, UOp(Ops.DEVICE, arg="CPU"), UOp(Ops.LINEAR, src=()),
                 UOp(Ops.SOURCE, arg=name), UOp(Ops.BINARY, arg=code))
        return UOp(Ops.PROGRAM, src=parts, arg=ProgramInfo(
            name, (1,), None, globals=(0, 1, 2), outs=(0,), ins=(1, 2)))
    return kernel


@functools.cache  # keeps the C functions alive
def _callback(a_turned, b_turned, dtype, *shapes):
    """Make a C function of three addresses.  Shapes were checked before; it cannot raise errors."""
    kinds = [ctypes.c_char * (int(np.prod(shape)) * np.dtype(dtype).itemsize) for shape in shapes]

    def multiply(*addresses):
        out, a, b = (np.ndarray(shape, dtype, kind.from_address(address))
                     for shape, kind, address in zip(shapes, kinds, addresses, strict=True))
        np.matmul(a.mT if a_turned else a, b.mT if b_turned else b, out=out)

    return SIGNATURE(multiply)
