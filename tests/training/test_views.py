"""Several views of a file: temporal and spatial crops, and the mean of their predictions."""

import csv
from types import SimpleNamespace

import clips
import numpy as np
import pytest
from clips import SHARED, needs_shared, which

import tubevit_np as tv
from tubevit_np.commands.per_class import confusion, names_apart, per_class, write_details
from tubevit_np.commands.report import parse_views
from tubevit_np.data.datasets.in_memory import open_files
from tubevit_np.data.decoding.images import read_image, read_image_views, spatial_crops
from tubevit_np.data.decoding.video import frame_indices, read_clip, read_views
from tubevit_np.plots.training_plots.confusion_matrix import NAMED, draw_confusion
from tubevit_np.runs.recipe import Recipe
from tubevit_np.training.evaluate import evaluate, predict_all


def test_moments_of_several_views_are_all_different_and_each_is_spread():
    assert frame_indices(24, 4, 3).tolist() == [[1, 7, 13, 19], [3, 9, 15, 21], [5, 11, 17, 23]]
    assert frame_indices(24, 12, 2).T.ravel().tolist() == list(range(24))
    assert frame_indices(3, 4, 2).tolist() == [[0, 1, 2, 2]] * 2  # a short video is taken whole
    assert frame_indices(10, 4, 1).tolist() == [[1, 3, 6, 8]]


@pytest.mark.parametrize("shape, corners", [
    ((10, 31), [(0, 0), (0, 10), (0, 21)]), ((31, 10), [(0, 0), (10, 0), (21, 0)]),
    ((12, 12), [(1, 0), (1, 1), (1, 2)])])
def test_squares_along_the_longer_side(shape, corners, rng):
    picture = rng.integers(0, 256, (*shape, 3), np.uint8)
    found = spatial_crops(picture, 10, 3)
    for square, (top, left) in zip(found, corners, strict=True):
        assert np.array_equal(square, picture[top:top + 10, left:left + 10])
    assert spatial_crops(picture, 10).shape == (1, 10, 10, 3)


def test_views_of_a_video_are_its_frames_and_squares(tmp_path, rng):
    film = clips.noise(rng, 24, height=20, width=35)
    clips.write_video(tmp_path / "x.mov", film)
    views = read_views(tmp_path / "x.mov", 4, 20, 20, temporal=3, spatial=2)
    assert views.shape == (6, 4, 20, 20, 3)
    for i, wanted in enumerate([[1, 7, 13, 19], [3, 9, 15, 21], [5, 11, 17, 23]]):
        for place, left in enumerate((0, 15)):
            assert which(views[2 * i + place], film[:, :, left:left + 20]) == wanted
    assert np.array_equal(read_views(tmp_path / "x.mov", 4, 20, 20)[0],
                          read_clip(tmp_path / "x.mov", 4, 20))


def test_views_of_pictures_and_animations(tmp_path, rng):
    film = clips.noise(rng, 6, height=20, width=35)
    clips.write_pictures(tmp_path / "x.png", film[0])
    found = read_image_views(tmp_path / "x.png", 20, 20, 3)
    assert all(np.array_equal(found[k], film[0][:, left:left + 20])
               for k, left in enumerate((0, 8, 15)))
    middle = read_image_views(tmp_path / "x.png", 10, 10, 1)[0]
    assert np.array_equal(middle, read_image(tmp_path / "x.png", 10))
    clips.write_pictures(tmp_path / "x.apng", film)
    views = read_views(tmp_path / "x.apng", 3, 20, 20, temporal=2, spatial=2)
    assert which(views[0], film[:, :, :20]) == [0, 2, 4]
    assert which(views[3], film[:, :, 15:]) == [1, 3, 5]


def test_the_score_of_views_is_the_mean_of_their_softmax(rng):
    logits = rng.standard_normal((2, 6, 4)) * 3
    batches = [SimpleNamespace(x=x, labels={"a": np.array([k])}) for k, x in enumerate(logits)]
    source = SimpleNamespace(kind="video", labels={"a": list("wxyz")},
                             examples=lambda limit: [0, 1],
                             held_out_views=lambda temporal, spatial, limit: batches)
    found, labels = predict_all(lambda x, heads: {"a": x}, source, views=(3, 2))["a"]
    wanted = [np.mean([tv.softmax(row) for row in view], axis=0) for view in logits]
    np.testing.assert_allclose(found, wanted, rtol=1e-14)
    assert labels.tolist() == [0, 1]


@pytest.mark.filterwarnings("ignore:.*gives no tokens")
def test_one_view_of_files_equals_the_usual_score(tmp_path, rng):
    for k in range(20):
        path = tmp_path / "films" / "ab"[k % 2] / f"{k:02d}.mov"
        path.parent.mkdir(parents=True, exist_ok=True)
        clips.write_video(path, clips.noise(rng, 12, height=54, width=81))
    source = open_files(tmp_path / "films", "video", Recipe(data="films", frames=4))
    [usual] = source.held_out(32)
    looked = list(source.held_out_views(1, 1))
    assert np.array_equal(np.concatenate([batch.x for batch in looked]), usual.x)
    assert [batch.labels["films"].item() for batch in looked] == usual.labels["films"].tolist()
    several = list(source.held_out_views(2, 3, limit=2))
    assert [batch.x.shape for batch in several] == [(6, 4, 48, 48, 3)] * 2
    assert source.examples(2) == [source.examples()[i] for i in (0, 2)]
    assert len(source.examples()) == len(usual.labels["films"]) == 4


def test_generated_clips_have_one_view():
    source = SimpleNamespace(kind="video", labels={"a": list("xy")})
    with pytest.raises(ValueError, match="only files have several views"):
        predict_all(None, source, views=(4, 3))


def test_views_as_they_are_written():
    assert parse_views("4x3") == (4, 3)
    for text in ("4", "0x3", "4x", "ax3", "4x-1"):
        with pytest.raises(ValueError, match="write temporal x spatial crops, as 4x3"):
            parse_views(text)


# What a score is made of.

SCORES = np.array([[3.0, 1, 0], [0, 2, 1], [2, 1, 0], [2, 2, 2], [0, 1, 5], [np.nan, 1, 0]])
LABELS = np.array([0, 1, 1, 2, 2, 0])


def test_confusion_and_classes_by_hand():
    assert confusion(SCORES, LABELS, 3).tolist() == [[2, 0, 0], [1, 1, 0], [1, 0, 1]]
    assert per_class(SCORES, LABELS, ["a", "b", "c"]) == [
        ("a", 2, 1, 2, ""), ("b", 2, 1, 2, "a"), ("c", 2, 1, 2, "a")]
    assert per_class(SCORES[:1], LABELS[:1], ["a", "b", "c"])[1] == ("b", 0, 0, 0, "")


@pytest.mark.parametrize("names, told", [
    (["x", "verb", "y"], ["x", "", ""]), (["x", "x", "x"], ["x", "x-2", ""]),
    (["verb", "verb", "noun"], ["", "2", ""]), (["2", "verb", "z"], ["2", "", ""])])
def test_sets_of_one_head_are_told_apart(names, told):
    sources = [SimpleNamespace(kind=kind, labels={"verb": "ab"})
               for kind in ("video", "video", "image")]
    assert names_apart(sources, names) == told
    alone = SimpleNamespace(kind="video", labels={"noun": "ab"})
    assert names_apart([*sources[1:], alone], ["x", "y", "z"]) == ["", "", ""]
    two = SimpleNamespace(kind="video", labels={"verb": "ab", "noun": "cd"})
    assert names_apart([two, alone], ["generated", "noun"]) == ["generated", ""]


def test_details_say_the_same_as_the_score(tmp_path, rng):
    scores, labels = rng.standard_normal((40, 7)), rng.integers(0, 7, 40)
    names = [f"class, {k}" for k in range(7)]
    examples = [f"{k}.mp4" for k in range(40)]
    odds = rng.random((40, 7))
    paths, table = write_details(tmp_path, "video-verb", "verb", (scores, labels), odds, names,
                                 examples)
    assert set(paths) == set(tmp_path.iterdir())
    with (tmp_path / "video-verb-predictions.csv").open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    with (tmp_path / "video-verb-classes.csv").open(newline="", encoding="utf-8") as file:
        classes = list(csv.DictReader(file))
    assert [row["example"] for row in rows] == examples
    assert list(rows[0])[:4] == ["example", "class", "predicted", "rank"]
    for row, values in zip(rows, odds.tolist(), strict=True):
        assert [float(row[f"verb: {name}"]) for name in names] == values
        for what in ("class", "predicted"):
            assert float(row[f"{what} probability"]) == values[names.index(row[what])]
    right = sum(row["class"] == row["predicted"] for row in rows)
    source = SimpleNamespace(
        kind="video", labels={"verb": names}, examples=lambda limit: examples,
        held_out=lambda count, limit: [SimpleNamespace(x=scores, labels={"verb": labels})])
    found = evaluate(lambda x, heads: {"verb": x}, source)
    assert right / 40 == found["verb"] == np.trace(table) / 40
    assert sum(int(row["rank"]) <= 5 for row in rows) / 40 == found["verb top-5"]
    assert sum(int(row["right"]) for row in classes) == right
    assert [row["class"] for row in classes] == names


@pytest.mark.parametrize("count", [2, 9, NAMED + 1])
def test_the_picture_of_confusion_shows_the_shares(count, rng):
    table = rng.integers(0, 9, (count, count))
    table[1] = 0  # a class without examples
    figure = draw_confusion(table, [f"class {k}" for k in range(count)], "title")
    image = figure.axes[0].images[0].get_array()
    sums = table.sum(1, keepdims=True)
    np.testing.assert_allclose(np.delete(image, 1, 0), np.delete(table / np.maximum(sums, 1), 1, 0))
    assert np.isnan(np.ma.filled(image, np.nan)[1]).all()
    assert len(figure.axes[0].get_yticklabels()) == (count if count <= NAMED else 0)


@needs_shared
def test_views_of_a_real_clip():
    path = next((SHARED / "kinetics_clips" / "val").glob("*.mp4"))
    views = read_views(path, 8, 54, 48, temporal=4, spatial=3)
    assert views.shape == (12, 8, 48, 48, 3)
    assert len({view.tobytes() for view in views}) == 12
