"""A checkpoint: one safetensors file, the Config in its metadata.  Nothing is ever unpickled."""

import json
from pathlib import Path

import numpy as np
from safetensors import SafetensorError, safe_open
from safetensors.numpy import save as to_bytes

from tubevit_np.model.checks import check_params
from tubevit_np.model.params import flatten, nest
from tubevit_np.storage.atomic_files import atomic_write
from tubevit_np.variants.config import from_json, to_json
from tubevit_np.variants.params import shapes


def save(path, params, cfg, labels=None, extra=None, **metadata):
    """Write a checkpoint; an older one is replaced only when the new one is complete.

    params: the nested tree.  labels: {head: class names}.  extra: {name: array} beside the
    parameters, under names with a leading underscore.  metadata: texts or numbers."""
    flat = {name: np.asarray(value, order="C")
            for name, value in (flatten(params) | (extra or {})).items()}
    notes = {"config": to_json(cfg), "labels": json.dumps(labels or {}),
             "mean": str(cfg.mean), "std": str(cfg.std)}
    notes |= {name: str(value) for name, value in metadata.items()}
    with atomic_write(Path(path), "wb") as file:
        file.write(to_bytes(flat, notes))


def load(path):
    """Read a checkpoint: params, cfg, and metadata with "labels" and "extra" as they were saved.

    Raises ValueError if the file is missing, damaged, foreign, or does not fit its Config."""
    flat, notes = read_arrays(path)
    if "config" not in notes:
        raise ValueError(f"{path} is not a TubeViT checkpoint: its metadata holds no config")
    try:
        cfg = from_json(notes.pop("config"))
    except ValueError as error:
        raise ValueError(f"{path} is not a TubeViT checkpoint: {error}") from None
    extra = {name: flat.pop(name) for name in list(flat) if name.startswith("_")}
    check(flat, cfg, path)
    return (nest({name: flat[name] for name in shapes(cfg)}), cfg,
            notes | {"labels": json.loads(notes.get("labels", "{}")), "extra": extra})


def check(flat, cfg, where="the parameters"):
    """Raises ValueError that lists names missing from flat, extra in it, or of another shape."""
    check_params(flat, shapes(cfg), where)


def read_arrays(path):
    """{name: array} of any safetensors file, and its metadata.  Raises ValueError if unreadable."""
    try:
        with safe_open(path, framework="numpy") as file:
            names = file.keys()
            return {name: file.get_tensor(name) for name in names}, dict(file.metadata() or {})
    except FileNotFoundError:
        raise ValueError(f"no checkpoint at {path}") from None
    except (SafetensorError, OSError, TypeError, AttributeError) as error:  # bfloat16 too
        raise ValueError(f"{path} is not a readable checkpoint, damaged or another kind of file "
                         f"({error})") from None
