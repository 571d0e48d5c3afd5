"""Warm start: a run that starts with the model and parameters of another one, and new heads."""

from dataclasses import replace

from tubevit_np.model.presets import PRESETS
from tubevit_np.runs.run_folder import find_model
from tubevit_np.storage.checkpoint import load, load_float32


def settings_of_start(path):
    """Fields {name: value} that the recipe takes from the run or checkpoint it starts from."""
    _, cfg, notes = load(find_model(path))
    kinds = {"frames": int, "size": int, "fps": lambda text: float(text) or None}
    same_size = [name for name, preset in PRESETS.items()
                 if (preset.dim, preset.depth) == (cfg.dim, cfg.depth)]
    return ({name: kind(notes[name]) for name, kind in kinds.items() if name in notes}
            | {"preset": next(iter(same_size), "demo")})


def start_config(path):
    """The Config of the run or checkpoint that a run starts from, without its heads.

    Raises ValueError if there is no readable checkpoint."""
    return replace(load(find_model(path))[1], classes={})


def carried(params, path, labels):
    """(the nested parameters of a checkpoint with the heads of the run, names of the kept heads).

    A head of the checkpoint is kept if name and classes are the same; the others come from
    `params`.  labels: {head: class names} of the run."""
    old, _, notes = load_float32(find_model(path))
    kept = [head for head, names in labels.items() if notes["labels"].get(head) == list(names)]
    heads = params["heads"] | {head: old["heads"][head] for head in kept}
    return old | {"heads": heads}, kept
