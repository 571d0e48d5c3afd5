"""A run whose data have moved, or lie behind a link, goes on with the same files."""

import json
import re
import shutil
from types import SimpleNamespace

import numpy as np
import pytest
from remarks import remarks
from tiny import class_folder, glance, recipe_on

import tubevit_np as tv
from tubevit_np.commands import cli
from tubevit_np.commands.given_recipe import whole_paths
from tubevit_np.data.datasets.listing import list_parts
from tubevit_np.data.datasets.summary import differences, first_digest
from tubevit_np.data.sources import open_sources
from tubevit_np.runs.held_out import sources_for
from tubevit_np.runs.moved_data import moved
from tubevit_np.runs.open_run import new_run, open_run
from tubevit_np.runs.recipe_files import read_recipe
from tubevit_np.runs.score_names import labels_of
from tubevit_np.training import plan
from tubevit_np.training.train import predictor, train

pytestmark = pytest.mark.filterwarnings("ignore:.*shorter than 16 frames")
ENGINE = SimpleNamespace(check=lambda recipe: None, train=train, predictor=predictor, plan=plan)
UCF101 = [f"{name}/v_{name}_g{group:02d}_c{clip:02d}.avi" for name in ("Archery", "Yo")
          for group in range(1, 5) for clip in range(1, 4)]


@pytest.fixture(scope="module")
def trained(tmp_path_factory):
    """A run of four steps, with a checkpoint after two; its data are in films and shots."""
    place = tmp_path_factory.mktemp("trained")
    data, images = class_folder(place / "films", "video"), class_folder(place / "shots", "image")
    recipe = recipe_on(data=str(data), images=str(images), steps=4, save_every=2, size=24)
    with glance:
        train(new_run(place / "run", recipe))
    return place


@pytest.fixture
def half(trained, tmp_path):
    """The run after two steps, and its data at another place, named clips and shots."""
    shutil.copytree(trained / "run", tmp_path / "run")
    for name in ("model.safetensors", "checkpoint-000004.safetensors"):
        (tmp_path / "run" / name).unlink()
    shutil.copytree(trained / "films", tmp_path / "z" / "clips")
    shutil.copytree(trained / "shots", tmp_path / "a" / "shots")
    return tmp_path


def stored(folder):
    return json.loads((folder / "run/config.json").read_text(encoding="utf-8"))["recipe"]


def summaries(folder):
    return json.loads((folder / "run/data.json").read_text(encoding="utf-8"))


def test_it_ends_with_the_same_parameters_at_another_place(trained, half):
    run, said = remarks(open_run, half / "run", None, [f"{half}/z/clips"], [f"{half}/a/shots"])
    assert not any("files have changed" in line for line in said)
    with glance:
        params = tv.flatten(train(run))
    for name, w in tv.flatten(tv.load(trained / "run/model.safetensors")[0]).items():
        assert np.array_equal(w, params[name]), name
    assert stored(half)["data"] == [f"films={half}/z/clips"]  # the head keeps its name
    assert stored(half)["images"] == [f"{half}/a/shots"]
    assert summaries(half) == summaries(trained)
    assert [s.head for s in open_run(half / "run").sources] == ["films", "shots"]


def test_one_of_the_sets_may_be_named(half):
    open_run(half / "run", images=[f"shots={half}/a/shots"])
    open_run(half / "run", data=[f"films={half}/z/clips"])
    assert stored(half)["data"] == [f"films={half}/z/clips"]


def test_two_sets_of_a_kind_are_given_in_order_or_by_name(tmp_path):
    films = [class_folder(tmp_path / name, "video") for name in ("one", "two")]
    recipe = recipe_on(data=(f"a={films[0]}", "scenes", str(films[1])), batch=2)
    labels = {"video": {"a": [], "verb": [], "noun": [], "two": []}}
    assert moved(recipe, labels, ["two=/x"]).data == (f"a={films[0]}", "scenes", "two=/x")
    assert moved(recipe, labels, ["/y", "scenes", "/two"]).data == ("a=/y", "scenes", "/two")
    assert moved(recipe, labels) == recipe
    with pytest.raises(ValueError, match="--data is given 1 times, the run has 3 sets of data; "
                                         "give one PATH .*: a=PATH, two=PATH"):
        moved(recipe, labels, ["/x"])
    with pytest.raises(ValueError, match="--data scenes stands where the run has .*/one; only"):
        moved(recipe, labels, ["scenes", "/x", "/y"])
    with pytest.raises(ValueError, match="--data camera:/x stands where the run has .*/two"):
        moved(recipe, labels, ["/y", "scenes", "camera:/x"])


def test_the_images_of_a_camera_move_with_its_pictures():
    recipe = recipe_on(data="camera:/old/pets", images="/old/pets")
    labels = {"video": {"pets_verb": [], "pets": []}, "image": {"pets": []}}
    new = moved(recipe, labels, ["camera:/new/cats"])
    assert new.data == ("pets=camera:/new/cats",) and new.images == ("pets=/new/cats",)


def test_a_camera_and_another_set():
    recipe = recipe_on(data=("camera:/a/pets", "/b/films"))
    labels = {"video": {"pets_verb": [], "pets": [], "films": []}}
    assert moved(recipe, labels, ["films=/c/films"]).data == ("camera:/a/pets", "/c/films")


def test_a_link_that_is_changed_is_followed_and_the_head_has_its_name(tmp_path):
    for name in ("disk1", "disk2"):
        class_folder(tmp_path / name / "v1", "video")
    (link := tmp_path / "actions").symlink_to(tmp_path / "disk1/v1")
    recipe = recipe_on(data=whole_paths([link]), steps=2)
    assert recipe.data == (str(link),)
    assert [*new_run(tmp_path / "run", recipe).labels] == ["actions"]
    shutil.rmtree(tmp_path / "disk1")
    link.unlink()
    link.symlink_to(tmp_path / "disk2/v1")
    _, said = remarks(open_run, tmp_path / "run")
    assert not any("files have changed" in line for line in said)


def test_a_set_that_is_gone_names_the_way(half):
    given = json.loads((half / "run/config.json").read_text(encoding="utf-8"))
    given["recipe"]["data"] = ["/gone/films"]
    (half / "run/config.json").write_text(json.dumps(given), encoding="utf-8")
    with pytest.raises(ValueError, match="run was trained on /gone/films, which does not exist; "
                                         "if it has moved: train --resume .*run --data PATH"):
        open_run(half / "run")


def changed(half, alter):
    """The warning of a resumed run after `alter` changed its moved videos."""
    alter(half / "z/clips")
    _, said = remarks(open_run, half / "run", None, [f"{half}/z/clips"])
    return next((line for line in said if "files have changed" in line), "")


@pytest.mark.parametrize("alter, words", [
    (lambda films: shutil.copy(films / "train/cat/0.mov", films / "train/cat/7.mov"),
     "train: 6 files then, 7 now; .*; 1 added, the first: train/cat/7.mov"),
    (lambda films: (films / "val/eel/3.mov").unlink(), "1 removed, the first: val/eel/3.mov"),
    (lambda films: (films / "val/eel/3.mov").write_bytes(
        (films / "val/eel/3.mov").read_bytes() + b"0"),
     "1 of another size, the first: val/eel/3.mov")])
def test_what_has_changed_is_named(half, alter, words):
    before = summaries(half)
    line = changed(half, alter)
    assert re.search(words, line) and line.endswith("continuing with the current files"), line
    assert summaries(half) == before


def test_files_of_the_other_part_are_named():
    def summary(train, val):
        return {"held out": {"files": val}, "trained on": {"files": train}}
    old = summary({"a": 1, "b": 1, "e": 1}, {"c": 1})
    new = summary({"c": 1, "e": 1}, {"a": 1, "b": 1})
    assert differences(old, new) == ["1 trained on now, the first: c",
                                     "2 held out now, the first: a"]


def test_other_classes_are_an_error(half):
    (half / "z/clips/train/eel").rename(half / "z/clips/train/ray")
    with pytest.raises(ValueError, match="restore the original classes"):
        open_run(half / "run", data=[f"{half}/z/clips"])


def as_of_first_releases(half, sources):
    """Give data.json and config.json the form of the first releases."""
    old = [{name: value for name, value in one.items() if name not in ("held out", "trained on")}
           | {"digest": first_digest([*source.train.items, *source.val.items], "", "")}
           for one, source in zip(summaries(half), sources, strict=True)]
    (half / "run/data.json").write_text(json.dumps(old), encoding="utf-8")
    config = json.loads((half / "run/config.json").read_text(encoding="utf-8"))
    config["recipe"].pop("group_by", None)
    (half / "run/config.json").write_text(json.dumps(config), encoding="utf-8")


def test_the_digest_of_the_first_releases_is_understood(trained, half):
    recipe, *_ = read_recipe(trained / "run/config.json")
    as_of_first_releases(half, open_sources(recipe))
    assert not changed(half, lambda films: None)
    assert "held out" in summaries(half)[0]  # written in today's form
    as_of_first_releases(half, open_sources(recipe))
    assert "files have changed" in changed(half, lambda films: (
        films / "val/eel/3.mov").rename(films / "val/eel/4.mov"))


def test_an_older_run_keeps_its_split(tmp_path):
    """The files are named as in UCF101: a new run keeps the recordings together."""
    films = class_folder(tmp_path / "films", "video", ("Archery", "Yo"), train=12, val=0)
    for path, name in zip(sorted(films.rglob("*.mov")), UCF101, strict=True):
        (films / name).parent.mkdir(exist_ok=True)
        path.rename(films / name)
    shutil.rmtree(films / "train")
    recipe = recipe_on(data=str(films), steps=2, group_by="")
    with glance:
        train(new_run(tmp_path / "run", recipe))
    as_of_first_releases(tmp_path, open_sources(recipe))
    by_file = [f"films/{name}" for name in (*UCF101[:12][4::5], *UCF101[12:][4::5])]
    path = tmp_path / "run/model.safetensors"
    notes = tv.load(path)[2]
    [given] = sources_for(path, notes, [str(films)])  # its data.json has no names
    assert [str(file.relative_to(tmp_path)) for file, _ in given.val.items] == by_file
    run, said = remarks(open_run, tmp_path / "run")
    assert not any("files have changed" in line for line in said)
    first_notes = {name: value for name, value in notes.items() if name != "group_by"}
    for source in (run.sources[0], *sources_for(path, notes), *sources_for(path, first_notes),
                   *sources_for(path, first_notes, [str(films)])):
        assert [str(file.relative_to(tmp_path)) for file, _ in source.val.items] == by_file
    [new] = sources_for(path, notes, [str(films)], group_by="_(g..)_")
    assert {file.name[-11:-8] for file, _ in new.val.items} == {"g04"}
    assert summaries(tmp_path)[0]["held out"]["rule"] == "every 5th file of each class"
    assert labels_of(run.sources) == {"video": {"films": ["Archery", "Yo"]}}
    assert list_parts(films, "video").rule.endswith("by file names as in UCF101")


def test_from_the_command_line(half, capsys):
    def run(*given):
        return cli.main("tubevit_np", ENGINE, [str(word) for word in given])
    given = ("train", "--resume", half / "run", "--data", half / "z/clips")
    assert run(*given, "--images", half / "a/shots", "--lr", 1) == 2
    assert "leave out --lr" in capsys.readouterr().err
    with glance:
        assert run(*given) == 0
    told = capsys.readouterr().out
    assert told.startswith("held out: 4 of 10 videos of films: the folder val\n"
                           "held out: 4 of 10 images of shots: the folder val\n")
    assert stored(half)["data"] == [f"films={half}/z/clips"]
    assert summaries(half)[0]["held out"]["files"].keys() == {
        f"val/{c}/{k}.mov" for c, numbers in (("cat", "01"), ("eel", "23")) for k in numbers}
    assert run("evaluate", half / "run", "--group-by", "x") == 2
    assert "own data keep their split; leave out --group-by" in capsys.readouterr().err
    assert run("train", "--data", half / "z/clips", "--group-by", "(", "--out", half / "x") == 2
    assert "--group-by ( is not a regular expression" in capsys.readouterr().err
