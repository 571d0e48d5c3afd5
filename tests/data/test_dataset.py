"""Files and classes of a data set in each layout, and the files that loading skips."""

import warnings

import clips
import numpy as np
import pytest
from clips import SHARED, needs_shared

from tubevit_np.data.datasets.dataset import head_name, open_dataset

SPLIT = ["train/walk/b.mp4", "train/walk/a.MP4", "train/run fast/c.webm", "train/run fast/note.txt",
         "train/walk/._a.mp4", "train/.cache/x.mp4", "val/walk/d.mp4", "val/walk/e.jpg"]
TEN = [f"{name}/{k}.avi" for name in ("b", "a") for k in (7, 3, 0, 9, 1, 4, 8, 2, 6, 5)]


def touch(folder, *names):
    """Create empty files, because listing decodes no file."""
    for name in names:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).touch()
    return folder


def listed(path, split="train", kind="video", **options):
    """{file name: class name} in the order of the listing."""
    found = open_dataset(path, split, kind, 4, 8, **options)
    return {file.name: found.labels[k] for file, k in found.items}


def write_csv(path, *rows, columns="path,label"):
    path.write_text("\n".join([columns, *rows]) + "\n", encoding="utf-8")
    return path


def test_split_folders(tmp_path):
    touch(tmp_path, *SPLIT)
    train = open_dataset(tmp_path, "train", "video", 4, 8)
    assert train.labels == ("run fast", "walk") and (train.frames, train.size) == (4, 8)
    assert [(str(file.relative_to(tmp_path)), k) for file, k in train.items] == [
        ("train/run fast/c.webm", 0), ("train/walk/a.MP4", 1), ("train/walk/b.mp4", 1)]
    assert listed(tmp_path, "val") == {"d.mp4": "walk"}
    assert open_dataset(tmp_path, "val", "video", 4, 8).labels == train.labels


@pytest.mark.parametrize("given", ["train", "val"])
def test_the_folder_of_one_part_stands_for_the_set(tmp_path, given):
    touch(tmp_path, *SPLIT)
    for split in ("train", "val"):
        whole = open_dataset(tmp_path, split, "video", 4, 8)
        assert open_dataset(tmp_path / given, split, "video", 4, 8) == whole


def test_a_whole_set_may_be_named_like_a_part(tmp_path):
    touch(tmp_path / "train", *SPLIT)
    assert listed(tmp_path / "train", "val") == {"d.mp4": "walk"}


@pytest.mark.parametrize("asked", ["val", "validation"])
def test_validation_is_val(tmp_path, asked):
    touch(tmp_path, "train/a/0.mp4", "train/b/1.mp4", "validation/b/2.mp4")
    assert listed(tmp_path, asked) == {"2.mp4": "b"}


@pytest.mark.parametrize("folder", [".", "train"])
def test_without_parts_every_fifth_of_a_class_is_val(tmp_path, folder):
    touch(tmp_path / folder, *TEN, "c/only.avi")
    val = [file.relative_to(tmp_path / folder).as_posix()
           for file, _ in open_dataset(tmp_path, "val", "video", 4, 8).items]
    train = [file.relative_to(tmp_path / folder).as_posix()
             for file, _ in open_dataset(tmp_path, "train", "video", 4, 8).items]
    assert val == ["a/4.avi", "a/9.avi", "b/4.avi", "b/9.avi"]
    assert train == sorted({*TEN, "c/only.avi"} - {*val})


@pytest.mark.filterwarnings("ignore:.*duplicate rows")
def test_csv_with_a_byte_order_mark_quotes_spaces_and_repeated_rows(tmp_path):
    touch(tmp_path, "x/2.mp4", "1.mp4", "3.mp4")
    rows = "path,label\nx/2.mp4, \"tying, a knot\"\n1.mp4,person's head \n1.mp4,person's head\n\n"
    (tmp_path / "train.csv").write_text("\ufeff" + rows, encoding="utf-8")
    write_csv(tmp_path / "val.csv", "3.mp4,abc")
    assert listed(tmp_path) == {"1.mp4": "person's head", "2.mp4": "tying, a knot"}
    assert open_dataset(tmp_path, "val", "video", 4, 8).labels == (
        "abc", "person's head", "tying, a knot")


@pytest.mark.parametrize("given", [".", "train.csv", "val.csv"])
def test_a_csv_finds_the_one_beside_it(tmp_path, given):
    touch(tmp_path, "1.mp4", "2.mp4", "3.mp4")
    write_csv(tmp_path / "train.csv", "2.mp4,b", "1.mp4,a")
    write_csv(tmp_path / "val.csv", "3.mp4,a")
    assert listed(tmp_path / given) == {"1.mp4": "a", "2.mp4": "b"}
    assert listed(tmp_path / given, "val") == {"3.mp4": "a"}


@pytest.mark.parametrize("name", ["train.csv", "mine.csv"])
def test_a_csv_alone_is_divided(tmp_path, name):
    touch(tmp_path, *TEN)
    path = write_csv(tmp_path / name, *(f"{file},{file[0]}" for file in TEN))
    assert listed(path, "val", head="x") == {"4.avi": "b", "9.avi": "b"}  # in the folders a and b
    assert len(open_dataset(path, "train", "video", 4, 8).items) == 16


def test_val_alone_is_all_val(tmp_path):
    touch(tmp_path, "1.mp4", "2.mp4")
    path = write_csv(tmp_path / "val.csv", "2.mp4,b", "1.mp4,a")
    assert listed(path, "val") == {"1.mp4": "a", "2.mp4": "b"}
    with pytest.raises(ValueError, match="no video for train"):
        listed(path, "train")


def test_folders_come_before_csvs_and_absolute_paths_are_kept(tmp_path):
    touch(tmp_path, "train/a/1.mp4", "train/b/2.mp4", "elsewhere/3.mp4")
    write_csv(tmp_path / "train.csv", columns="label,youtube_id,time_start")
    assert listed(tmp_path) == {"1.mp4": "a", "2.mp4": "b"}
    path = write_csv(tmp_path / "mine.csv", f"{tmp_path}/elsewhere/3.mp4,a", "train/b/2.mp4,b")
    assert listed(path) == {"3.mp4": "a", "2.mp4": "b"}


def test_labels_of_a_checkpoint_keep_their_order_and_know_no_others(tmp_path):
    touch(tmp_path, "walk/1.mp4", "run/2.mp4")
    found = open_dataset(tmp_path, "train", "video", 4, 8, labels=["walk", "fly", "run"])
    assert found.labels == ("walk", "fly", "run")
    assert found.items == ((tmp_path / "run/2.mp4", 2), (tmp_path / "walk/1.mp4", 0))
    known = r"2.mp4: class run is not one of the model's 7 classes: walk, 0, 1, 2, 3, \.\.\.$"
    with pytest.raises(ValueError, match=known):
        listed(tmp_path, labels=["walk", *"012345"])


@pytest.mark.filterwarnings("ignore:.*duplicate rows")
def test_rows_without_a_file_or_a_label_are_left_out_and_counted(tmp_path):
    touch(tmp_path, "1.mp4", "2.mp4", "3.mp4")
    write_csv(tmp_path / "mine.csv", "1.mp4,a", "gone.mp4,a", "2.mp4,b", "3.mp4,", "3.mp4", ",a")
    told = r"mine.csv: 3 of 5 rows left out, the first: .+/3.mp4 \(no label\)"
    with pytest.warns(UserWarning, match=told):
        found = open_dataset(tmp_path / "mine.csv", "train", "video", 4, 8)
    assert [file.name for file, _ in found.items] == ["1.mp4", "2.mp4"]
    assert {(file.name, why) for file, why in found.skipped} == {
        ("mine.csv, line 7", "no path"), ("gone.mp4", "no such file"), ("3.mp4", "no label")}


def wrong(folder):
    """{fault: (path, part of the message)}."""
    touch(folder, "empty/.keep", "flat/train/1.mp4", "other/a/1.jpg", "other/b/2.jpg",
          "one/a/1.mp4", "file.mp4")
    latin = folder / "latin.csv"
    latin.write_bytes(b"path,label\n1.mp4,caf\xe9\n")
    return {
        "missing": (folder / "missing", "does not exist"),
        "empty": (folder / "empty", "holds no class folders and no CSV; expected train/CLASS/FILE"),
        "no classes": (folder / "flat", "holds no class folders"),
        "other kind": (folder / "other", "holds images, no videos"),
        "one class": (folder / "one", "only one class, a"),
        "file": (folder / "file.mp4", "neither a folder nor a CSV"),
        "columns": (write_csv(folder / "columns.csv", columns="file;class"),
                    "path,label, or .*'file;class'"),
        "no rows": (write_csv(folder / "rows.csv"), "has a header, but no rows"),
        "no header": (touch(folder, "none.csv") / "none.csv", "none.csv is empty"),
        "none exist": (write_csv(folder / "gone.csv", "7.mp4,a", "8.mp4,b"),
                       "all 2 rows of train left out, the first: .*7.mp4 .*the folder of the CSV"),
        "not unicode": (latin, "line 2: not UTF-8"),
    }


@pytest.mark.parametrize("what", [
    "missing", "empty", "no classes", "other kind", "one class", "file", "columns", "no rows",
    "no header", "none exist", "not unicode"])
def test_a_wrong_set_is_one_clear_line(tmp_path, what):
    path, words = wrong(tmp_path)[what]
    with pytest.raises(ValueError, match=words) as caught:
        listed(path)
    assert str(path) in str(caught.value) and "\n" not in str(caught.value)


def test_too_few_files_for_val_and_unknown_splits_and_kinds(tmp_path):
    touch(tmp_path, "a/1.mp4", "b/2.mp4")
    with pytest.raises(ValueError, match="no video for val; .* 5 files"):
        listed(tmp_path, "val")
    for split, kind in (("test", "video"), ("train", "sound")):
        with pytest.raises(ValueError, match="use train or val, and video or image"):
            listed(tmp_path, split, kind)


@pytest.mark.parametrize("name, wanted", [
    ("Kinetics-400 mini", "kinetics_400_mini"), ("set/val", "set"), ("set/train.csv", "set"),
    ("set/my.list.csv", "my_list"), ("v1.2", "v1_2"), ("動画", "data")])
def test_head_names_suit_a_dotted_parameter_name(tmp_path, name, wanted):
    path = tmp_path / name
    touch(tmp_path, name) if name.endswith("csv") else path.mkdir(parents=True)
    assert head_name(path) == wanted


def test_the_head_is_the_folder_unless_given(tmp_path, monkeypatch):
    touch(tmp_path / "Verbs!", "a/1.mp4", "b/2.mp4")
    monkeypatch.chdir(tmp_path / "Verbs!")
    assert open_dataset(".", "train", "video", 4, 8).head == "verbs"
    assert open_dataset(".", "train", "video", 4, 8, head="other").head == "other"


def film_set(folder, suffix):
    """Twelve gray videos of 3 frames, number k of gray 20 k; files 2 and 7 are broken."""
    for k in range(12):
        path = folder / "train" / "ab"[k % 2] / f"{k:02d}.{suffix}"
        path.parent.mkdir(parents=True, exist_ok=True)
        if k in (2, 7):
            path.write_text("broken", encoding="utf-8")
        elif suffix == "mov":
            clips.write_video(path, np.full((3, 8, 12, 3), 20 * k, np.uint8))
        else:
            clips.write_pictures(path, np.full((8, 12, 3), 20 * k, np.uint8))
    return folder


@pytest.mark.parametrize("kind, suffix, shape", [
    ("video", "mov", (4, 6, 6, 3)), ("image", "png", (6, 6, 3))])
def test_loading_keeps_order_and_skips_what_is_broken(tmp_path, kind, suffix, shape):
    folder = film_set(tmp_path, suffix)
    touch(folder, "val/a/x.mov")
    dataset = open_dataset(folder, "train", kind, 4, 6)
    with pytest.warns(UserWarning) as caught:
        loaded = dataset.load()
    assert loaded.x.shape == (10, *shape) and loaded.x.dtype == np.uint8
    assert np.unique(loaded.x.reshape(10, -1) // 20, axis=1).T.tolist() == [
        [0, 4, 6, 8, 10, 1, 3, 5, 9, 11]]
    assert loaded.y.tolist() == [0] * 5 + [1] * 5 and loaded.y.dtype == np.int64
    assert [int(path.stem) for path in loaded.paths] == [0, 4, 6, 8, 10, 1, 3, 5, 9, 11]
    assert [path.stem for path, _ in loaded.skipped] == ["02", "07"]
    assert [str(one.message) for one in caught] == [f"skipped: {why}" for _, why in loaded.skipped]
    assert dataset.frames == (4 if kind == "video" else 0)


def test_skipped_rows_and_skipped_files_are_told_together(tmp_path):
    clips.write_video(tmp_path / "1.mov", np.zeros((2, 8, 8, 3), np.uint8))
    touch(tmp_path, "2.mov")
    write_csv(tmp_path / "mine.csv", "1.mov,a", "2.mov,b", "3.mov,b")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        loaded = open_dataset(tmp_path / "mine.csv", "train", "video", 2, 8).load()
    assert [path.name for path, _ in loaded.skipped] == ["3.mov", "2.mov"]
    assert loaded.y.tolist() == [0]


def test_if_nothing_can_be_read_the_first_reason_is_told(tmp_path):
    touch(tmp_path, "a/1.mp4", "b/2.mp4")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        with pytest.raises(ValueError, match="none of 2 videos can be read, .*1.mp4: .* is empty"):
            open_dataset(tmp_path, "train", "video", 4, 8).load()


@needs_shared
@pytest.mark.parametrize("split, count", [("train", 155), ("val", 44)])
def test_real_clips_by_folder_and_by_csv(split, count):
    by_folder = open_dataset(SHARED / "mini_actions", split, "video", 4, 16)
    by_csv = open_dataset(SHARED / "mini_actions" / "val.csv", split, "video", 4, 16)
    assert by_folder == by_csv and by_folder.head == "mini_actions"
    assert len(by_folder.items) == count
    labels = (SHARED / "mini_actions" / "labels.txt").read_text(encoding="utf-8").split()
    assert by_folder.labels == tuple(labels)


@needs_shared
def test_real_images_load():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        warnings.filterwarnings("ignore", ".*files and folders that are not used: 2 ")  # its tables
        loaded = open_dataset(SHARED / "mini_images", "val", "image", 0, 24).load()
    assert loaded.x.shape == (120, 24, 24, 3) and np.bincount(loaded.y).tolist() == [12] * 10
    assert loaded.x.std(axis=(1, 2, 3)).min() > 5
