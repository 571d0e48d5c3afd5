"""Batches by number, and held-out sets that stay the same."""

from dataclasses import replace

import numpy as np
import pytest
from clips import SHARED, needs_shared
from tiny import RECIPE, class_folder, coded, recipe_on

from tubevit_np.data import sources
from tubevit_np.data.batch import Batch
from tubevit_np.data.datasets.dataset import Loaded, head_and_path
from tubevit_np.data.datasets.in_memory import FileSource, open_held_out, read_one
from tubevit_np.data.sources import open_sources

VIDEO, IMAGE = 0, 1


def same(a, b):
    """Whether two batches are equal to the last bit, labels too."""
    return np.array_equal(a.x, b.x) and a.labels.keys() == b.labels.keys() and all(
        np.array_equal(a.labels[head], b.labels[head]) for head in a.labels)


def in_memory(total=5, size=6, seed=0, kind="video", margin=2):
    """A FileSource without files: `total` coded pictures for training, as many held out."""
    x = np.stack([coded(k, size + margin, 2 if kind == "video" else None) for k in range(total)])
    loaded = Loaded(x, np.arange(total), tuple(range(total)), ())
    return FileSource(kind, "number", size, tuple("abcdefghijkl"[:total]), loaded, loaded, seed)


def drawn(source, steps, count):
    """Which files the batches of these steps hold, read from their pixels."""
    return np.concatenate([source.batch(step, count).x[..., 0].reshape(count, -1).min(1) // 20
                           for step in steps])


@pytest.mark.parametrize("kind", [VIDEO, IMAGE])
def test_a_generated_batch_depends_on_seed_and_number_alone(kind):
    first = open_sources(RECIPE)[kind].batch(3, 4)
    sources.generated_pools.cache_clear()  # as in another process
    again, other = open_sources(RECIPE)[kind], open_sources(replace(RECIPE, seed=1))[kind]
    again.batch(2, 4), list(again.held_out(4, 8))
    assert same(again.batch(3, 4), first)
    assert not same(again.batch(4, 4), first) and not same(other.batch(3, 4), first)


def test_generated_shapes_and_labels():
    video, image = open_sources(RECIPE)
    clips, pictures = video.batch(0, 3), image.batch(0, 2)
    assert (clips.x.shape, clips.x.dtype) == ((3, 16, 24, 24, 3), np.uint8)
    assert (pictures.x.shape, pictures.x.dtype) == ((2, 24, 24, 3), np.uint8)
    assert (list(clips.labels), list(pictures.labels)) == (["verb", "noun"], ["noun"])
    assert [len(names) for names in video.labels.values()] == [8, 9]
    assert image.labels == {"noun": video.labels["noun"]}


def test_the_images_of_a_step_are_no_frames_of_its_clips():
    video, image = open_sources(RECIPE)
    pairs = [(video.batch(k, 4).labels["noun"], image.batch(k, 4).labels["noun"])
             for k in range(20)]
    assert np.mean([a == b for a, b in pairs]) < 0.3  # 1 / 9 by chance


@pytest.mark.parametrize("kind", [VIDEO, IMAGE])
def test_held_out_examples_are_always_the_same(kind):
    found = list(open_sources(RECIPE)[kind].held_out(4, 10))
    again = list(open_sources(RECIPE)[kind].held_out(4, 10))
    assert [len(batch.x) for batch in found] == [4, 4, 2]
    assert all(map(same, found, again))
    assert not same(found[0], found[1])


def test_held_out_examples_are_made_of_other_sprites_than_training():
    video = open_sources(RECIPE)[VIDEO]
    mine, held = video.pools, sources.generated_pools("something-moves", 24, 0,
                                                         sources.HELD_OUT)
    for a, b in ((np.concatenate(mine.sprites), np.concatenate(held.sprites)),
                 (mine.canvases, held.canvases)):
        assert not {one.tobytes() for one in a} & {one.tobytes() for one in b}
    blind = replace(video, pools=replace(mine, sprites=0 * mine.sprites,
                                         canvases=0 * mine.canvases))
    assert blind.batch(0, 4).x.max() == 0
    assert same(next(blind.held_out(4, 4)), next(video.held_out(4, 4)))


def test_frames_that_no_clip_can_have_are_refused_at_once():
    with pytest.raises(ValueError, match="frames=1000: use 1 to"):
        open_sources(replace(RECIPE, frames=1000))


def test_every_file_comes_once_in_each_epoch():
    first, second, third = drawn(in_memory(), range(15), 1).reshape(3, 5)
    assert sorted(first) == sorted(second) == sorted(third) == [0, 1, 2, 3, 4]
    assert not (first.tolist() == second.tolist() == third.tolist())


@pytest.mark.parametrize("count", [2, 5, 12])
def test_epochs_run_on_whatever_the_batch(count):
    """Also where a batch ends in the middle of one, or holds several."""
    one_by_one = drawn(in_memory(), range(60), 1)
    assert drawn(in_memory(), range(60 // count), count).tolist() == one_by_one.tolist()


def test_order_and_crops_of_files_depend_on_the_seed():
    assert same(in_memory(seed=3).batch(7, 4), in_memory(seed=3).batch(7, 4))
    assert not same(in_memory().batch(7, 4), in_memory().batch(8, 4))
    orders = [drawn(in_memory(seed=seed), range(20), 2).tolist() for seed in (0, 3)]
    assert orders[0] != orders[1]
    crops = [in_memory(total=1, seed=seed).batch(7, 9) for seed in (0, 3)]
    assert not same(*crops)


@pytest.mark.parametrize("kind", ["video", "image"])
def test_training_crops_at_random_places(kind):
    """Every place in rows and columns, each alone, the same for all frames of a clip."""
    source, found = in_memory(kind=kind), set()
    for step in range(40):
        batch = source.batch(step, 3)
        assert batch.x.shape == ((3, 2, 6, 6, 3) if kind == "video" else (3, 6, 6, 3))
        for x, label in zip(batch.x, batch.labels["number"], strict=True):
            row, column = x[..., 1].min(), x[..., 2].min()
            whole = coded(label, 8, 2 if kind == "video" else None)
            assert np.array_equal(x, whole[..., row:row + 6, column:column + 6, :])
            found.add((int(row), int(column)))
    assert found == {(row, column) for row in range(3) for column in range(3)}


@pytest.mark.parametrize("kind", ["video", "image"])
def test_held_out_files_come_once_cropped_at_the_center(kind):
    batches = list(in_memory(kind=kind).held_out(2))
    assert [len(batch.x) for batch in batches] == [2, 2, 1]
    assert np.concatenate([batch.labels["number"] for batch in batches]).tolist() == [0, 1, 2, 3, 4]
    for k, x in enumerate(np.concatenate([batch.x for batch in batches])):
        whole = coded(k, 8, 2 if kind == "video" else None)
        assert np.array_equal(x, whole[..., 1:7, 1:7, :])


def test_a_glance_is_spread_over_the_whole_held_out_set():
    """The files are sorted by class: the first few would be of one class alone."""
    found = [batch.labels["number"].tolist() for batch in in_memory(total=12).held_out(3, 4)]
    assert found == [[0, 3, 6], [9]]
    assert sum(len(batch.x) for batch in in_memory().held_out(3, 99)) == 5


@pytest.mark.parametrize("length, wanted", [(5, [3, 2]), (4, [2, 2]), (1, [1])])
def test_a_batch_splits_into_nearly_equal_parts(length, wanted):
    batch = Batch(np.arange(length * 3).reshape(length, 3), {"a": np.arange(length),
                                                             "b": -np.arange(length)})
    parts = batch.split(2)
    assert [len(part.x) for part in parts] == wanted
    joined = {head: np.concatenate([part.labels[head] for part in parts]) for head in batch.labels}
    assert same(Batch(np.concatenate([part.x for part in parts]), joined), batch)


def test_files_are_opened_with_their_classes_and_margins(tmp_path):
    recipe = recipe_on(data=str(class_folder(tmp_path / "Pets", "video")), frames=16)
    [source] = open_sources(recipe)
    assert (source.head, source.labels) == ("pets", {"pets": ("cat", "eel")})
    assert source.train.x.shape == (6, 16, 27, 27, 3)
    assert source.train.y.tolist() == [0, 0, 0, 1, 1, 1]
    assert source.val.y.tolist() == [0, 0, 1, 1]
    [batch] = source.held_out(9)
    assert batch.x.shape == (4, 16, 24, 24, 3) and np.array_equal(batch.x[1, 2, 0, 0], [22, 1, 1])


def test_classes_that_are_asked_for_but_not_taught_are_said(tmp_path):
    folder = class_folder(tmp_path / "pets", "image", ("bee", "cat", "eel"))
    for file in (folder / "train" / "cat").iterdir():
        file.unlink()
    with pytest.warns(UserWarning, match="pets: 1 classes of val have no image in train, the "
                                         "first: cat$"):
        open_sources(recipe_on(images=str(folder)))


def test_skipped_files_are_counted(tmp_path):
    folder = class_folder(tmp_path / "pets", "image")
    for broken in ("train/cat/0.png", "val/cat/1.png", "val/eel/2.png"):
        (folder / broken).write_text("no picture", encoding="utf-8")
    with pytest.warns(UserWarning, match="skipped: "):
        [source] = open_sources(recipe_on(images=str(folder)))
    assert [path.name for path, _ in source.skipped] == ["1.png", "2.png"]
    assert [path.name for path, _ in source.left_out] == ["0.png", "1.png", "2.png"]
    assert [len(batch.x) for batch in source.held_out(9)] == [2]


def test_one_name_for_two_lists_of_classes_is_refused(tmp_path):
    data = class_folder(tmp_path / "videos" / "pets", "video")
    images = class_folder(tmp_path / "images" / "pets", "image", ("cat", "dog"))
    told = "videos and images share the name pets, but not the classes; .*NAME=PATH"
    with pytest.raises(ValueError, match=told):
        open_sources(recipe_on(data=str(data), images=str(images)))
    images = class_folder(tmp_path / "others" / "pets", "image")
    assert [source.head for source in open_sources(
        recipe_on(data=str(data), images=str(images)))] == ["pets", "pets"]


def test_any_number_of_sets_each_with_a_head_of_its_own(tmp_path):
    first, second = (class_folder(tmp_path / name / "pets", "video") for name in "ab")
    images = [class_folder(tmp_path / name, "image", ("cat", "dog", "eel")) for name in "cd"]
    recipe = recipe_on(data=(str(first), f"more={second}"), images=tuple(map(str, images)))
    assert [(one.kind, one.head, len(one.names)) for one in open_sources(recipe)] == [
        ("video", "pets", 2), ("video", "more", 2), ("image", "c", 3), ("image", "d", 3)]
    with pytest.raises(ValueError, match="two sets of videos share the name pets; .*NAME=PATH"):
        open_sources(recipe_on(data=(str(first), str(second))))


def test_generated_sets_alone_or_beside_files(tmp_path):
    [only] = open_sources(recipe_on(images="generated"))
    assert same(only.batch(3, 2), open_sources(RECIPE)[1].batch(3, 2))
    films = class_folder(tmp_path / "films", "video")
    both = open_sources(recipe_on(data=("generated", str(films))))
    assert [tuple(one.labels) for one in both] == [("verb", "noun"), ("films",)]
    noun = class_folder(tmp_path / "noun", "image")
    with pytest.raises(ValueError, match="images share the name noun, but not the classes"):
        open_sources(recipe_on(data="generated", images=str(noun)))


def test_a_path_may_hold_the_sign_of_a_name(tmp_path):
    odd = class_folder(tmp_path / "a=b", "video")
    assert head_and_path(odd) == ("a_b", str(odd))
    assert head_and_path("k400=/data/kinetics") == ("k400", "/data/kinetics")
    assert head_and_path("/data/Kinetics-400/")[0] == "kinetics_400"
    with pytest.raises(ValueError, match="only a-z, 0-9 and _, for example k_400=.*b$"):
        head_and_path(f"K-400={odd}")
    assert head_and_path("/data/no=where/A=/no/b")[1] == "/data/no=where/A=/no/b"


@needs_shared
def test_the_real_validation_set_comes_once():
    names = tuple((SHARED / "mini_actions" / "labels.txt").read_text(encoding="utf-8").split())
    source = open_held_out(SHARED / "mini_actions", "video", 4, 16, "actions", names)
    batches = list(source.held_out(10))
    assert [len(batch.x) for batch in batches] == [10, 10, 10, 10, 4] and source.skipped == ()
    y = np.concatenate([batch.labels["actions"] for batch in batches])
    counts = {"pull_up": 8, "push_up": 7, "squat": 5}
    assert np.bincount(y).tolist() == [counts.get(name, 4) for name in names]
    assert len({clip.tobytes() for batch in batches for clip in batch.x}) == 44


def test_one_file_is_read_as_the_held_out_set_shows_it(tmp_path):
    for kind in ("video", "image"):
        data = class_folder(tmp_path / kind, kind)
        recipe = recipe_on(size=24, **{"data" if kind == "video" else "images": str(data)})
        [source] = open_sources(recipe)
        [batch] = source.held_out(99)
        for path, shown in zip(source.val.paths, batch.x, strict=True):
            assert read_one(path, recipe.frames, recipe.size)[0] == kind
            assert np.array_equal(read_one(path, recipe.frames, recipe.size)[1], shown)
