"""The file of a recipe: config.json of a run folder."""

import json
from dataclasses import asdict

from tubevit_np.data.datasets.recordings import FILES_ALONE
from tubevit_np.data.sources import SOMETHING_MOVES
from tubevit_np.runs.recipe import SETS, Recipe
from tubevit_np.storage.atomic_files import write_text
from tubevit_np.variants.config import from_json, to_json


def write_recipe(path, recipe, cfg, labels):
    """Write config.json: the recipe, the Config and the class names {kind: {head: names}}."""
    stored = {"recipe": asdict(recipe), "config": json.loads(to_json(cfg)), "labels": labels}
    write_text(path, json.dumps(stored, indent=2) + "\n")


def read_recipe(path):
    """Read (recipe, cfg, labels) of config.json.  Raises ValueError if it is not of a run."""
    try:
        stored = json.loads(path.read_text())
        if not any(stored["recipe"].get(name) for name in SETS):  # a run from before scenes
            stored["recipe"] |= dict.fromkeys(SETS, SOMETHING_MOVES)
        stored["recipe"].setdefault("group_by", FILES_ALONE)  # an older run keeps its split
        return (Recipe(**stored["recipe"]), from_json(json.dumps(stored["config"])),
                stored["labels"])
    except OSError:
        raise ValueError(f"{path.parent} is not a run: it holds no {path.name}; give the folder "
                         "that train --out wrote") from None
    except (ValueError, KeyError, TypeError) as error:
        raise ValueError(f"{path} is not a run's recipe: {error}") from None
