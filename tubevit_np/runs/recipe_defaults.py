"""The usual settings for each model size and for each data set of the paper."""

from tubevit_np.data.sources import GENERATED, SCENES, SOMETHING_MOVES, pictures_of
from tubevit_np.runs.epochs import steps_for
from tubevit_np.runs.recipe import SETS, Recipe, named_sets
from tubevit_np.runs.warm_start import settings_of_start

MODEL = ("preset", "tubes", "position")  # fields that a start sets

SIZED = {"frames": 32, "size": 224, "lr": 5e-5, "weight_decay": 1e-3}  # Table 10, for B
LARGE = SIZED | {"lr": 1e-5, "weight_decay": 1e-5}  # L and H are unstable at higher rates
SIZES = {"Ti": SIZED, "S": SIZED, "B": SIZED, "L": LARGE, "H": LARGE}

FILES = {"smoothness": 6.0, "lr": 3e-3}  # their steps come from epochs, see epochs.py
MOVES = {"smoothness": 12.0, "steps": 3200, "lr": 3e-3}  # for clips of something-moves

# Table 10. We assume 256 videos and 256 images per step, random crops and random flips.
KINETICS = {"frames": 64, "fps": 15.0, "size": 224, "batch": 256, "image_batch": 256,
            "steps": 300_000, "warmup": 10_000, "flip": True, "randaugment": 2, "magnitude": 10.0,
            "spectral": False, "smoothness": 0.0, "kernel_rates": False, "log_every": 100,
            "save_every": 5000}
SSV2 = KINETICS | {"frames": 32, "fps": 24.0, "lr": 2e-5, "mixup": 0.3, "dropout": 0.3,
                   "smoothing": 0.3}
WARMUP_DIVISOR = 5  # of the steps of few epochs, at most a fifth are for the warmup
RECIPES = {"k400": KINETICS, "k600": KINETICS, "k700": KINETICS, "ssv2": SSV2}


def usual_elsewhere(name):
    """Defaults of a field that differ from Recipe's: {value: "for your own files", for example}."""
    presets, sets = {}, {}
    for preset, settings in SIZES.items():
        presets.setdefault(settings.get(name), []).append(preset)
    for given, settings in (("your own files", FILES), (SOMETHING_MOVES, MOVES)):
        sets.setdefault(settings.get(name), []).append(given)
    others = {value: f"for the presets {sizes[0]} to {sizes[-1]}"
              for value, sizes in presets.items() if value is not None}
    return others | {value: f"for {' and '.join(given)}" for value, given in sets.items()
                     if value is not None}


def recipe_for(recipe=None, epochs=None, **given):
    """A Recipe with the given fields; the others are usual for the model size, data and start.

    recipe: a name in RECIPES, or the fields of a recipe file; those that are given replace them.
    epochs: in place of steps, see epochs.py.  Raises ValueError for an unknown name, and as Recipe
    and steps_for do."""
    of_file, recipe = (recipe, None) if isinstance(recipe, dict) else ({}, recipe)
    if recipe is not None and recipe not in RECIPES:
        raise ValueError(f"no recipe {recipe!r}; there are {', '.join(RECIPES)}; or give a recipe "
                         "file (.toml, .json, .yaml) or a run")
    if epochs is not None and "steps" in given:
        raise ValueError(f"steps {given['steps']} and epochs {epochs:g} are two lengths of the "
                         "training; give one of them")
    start = given.get("start", of_file.get("start"))
    usual = {"preset": "B" if recipe else "demo"} if start is None else settings_of_start(start)
    if start is not None:
        of_file = without_model(start, of_file, given, usual)
    given = of_file | given
    data, images = named_sets(*map(given.get, SETS))
    if given.get("images") is None:
        images += own_pictures(data)
    given |= {"data": data, "images": images}
    sets = {*data, *images}
    files = sets - GENERATED.keys()
    of_data = FILES if files else {} if SCENES in sets else MOVES
    sized = SIZES.get(given.get("preset", usual["preset"]), {})
    usual = of_data | sized | usual
    named = RECIPES.get(recipe, {})
    if epochs is not None or files and not named and "steps" not in given:
        given["steps"] = steps_for(Recipe(**(usual | named | given)), epochs)
        usual["warmup"] = min(Recipe.warmup, given["steps"] // WARMUP_DIVISOR)
    if named and given.get("steps") is not None:  # warmup over the same fraction of the steps
        named = named | {"warmup": named["warmup"] * given["steps"] // named["steps"]}
    return Recipe(**(usual | named | given))


def without_model(start, of_file, given, usual):
    """The fields of a recipe file without those of the model, which a start sets.

    The file of a run with a start holds them, too.  Raises ValueError if others are given, or if
    the file has a start and the model of another one."""
    for name in MODEL:
        own = (None, getattr(Recipe, name), usual.get(name))
        if given.get(name) is not None:
            raise ValueError(f"--start {start} sets the model; leave out --{name}")
        if "start" not in given and of_file.get(name) not in own:
            raise ValueError(f"start {start} sets the model; leave out {name} "
                             f"({of_file[name]!r} in the recipe file)")
    return {name: value for name, value in of_file.items() if name not in MODEL}


def own_pictures(data):
    """The pictures of videos that a camera films, as sets of images to train on jointly.

    Only pictures with classes have something to learn from a single image."""
    pictures = [one for one in map(pictures_of, data) if one is not None]
    if not pictures:
        return ()
    from tubevit_np.data.camera.open_camera import has_classes  # imports the decoders

    return tuple(filter(has_classes, pictures))
