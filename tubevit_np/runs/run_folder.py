"""What a run folder holds: which checkpoint counts, and the log."""

import json
import warnings
from pathlib import Path

from tubevit_np.storage.checkpoint import load

MODEL = "model.safetensors"  # the last parameters, without the optimizer's moments


def checkpoints(folder):
    """Oldest first."""
    return sorted(Path(folder).glob("checkpoint-*.safetensors"),
                  key=lambda path: int(path.stem.partition("-")[2]))


def newest_checkpoint(folder):
    return next(reversed(checkpoints(folder)), None)


def load_last(paths):
    """What `load` gives of the last checkpoint; a damaged one is passed over with a warning."""
    *older, last = paths
    try:
        return load(last)
    except ValueError as error:
        if not older:
            raise
        warnings.warn(f"{error}: going on from {older[-1]}")
        return load_last(older)


def find_model(path):
    """The checkpoint that RUN means: a file itself, or a run folder's final or newest one."""
    path = Path(path)
    if not path.is_dir():
        return path
    final = path / MODEL
    found = final if final.exists() else newest_checkpoint(path)
    if found is None:
        raise ValueError(f"{path} holds no checkpoint (yet)")
    return found


def load_model(path):
    """Path, params, cfg and notes of the checkpoint that RUN means.

    Raises ValueError also for one that is whole, but was not written by a run."""
    path = find_model(path)
    params, cfg, notes = load(path)
    for name in ("heads", "frames", "size"):
        if name not in notes:
            raise ValueError(f"{path} was not written by a run: its metadata holds no {name}")
    for head, classes in cfg.classes.items():
        if len(notes["labels"].get(head, ())) != classes:
            raise ValueError(f"{path}: its metadata does not name the {classes} classes of {head}")
    return path, params, cfg, notes


def heads_for(notes, kind):
    """The heads that a checkpoint's model has for videos or images; of other kinds if for none.

    The same weights read either."""
    heads = json.loads(notes["heads"])
    return tuple(heads.get(kind) or next(iter(heads.values())))


def read_metrics(path):
    """The records of a metrics.jsonl; a last line cut short by a kill is left out."""
    records = []
    for line in path.read_text().splitlines() if path.exists() else []:
        try:
            records.append(json.loads(line))
        except ValueError:
            break
    return records
