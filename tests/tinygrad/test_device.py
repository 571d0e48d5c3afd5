"""The choice of device and compiler, the error if there is none, and conversion of arrays."""

import os

os.environ.setdefault("DEV", "CPU")  # CPU has float64; must be set before tinygrad opens a device

import platform
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from tinygrad import TinyJit, dtypes

import tubevit_tg as tg
from tubevit_tg.backend.device import (
    DEVICE,
    GPUS,
    choose,
    constant,
    devices,
    dtype_name,
    find_compiler,
    on_one,
    zig_clang,
)

TOP = Path(__file__).resolve().parents[2]


def untouched(*_):
    raise AssertionError("looked at what it need not look at")


def nothing(*_):
    return None


@pytest.mark.parametrize("asked", ["CUDA", "NV", "CPU:X86", "CPU:LLVM:x86_64,znver4", "CUDA;CPU"])
def test_what_dev_asks_is_obeyed_unseen(asked):
    assert choose(asked, untouched, untouched, "x86_64") == (asked, "set by DEV")


@pytest.mark.parametrize("asked", [None, ""])
def test_a_gpu_is_preferred(asked):
    assert choose(asked, {GPUS[-1]}.__contains__, untouched, "x86_64") == (GPUS[-1], "")
    assert choose(asked, set(GPUS).__contains__, untouched, "x86_64") == (GPUS[0], "")


@pytest.mark.parametrize("asked, usable", [(None, nothing), ("CPU", untouched)])
def test_a_processor_takes_a_compiler_where_there_is_one(asked, usable):
    assert choose(asked, usable, lambda: "clang", "arm64") == ("CPU", "compiled by clang")
    for machine in ("x86_64", "AMD64"):
        device, note = choose(asked, usable, nothing, machine)
        assert device == "CPU:X86" and "pip install ziglang" in note
    assert choose(asked, usable, nothing, "arm64") == ("CPU", "")


@pytest.mark.parametrize("cc, on_path, wanted", [
    ("/opt/clang-17", ["/opt/clang-17", "clang"], "/opt/clang-17"),
    ("gcc", ["gcc", "clang"], "clang"),  # gcc rejects arguments of tinygrad
    ("clang-17", ["clang"], "clang"),
    (None, ["clang"], "clang"),
    ("gcc", ["gcc"], None),
])
def test_a_clang_on_path(cc, on_path, wanted):
    environ = {} if cc is None else {"CC": cc}
    found = find_compiler(environ, {name: name for name in on_path}.get, nothing)
    assert found == wanted


@pytest.mark.skipif(os.name != "posix", reason="the script is one of sh")
def test_the_clang_of_ziglang(tmp_path):
    zig = tmp_path / "zig"
    zig.write_text('#!/bin/sh\necho "$@"\n', encoding="utf-8")
    zig.chmod(0o755)
    script = zig_clang(tmp_path / "__init__.py", tmp_path / "new" / "folder")
    done = subprocess.run([script, "-c", "two words"], capture_output=True, text=True, check=True,
                          encoding="utf-8")
    assert done.stdout == "clang -c two words\n"
    assert [path.name for path in Path(script).parent.iterdir()] == ["zig-clang"]


def test_a_folder_that_cannot_be_written_is_no_error(monkeypatch):
    def refuse(package):
        raise PermissionError

    monkeypatch.setattr("tubevit_tg.backend.device.zig_clang", refuse)
    assert find_compiler({}, nothing, lambda name: SimpleNamespace(origin="/x/__init__.py")) is None


def describe(**environ):
    """The lines that describe() or its error prints in a new Python process."""
    text = ("import tubevit_tg as tg\n"
            "try: print(tg.describe())\n"
            "except ValueError as error: print('!', error)")
    kept = {name: value for name, value in os.environ.items() if name not in ("DEV", "CC")}
    done = subprocess.run([sys.executable, "-c", text], cwd=TOP, env=kept | environ,
                          capture_output=True, text=True, timeout=120, check=False,
                          encoding="utf-8")
    assert done.returncode == 0, done.stderr
    return done.stdout.splitlines()


def test_one_line_says_what_is_used():
    (line,) = describe()
    assert line.startswith("tinygrad 0.13.0 on ")


@pytest.mark.skipif(platform.machine() != "x86_64", reason="the renderer needs x86-64")
def test_dev_is_obeyed():
    assert describe(DEV="CPU:X86") == ["tinygrad 0.13.0 on CPU:X86 (set by DEV)"]


@pytest.mark.parametrize("device, missing", [
    ("CUDA", "cuda"), ("NV", "nvidia"), ("TPU", "ops_tpu"), ("CPU:GCC", "no renderer 'GCC'")])
def test_one_line_says_what_is_missing(device, missing):
    (line,) = describe(DEV=device)
    if not line.startswith("!"):
        pytest.skip("this machine has such a device")
    assert line.startswith(f"! tinygrad cannot use DEV={device}: ") and missing in line
    assert line.endswith("; unset DEV for an automatic choice, or set DEV=CPU")


def test_one_line_says_how_to_get_a_compiler(tmp_path):
    (line,) = describe(DEV="CPU:CLANGJIT", PATH=str(tmp_path))
    assert "'clang'; install clang or 'pip install ziglang'" in line


def test_trees_there_and_back(rng):
    tree = {"a": {"b": rng.standard_normal((2, 3)), "c": np.array(0.5)}, "d": np.arange(4)}
    tensors = tg.to_tensors(tree)
    assert tensors["a"]["b"].dtype == dtypes.float64 and tensors["a"]["c"].shape == ()
    back = tg.to_arrays(tensors)
    for name, array in tg.flatten(tree).items():
        assert np.array_equal(tg.flatten(back)[name], array)
        assert tg.flatten(back)[name].dtype == array.dtype


def test_tensors_are_copies(rng):
    array = rng.standard_normal(3)
    wanted, tensor = array.copy(), tg.to_tensors(array)
    array[:] = 0
    tg.to_arrays(tensor)[:] = 0
    assert np.array_equal(tensor.numpy(), wanted)


def test_a_number_is_float32_unless_told_otherwise():
    assert tg.to_tensors(0.1).dtype == dtypes.float32
    assert tg.to_tensors(0.1, "float64").item() == 0.1
    assert tg.to_tensors(np.float64(0.1)).dtype == dtypes.float64
    assert tg.to_tensors(np.zeros(2), dtypes.float32).dtype == dtypes.float32


def test_a_captured_function_sees_new_numbers():
    double = TinyJit(lambda number: (2 * number).realize())
    assert [double(tg.to_tensors(number)).item() for number in range(5)] == [0, 2, 4, 6, 8]


def test_a_constant_is_kept():
    eye = constant(np.eye, 3, dtype=dtypes.float32)
    assert constant(np.eye, 3, dtype=dtypes.float32) is eye and eye.tolist() == np.eye(3).tolist()


def test_several_devices_are_of_the_same_kind():
    assert devices(1) == "CPU" and devices(3) == ("CPU", "CPU:1", "CPU:2")


def test_one_line_says_how_many_devices_there_are(monkeypatch):
    monkeypatch.setattr("tubevit_tg.backend.device.usable", lambda name: name in ("CPU", "CPU:1"))
    told = f"devices is 3, but tinygrad finds only 2 of {DEVICE}; use --devices 2"
    with pytest.raises(ValueError, match=told):
        devices(3)


def test_each_device_has_a_copy_or_a_part(rng):
    array = rng.standard_normal((4, 3))
    copies, parts = (tg.to_tensors(array, device=devices(2), axis=axis) for axis in (None, 0))
    assert (copies.uop.shard_shape, parts.uop.shard_shape) == ((4, 3), (2, 3))
    for tensor in (copies, parts, on_one({"a": copies})["a"]):
        assert np.array_equal(tensor.numpy(), array)
    assert on_one(copies).device == "CPU"


def test_dtypes_have_the_names_of_numpy():
    names = ("uint8", "int64", "bool", "float16", "float32", "float64")
    assert tuple(dtype_name(getattr(dtypes, name)) for name in names) == names
    assert dtype_name(dtypes.bfloat16) == "float"
