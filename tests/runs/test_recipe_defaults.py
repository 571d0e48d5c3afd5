"""Defaults of a recipe: Table 10 for each data set, and the rates of each model size."""

import pytest
from tiny import class_folder

from tubevit_np.model.presets import PRESETS
from tubevit_np.runs.recipe import Recipe
from tubevit_np.runs.recipe_defaults import FILES, RECIPES, SIZES, recipe_for, usual_elsewhere

TABLE_10 = {  # (frames, fps, lr of B, mixup, dropout, label smoothing)
    "k400": (64, 15, 5e-5, 0, 0, 0), "k600": (64, 15, 5e-5, 0, 0, 0),
    "k700": (64, 15, 5e-5, 0, 0, 0), "ssv2": (32, 24, 2e-5, 0.3, 0.3, 0.3)}


def test_every_recipe_is_in_the_table():
    assert list(RECIPES) == list(TABLE_10)


@pytest.mark.parametrize("name, row", TABLE_10.items())
def test_table_10(name, row):
    recipe = recipe_for(name)
    assert (recipe.frames, recipe.fps, recipe.lr, recipe.mixup, recipe.dropout,
            recipe.smoothing) == row
    assert (recipe.batch, recipe.steps, recipe.warmup) == (256, 300_000, 10_000)
    assert (recipe.randaugment, recipe.magnitude) == (2, 10)
    assert (recipe.preset, recipe.size, recipe.weight_decay) == ("B", 224, 1e-3)
    assert recipe.flip and not recipe.spectral and not recipe.kernel_rates


@pytest.mark.parametrize("preset", ["L", "H"])
def test_large_models_need_a_lower_rate_and_decay(preset):
    recipe = recipe_for("k600", preset=preset)
    assert (recipe.preset, recipe.lr, recipe.weight_decay) == (preset, 1e-5, 1e-5)


def test_what_is_given_comes_first():
    recipe = recipe_for("ssv2", preset="Ti", frames=20, mixup=0.0)
    assert (recipe.preset, recipe.frames, recipe.mixup, recipe.fps) == ("Ti", 20, 0, 24)


def test_a_shorter_training_warms_up_over_the_same_share():
    assert recipe_for("ssv2", steps=3000).warmup == 100
    assert recipe_for("k400", steps=20).warmup == 0
    assert recipe_for(steps=20).warmup == Recipe().warmup


def test_large_presets_have_recipes_of_their_own():
    assert recipe_for() == recipe_for(preset="demo") == Recipe()
    base, large = recipe_for(preset="B"), recipe_for(preset="H", lr=0.5)
    assert (base.frames, base.size, base.lr, base.weight_decay) == (32, 224, 5e-5, 1e-3)
    assert (large.size, large.lr, large.weight_decay) == (224, 0.5, 1e-5)


@pytest.fixture(scope="module")
def films(tmp_path_factory):
    """A set of six videos for training."""
    return str(class_folder(tmp_path_factory.mktemp("sets") / "films", "video"))


@pytest.mark.parametrize("name", ["frames", "size", "lr", "smoothness", "batch"])
def test_where_another_value_is_usual(name, films):
    """As in the help: "for the presets Ti to B" means all sizes between."""
    sizes, told = list(SIZES), {}
    for value, where in usual_elsewhere(name).items():
        if where.startswith("for the presets"):
            first, last = map(sizes.index, where.removeprefix("for the presets ").split(" to "))
            told |= dict.fromkeys(sizes[first:last + 1], value)
        else:
            told |= dict.fromkeys(where.removeprefix("for ").split(" and "), value)
    runs = {preset: recipe_for(preset=preset) for preset in PRESETS} | {
        "your own files": recipe_for(data=films),
        "something-moves": recipe_for(data="something-moves")}
    assert {key: getattr(run, name) for key, run in runs.items()} == dict.fromkeys(
        runs, getattr(Recipe(), name)) | told


def test_an_unknown_recipe_is_refused():
    with pytest.raises(ValueError, match="no recipe 'k800'; there are k400, k600, k700, ssv2"):
        recipe_for("k800")


def test_the_usual_settings_depend_on_the_data(films):
    scenes, moves, files = (recipe_for(data=[given]) for given in ("scenes", "generated", films))
    assert recipe_for().smoothness == scenes.smoothness > moves.smoothness == 12
    images = recipe_for(images="shots", steps=9)
    assert files.smoothness == images.smoothness == FILES["smoothness"]
    assert (scenes.steps, moves.steps) == (1600, 3200)
    assert recipe_for(data=[films], smoothness=3.0).smoothness == 3
    large = recipe_for(data=[films], preset="B")
    assert (large.lr, large.smoothness) == (SIZES["B"]["lr"], FILES["smoothness"])
