"""Annotation files of Kinetics and Something-Something as downloaded, list files, and subsets."""

import csv
import json
import os

import pytest
from clips import SHARED, needs_shared
from sets import table, touch

from tubevit_np.data.datasets.dataset import open_dataset
from tubevit_np.data.datasets.listing import list_parts
from tubevit_np.data.datasets.subset import choose_classes, make_subset, read_classes

OLD = "label,youtube_id,time_start,time_end,split,is_cc"  # 2017: labels with spaces are quoted
NEW = "label,youtube_id,time_start,time_end,split"  # 2019: no quotes, "validate" for "val"
KNOT = "tying knot (not on a tie)"


def rows(path, part="val"):
    """{file below the data set's folder: class} of what can be used."""
    return {row.file.name: row.label for row in list_parts(path, "video")[part]
            if row.file.is_file()}


@pytest.fixture
def kinetics(tmp_path):
    touch(tmp_path, "val/-1aB_cdefgh_000002_000012.mp4", "train/a/abcdefghijk_000100_000110.mkv",
          "val/abcdefghijk_000000_000010.mp4", "val/only_the_id.mp4")
    return tmp_path


@pytest.mark.parametrize("folder", [".", "annotations", "labels"])
def test_kinetics_of_2017(kinetics, folder):
    path = table(kinetics / folder / "kinetics-400_val.csv", OLD,
                 f'"{KNOT}",-1aB_cdefgh,2,12,val,0', "yoga,abcdefghijk,0,10,val,1",
                 '"massaging person\'s head",only_the_id,7,17,val,0', "yoga,gonegonegon,5,15,val,0")
    table(kinetics / folder / "kinetics-400_train.csv", OLD, "yoga,abcdefghijk,100,110,train,0")
    for given in (path, kinetics):
        assert rows(given) == {"-1aB_cdefgh_000002_000012.mp4": KNOT,
                               "abcdefghijk_000000_000010.mp4": "yoga",
                               "only_the_id.mp4": "massaging person's head"}
        assert rows(given, "train") == {"abcdefghijk_000100_000110.mkv": "yoga"}
    with pytest.warns(UserWarning, match=r"1 of 4 rows .*gonegonegon_000005_000015.mp4 \(no such"):
        assert open_dataset(path, "val", "video", 4, 8).labels == tuple(
            sorted((KNOT, "yoga", "massaging person's head")))


def test_kinetics_of_2019_all_splits_in_one_file(kinetics):
    path = table(kinetics / "kinetics700.csv", NEW, f"{KNOT},-1aB_cdefgh,2,12,validate",
                 "yoga,abcdefghijk,100,110,train", "yoga,only_the_id,0,10,test")
    assert rows(path) == {"-1aB_cdefgh_000002_000012.mp4": KNOT}
    assert rows(path, "train") == {"abcdefghijk_000100_000110.mkv": "yoga"}


def test_clips_behind_a_link_and_links_in_a_circle(kinetics, tmp_path):
    home = tmp_path / "home"
    home.mkdir()
    (home / "clips").symlink_to(kinetics)
    (kinetics / "back").symlink_to(home)
    path = table(home / "val.csv", NEW, "a,abcdefghijk,0,10,val", "b,abcdefghijk,100,110,val")
    assert rows(path) == {"abcdefghijk_000000_000010.mp4": "a",
                          "abcdefghijk_000100_000110.mkv": "b"}


def test_an_id_is_no_key(kinetics):
    """With two rows of one id a file without seconds could be either."""
    path = table(kinetics / "val.csv", NEW, "a,only_the_id,0,10,val", "b,only_the_id,20,30,val",
                 "b,abcdefghijk,100,110,val", "a,abcdefghijk,0,10,val")
    assert rows(path) == {"abcdefghijk_000100_000110.mkv": "b",
                          "abcdefghijk_000000_000010.mp4": "a"}


def test_kinetics_of_the_test_part_alone(kinetics):
    path = table(kinetics / "test.csv", "youtube_id,time_start,time_end,split",
                 "-1aB_cdefgh,2,12,test")
    with pytest.raises(ValueError, match="test.csv has rows for test, but none for train or"):
        list_parts(path, "video")


def test_seconds_that_are_none(kinetics):
    path = table(kinetics / "val.csv", NEW, "a,abcdefghijk,0,10,val", "a,abcdefghijk,ten,20,val")
    with pytest.raises(ValueError, match="val.csv, line 3: time_start .* not 'ten' and '20'"):
        list_parts(path, "video")


@pytest.fixture
def ssv2(tmp_path):
    """Something-Something as it comes: (folder of the set, its labels folder)."""
    touch(tmp_path, "20bn-something-something-v2/74225.webm", "20bn-something-something-v2/12.webm")
    labels = tmp_path / "labels"
    records = {"train": [("74225", "Putting [something], [something] and [something] on it")],
               "validation": [("12", "Moving [something] up"), ("13", "Moving [something] up")]}
    for part, named in records.items():
        table(labels / f"something-something-v2-{part}.json", json.dumps(
            [{"id": name, "template": text, "label": "x", "placeholders": []}
             for name, text in named]))
    table(labels / "something-something-v2-labels.json", json.dumps({"Moving something up": "0"}))
    table(labels / "something-something-v2-test.json", json.dumps([{"id": "9"}]))
    return tmp_path, labels


@pytest.mark.parametrize("given", ["", "labels", "labels/something-something-v2-train.json"])
def test_something_something(ssv2, given):
    folder, _ = ssv2
    assert rows(folder / given, "train") == {
        "74225.webm": "Putting something, something and something on it"}
    assert rows(folder / given) == {"12.webm": "Moving something up"}
    assert {row.file.name for row in list_parts(folder / given, "video")["val"]} == {
        "12.webm", "13.webm"}


@pytest.mark.parametrize("text", ["{", '{"a": "b"}', "[1]", '[{"template": "x"}]'])
def test_a_json_of_something_else(ssv2, text):
    _, labels = ssv2
    path = table(labels / "something-something-v2-train.json", text)
    with pytest.raises(ValueError, match="train.json is not a JSON list of clips with id"):
        list_parts(path, "video")


def test_lists_of_files(tmp_path):
    touch(tmp_path, "my clips/1.mp4", "my clips/2.mp4", "3.webm", "deep/down/4.mp4")
    table(tmp_path / "labels.txt", "abseiling", "yoga")
    path = table(tmp_path / "val_list.txt", "my clips/1.mp4 1", "", "3.webm 0", "4.mp4 1")
    assert rows(path) == {"1.mp4": "yoga", "3.webm": "abseiling", "4.mp4": "yoga"}
    path = table(tmp_path / "bare_val.csv", "my clips/2.mp4,1", "3.webm,0")
    assert rows(path) == {"2.mp4": "yoga", "3.webm": "abseiling"}
    (tmp_path / "labels.txt").unlink()
    assert rows(path) == {"2.mp4": "1", "3.webm": "0"}


@pytest.mark.parametrize("line, words", [
    ("test.mp4 0 3", "several labels for one video"), ("imgs 5 127", "folders of frames"),
    ("imgs 2 5 127", "folders of frames"),
    ("test.mp4", "expected PATH LABEL, got 'test.mp4'")])
def test_lists_of_other_kinds(tmp_path, line, words):
    path = table(tmp_path / "train_list.txt", "1.mp4 0", line)
    with pytest.raises(ValueError, match="train_list.txt, line 2: ") as caught:
        list_parts(path, "video")
    assert words in str(caught.value)


def test_rows_twice_and_of_two_classes_and_outside(tmp_path):
    touch(tmp_path, "set/1.mp4", "set/2.mp4", "set/3.mp4", "outside.mp4")
    path = table(tmp_path / "set" / "val.csv", "path,label", "1.mp4,a", "1.mp4,a", "2.mp4,a",
                 "2.mp4,b", "../outside.mp4,a", "3.mp4,b")
    with pytest.warns(UserWarning) as caught:
        found = open_dataset(path, "val", "video", 4, 8)
    assert [file.name for file, _ in found.items] == ["1.mp4", "3.mp4"]
    assert {(file.name, why) for file, why in found.skipped} == {
        ("2.mp4", "two classes: a and b"), ("outside.mp4", "its path contains ..")}
    assert f"{path}: duplicate rows: 1" in [str(warning.message) for warning in caught]


@needs_shared
@pytest.mark.filterwarnings("ignore:.*rows left out")
def test_real_sets():
    """A part of each real set is not there."""
    clips = SHARED / "kinetics_clips"
    found, again, other, listed = (
        open_dataset(path, "val", "video", 4, 8, head="x")
        for path in (clips, clips / "annotations", clips / "annotations/validate_2019_form.csv",
                     clips / "val_list.txt"))
    assert found == again and other.items == found.items and other.labels == found.labels
    assert found.items and {"using segway", "arm wrestling"} < {*found.labels}
    assert [file for file, _ in listed.items] == [file for file, _ in found.items]
    found = open_dataset(SHARED / "ssv2_clips", "train", "video", 4, 8)
    assert found.items and "Poking something so that it falls over" in found.labels
    for part in ("train", "val"):
        path = SHARED / f"annotations/kinetics400_one_per_class/tiny_{part}.csv"
        assert len({row.label for row in list_parts(path, "video")[part]}) == 400


# A small part of a large set.

@pytest.fixture
def large(tmp_path):
    touch(tmp_path, *(f"set/{part}/{name}/{k}.mp4" for part, count in (("train", 7), ("val", 3))
                      for name in ("a", "b, c", "d", "e") for k in range(count)))
    return tmp_path / "set"


def test_a_subset_can_be_trained_on_and_made_again(large, tmp_path):
    counts = make_subset(large, "video", tmp_path / "one", classes=2, per_class=2, seed=5)
    assert len(counts["train"]) == 2 and {*counts["train"].values(), *counts["val"].values()} == {2}
    train = open_dataset(tmp_path / "one", "train", "video", 4, 8)
    assert train.labels == tuple(counts["train"]) and len(train.items) == 4
    assert all(file.is_relative_to(large / "train") for file, _ in train.items)
    make_subset(large, "video", tmp_path / "two", classes=2, per_class=2, seed=5)
    one, two = ((tmp_path / name / "train.csv").read_bytes() for name in ("one", "two"))
    assert one == two


def test_classes_and_files_are_drawn_by_the_seed(large, tmp_path):
    def drawn(seed, **asked):
        out = tmp_path / f"{seed} of {asked['classes']}"
        counts = make_subset(large, "video", out, per_class=2, seed=seed, **asked)
        return tuple(counts["train"]), (out / "train.csv").read_text(encoding="utf-8")
    assert len({drawn(seed, classes=2)[0] for seed in range(8)}) > 2
    assert len({drawn(seed, classes=["a", "d"])[1] for seed in range(8)}) > 4


def test_a_subset_of_named_classes(large, tmp_path):
    names = read_classes(str(table(tmp_path / "names.txt", "e", "", "b, c")))
    counts = make_subset(large, "video", tmp_path / "out", names)
    assert counts == {"train": {"b, c": 7, "e": 7}, "val": {"b, c": 3, "e": 3}}
    with (tmp_path / "out/val.csv").open(newline="", encoding="utf-8") as file:
        assert {row["label"] for row in csv.DictReader(file)} == {"b, c", "e"}


def test_no_table_is_written_over(large, tmp_path):
    for name in ("train.csv", "val.csv"):
        (out := tmp_path / name[0]).mkdir()
        (out / name).write_text("path,label\n", encoding="utf-8")
        with pytest.raises(ValueError, match=f"already holds {name}; give another --out"):
            make_subset(large, "video", out)
        assert [file.read_text(encoding="utf-8") for file in out.iterdir()] == ["path,label\n"]


@pytest.mark.parametrize("name", [os.fsdecode(b"caf\xe9.mp4"), "two\nlines.mp4"])
def test_no_table_with_names_that_cannot_be_read(large, tmp_path, name):
    try:
        touch(large, f"train/a/{name}")
    except OSError:
        pytest.skip("names of files are Unicode here")
    with pytest.raises(ValueError, match="a table cannot hold its name, .*; rename the file"):
        make_subset(large, "video", tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_classes_that_cannot_be(large, tmp_path):
    for classes, words in ((1, "classes is 1; use 2 to 4"), (5, "use 2 to 4"),
                           (["a", "z"], "class 'z' is not one of the 4 usable classes")):
        with pytest.raises(ValueError, match=words):
            make_subset(large, "video", tmp_path / "out", classes)
    assert not (tmp_path / "out").exists()
    assert choose_classes(["a", "b"], None, None) == ["a", "b"]
    assert (read_classes(None), read_classes("12")) == (None, 12)
    with pytest.raises(ValueError, match="neither a number nor a file; give"):
        read_classes("nowhere.txt")
