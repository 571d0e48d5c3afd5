"""Arrays from .npz and safetensors: exact in any precision, and nothing is unpickled."""

import json
import pickle

import by_hand
import numpy as np
import pytest
import vit_files
from safetensors.numpy import save_file

from tubevit_np.transfer.vit_files.arrays import read_arrays, to_float32

BITS = {0x3F80: 1.0, 0xC048: -3.125, 0x0001: 2.0 ** -133, 0x7F80: np.inf, 0x4049: 3.140625}


def test_bfloat16_out_of_npz_is_exact(tmp_path):
    """NumPy stores what it does not know as two raw bytes."""
    x = np.array([*BITS], "<u2").view("V2").reshape(1, 5)
    np.savez(tmp_path / "x.npz", x=x)
    [found] = read_arrays(tmp_path / "x.npz")[0].values()
    assert found.dtype == np.float32 and found.tolist() == [[*BITS.values()]]


def test_every_precision_out_of_safetensors_is_exact(tmp_path):
    half = np.array([1.5, -0.1], np.float16)
    path = by_hand.write(tmp_path / "x.safetensors", {
        "b": ("BF16", [5], np.array([*BITS], "<u2").tobytes()),
        "h": ("F16", [2, 1], half.tobytes()), "d": ("F64", [1], np.array([0.1]).tobytes()),
        "s": ("F32", [], np.array([0.1], np.float32).tobytes()),
        "i": ("I64", [2], np.array([7, -1], "<i8").tobytes())})
    found, told = read_arrays(path)
    assert found["b"].tolist() == [*BITS.values()] and told == {}
    assert np.array_equal(found["h"], half.astype(np.float32)[:, None])
    assert found["d"] == np.float32(0.1) == found["s"] and found["s"].shape == ()
    assert found["i"].tolist() == [7, -1] and found["i"].dtype == np.int64
    assert {found[name].dtype for name in "bhds"} == {np.dtype(np.float32)}


def test_whole_numbers_stay_as_they_are():
    assert to_float32(np.arange(3)).dtype == np.arange(3).dtype


@pytest.mark.parametrize("shards", [1, 3])
def test_a_folder_whole_or_divided_with_its_settings(tmp_path, shards, rng):
    arrays = {f"x{k}": rng.standard_normal((k + 1, 2), np.float32) for k in range(7)}
    vit_files.folder(tmp_path, arrays, shards, hidden_size=2)
    (tmp_path / "preprocessor_config.json").write_text('{"image_mean": [0.5]}', encoding="utf-8")
    found, told = read_arrays(tmp_path)
    assert found.keys() == arrays.keys() and told == {"hidden_size": 2, "image_mean": [0.5]}
    assert all(np.array_equal(found[name], x) for name, x in arrays.items())


class Trap:
    """Whoever unpickles it makes a file."""

    def __init__(self, path):
        self.path = path

    def __reduce__(self):
        return open, (str(self.path), "w")


@pytest.fixture
def place(tmp_path):
    """Files that are not what they should be; the trap would leave a file "sprung"."""
    trap = Trap(tmp_path / "sprung")
    (tmp_path / "pytorch_model.bin").write_bytes(pickle.dumps(trap))
    np.savez(tmp_path / "objects.npz", x=np.array([trap, None], object))
    (tmp_path / "pickle.npz").write_bytes(pickle.dumps(trap))
    save_file({"x": np.zeros(9)}, tmp_path / "whole.safetensors")
    (tmp_path / "half.safetensors").write_bytes((tmp_path / "whole.safetensors").read_bytes()[:-9])
    np.savez(tmp_path / "whole.npz", x=np.zeros(999))
    (tmp_path / "half.npz").write_bytes((tmp_path / "whole.npz").read_bytes()[:-500])
    by_hand.write(tmp_path / "eight.safetensors", {"x": ("F8_E4M3", [2], b"ab")})
    (tmp_path / "notes.txt").write_text("no weights", encoding="utf-8")
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin" / "pytorch_model.bin").write_bytes(pickle.dumps(trap))
    (tmp_path / "none").mkdir()
    index = {"weight_map": {"x": "../secret.safetensors"}}
    (tmp_path / "part.safetensors.index.json").write_text(json.dumps(index), encoding="utf-8")
    (tmp_path / "list.index.json").write_text("[1, 2]", encoding="utf-8")
    return tmp_path


WRONG = {
    "pytorch_model.bin": "is a pickle, which could run any code when read: if you trust it, conv",
    "bin": "holds only pickled weights, which could run any code",
    "objects.npz": "objects.npz is not readable: it is damaged or another kind",
    "pickle.npz": "pickle.npz is not readable",
    "half.npz": "half.npz is not readable",
    "half.safetensors": "half.safetensors is not readable",
    "eight.safetensors": "x is F8_E4M3; supported are F64, F32, F16, BF16",
    "no.safetensors": "there is no .*no.safetensors",
    "notes.txt": "notes.txt is not a readable file of weights",
    "none": "none holds no file of weights",
    ".": "holds 7 files of weights .*; name one of them",
    "part.safetensors.index.json": "lists ../secret.safetensors, which is missing",
    "list.index.json": "list.index.json is not readable as JSON",
}


@pytest.mark.parametrize("name", WRONG)
def test_what_is_no_file_of_weights_is_said_and_nothing_is_unpickled(place, name):
    with pytest.raises(ValueError, match=WRONG[name]) as error:
        read_arrays(place / name)
    assert "\n" not in str(error.value) and not (place / "sprung").exists()
