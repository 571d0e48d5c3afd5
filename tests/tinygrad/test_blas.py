"""Matrix products by NumPy's BLAS on a CPU: values, gradients, replay, compilers, exceptions.

The reference values are NumPy's in float64 and tinygrad's own products."""

import os

os.environ.setdefault("DEV", "CPU")  # before tinygrad opens a device

import platform
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import small
from tinygrad import Context, Tensor, TinyJit
from tinygrad.helpers import GlobalCounters

import tubevit_tg as tg
from tubevit_tg.backend import blas
from tubevit_tg.backend.device import devices
from tubevit_tg.backend.operations import matmul

TOP = Path(__file__).resolve().parents[2]
TOLERANCE = {"float64": 2e-15, "float32": 2e-6}  # ten times what was seen, 2e-16 and 2e-7

pytestmark = pytest.mark.skipif(platform.machine() not in ("x86_64", "AMD64", "arm64", "aarch64"),
                                reason="no machine code for this processor")


def turned(x):
    return x.transpose(-1, -2) if isinstance(x, Tensor) else np.swapaxes(x, -1, -2)


def plain(x):
    return x


def cut(x):
    """Without its first and last column: no buffer has such rows one after the other."""
    return x[..., 1:-1]


def heads(x):
    """Axes 0 and 1 exchanged, as attention does."""
    return x.transpose(0, 1) if isinstance(x, Tensor) else np.swapaxes(x, 0, 1)


CASES = {  # the shape of a, what is done to it before;  of b
    "matrices": ((7, 13), plain, (13, 5), plain),
    "one row, one column": ((1, 7), plain, (7, 1), plain),
    "depth one": ((5, 1), plain, (1, 7), plain),
    "many rows": ((2, 3, 5, 13), plain, (13, 7), plain),
    "second turned": ((2, 3, 7, 5), plain, (2, 3, 13, 5), turned),
    "first turned": ((2, 5, 7), turned, (2, 5, 3), plain),
    "both turned": ((3, 13, 7), turned, (3, 5, 13), turned),
    "a turned matrix": ((7, 5), plain, (13, 5), turned),
    "many turned rows": ((2, 5, 7), turned, (5, 3), plain),
    "cut": ((2, 7, 7), cut, (2, 5, 15), cut),
    "heads": ((3, 2, 7, 5), heads, (3, 2, 13, 5), lambda x: turned(heads(x))),
    "fewer in front": ((1, 3, 1, 5), plain, (2, 3, 5, 7), plain),
    "fewer axes": ((7, 5), plain, (2, 3, 5, 4), plain),
}


def numbers(case, dtype, seed=0):
    """Arrays a, b and a gradient of their product, of values that dtype holds exactly."""
    rng = np.random.default_rng(seed)
    shape_a, change_a, shape_b, change_b = CASES[case]
    a, b = (rng.standard_normal(shape).astype(dtype) for shape in (shape_a, shape_b))
    d_out = rng.standard_normal((change_a(a) @ change_b(b)).shape).astype(dtype)
    return a, b, d_out


def in_tinygrad(case, product, a, b, d_out):
    """The product and its gradients by a and b, as Tensors of one computation."""
    _, change_a, _, change_b = CASES[case]
    out = product(change_a(a), change_b(b))
    d_a, d_b = (out * d_out).sum().gradient(a, b)
    Tensor.realize(out, d_a, d_b)
    return out, d_a, d_b


def arrays(case, dtype, product=matmul):
    with Context(NOOPT=1):
        return [x.numpy() for x in in_tinygrad(case, product,
                                               *map(tg.to_tensors, numbers(case, dtype)))]


def loops(case, a, b, d_out):
    """The same in NumPy: gradients of what was done to a and b, moved back to their places."""
    def moved_back(d, x, change):
        at = change(np.arange(x.size).reshape(x.shape))
        lost = np.zeros(x.size)
        np.add.at(lost, np.broadcast_to(at, d.shape), d)
        return lost.reshape(x.shape)

    _, change_a, _, change_b = CASES[case]
    a, b, d_out = (x.astype(float) for x in (a, b, d_out))
    left, right = change_a(a), change_b(b)
    return (left @ right, moved_back(d_out @ turned(right), a, change_a),
            moved_back(turned(left) @ d_out, b, change_b))


@pytest.fixture
def calls(monkeypatch):
    """Shapes of every product that NumPy computes, as a list that grows."""
    seen, usual = [], np.matmul
    monkeypatch.setattr(np, "matmul", lambda a, b, **more: (
        seen.append((a.shape, b.shape)), usual(a, b, **more))[1])
    return seen


@pytest.mark.parametrize("dtype", TOLERANCE)
@pytest.mark.parametrize("case", CASES)
def test_values_and_gradients(case, dtype, calls):
    found = arrays(case, dtype)
    assert len(calls) == 3
    for x, wanted in zip(found, loops(case, *numbers(case, dtype)), strict=True):
        assert x.dtype == dtype
        small.assert_close(x, wanted, TOLERANCE[dtype])


@pytest.mark.parametrize("case", ["many rows", "second turned", "cut"])
def test_as_the_product_of_tinygrad(case):
    for x, wanted in zip(arrays(case, "float32"), arrays(case, "float32", Tensor.matmul),
                         strict=True):
        small.assert_close(x, wanted, 2 * TOLERANCE["float32"])


def test_captured_and_replayed():
    """Each time with other numbers, twice with the same: bit for bit the same again."""
    captured = TinyJit(lambda *x: in_tinygrad("heads", matmul, *x))
    seen = []
    for seed in (0, 1, 2, 3, 2):
        given = numbers("heads", "float64", seed)
        with Context(NOOPT=1):
            seen.append([x.numpy() for x in captured(*map(tg.to_tensors, given))])
        for x, wanted in zip(seen[-1], loops("heads", *given), strict=True):
            small.assert_close(x, wanted, TOLERANCE["float64"])
    assert all(map(np.array_equal, seen[2], seen[4]))


def test_one_program_for_all_of_one_shape(rng):
    first, second, third = (tg.to_tensors(rng.standard_normal((7, 5))) for _ in range(3))
    blas._callback.cache_clear()
    Tensor.realize(matmul(first, turned(second)), matmul(second, turned(third)))
    assert blas._callback.cache_info().currsize == 1


@pytest.mark.parametrize("case", ["matrices", "second turned", "both turned", "many rows"])
def test_nothing_is_copied(case):
    a, b = map(tg.to_tensors, numbers(case, "float32")[:2])
    _, change_a, _, change_b = CASES[case]
    GlobalCounters.reset()
    matmul(change_a(a), change_b(b)).realize()
    assert GlobalCounters.kernel_count == 1


def test_one_after_the_other_without_a_copy(rng):
    x, up, down = (tg.to_tensors(rng.standard_normal(shape))
                   for shape in ((2, 3, 5), (5, 7), (7, 4)))
    GlobalCounters.reset()
    y = matmul(matmul(x, up), down).realize()
    assert GlobalCounters.kernel_count == 2
    small.assert_close(y.numpy(), x.numpy() @ up.numpy() @ down.numpy(), TOLERANCE["float64"])


def test_a_part_of_a_product_that_was_computed_for_something_else(rng):
    a, b = rng.standard_normal((3, 5)), rng.standard_normal((5, 4))
    product = matmul(tg.to_tensors(a), tg.to_tensors(b))
    part = product.reshape(2, 6)[:1]
    (product + 1).realize()
    small.assert_close(part.numpy(), (a @ b).reshape(2, 6)[:1], TOLERANCE["float64"])


@pytest.mark.parametrize("shape_a, shape_b, dtype, device", [
    ((4, 6), (6, 2), "float32", ("CPU", "CPU:1")),
    ((4, 6), (6, 2), "half", None),
    ((4, 6), (6, 2), "int32", None),
    ((6,), (6, 2), "float32", None),
    ((4, 6), (6,), "float32", None),
], ids=str)
def test_what_is_left_to_tinygrad(shape_a, shape_b, dtype, device, calls, rng):
    a, b = (rng.integers(-5, 5, shape) for shape in (shape_a, shape_b))
    tensors = [tg.to_tensors(x.astype("float32"), device=device).cast(dtype) for x in (a, b)]
    found = matmul(*tensors).cast("float32").numpy()
    assert not calls and np.array_equal(found, a @ b)


def test_a_part_on_each_of_two_devices(rng):
    a, b = rng.standard_normal((4, 3, 5)), rng.standard_normal((5, 7))
    found = matmul(tg.to_tensors(a, device=devices(2), axis=0), tg.to_tensors(b, device=devices(2)))
    small.assert_close(found.numpy(), a @ b)


def test_on_another_cpu_device(calls, rng):
    a, b = rng.standard_normal((7, 5)), rng.standard_normal((5, 3))
    found = matmul(*(tg.to_tensors(x).to("CPU:1") for x in (a, b)))
    small.assert_close(found.numpy(), a @ b, TOLERANCE["float64"])
    assert found.device == "CPU:1" and len(calls) == 1


def test_shapes_that_do_not_match_are_told(rng):
    a, b = (tg.to_tensors(rng.standard_normal(shape)) for shape in ((7, 5), (4, 3)))
    with pytest.raises(ValueError, match=r"no product of \(7, 5\) and \(4, 3\): 5 is not 4"):
        matmul(a, b)


def test_the_jump_on_other_processors():
    """ldr x16, at 8 bytes ahead; br x16; there the address is."""
    first, last = blas.JUMPS["arm64"]
    ldr, br = (int.from_bytes(first[i:i + 4], "little") for i in (0, 4))
    assert (ldr, br, last) == (0x58000000 | 8 // 4 << 5 | 16, 0xD61F0000 | 16 << 5, b"")


EVERY_CASE = """
import sys, test_blas
for dtype, tolerance in test_blas.TOLERANCE.items():
    for case in sys.argv[1:]:
        wanted = test_blas.loops(case, *test_blas.numbers(case, dtype))
        for x, w in zip(test_blas.arrays(case, dtype), wanted, strict=True):
            test_blas.small.assert_close(x, w, tolerance)
print(test_blas.blas._callback.cache_info().currsize)
"""
PATHS = {"PYTHONPATH": os.pathsep.join(map(str, (TOP, TOP / "tests/helpers",
                                                    Path(__file__).parent)))}


def programs(*cases, **environ):
    """How many programs a fresh Python makes in which these cases are right."""
    done = subprocess.run([sys.executable, "-c", EVERY_CASE, *cases], cwd=TOP, timeout=600,
                          env=os.environ | PATHS | environ, capture_output=True, text=True,
                          check=False, encoding="utf-8")
    assert done.returncode == 0, done.stderr
    return int(done.stdout)


def has_compiler(device):
    text = "import tubevit_tg as tg; print(tg.describe())"
    found = subprocess.run([sys.executable, "-c", text], cwd=TOP, env=os.environ | {"DEV": device},
                           capture_output=True, text=True, check=False, encoding="utf-8")
    return found.returncode == 0 and (device != "CPU" or "compiled by" in found.stdout)


@pytest.mark.parametrize("device", ["CPU:X86", "CPU", "CPU:LLVM"])
def test_every_compiler(device):
    """CPU is clang's."""
    if not has_compiler(device):
        pytest.skip(f"this machine has no compiler for {device}")
    assert programs(*CASES, DEV=device) >= 3 * 2 * 8  # some cases share theirs


def test_one_setting_turns_it_off():
    assert programs("matrices", TUBEVIT_BLAS="0") == 0
    assert programs("matrices", TUBEVIT_BLAS="1") == 3 * 2


def test_no_address_is_kept_for_the_next_process(tmp_path):
    """The next would read its disk cache, which holds other kernels if a compiler made them."""
    for _ in range(2):
        assert programs("matrices", XDG_CACHE_HOME=str(tmp_path)) == 3 * 2
    kept = b"".join(path.read_bytes() for path in tmp_path.rglob("cache.db*"))
    assert b"matmul_7_13" not in kept and (kept or not has_compiler("CPU"))
