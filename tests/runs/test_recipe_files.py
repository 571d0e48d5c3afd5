"""Recipes as files: TOML, JSON, YAML and runs; options replace their fields."""

import sys
import tomllib
from dataclasses import asdict, fields, replace
from types import SimpleNamespace

import pytest
from tiny import RECIPE, class_folder, finished

from tubevit_np.__main__ import ENGINE
from tubevit_np.commands import cli, training
from tubevit_np.commands.recipe_help import COMMENTS
from tubevit_np.runs.recipe import Recipe
from tubevit_np.runs.recipe_defaults import recipe_for
from tubevit_np.runs.recipe_files import read_fields, read_recipe
from tubevit_np.runs.recipe_formats import to_toml

FULL = Recipe(preset="S", tubes="core", position="none", data=("a", 'b "c"=d\\e\x7f\u00fc'),
              images=("e",), frames=32, fps=12.5, group_by=r"(g\d+)", flip=True, batch=(3, 5),
              weight=(0.5, 2), lr=1e-5, spectral=False, cache="frames", seed=7, eval_every=9,
              best="a and e")
EMPTY = Recipe(images="e", fps=None, cache=None)
NONE = {name for name, value in vars(EMPTY).items() if value is None}


def run(*arguments):
    return cli.main("tubevit_np", ENGINE, [str(argument) for argument in arguments])


def printed(capsys, *arguments):
    """The fields of what train --print-recipe prints."""
    assert run("train", "--print-recipe", *arguments) == 0
    return tomllib.loads(capsys.readouterr().out)


@pytest.mark.parametrize("recipe", [FULL, EMPTY, RECIPE, recipe_for("ssv2", data="scenes")])
def test_a_printed_recipe_comes_back(tmp_path, recipe):
    """Every field, with lists, bools, quotes and None."""
    path = tmp_path / "my.toml"
    path.write_text(to_toml(recipe, COMMENTS), encoding="utf-8")
    assert read_fields(path) == asdict(recipe) and recipe_for(read_fields(path)) == recipe


def test_the_recipes_of_that_test_hold_every_kind_of_value():
    assert {"tubes", "start", "fps", "cache", "eval_every"} <= NONE
    assert {type(value) for value in vars(FULL).values()} >= {tuple, bool, int, float, str}
    assert NONE - {"start"} <= {name for name, value in vars(FULL).items() if value is not None}


def test_every_field_has_a_comment():
    assert COMMENTS.keys() == {field.name for field in fields(Recipe)}
    assert all(COMMENTS.values()) and "\n" not in "".join(COMMENTS.values())
    text = to_toml(EMPTY, COMMENTS)
    assert max(map(len, text.splitlines())) <= 100
    assert f"\n# {COMMENTS['lr']}\nlr = 0.006\n" in text and "\nfps = false\n" in text


FORMATS = {"toml": 'data = "films"\nlr = 1e-4\nbatch = [2]\nfps = false\nflip = true\n',
           "json": '{"data": "films", "lr": 1e-4, "batch": [2], "fps": null, "flip": true}',
           "yaml": "data: films\nlr: 1e-4\nbatch: [2]\nfps: null\nflip: yes\n",
           "yml": "{data: [films], lr: 0.0001, batch: 2, fps: false, flip: true}"}


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig"])  # editors of Windows write a mark
@pytest.mark.parametrize("ending", FORMATS)
def test_three_formats(tmp_path, ending, encoding):
    (tmp_path / f"my.{ending}").write_text(FORMATS[ending], encoding=encoding)
    assert read_fields(tmp_path / f"my.{ending}") == {
        "data": ("films",), "lr": 1e-4, "batch": 2, "fps": None, "flip": True}


def test_options_replace_the_fields_of_a_file(tmp_path, capsys):
    (tmp_path / "my.toml").write_text('preset = "B"\nfps = 12\nsteps = 7\nflip = true\nwarmup = 3',
                                      encoding="utf-8")
    given = "--recipe", tmp_path / "my.toml", "--data", "scenes"
    found = printed(capsys, *given, "--steps", 5, "--no-flip", "--frames", 16)
    assert [found[name] for name in ("preset", "fps", "steps", "flip", "warmup", "frames")] == [
        "B", 12, 5, False, 3, 16]
    assert found["lr"] == recipe_for(preset="B").lr  # the usual one of what the file names
    assert printed(capsys, *given)["flip"] is True and printed(capsys, *given)["frames"] == 32


@pytest.mark.parametrize("what", ["", "config.json"])
def test_a_run_repeats_its_recipe(capsys, what):
    """Its folder, or its config.json; all other fields stay when one is replaced."""
    recipe = asdict(read_recipe(finished() / "config.json")[0])
    found = printed(capsys, "--recipe", finished() / what)
    stored = {name: list(value) if type(value) is tuple else value
              for name, value in recipe.items()}
    assert found == {name: False if value is None else value for name, value in stored.items()}
    assert printed(capsys, "--recipe", finished() / what, "--seed", 3) == found | {"seed": 3}


def test_a_run_by_a_printed_recipe_has_that_recipe(tmp_path, capsys, monkeypatch):
    """Printing makes nothing; then the saved text trains a run."""
    monkeypatch.setattr(training, "draw_run", lambda run: None)
    films = class_folder(tmp_path / "films", "video")
    (tmp_path / "a.yaml").write_text(f"data: {films}\nsteps: 1\nbatch: 2\nsize: 24\nlr: 1e-3\n",
                                     encoding="utf-8")
    assert run("train", "--recipe", tmp_path / "a.yaml", "--print-recipe") == 0
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.yaml", "films"]
    (tmp_path / "b.toml").write_text(capsys.readouterr().out, encoding="utf-8")
    assert run("train", "--recipe", tmp_path / "b.toml", "--out", tmp_path / "b") == 0
    found = read_recipe(tmp_path / "b" / "config.json")[0]
    assert found == recipe_for(data=str(films), steps=1, batch=2, size=24, lr=1e-3)


def test_paths_in_a_file_start_at_the_current_folder(tmp_path, capsys, monkeypatch):
    """As those of options, not at the folder of the file."""
    class_folder(tmp_path / "here" / "films", "video"), (tmp_path / "there").mkdir()
    (tmp_path / "there" / "my.toml").write_text('data = ["x=films"]\ncache = "frames"\nsteps = 2',
                                                encoding="utf-8")
    monkeypatch.chdir(tmp_path / "here")
    found = printed(capsys, "--recipe", "../there/my.toml")
    assert found["data"] == [f"x={tmp_path / 'here' / 'films'}"]
    assert found["cache"] == str(tmp_path / "here" / "frames")


def test_no_images_in_a_file_stay_none(tmp_path):
    """Pictures with classes add images, but not to a run that had none."""
    pictures = class_folder(tmp_path / "pictures", "image")
    with_images = recipe_for(data=f"camera:{pictures}", steps=2)
    assert with_images.images == (str(pictures),)
    without = replace(with_images, images=())
    assert recipe_for(asdict(without)) == without


def test_a_start_sets_the_model(tmp_path):
    """The file of a run with a start holds a preset, too; another start or preset may not pass."""
    start = str(finished() / "model.safetensors")
    recipe = recipe_for(start=start, data="scenes", steps=3)
    assert recipe_for(asdict(recipe)) == recipe
    small = recipe_for({"preset": "S", "lr": 0.5}, start=start, data="scenes")
    assert (small.preset, small.lr, small.size) == ("demo", 0.5, 24)
    with pytest.raises(ValueError, match="--start .* sets the model; leave out --preset"):
        recipe_for(asdict(recipe), preset="S")
    with pytest.raises(ValueError, match="leave out position .'none' in the recipe file"):
        recipe_for({"start": start, "position": "none"})


WRONG = {  # name and text of a file: the message
    ("my.toml", "stepz = 3"): "recipe my.toml: no field 'stepz' (did you mean steps?); train",
    ("my.toml", "steps = 2.5"): "recipe my.toml: steps is 2.5; it must be a whole number",
    ("my.toml", "flip = 'no'"): "recipe my.toml: flip is 'no'; it must be true or false",
    ("my.toml", "seed = false"): "recipe my.toml: seed is False; it must be a whole number",
    ("my.toml", "lr = nan"): "recipe my.toml: lr is nan; it must be a finite number",
    ("my.toml", "steps = "): "recipe my.toml: Invalid value",
    ("my.toml", "steps = -1"): "steps is -1; it must be at least 1",
    ("my.json", "{"): "recipe my.json: Expecting property name",
    ("my.json", "[1]"): "recipe my.json: it holds no fields; write",
    ("my.yaml", "a: ]"): "recipe my.yaml: while parsing a",
    ("my.txt", "steps = 2"): "recipe my.txt: the name of a recipe file ends in .toml, .json, .yaml",
    ("config.json", '{"recipe": {"stepz": 2}, "config": {}}'):
        "recipe config.json: no field 'stepz' (did you mean steps?)",
    ("other", "no.toml"): "cannot read recipe no.toml: No such file or directory",
    ("other", "k800"): "no recipe 'k800'; there are k400, k600, k700, ssv2; or give a recipe file",
    ("other", "."): "cannot read recipe config.json: No such file or directory",
}


@pytest.mark.parametrize("name, text", WRONG)
def test_a_mistake_in_a_file_is_one_line(tmp_path, capsys, monkeypatch, name, text):
    monkeypatch.chdir(tmp_path)
    (tmp_path / name).write_text(text, encoding="utf-8")
    given = text if name == "other" else name
    assert run("train", "--recipe", given, "--out", "new") == 2
    [line] = capsys.readouterr().err.splitlines()
    assert line.startswith(f"tubevit_np: {WRONG[name, text]}") and not (tmp_path / "new").exists()


def test_a_resumed_run_takes_no_recipe(capsys):
    assert run("train", "--resume", finished(), "--print-recipe") == 2
    assert f"train --recipe {finished()} --print-recipe\n" in capsys.readouterr().err
    assert run("train", "--resume", finished(), "--recipe", finished()) == 2
    assert "leave out --recipe" in capsys.readouterr().err


def test_yaml_needs_a_package(tmp_path, capsys, monkeypatch):
    (tmp_path / "my.yaml").write_text("steps: 2", encoding="utf-8")
    monkeypatch.setitem(sys.modules, "yaml", None)
    assert run("train", "--recipe", tmp_path / "my.yaml") == 2
    [line] = capsys.readouterr().err.splitlines()
    assert "pyyaml is not installed; pip install" in line and "[yaml]'" in line


def test_a_name_of_the_paper_comes_before_a_folder_of_that_name(tmp_path, capsys, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "ssv2").mkdir()
    assert printed(capsys, "--recipe", "ssv2", "--data", "scenes")["mixup"] == 0.3


def test_a_recipe_that_the_engine_lacks_is_not_printed(capsys):
    engine = SimpleNamespace(check=ENGINE.check)
    assert cli.main("tubevit_np", engine, ["train", "--print-recipe", "--devices", "2"]) == 2
    shown = capsys.readouterr()
    assert shown.out == "" and "devices is 2, but NumPy has only 1" in shown.err
