"""Files of recipes: config.json of a run folder, and a person's own in TOML, JSON or YAML."""

import json
from dataclasses import asdict, fields
from pathlib import Path

from tubevit_np.data.datasets.recordings import FILES_ALONE
from tubevit_np.data.sources import SOMETHING_MOVES
from tubevit_np.nearest import nearest
from tubevit_np.runs.field_types import accepts_none
from tubevit_np.runs.recipe import SETS, Recipe, with_types
from tubevit_np.runs.recipe_formats import PARSERS
from tubevit_np.storage.atomic_files import write_text
from tubevit_np.variants.config import from_json, to_json


def write_recipe(path, recipe, cfg, labels):
    """Write config.json: the recipe, the Config and the class names {kind: {head: names}}."""
    stored = {"recipe": asdict(recipe), "config": json.loads(to_json(cfg)), "labels": labels}
    write_text(path, json.dumps(stored, indent=2) + "\n")


def read_recipe(path):
    """Read (recipe, cfg, labels) of config.json.  Raises ValueError if it is not of a run."""
    try:
        stored = json.loads(path.read_text(encoding="utf-8"))
        return (Recipe(**of_run(stored["recipe"])), from_json(json.dumps(stored["config"])),
                stored["labels"])
    except OSError:
        raise ValueError(f"{path.parent} is not a run: it holds no {path.name}; give the folder "
                         "that train --out wrote") from None
    except (ValueError, KeyError, TypeError) as error:
        raise ValueError(f"{path} is not a run's recipe: {error}") from None


def of_run(stored):
    """All fields of a run's recipe; those that an older run lacks have the values it trained with.
    """
    check_names(stored)
    if not any(stored.get(name) for name in SETS):  # a run from before scenes
        stored = stored | dict.fromkeys(SETS, SOMETHING_MOVES)
    older = {field.name: field.default for field in fields(Recipe)} | {"group_by": FILES_ALONE}
    return older | stored


def check_names(stored):
    """Raise ValueError if a recipe has no such field."""
    known = [field.name for field in fields(Recipe)]
    for name in stored:
        if name not in known:
            raise ValueError(f"no field {name!r}{nearest(str(name), known)}; "
                             "train --print-recipe prints all fields")


def is_file(given):
    """Whether --recipe names a file or a run, and not one of the paper's recipes."""
    return Path(given).suffix in PARSERS or Path(given).exists()


def read_fields(given):
    """{field: value} of a recipe file; all fields for a run (its folder or its config.json).

    Raises ValueError, with the name of the file, if it holds anything else."""
    path = Path(given) / "config.json" if Path(given).is_dir() else Path(given)
    if path.suffix not in PARSERS:
        raise ValueError(f"recipe {path}: the name of a recipe file ends in {', '.join(PARSERS)}")
    try:
        return fields_of(PARSERS[path.suffix](path.read_text(encoding="utf-8-sig")))
    except OSError as error:
        raise ValueError(f"cannot read recipe {path}: {error.strerror}") from None
    except ValueError as error:
        raise ValueError(f"recipe {path}: {error}") from None


def fields_of(stored):
    """The checked fields of what a file holds; false means None where a field can be None."""
    if not isinstance(stored, dict):
        raise ValueError("it holds no fields; write NAME and VALUE of each")  # noqa: TRY004
    if stored.keys() >= {"recipe", "config"}:  # of a run
        return with_types(of_run(stored["recipe"]))
    check_names(stored)
    return with_types({name: None if value is False and accepts_none(Recipe, name) else value
                       for name, value in stored.items()})
