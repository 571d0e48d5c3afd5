"""A run that begins with what another one learned: its model and parameters, and new heads."""

from dataclasses import replace

from tubevit_np.model.presets import PRESETS
from tubevit_np.runs.run_folder import find_model
from tubevit_np.storage.checkpoint import load


def started(path):
    """What the recipe of such a run takes over from the run or checkpoint, {field: value}."""
    _, cfg, notes = load(find_model(path))
    kinds = {"frames": int, "size": int, "fps": lambda text: float(text) or None}
    alike = [name for name, preset in PRESETS.items()
             if (preset.dim, preset.depth) == (cfg.dim, cfg.depth)]
    return ({name: kind(notes[name]) for name, kind in kinds.items() if name in notes}
            | {"preset": next(iter(alike), "demo")})


def start_config(path):
    """The Config of the run or checkpoint that a run starts from, without its heads.

    Raises ValueError if there is no readable checkpoint."""
    return replace(load(find_model(path))[1], classes={})


def carried(params, path, labels):
    """The nested parameters of a checkpoint, with the new ones' heads, and the heads that it kept.

    A head is kept if it has the same name and classes.  labels: {head: class names} of the run."""
    old, _, notes = load(find_model(path))
    kept = [head for head, names in labels.items() if notes["labels"].get(head) == list(names)]
    heads = params["heads"] | {head: old["heads"][head] for head in kept}
    return old | {"heads": heads}, kept
