"""What is usual for a size of the model, and for a data set of the paper."""

from tubevit_np.data.sources import GENERATED
from tubevit_np.runs.recipe import SETS, Recipe, as_given
from tubevit_np.runs.warm_start import started

SIZED = {"frames": 32, "size": 224, "lr": 5e-5, "weight_decay": 1e-3}  # Table 10, of B
LARGE = SIZED | {"lr": 1e-5, "weight_decay": 1e-5}  # L and H are unstable above
SIZES = {"Ti": SIZED, "S": SIZED, "B": SIZED, "L": LARGE, "H": LARGE}

FILES = {"smoothness": 0.0}  # it slows short trainings, and few files allow no long one

# Table 10; a batch of 256 is taken to be of each kind, crops and mirror images to be usual.
KINETICS = {"frames": 64, "fps": 15.0, "size": 224, "batch": 256, "image_batch": 256,
            "steps": 300_000, "warmup": 10_000, "flip": True, "randaugment": 2, "magnitude": 10.0,
            "spectral": False, "smoothness": 0.0, "kernel_rates": False, "log_every": 100,
            "save_every": 5000}
SSV2 = KINETICS | {"frames": 32, "fps": 24.0, "lr": 2e-5, "mixup": 0.3, "dropout": 0.3,
                   "smoothing": 0.3}
RECIPES = {"k400": KINETICS, "k600": KINETICS, "k700": KINETICS, "ssv2": SSV2}


def usual_elsewhere(name):
    """Where a field has other values than a Recipe's own, unless they are given: {value: where}."""
    presets = {}
    for preset, own in SIZES.items():
        presets.setdefault(own.get(name), []).append(preset)
    found = {value: f"of {those[0]} to {those[-1]}" for value, those in presets.items()
             if value is not None}
    return found | ({FILES[name]: "of files"} if name in FILES else {})


def recipe_for(recipe=None, **given):
    """A Recipe of the given fields, the others as is usual for the size, the set and the start.

    recipe: a name in RECIPES.  Raises ValueError for an unknown one, and as Recipe does."""
    if recipe is not None and recipe not in RECIPES:
        raise ValueError(f"no recipe {recipe!r}; there are {', '.join(RECIPES)}")
    if given.get("start") is not None:
        for name in ("preset", "tubes", "position"):
            if given.get(name) is not None:
                raise ValueError(f"--start {given['start']} brings its model along; leave out "
                                 f"--{name}")
        usual = started(given["start"])
    else:
        usual = {"preset": "B" if recipe else "demo"}
    if any(path != GENERATED for name in SETS for path in as_given(given.get(name), True)):
        usual = FILES | usual
    sized = SIZES.get(given.get("preset", usual["preset"]), {})
    named = RECIPES.get(recipe, {})
    if named and given.get("steps") is not None:  # warms up over the same share of the steps
        named = named | {"warmup": named["warmup"] * given["steps"] // named["steps"]}
    return Recipe(**(sized | usual | named | given))
