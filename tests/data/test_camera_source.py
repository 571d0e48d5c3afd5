"""A folder of pictures as a set of videos."""

from dataclasses import replace
from pathlib import Path

import clips
import numpy as np
import pytest
from tiny import class_folder, coded

from tubevit_np.commands.given_recipe import whole_paths
from tubevit_np.data import sources
from tubevit_np.data.camera.motion import VERBS
from tubevit_np.data.datasets.in_memory import FileSource
from tubevit_np.data.datasets.listing import list_pictures
from tubevit_np.data.datasets.streaming import StreamSource
from tubevit_np.runs.held_out import sources_for
from tubevit_np.runs.open_run import new_run, open_run
from tubevit_np.runs.recipe import Recipe
from tubevit_np.runs.recipe_defaults import recipe_for
from tubevit_np.runs.run_folder import MODEL
from tubevit_np.storage.checkpoint import load
from tubevit_np.training.evaluate import evaluate, predictor
from tubevit_np.training.train import train

SMALL = {"size": 24, "batch": 4, "image_batch": 2, "steps": 2, "frames": 16}


@pytest.fixture(scope="module")
def pictures(tmp_path_factory):
    """Pictures of two classes: six for training, four held out."""
    return class_folder(tmp_path_factory.mktemp("data") / "pets", "image", size=60)


def opened(given, **settings):
    """Return the source of --data `given`."""
    return sources.open_source("video", str(given), Recipe(**SMALL | settings))


def same(a, b):
    return np.array_equal(a.x, b.x) and a.labels.keys() == b.labels.keys() and all(
        np.array_equal(a.labels[head], b.labels[head]) for head in a.labels)


def test_clips_have_a_verb_and_the_class_of_their_picture(pictures):
    source = opened(f"camera:{pictures}")
    assert source.labels == {"pets_verb": VERBS, "pets": ("cat", "eel")}
    batch = source.batch(0, 5)
    assert (batch.x.shape, batch.x.dtype) == ((5, 16, 24, 24, 3), np.uint8)
    assert [y.shape for y in batch.labels.values()] == [(5,), (5,)]
    named = opened(f"a=camera:{pictures}")
    assert named.labels == {"a_verb": VERBS, "a": ("cat", "eel")}


def numbers(x):
    """The numbers of the coded pictures that clips show; their darkest pixels tell."""
    return set((x.reshape(len(x), -1).min(1) // 20).tolist())


def test_held_out_pictures_are_held_out(tmp_path):
    for part, first in (("train", 0), ("val", 6)):
        for k in range(first, first + 4):
            place = tmp_path / part / "ab"[k % 2]
            place.mkdir(parents=True, exist_ok=True)
            flat = np.full((60, 60, 3), 20 * k, np.uint8)
            clips.write_pictures(place / f"{k}.png", flat)
    source = opened(f"camera:{tmp_path}")
    shown = set().union(*(numbers(source.batch(step, 4).x) for step in range(8)))
    [held_out] = source.held_out(32)
    assert shown == {0, 1, 2, 3} and sorted(numbers(held_out.x)) == [6, 7, 8, 9]
    assert len(held_out.x) == len(source.examples()) == 4


def test_batches_depend_on_seed_and_step_alone(pictures):
    source = opened(f"camera:{pictures}")
    again, other = opened(f"camera:{pictures}"), opened(f"camera:{pictures}", seed=1)
    again.batch(2, 4)
    assert same(source.batch(3, 4), again.batch(3, 4))
    assert not same(source.batch(3, 4), source.batch(4, 4))
    assert not same(source.batch(3, 4), other.batch(3, 4))
    assert all(map(same, source.held_out(3), again.held_out(3)))


def test_pictures_that_take_too_much_memory_are_decoded_on_the_fly(pictures):
    assert isinstance(opened(f"camera:{pictures}").pictures, FileSource)
    needed = 10 * 54**2 * 3 / 1e9  # ten pictures of 2 * 24 pixels and their margin
    assert isinstance(opened(f"camera:{pictures}", memory=4.1 * needed).pictures, FileSource)
    source = opened(f"camera:{pictures}", memory=3.9 * needed)  # the worker needs copies
    assert isinstance(source.pictures, StreamSource)
    assert source.batch(0, 3).x.shape == (3, 16, 24, 24, 3)


@pytest.mark.parametrize("parts", [("",), ("train", "val")])
def test_pictures_without_classes_have_only_a_verb(tmp_path, parts):
    for part in parts:
        (tmp_path / "photos" / part).mkdir(parents=True)
        for k in range(10):
            clips.write_pictures(tmp_path / "photos" / part / f"{k}.png", coded(k, 60))
    source = opened(f"camera:{tmp_path / 'photos'}")
    assert source.labels == {"photos_verb": VERBS} == {"photos_verb": tuple(VERBS)}
    assert list(source.batch(0, 2).labels) == ["photos_verb"]
    assert len(source.examples()) == (2 if len(parts) == 1 else 10)


def test_images_of_the_same_folder_train_jointly(pictures, tmp_path):
    (tmp_path / "photos").mkdir()
    for k in range(10):
        clips.write_pictures(tmp_path / "photos" / f"{k}.png", coded(k, 60))
    classes, none = f"camera:{pictures}", f"camera:{tmp_path / 'photos'}"
    assert recipe_for(data=[classes]).images == (str(pictures),)
    assert recipe_for(data=["b=" + classes]).images == (f"b={pictures}",)
    assert recipe_for(data=[none]).images == ()
    assert recipe_for(data=[classes], images=["scenes"]).images == ("scenes",)
    assert recipe_for(data=["scenes"]).images == ()


def test_a_camera_makes_no_images(pictures):
    with pytest.raises(ValueError, match="a camera makes videos; give the pictures themselves"):
        sources.open_source("image", f"camera:{pictures}", Recipe(**SMALL))


def test_flips_change_the_picture_not_the_motion(pictures):
    plain, flipped = (opened(f"camera:{pictures}", flip=flip) for flip in (False, True))
    a, b = plain.batch(0, 6), flipped.batch(0, 6)
    assert not same(a, b)
    assert all((a.labels[head] == b.labels[head]).all() for head in a.labels)


def test_a_run_trains_resumes_and_is_evaluated(pictures, tmp_path):
    recipe = recipe_for(data=[f"camera:{pictures}"], **SMALL)
    run = new_run(tmp_path / "run", recipe)
    params = train(run)
    assert set(run.labels) == {"pets_verb", "pets"}
    assert "over each image" in (tmp_path / "run/data.json").read_text(encoding="utf-8")
    assert evaluate(predictor(params, run.cfg), run.sources[0])["count"] == 4
    assert open_run(tmp_path / "run").recipe == recipe
    notes = load(tmp_path / "run" / MODEL)[2]
    own = sources_for(tmp_path / "run" / MODEL, notes)
    assert [source.kind for source in own] == ["video", "image"]
    assert all(map(same, own[0].held_out(32), run.sources[0].held_out(32)))


def test_a_model_of_scenes_is_evaluated_on_the_motion_over_pictures(pictures, tmp_path):
    recipe = replace(Recipe(**SMALL), data=("scenes",), images=("scenes",), steps=1)
    run = new_run(tmp_path / "run", recipe)
    train(run)
    path = tmp_path / "run" / MODEL
    [source] = sources_for(path, load(path)[2], data=[f"camera:{pictures}"])
    assert list(source.labels) == ["verb"]
    assert [list(batch.labels) for batch in source.held_out(4)] == [["verb"]]


def test_a_model_without_the_verbs_is_refused(pictures, tmp_path):
    recipe = replace(Recipe(**SMALL), data=(), images=(str(pictures),), steps=1)
    train(new_run(tmp_path / "run", recipe))
    path = tmp_path / "run" / MODEL
    with pytest.raises(ValueError, match="was not trained on videos"):
        sources_for(path, load(path)[2], data=[f"camera:{pictures}"])


def filled(folder, *names):
    """Write a different picture to each path in a folder; returns the folder."""
    for k, name in enumerate(names):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        clips.write_pictures(folder / name, coded(k % 12, 60))
    return folder


def files_of(path):
    """{part: names of the files} that list_pictures finds."""
    return {part: [f"{row.file.parent.name}/{row.file.name}" for row in rows]
            for part, rows in list_pictures(path).items()}


def test_parts_are_no_classes(tmp_path):
    """Other folders beside them change nothing; nor does it matter which part is given."""
    folder = filled(tmp_path / "a", "train/1.png", "train/2.png", "val/3.png", "test/4.png")
    parts = {"train": ["train/1.png", "train/2.png"], "val": ["val/3.png"]}
    assert files_of(folder) == files_of(folder / "val") == files_of(folder / "train") == parts


def test_tables_decide_what_is_held_out(tmp_path):
    folder = filled(tmp_path / "a", "1.png", "2.png", "3.png")
    (folder / "train.csv").write_text("path,label\n1.png,cat\n2.png,eel\n", encoding="utf-8")
    (folder / "val.csv").write_text("path,label\n3.png,eel\n", encoding="utf-8")
    assert files_of(folder) == {"train": ["a/1.png", "a/2.png"], "val": ["a/3.png"]}


def test_folders_without_pictures_are_no_classes(tmp_path):
    folder = filled(tmp_path / "a", *(f"{k}.png" for k in range(5)))
    (folder / "notes").mkdir()
    assert files_of(folder)["val"] == ["a/4.png"]
    filled(folder, "cat/1.png", "cat/2.png")
    with pytest.warns(UserWarning, match="not used: 6 .in no class folder: 5, an empty"):
        assert files_of(folder) == {"train": ["cat/1.png", "cat/2.png"], "val": []}


def test_a_held_out_clip_depends_only_on_its_picture(pictures):
    source = opened(f"camera:{pictures}")
    [whole], pairs = source.held_out(32), list(source.held_out(2, 4))
    assert np.array_equal(whole.x, np.concatenate([pair.x for pair in pairs]))
    [some] = source.held_out(32, 2)
    at = [source.examples().index(name) for name in source.examples(2)]
    assert np.array_equal(some.x, whole.x[at])
    stream = opened(f"camera:{pictures}", memory=0)
    assert all(map(same, stream.held_out(3), source.held_out(3)))


def test_the_images_of_a_step_are_not_the_pictures_of_its_clips(tmp_path):
    many = filled(tmp_path / "a", *(f"train/{'ab'[k % 2]}/{k}.png" for k in range(24)),
                  "val/a/1.png", "val/b/1.png")
    video, image = sources.open_sources(recipe_for(data=[f"camera:{many}"], **SMALL))
    pairs = [(video.batch(k, 4).labels["a"], image.batch(k, 4).labels["a"]) for k in range(6)]
    assert any((a != b).any() for a, b in pairs)
    other = opened(f"b=camera:{many}").batch(0, 8).labels["b_verb"]
    assert (other != opened(f"camera:{many}").batch(0, 8).labels["a_verb"]).any()


def test_a_camera_without_a_folder_is_refused():
    for given in ("camera:", "a=camera:"):
        with pytest.raises(ValueError, match=f"data {given} names no folder .*write {given}PATH"):
            sources.open_source("video", given, Recipe(**SMALL))


def test_paths_become_absolute(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for path in ("a=b", "x=y/pics", "c"):
        (tmp_path / path).mkdir(parents=True)
    given = ["camera:c", "n=camera:c", "camera:a=b", "n=camera:a=b", "camera:x=y/pics", "n=a=b",
             "a=b", "scenes", "camera:"]
    here = tmp_path.resolve()
    assert whole_paths([Path(one) for one in given]) == [
        f"camera:{here}/c", f"n=camera:{here}/c", f"camera:{here}/a=b", f"n=camera:{here}/a=b",
        f"camera:{here}/x=y/pics", f"n={here}/a=b", f"{here}/a=b", "scenes", "camera:"]
