"""Arrays out of files that others wrote: .npz and safetensors.  Nothing is ever unpickled."""

import json
import zipfile
import zlib
from pathlib import Path

import numpy as np
from safetensors import SafetensorError, safe_open

INDEX = "model.safetensors.index.json"  # tells which part of a divided file holds which array
PICKLED = (".bin", ".pth", ".pt", ".ckpt", ".pkl", ".tar")
DTYPES = {"F64": "<f8", "F32": "<f4", "F16": "<f2", "BF16": "<V2", "I64": "<i8", "I32": "<i4",
          "I16": "<i2", "I8": "i1", "U8": "u1", "BOOL": "?"}
UNREADABLE = (OSError, ValueError, TypeError, AttributeError, KeyError, EOFError, RuntimeError,
              zipfile.BadZipFile, zlib.error, SafetensorError)


def read_arrays(path):
    """{name: array, float32 if it holds fractions}, and the settings told beside it, a dict.

    path: a .npz, a .safetensors, its index if it is divided, or a folder with one of them; the
    settings are config.json and preprocessor_config.json beside safetensors.  Raises ValueError."""
    path = find(Path(path))
    if path.suffix == ".npz":
        return _read(_npz, path), {}
    arrays = _divided(path) if path.suffix == ".json" else _read(_safetensors, path)
    told = [_json(path.with_name(name)) for name in ("config.json", "preprocessor_config.json")
            if path.with_name(name).exists()]
    return arrays, {name: value for part in told for name, value in part.items()}


def find(path):
    """The file that is meant.  Raises ValueError if there is none, or one that would run code."""
    if path.is_dir():
        inside = sorted(file for file in path.iterdir() if file.is_file())
        fitting = [file for file in inside if file.name == INDEX] or [
            file for file in inside if file.suffix in (".safetensors", ".npz")]
        if len(fitting) != 1 and (path / "model.safetensors") in fitting:
            fitting = [path / "model.safetensors"]
        if len(fitting) == 1:
            return fitting[0]
        if not fitting and any(file.suffix in PICKLED for file in inside):
            raise ValueError(f"{path} holds pickled weights alone, {_CONVERT}")
        raise ValueError(f"{path} holds {len(fitting)} files of weights (.npz or .safetensors); "
                         "name one")
    if path.suffix in PICKLED:
        raise ValueError(f"{path} is a pickle, {_CONVERT}")
    if path.suffix not in (".npz", ".safetensors") and not path.name.endswith(".index.json"):
        raise ValueError(f"{path} is no file of weights that can be read: give a .npz, a "
                         ".safetensors or a folder with one")
    if not path.exists():
        raise ValueError(f"there is no {path}")
    return path


_CONVERT = ("which could run any code when read: convert it to safetensors where you trust it "
            "(safetensors.torch.save_file)")


def to_float32(x):
    """Fractions of any precision as float32, exact from fewer bits; other arrays as they are.

    bfloat16 comes as two raw bytes: the upper half of a float32."""
    if x.dtype.kind == "V" and x.dtype.itemsize == 2:
        return (x.view("<u2").astype("<u4") << 16).view("<f4")
    return x.astype(np.float32) if x.dtype.kind == "f" else x


def _npz(path):
    with np.load(path, allow_pickle=False) as file:
        return {name: to_float32(file[name]) for name in file}


def _safetensors(path):
    """Read here and not by its package, which gives no bfloat16 to NumPy; it checks the file."""
    with safe_open(path, framework="numpy"), open(path, "rb") as file:
        header = json.loads(file.read(int.from_bytes(file.read(8), "little")))
        start, arrays = file.tell(), {}
        for name, entry in header.items():
            if name != "__metadata__":
                if entry["dtype"] not in DTYPES:
                    raise ValueError(f"{name} is {entry['dtype']}; read are {', '.join(DTYPES)}")
                begin, end = entry["data_offsets"]
                file.seek(start + begin)
                values = np.frombuffer(file.read(end - begin), DTYPES[entry["dtype"]])
                arrays[name] = to_float32(values.reshape(entry["shape"]))
    return arrays


def _divided(index):
    arrays = {}
    for name in sorted(set(_json(index).get("weight_map", {}).values())):
        part = index.with_name(Path(name).name)  # beside the index, wherever the name points
        if not part.exists():
            raise ValueError(f"{index} tells of {name}, which is not there")
        arrays |= _read(_safetensors, part)
    return arrays


def _json(path):
    """An object of names and values; whatever else stands there cannot be meant."""
    try:
        return dict(json.loads(path.read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError) as error:
        raise ValueError(f"{path} is not readable as JSON ({error})") from None


def _read(reader, path):
    try:
        return reader(path)
    except UNREADABLE as error:
        raise ValueError(f"{path} is not readable, damaged or another kind of file "
                         f"({type(error).__name__}: {error})") from None
