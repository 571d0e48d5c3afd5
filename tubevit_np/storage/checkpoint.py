"""Checkpoints: one safetensors file, with the Config in its metadata. Nothing is unpickled."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from safetensors import SafetensorError
from safetensors.numpy import save as to_bytes

from tubevit_np.model.checks import check_params, warn_once
from tubevit_np.model.config import Config
from tubevit_np.model.params import flatten, nest
from tubevit_np.model.types import Arrays, Params
from tubevit_np.storage.atomic_files import atomic_write
from tubevit_np.storage.hub import MODEL, PRETRAINED, run_path
from tubevit_np.storage.safetensors_file import read_safetensors, widen_half
from tubevit_np.variants.config import from_json, to_json
from tubevit_np.variants.params import shapes


def save(path: str | Path, params: Params, cfg: Config,
         labels: Mapping[str, Sequence[str]] | None = None, extra: Arrays | None = None,
         **metadata: str | float) -> None:
    """Write a checkpoint; it replaces an older file only when it is complete.

    Parameters
    ----------
    path : str or Path
        A safetensors file.
    params : dict
        The nested tree of parameters.
    cfg : Config
    labels : dict, optional
        Class names by the name of the head.
    extra : dict, optional
        More arrays by name; the names must begin with an underscore.
    **metadata : str or number
        Stored as text, by name.
    """
    with atomic_write(Path(path), "wb") as file:
        file.write(to_file(params, cfg, labels, extra, **metadata))


def to_file(params, cfg, labels=None, extra=None, **metadata):
    """Return the bytes of a checkpoint; the arguments are those of save."""
    flat = {name: np.asarray(value, order="C")
            for name, value in (flatten(params) | (extra or {})).items()}
    notes = {"config": to_json(cfg), "labels": json.dumps(labels or {}),
             "mean": str(cfg.mean), "std": str(cfg.std)}
    return to_bytes(flat, notes | {name: str(value) for name, value in metadata.items()})


def load(path: str | Path) -> tuple[Params, Config, dict[str, Any]]:
    """Read a checkpoint.

    Parameters
    ----------
    path : str or Path
        A safetensors file that save wrote, a folder with such a model.safetensors, or a model of
        the Hugging Face Hub: "user/repo" or "user/repo@revision". Arrays of float16 or bfloat16
        become float32.

    Returns
    -------
    params : dict
        The nested tree of parameters.
    cfg : Config
    notes : dict
        The metadata as text, and "labels" and "extra" as they were saved.

    Raises
    ------
    ValueError
        If the file is missing, damaged or not a TubeViT checkpoint, or if its parameters do not fit
        its Config or are whole numbers.
    """
    place = run_path(path)
    path = place / MODEL if place.is_dir() else place
    stored, notes = read_arrays(path)
    flat = {name: widen_half(x) for name, x in stored.items()}
    if "config" not in notes:
        raise ValueError(f"{path} is not a TubeViT checkpoint: its metadata holds no config; "
                         f"{PRETRAINED}")
    try:
        cfg = from_json(notes.pop("config"))
    except ValueError as error:
        raise ValueError(f"{path} is not a TubeViT checkpoint: {error}") from None
    extra = {name: flat.pop(name) for name in list(flat) if name.startswith("_")}
    check(flat, cfg, path)
    if whole := [f"{name} is {x.dtype}" for name, x in flat.items() if x.dtype.kind != "f"]:
        raise ValueError(f"{path}: parameters must be fractions, float16 to float64; "
                         f"{', '.join(whole[:5])}{' ...' if len(whole) > 5 else ''}")
    return (nest({name: flat[name] for name in shapes(cfg)}), cfg,
            notes | {"labels": json.loads(notes.get("labels", "{}")), "extra": extra})


def load_float32(path):
    """load, with all fractions as float32: training, evaluation and prediction compute in it.

    Warns once if that rounds float64 parameters.
    """
    params, cfg, notes = load(path)
    flat = flatten(params)
    if any(x.dtype == np.float64 for x in flat.values()):
        warn_once(f"{path}: its float64 parameters are rounded to float32")
    return nest(to_float32(flat)), cfg, notes | {"extra": to_float32(notes["extra"])}


def to_float32(flat):
    """Arrays {name: array} with fractions as float32; arrays that are float32 are not copied."""
    return {name: x.astype(np.float32, copy=False) if x.dtype.kind == "f" else x
            for name, x in flat.items()}


def check(flat: Arrays, cfg: Config, where: str | Path = "the parameters") -> None:
    """Check the names and shapes of parameters against shapes(cfg).

    Parameters
    ----------
    flat : dict
        Parameters by dotted names, as from flatten.
    cfg : Config
    where : str or Path, default "the parameters"
        Begins the error message.

    Raises
    ------
    ValueError
        If parameters are missing, extra, or have a wrong shape; the message lists their names.
    """
    check_params(flat, shapes(cfg), where)


def read_arrays(path):
    """Arrays as they are stored and metadata of any safetensors file; ValueError if unreadable."""
    try:
        return read_safetensors(path)
    except FileNotFoundError:
        raise ValueError(f"no checkpoint at {path}") from None
    except (SafetensorError, OSError, ValueError, TypeError) as error:
        raise ValueError(f"{path} is not a readable checkpoint: it is damaged or another kind of "
                         f"file ({error})") from None
