"""A run folder: its checkpoints and its log, and the error if it cannot be written."""

import json
import warnings
from contextlib import contextmanager
from pathlib import Path

from tubevit_np.storage.checkpoint import load_float32
from tubevit_np.storage.hub import MODEL, run_path

METRICS = "metrics.jsonl"
DATA = "data.json"  # the summaries of all sets of files
BEST = "best.safetensors"  # the parameters with the best held-out score, see best_score.py


def checkpoints(folder):
    """Paths of the checkpoints in a run folder, oldest first."""
    return sorted(Path(folder).glob("checkpoint-*.safetensors"), key=step_of)


def step_of(checkpoint):
    """The number of steps that a checkpoint's name tells; 0 for None."""
    return int(checkpoint.stem.partition("-")[2]) if checkpoint else 0


def newest_checkpoint(folder):
    """Path of the newest checkpoint; None if there is none."""
    return next(reversed(checkpoints(folder)), None)


def last_checkpoint(folder):
    """The newest checkpoint as an error line names it."""
    return newest_checkpoint(folder) or "none yet"


@contextmanager
def writing(folder):
    """Turn errors of writing into a run folder, such as a full disk, into ValueError, one line."""
    try:
        yield
    except OSError as error:
        raise ValueError(f"cannot write into {folder}: {error.strerror} (last checkpoint: "
                         f"{last_checkpoint(folder)}); free some space or make the folder "
                         "writable, then continue with --resume") from None


def load_last(paths):
    """Load the last checkpoint; if it is damaged, warn and load the one before."""
    *older, last = paths
    try:
        return load_float32(last)
    except ValueError as error:
        if not older:
            raise
        warnings.warn(f"{error}: continuing from {older[-1]}")
        return load_last(older)


def find_model(path):
    """The checkpoint for RUN: RUN itself if a file, else the final or newest one of the folder.

    RUN may also be a model of the Hugging Face Hub, see hub.py."""
    path = run_path(path)
    if not path.is_dir():
        return path
    final = path / MODEL
    checkpoint = final if final.exists() else newest_checkpoint(path)
    if checkpoint is None:
        raise ValueError(f"{path} holds no checkpoint (yet); give a run folder or a checkpoint")
    return checkpoint


def load_model(path):
    """(path, params, cfg, notes) of the checkpoint for RUN.

    Raises ValueError also for a valid checkpoint that no run has written."""
    path = find_model(path)
    params, cfg, notes = load_float32(path)
    for name in ("heads", "frames", "size"):
        if name not in notes:
            raise ValueError(f"{path} was not written by a run: its metadata holds no {name}; "
                             f"train from it first, with train --start {path}")
    for head, classes in cfg.classes.items():
        if len(notes["labels"].get(head, ())) != classes:
            raise ValueError(f"{path}: its metadata does not name the {classes} classes of {head}")
    return path, params, cfg, notes


def shared_notes(notes):
    """The part of a checkpoint's metadata that says how to use it, for a copy of it."""
    return {name: notes[name] for name in ("heads", "frames", "size", "fps", "step", "group_by")
            if name in notes}


def heads_for(notes, kind):
    """The heads of a checkpoint for videos or images; if it has none, those of the other kind.

    The same weights accept both."""
    heads = json.loads(notes["heads"])
    return tuple(heads.get(kind) or next(iter(heads.values())))


def read_metrics(path):
    """The records of a metrics.jsonl, without a last line that a kill has cut short."""
    records = []
    for line in path.read_text(encoding="utf-8").splitlines() if path.exists() else []:
        try:
            records.append(json.loads(line))
        except ValueError:
            break
    return records
