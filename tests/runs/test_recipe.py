"""Errors of a recipe before any data is read, and its file."""

import json
import math
from dataclasses import asdict, fields, replace
from pathlib import Path

import numpy as np
import pytest

from tubevit_np.model.presets import PRESETS
from tubevit_np.runs.recipe import Recipe
from tubevit_np.runs.recipe_defaults import recipe_for
from tubevit_np.runs.recipe_files import read_recipe, write_recipe
from tubevit_np.storage.atomic_files import atomic_write, write_text
from tubevit_np.variants.tube_sets import TUBE_SETS

WRONG = [
    ({"preset": "XXL"}, "no preset 'XXL'; there are demo, demo-large, Ti, S, B, L, H"),
    ({"tubes": "round"}, "tube set 'round' is not one of main, core, demo"),
    *(({name: 0}, f"{name} is 0; it must be at least 1") for name in (
        "frames", "size", "steps", "batch", "image_batch", "log_every", "save_every",
        "accumulate", "devices")),
    *(({name: -1}, f"{name} is -1; it must be at least 0") for name in (
        "lr", "seed", "randaugment", "magnitude", "warmup", "clip", "smoothing", "image_weight",
        "weight_decay", "kernel_norm", "weight", "mixup", "dropout", "frozen")),
    ({"lr": math.nan}, "lr is nan; it must be a finite number"),
    ({"lr": math.inf}, "lr is inf; it must be a finite number"),
    ({"steps": 2.5}, "steps is 2.5; it must be a whole number"),
    ({"steps": 2.0}, "steps is 2.0; it must be a whole number"),
    ({"steps": np.float32(2)}, "steps is 2.0; it must be a whole number"),
    ({"devices": True}, "devices is True; it must be a whole number"),
    ({"devices": np.True_}, "devices is True; it must be a whole number"),
    ({"seed": None}, "seed is None; it must be a whole number"),
    ({"flip": "no"}, "flip is 'no'; it must be true or false"),
    ({"flip": 1}, "flip is 1; it must be true or false"),
    ({"lr": "0.1"}, "lr is '0.1'; it must be a finite number"),
    ({"weight": False}, "weight is False; it must be a finite number or a list of finite numbers"),
    ({"fps": "15"}, "fps is '15'; it must be a finite number or None"),
    ({"fps": math.nan}, "fps is nan; it must be a finite number or None"),
    ({"cache": 3}, "cache is 3; it must be text or None"),
    ({"preset": None}, "preset is None; it must be text"),
    ({"batch": [4, 2.5]}, "batch is (4, 2.5); it must be a whole number or a list of whole"),
    ({"image_weight": (1, math.nan)}, "image_weight is (1, nan); it must be a finite number or"),
    ({"data": 5}, "data is (5,); it must be a list of texts"),
    ({"images": [["a"]]}, "images is (('a',),); it must be a list of texts"),
    ({"magnitude": 10.5}, "magnitude is 10.5; it must be at most 10"),
    ({"smoothing": 1.0}, "smoothing is 1.0; it must be below 1"),
    ({"dropout": 1.5}, "dropout is 1.5; it must be below 1"),
    ({"batch": (4, 0), "data": ("a", "b")}, "batch is 0; it must be at least 1"),
    ({"batch": (4, 4, 4), "data": ("a", "b")},
     "batch is given 3 times, for 2 sets; give it once, or once per set"),
    ({"image_weight": (1, 2), "data": "a"}, "image_weight is given 2 times, for 0 sets"),
    ({"weight": (1, 2)}, "weight is given 2 times, for 1 set;"),
    ({"precision": "fp8"}, "precision 'fp8' is not one of float32, bfloat16, half"),
    ({"devices": 3}, "batch is 32; for devices 3 and accumulate 1 it must be a multiple of 3"),
    ({"devices": 2, "accumulate": 3, "batch": 12},
     "image_batch is 32; for devices 2 and accumulate 3 it must be a multiple of 6"),
    ({"size": 7}, "no tube fits into 1x7x7 (T x H x W); they need 1x8x8, 8x10x10, 16x8x8"),
    ({"images": "here", "size": 7}, "no tube fits into 1x7x7"),
    ({"preset": "B", "frames": 32, "size": 9}, "no tube fits into 1x9x9"),  # a video would
    ({"data": "here", "preset": "B", "frames": 7, "size": 15}, "no tube fits into 7x15x15"),
]


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("given, words", WRONG)
def test_a_recipe_refuses(given, words):
    with pytest.raises(ValueError) as caught:
        Recipe(**given)
    assert str(caught.value).startswith(words) and "\n" not in str(caught.value)


def test_every_field_refuses_a_value_of_no_type_and_accepts_its_default():
    """The types come from the annotations: a new field needs no entry elsewhere."""
    for field in fields(Recipe):
        with pytest.raises(ValueError, match=f"^{field.name} is .*object object.*; it must be "):
            Recipe(**{field.name: object()})
    assert Recipe(**vars(Recipe())) == Recipe()


def test_numbers_of_numpy_whole_rates_and_paths_become_plain_values():
    recipe = Recipe(steps=np.int64(3), batch=[np.int32(2)], lr=np.float64(0.5), weight_decay=1,
                    flip=np.True_, data=Path("films"), cache=Path("frames"), fps=15)
    assert json.dumps(asdict(recipe)) and recipe.flip is True
    assert (recipe.steps, recipe.batch, recipe.lr, recipe.weight_decay) == (3, 2, 0.5, 1)
    assert (recipe.data, recipe.cache, recipe.fps) == (("films",), "frames", 15)


@pytest.mark.parametrize("given, shapes", [
    ({}, [(16, 48, 48), (1, 48, 48)]),
    ({"data": "a"}, [(16, 48, 48)]),
    ({"images": "b", "size": 8}, [(1, 8, 8)]),
    ({"data": "a", "images": "b", "frames": 20, "size": 50}, [(20, 50, 50), (1, 50, 50)])])
def test_what_it_trains_on(given, shapes):
    assert Recipe(**given).shapes == shapes


def test_sets_have_their_own_numbers_or_one_for_all():
    recipe = Recipe(data=["a", "b=c"], images="d", batch=[3, 5], weight=[0.5], image_batch=7)
    assert recipe.sets == [("video", "a", 3, 0.5), ("video", "b=c", 5, 0.5), ("image", "d", 7, 1.0)]
    assert (recipe.weight, recipe.batch, recipe.images) == (0.5, (3, 5), ("d",))
    assert Recipe(batch=4).sets == [
        ("video", "scenes", 4, 1.0), ("image", "scenes", 32, 1.0)]


def test_the_older_name_of_a_set_still_works():
    old = Recipe(data=["generated", "a"], images="generated")
    assert old == Recipe(data=["something-moves", "a"], images="something-moves")


def test_a_run_from_before_scenes_stays_on_its_own_set(tmp_path):
    """Then a recipe without sets meant something-moves."""
    recipe, path = Recipe(steps=3), tmp_path / "config.json"
    write_recipe(path, recipe, recipe.config({"verb": 8}), {})
    assert read_recipe(path)[0] == recipe
    stored = json.loads(path.read_text(encoding="utf-8"))
    stored["recipe"] |= {"data": [], "images": []}
    path.write_text(json.dumps(stored), encoding="utf-8")
    assert [given for _, given, *_ in read_recipe(path)[0].sets] == ["something-moves"] * 2


@pytest.mark.filterwarnings("ignore:tube 16x4x4")
def test_tubes_that_do_not_fit_are_named():
    with pytest.warns(UserWarning, match="tube 8x8x8 needs 8x10x10 and gives no tokens"):
        Recipe(data="a", frames=7)
    assert Recipe(data="a", frames=1).shapes == [(1, 48, 48)]


def test_the_model_is_the_preset_with_other_heads_or_tubes():
    classes = {"films": 3}
    assert Recipe().config(classes) == replace(PRESETS["demo"], classes=classes)
    cfg = recipe_for(preset="B", tubes="core").config(classes)
    assert cfg == replace(PRESETS["B"], classes=classes, tubes=TUBE_SETS["core"])


def test_what_is_not_in_a_step_need_not_go_onto_all_devices():
    assert Recipe(data="a", devices=3, batch=6, image_batch=4).devices == 3
    assert Recipe(images="a", devices=2, accumulate=2, batch=7).devices == 2
    assert Recipe(accumulate=5).batch == 32  # in parts of 7, 7, 6, 6, 6


def test_its_file_brings_it_back(tmp_path):
    recipe = Recipe(preset="S", tubes="core", data="films", frames=20, size=30, lr=0.1, seed=7)
    cfg = recipe.config({"films": 3})
    labels = {"video": {"films": ["a", "b", "c"]}}
    write_recipe(tmp_path / "config.json", recipe, cfg, labels)
    assert read_recipe(tmp_path / "config.json") == (recipe, cfg, labels)
    stored = json.loads((tmp_path / "config.json").read_text(encoding="utf-8"))["recipe"]
    assert stored == json.loads(json.dumps(asdict(recipe))) and Recipe(**stored) == recipe


@pytest.mark.parametrize("change, words", [
    (("steps", "stepz"), "stepz"), (('"seed": 0', '"seed": -1'), "seed is -1"),
    (('"dim": 96', '"dim": 95'), "dim 95"), (('"config"', '"conf"'), "config")])
def test_a_file_that_is_no_recipe_is_refused(tmp_path, change, words):
    path = tmp_path / "config.json"
    write_recipe(path, Recipe(), Recipe().config({"verb": 8}), {})
    path.write_text(path.read_text(encoding="utf-8").replace(*change), encoding="utf-8")
    with pytest.raises(ValueError, match=f"config.json is not a run's recipe: .*{words}"):
        read_recipe(path)


def test_two_who_write_the_same_file_do_not_meet(tmp_path):
    with atomic_write(tmp_path / "text", encoding="utf-8") as last:
        last.write("last")
        write_text(tmp_path / "text", "first")
        assert (tmp_path / "text").read_text(encoding="utf-8") == "first"
    assert (tmp_path / "text").read_text(encoding="utf-8") == "last"
    assert len(list(tmp_path.iterdir())) == 1


def test_a_text_is_replaced_only_by_a_whole_one(tmp_path, monkeypatch):
    path = tmp_path / "text"
    write_text(path, "old")

    def full(*_):
        raise OSError("disk full")
    monkeypatch.setattr("os.replace", full)
    with pytest.raises(OSError, match="disk full"):
        write_text(path, "new")
    assert path.read_text(encoding="utf-8") == "old"
