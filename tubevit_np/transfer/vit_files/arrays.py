"""Read arrays from .npz and safetensors files of other libraries.  Nothing is ever unpickled."""

import json
import zipfile
import zlib
from pathlib import Path

import numpy as np
from safetensors import SafetensorError

from tubevit_np.storage.hub import vit_path
from tubevit_np.storage.safetensors_file import read_safetensors, widen_half

INDEX = "model.safetensors.index.json"  # which shard holds which array
SETTINGS_FILES = ("config.json", "preprocessor_config.json")
PICKLE_SUFFIXES = (".bin", ".pth", ".pt", ".ckpt", ".pkl", ".tar")
READ_ERRORS = (OSError, ValueError, TypeError, AttributeError, KeyError, EOFError, RuntimeError,
              zipfile.BadZipFile, zlib.error, SafetensorError)


def read_arrays(path):
    """({name: array, float32 if it holds fractions}, settings: a dict).

    path: a .npz, a .safetensors, the index of a sharded one, a folder with one of them, or a model
    of the Hugging Face Hub.
    settings: config.json and preprocessor_config.json next to safetensors.  Raises ValueError."""
    path = find_file(vit_path(path))
    if path.suffix == ".npz":
        return _read_or_raise(_read_npz, path), {}
    arrays = (_read_shards(path) if path.suffix == ".json" else
              _read_or_raise(_read_safetensors, path))
    settings = [_read_json(path.with_name(name)) for name in SETTINGS_FILES
            if path.with_name(name).exists()]
    return arrays, {name: value for part in settings for name, value in part.items()}


def find_file(path):
    """The file of weights at `path`.  Raises ValueError if there is none, or if it is a pickle."""
    if path.is_dir():
        files = sorted(file for file in path.iterdir() if file.is_file())
        candidates = [file for file in files if file.name == INDEX] or [
            file for file in files if file.suffix in (".safetensors", ".npz")]
        if len(candidates) != 1 and (path / "model.safetensors") in candidates:
            candidates = [path / "model.safetensors"]
        if len(candidates) == 1:
            return candidates[0]
        if not candidates and any(file.suffix in PICKLE_SUFFIXES for file in files):
            raise ValueError(f"{path} holds only pickled weights, {_PICKLE_ADVICE}")
        raise ValueError(f"{path} holds {len(candidates)} files of weights (.npz or .safetensors); "
                         "name one of them" if candidates else
                         f"{path} holds no file of weights (.npz or .safetensors)")
    if path.suffix in PICKLE_SUFFIXES:
        raise ValueError(f"{path} is a pickle, {_PICKLE_ADVICE}")
    if path.suffix not in (".npz", ".safetensors") and not path.name.endswith(".index.json"):
        raise ValueError(f"{path} is not a readable file of weights: give a .npz, a .safetensors "
                         "or a folder with one")
    if not path.exists():
        raise ValueError(f"there is no {path}")
    return path


_PICKLE_ADVICE = ("which could run any code when read: if you trust it, convert it to "
                  "safetensors (safetensors.torch.save_file)")


def to_float32(x):
    """Fractions of any precision as float32, exact from fewer bits; other arrays unchanged."""
    x = widen_half(x)
    return x.astype(np.float32) if x.dtype.kind == "f" else x


def _read_npz(path):
    """{name: array} of a .npz."""
    with np.load(path, allow_pickle=False) as file:
        return {name: to_float32(file[name]) for name in file}


def _read_safetensors(path):
    """{name: array} of a .safetensors."""
    return {name: to_float32(x) for name, x in read_safetensors(path)[0].items()}


def _read_shards(index):
    """The arrays of all shards that an index lists.  Raises ValueError if a shard is missing."""
    arrays = {}
    for name in sorted(set(_read_json(index).get("weight_map", {}).values())):
        part = index.with_name(Path(name).name)  # in the folder of the index, for any path in it
        if not part.exists():
            raise ValueError(f"{index} lists {name}, which is missing")
        arrays |= _read_or_raise(_read_safetensors, part)
    return arrays


def _read_json(path):
    """A JSON object as a dict.  Raises ValueError for anything else."""
    try:
        return dict(json.loads(path.read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError) as error:
        raise ValueError(f"{path} is not readable as JSON ({error})") from None


def _read_or_raise(reader, path):
    """reader(path), with any error of reading turned into ValueError."""
    try:
        return reader(path)
    except READ_ERRORS as error:
        raise ValueError(f"{path} is not readable: it is damaged or another kind of file "
                         f"({type(error).__name__}: {error})") from None
