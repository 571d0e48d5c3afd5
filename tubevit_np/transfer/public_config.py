"""config.json of a run without the places of the machine that it was trained on."""

import json
from pathlib import Path

from tubevit_np.data.datasets.dataset import head_and_path
from tubevit_np.data.sources import CAMERA, GENERATED, pictures_of
from tubevit_np.runs.recipe import SETS


def public_config(path):
    """The text of a run's config.json: data sets have only their names, other paths only their
    last part."""
    stored = json.loads(path.read_text(encoding="utf-8"))
    recipe = {name: public(value) for name, value in stored["recipe"].items()}
    recipe |= {name: [set_name(one) for one in sets_of(stored["recipe"], name)] for name in SETS}
    kept = {name: stored[name] for name in ("config", "labels") if name in stored}
    return json.dumps({"recipe": recipe | {"cache": None}} | kept, indent=2) + "\n"


def public(value):
    """A value of a recipe; an absolute path becomes the name of its file, or of the folder of a
    checkpoint."""
    if not (isinstance(value, str) and Path(value).is_absolute()):
        return value
    path = Path(value)
    return path.parent.name if path.suffix == ".safetensors" else path.name


def sets_of(recipe, name):
    """The data sets of a stored recipe, as a list; older files have one text, or none."""
    sets = recipe.get(name) or []
    return [sets] if isinstance(sets, str) else sets


def set_name(given):
    """The name of a data set: the name of its head, after "camera:" if it is made of pictures."""
    if given in GENERATED:
        return given
    pictures = pictures_of(given)
    name, _ = head_and_path(given if pictures is None else pictures)
    return f"{CAMERA if pictures else ''}{name}"
