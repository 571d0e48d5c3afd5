"""Another number of steps for a run that was begun: the learning rate becomes that of this number.

The steps already done keep the learning rate that they had, so the run differs from one that had
this number from its start.  config.json says what happened."""

import json
from dataclasses import replace

from tubevit_np.runs.run_folder import MODEL, newest_checkpoint, step_of
from tubevit_np.storage.atomic_files import write_text
from tubevit_np.storage.checkpoint import load


def check_steps(folder, recipe, steps):
    """Raise ValueError if a run cannot get this number of steps."""
    done = step_of(newest_checkpoint(folder))
    if steps == recipe.steps:
        return
    if steps <= done:
        raise ValueError(f"steps is {steps}, but {folder} has already done {done} steps; "
                         f"give --steps {done + 1} or more")
    if not done and (folder / MODEL).exists():
        raise ValueError(f"{folder} holds no checkpoint to extend; train from its model with "
                         f"train --start {folder}")


def extend(folder, recipe, steps):
    """Write another number of steps into config.json, and what it was before.  Returns the recipe.

    Nothing changes if the run has this number already."""
    if steps == recipe.steps:
        return recipe
    done, path = step_of(newest_checkpoint(folder)), folder / "config.json"
    set_model_aside(folder)
    stored = json.loads(path.read_text(encoding="utf-8"))
    stored["recipe"]["steps"] = steps
    stored.setdefault("extended", []).append({"at": done, "from": recipe.steps, "to": steps})
    write_text(path, json.dumps(stored, indent=2) + "\n")
    print(f"{folder}: {steps} steps instead of {recipe.steps}, {done} of them done. From here on, "
          f"the learning rate is that of a run of {steps} steps."
          + (f" A run of {steps} steps from the start would give another result: its first {done} "
             "steps would have other learning rates." if done else ""))
    return replace(recipe, steps=steps)


def extended_at(folder):
    """The step at which a run was last extended; 0 if it never was."""
    history = json.loads((folder / "config.json").read_text(encoding="utf-8")).get("extended", [])
    return history[-1]["at"] if history else 0


def set_model_aside(folder):
    """Rename the model of the old end: model.safetensors means that a run has ended.

    The newest checkpoint has the same parameters."""
    path = folder / MODEL
    if path.exists():
        path.rename(folder / f"model-{int(load(path)[2]['step']):06d}.safetensors")
