"""The usual settings for each model size and for each data set of the paper."""

from tubevit_np.data.sources import GENERATED
from tubevit_np.runs.recipe import SETS, Recipe, as_given
from tubevit_np.runs.warm_start import settings_of_start

SIZED = {"frames": 32, "size": 224, "lr": 5e-5, "weight_decay": 1e-3}  # Table 10, for B
LARGE = SIZED | {"lr": 1e-5, "weight_decay": 1e-5}  # L and H are unstable at higher rates
SIZES = {"Ti": SIZED, "S": SIZED, "B": SIZED, "L": LARGE, "H": LARGE}

FILES = {"smoothness": 0.0}  # smoothing slows short trainings, and few files allow only these

# Table 10. We assume 256 videos and 256 images per step, random crops and random flips.
KINETICS = {"frames": 64, "fps": 15.0, "size": 224, "batch": 256, "image_batch": 256,
            "steps": 300_000, "warmup": 10_000, "flip": True, "randaugment": 2, "magnitude": 10.0,
            "spectral": False, "smoothness": 0.0, "kernel_rates": False, "log_every": 100,
            "save_every": 5000}
SSV2 = KINETICS | {"frames": 32, "fps": 24.0, "lr": 2e-5, "mixup": 0.3, "dropout": 0.3,
                   "smoothing": 0.3}
RECIPES = {"k400": KINETICS, "k600": KINETICS, "k700": KINETICS, "ssv2": SSV2}


def usual_elsewhere(name):
    """Defaults of a field that differ from Recipe's: {value: "for your own files", for example}."""
    presets = {}
    for preset, settings in SIZES.items():
        presets.setdefault(settings.get(name), []).append(preset)
    others = {value: f"for the presets {sizes[0]} to {sizes[-1]}"
              for value, sizes in presets.items() if value is not None}
    return others | ({FILES[name]: "for your own files"} if name in FILES else {})


def recipe_for(recipe=None, **given):
    """A Recipe with the given fields; the others are usual for the model size, data and start.

    recipe: a name in RECIPES.  Raises ValueError for an unknown name, and as Recipe does."""
    if recipe is not None and recipe not in RECIPES:
        raise ValueError(f"no recipe {recipe!r}; there are {', '.join(RECIPES)}")
    if given.get("start") is not None:
        for name in ("preset", "tubes", "position"):
            if given.get(name) is not None:
                raise ValueError(f"--start {given['start']} sets the model; leave out --{name}")
        usual = settings_of_start(given["start"])
    else:
        usual = {"preset": "B" if recipe else "demo"}
    if any(path != GENERATED for name in SETS for path in as_given(given.get(name), True)):
        usual = FILES | usual
    sized = SIZES.get(given.get("preset", usual["preset"]), {})
    named = RECIPES.get(recipe, {})
    if named and given.get("steps") is not None:  # warmup over the same fraction of the steps
        named = named | {"warmup": named["warmup"] * given["steps"] // named["steps"]}
    return Recipe(**(sized | usual | named | given))
