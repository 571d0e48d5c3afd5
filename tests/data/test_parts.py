"""Folders, tables and columns name the parts of a set. A set without parts is scored whole."""

import json
import shutil
import unicodedata

import pytest
from clips import SHARED, write_video
from remarks import remarks
from sets import table, touch
from tiny import asked, class_folder, coded

from tubevit_np.data.datasets.in_memory import open_files, open_held_out
from tubevit_np.data.datasets.listing import list_for_evaluation, list_parts, list_pictures
from tubevit_np.data.datasets.loose_pictures import loose_pictures
from tubevit_np.data.datasets.parts import name_in_set
from tubevit_np.runs.held_out import listing_of

FAILING = SHARED.parent / "failing"
AB = [f"{c}/{k}.mp4" for c in "ab" for k in range(2)]
HEADER = "path,label,split"


def names(parts):
    """{part: file names below the folder of the set}."""
    return {part: [name_in_set(row.file, parts.folder) for row in rows]
            for part, rows in parts.items()}


@pytest.mark.parametrize("train, val, rule", [
    ("Train", "Val", "the folder Val"), ("TRAINING", "valid", "the folder valid"),
    ("train", "Validation", "the folder Validation"), ("train", "dev", "the folder dev"),
    ("training", "EVAL", "the folder EVAL"),
    ("train", "test", "the folder test (there is no val)"),
    ("Training", "Testing", "the folder Testing (there is no val)")])
def test_folders_name_the_parts(tmp_path, train, val, rule):
    for part in (train, val):
        touch(tmp_path / part, *AB)
    for given in (tmp_path, tmp_path / train, tmp_path / val):
        parts, said = remarks(list_parts, given, "video")
        assert names(parts) == {"train": [f"{train}/{name}" for name in AB],
                                "val": [f"{val}/{name}" for name in AB]}
        assert parts.rule == rule and said == [] and parts.unused == ()


def test_folders_may_differ_in_the_word_for_the_part_alone(tmp_path):
    for name in ("Training_set", "Test_set", "dev notes"):
        touch(tmp_path / name, *AB)
    parts = list_parts(tmp_path, "video")
    assert names(parts)["val"] == [f"Test_set/{name}" for name in AB]
    assert len(parts["train"]) == 4 and {row.label for row in parts["train"]} == {"a", "b"}
    touch(tmp_path / "vehicles", *(f"{name}/x/{k}.mp4" for name in ("train station", "bus")
                                   for k in range(5)))
    assert {row.label for row in list_parts(tmp_path / "vehicles", "video")["train"]} == {
        "train station", "bus"}


@pytest.mark.parametrize("train, val", [
    ("train.csv", "valid.csv"), ("TRAIN.csv", "Test.csv"), ("x_train.csv", "x_dev.csv"),
    ("train_list.txt", "test_list.txt"), ("my-training.json", "my-testing.json")])
def test_tables_name_the_parts(tmp_path, train, val):
    touch(tmp_path, *AB)
    written = {".csv": ("path,label", "{},{}"), ".txt": ("", "{} {}"),
               ".json": ("", '{{"path": "{}", "label": "{}"}}')}
    for name, files in ((train, AB[::2]), (val, AB[1::2])):
        header, line = written[name[-4:] if name[-4] == "." else name[-5:]]
        rows = [line.format(file, file[0]) for file in files]
        rows = ["[" + ",".join(rows) + "]"] if name.endswith("json") else [header, *rows]
        table(tmp_path / name, *rows)
    for given in (tmp_path, tmp_path / train):
        parts = list_parts(given, "video")
        assert names(parts) == {"train": AB[::2], "val": AB[1::2]}
        assert parts.rule.split()[0] == val


def test_what_is_neither_train_nor_val_is_named_and_counted(tmp_path):
    for part in ("train", "val", "test"):
        touch(tmp_path / part, *AB)
    parts, [line] = remarks(list_parts, tmp_path, "video")
    assert [reason for _, reason in parts.unused] == 4 * ["in the part test"]
    assert line == (f"{tmp_path}: files and folders that are not used: 4 (in the part test: 4), "
                    f"the first: {tmp_path}/test/a/0.mp4")


@pytest.mark.parametrize("given", [".", "all.csv"])
def test_a_column_names_the_parts(tmp_path, given):
    touch(tmp_path, *(f"{k}.mp4" for k in range(8)))
    parts = ("train", "Train", "TRAINING ", "", "Valid", "val", "Test", "later")
    table(tmp_path / "all.csv", HEADER, *(f"{k}.mp4,{'ab'[k % 2]},{part}"
                                          for k, part in enumerate(parts)))
    found, [line] = remarks(list_parts, tmp_path / given, "video")
    assert names(found) == {"train": ["0.mp4", "1.mp4", "2.mp4", "3.mp4"],
                            "val": ["4.mp4", "5.mp4"]}
    assert found.rule == "the column split"
    assert {file.name: reason for file, reason in found.unused} == {
        "6.mp4": "in the part test", "7.mp4": "in the part later"}
    assert "not used: 2 (in the part " in line


def test_a_column_is_believed_before_class_folders_without_parts(tmp_path):
    touch(tmp_path, *AB)
    table(tmp_path / "meta.csv", HEADER, *(f"{name},{name[0]},{'val' if '1' in name else 'train'}"
                                           for name in AB))
    table(tmp_path / "notes.csv", "when,what", "1,2")  # no list of files
    assert names(list_parts(tmp_path, "video")) == {"train": AB[::2], "val": AB[1::2]}


def test_a_table_beside_class_folders_is_never_ignored_in_silence(tmp_path):
    touch(tmp_path, *AB)
    path = table(tmp_path / "meta.csv", HEADER, "a/0.mp4,cat,train", "a/1.mp4,cat, small,val")
    with pytest.raises(ValueError, match="meta.csv, line 3: 4 fields for the 3 columns"):
        list_parts(tmp_path, "video")
    table(path, "path,label", *(f"{name},{name[2]}" for name in AB))
    parts, [line, _] = remarks(list_parts, tmp_path, "video")
    assert line == (f"{tmp_path}: the names of the folders are the classes; meta.csv is not read; "
                    f"to use this table, give {path}")
    assert {row.label for row in parts["train"]} == {"a", "b"}
    table(tmp_path / "films" / "meta.csv", "path,label", *(f"x/{name},{name[0]}" for name in AB))
    touch(tmp_path / "films" / "x", *AB)
    table(tmp_path / "films" / "notes.txt", "one film a line")
    assert {row.label for row in list_parts(tmp_path / "films", "video")["train"]} == {"a", "b"}


def test_unknown_names_of_parts_are_an_error_without_training_files(tmp_path):
    touch(tmp_path, *AB)
    path = table(tmp_path / "all.csv", HEADER, f"{AB[0]},a,validation",
                 *(f"{name},{name[0]},entrainement" for name in AB[1:]))
    with pytest.raises(ValueError, match="rows for entrainement, but none for train: name the "
                                         "parts train, val, test"):
        list_parts(path, "video")


def test_a_column_with_folds_is_ignored_with_a_line(tmp_path):
    touch(tmp_path, *(f"{k}.mp4" for k in range(10)))
    path = table(tmp_path / "all.csv", HEADER,
                 *(f"{k}.mp4,{'ab'[k % 2]},{k % 3}" for k in range(10)))
    parts, [line] = remarks(list_parts, path, "video")
    assert len(parts["val"]) == 2 and parts.rule == "every 5th file of each class"
    assert line == (f"{path}: its column for the part holds 0, 1, 2, which are not names of parts "
                    "(train, val, test); the column is ignored")


def test_parts_inside_the_class_folders(tmp_path):
    touch(tmp_path, *(f"{c}/{part}/{k}.mp4" for c in "ab" for part in ("Train", "test")
                      for k in range(2)))
    parts, said = remarks(list_parts, tmp_path, "video")
    assert names(parts)["val"] == [f"{c}/test/{k}.mp4" for c in "ab" for k in range(2)]
    assert {row.label for row in parts["val"]} == {"a", "b"} and said == []
    assert parts.rule == "the folders test in the classes (there is no val)"


def test_a_test_without_labels_is_no_held_out_part(tmp_path):
    touch(tmp_path, *(f"{k}.mp4" for k in range(12)))
    table(tmp_path / "train.csv", "path,label", *(f"{k}.mp4,{'ab'[k % 2]}" for k in range(10)))
    table(tmp_path / "test.csv", "path,label", "10.mp4,", "11.mp4,")
    parts = list_parts(tmp_path, "video")
    assert parts.rule == "every 5th file of each class" and len(parts["val"]) == 2
    assert len(parts.unused) == 2


def test_other_files_with_such_words_are_no_parts(tmp_path):
    touch(tmp_path, *(f"{k}.mp4" for k in range(10)))
    rows = [f"{k}.mp4,{'ab'[k % 2]}" for k in range(10)]
    table(tmp_path / "train.csv", "path,label", *rows)
    table(tmp_path / "eval_results.csv", "path,label", *rows[:2])
    assert list_parts(tmp_path, "video").rule == "every 5th file of each class"
    mine = table(tmp_path / "my test clips.csv", "path,label", *rows)
    assert len(list_parts(mine, "video")["val"]) == 2


def test_both_unicode_forms_of_a_folder_are_one_class(tmp_path):
    for form in ("NFC", "NFD"):
        touch(tmp_path, unicodedata.normalize(form, "caf\u00e9/") + f"{form}.mp4")
    touch(tmp_path, "the/2.mp4")
    assert {row.label for row in list_parts(tmp_path, "video")["train"]} == {"caf\u00e9", "the"}


def test_one_table_in_the_folder_annotations(tmp_path):
    touch(tmp_path, *(f"clips/{name}_000000_000010.mp4" for name in "abcd"))
    table(tmp_path / "annotations" / "kinetics.csv", "label,youtube_id,time_start,time_end,split",
          *(f"{'xy'[k % 2]},{name},0,10,{('train', 'validate')[k // 2]}"
            for k, name in enumerate("abcd")))
    parts, said = remarks(list_parts, tmp_path, "video")
    assert [len(parts[part]) for part in ("train", "val")] == [2, 2] and said == []


def test_dev_beside_prod_is_a_class(tmp_path):
    touch(tmp_path, "dev/x/0.mp4", "prod/x/1.mp4", "prod/x/2.mp4")
    assert {row.label for row in list_parts(tmp_path, "video")["train"]} == {"dev", "prod"}
    assert len(scored(tmp_path)[0]) == 3


@pytest.mark.parametrize("name, text", [
    ("training_log.txt", "step 10: loss 0.3"), ("eval_results.json", '{"accuracy": 0.5}'),
    ("test_results.csv", "name,score\na,1"), ("val.txt", "")])
def test_logs_and_results_beside_class_folders_are_no_parts(tmp_path, name, text):
    touch(tmp_path, *(f"{c}/{k}.mp4" for c in "ab" for k in range(5)))
    table(tmp_path / name, text)
    parts = list_parts(tmp_path, "video")
    assert parts.rule == "every 5th file of each class"
    assert dict(parts.unused) == {tmp_path / name: "not a video"}


@pytest.mark.parametrize("header, text", [("path", AB[0]), ("path,label", "0.mp4,a,b,c")])
def test_a_test_table_with_errors_does_not_matter(tmp_path, header, text):
    touch(tmp_path, *AB)
    for part, files in (("train", AB[::2]), ("val", AB[1::2])):
        table(tmp_path / f"{part}.csv", "path,label", *(f"{file},{file[0]}" for file in files))
    table(tmp_path / "test.csv", header, text)
    parts, said = remarks(list_parts, tmp_path, "video")
    assert names(parts) == {"train": AB[::2], "val": AB[1::2]}
    assert "test.csv" in " ".join(said)


def test_tables_of_other_kinds_are_parts_of_one_set(tmp_path):
    touch(tmp_path, *AB)
    table(tmp_path / "train.csv", "path,label", *(f"{file},{file[0]}" for file in AB[::2]))
    table(tmp_path / "dev.txt", *(f"{file} {file[0]}" for file in AB[1::2]))
    table(tmp_path / "old_dev.tsv", "path\tlabel", "x.mp4\ta")
    for given in (tmp_path, tmp_path / "train.csv"):
        assert names(list_parts(given, "video")) == {"train": AB[::2], "val": AB[1::2]}
    assert dict(list_parts(tmp_path, "video").unused) == {
        tmp_path / "old_dev.tsv": "a table that is not used"}


def test_flat_parts_have_no_classes(tmp_path):
    touch(tmp_path, "train/0.png", "val/1.png", "notes/2.png")
    with pytest.raises(ValueError, match="train holds no class folders, and no table gives the"):
        list_parts(tmp_path, "image")
    assert loose_pictures(tmp_path)[0].keys() == {"train", "val"}
    assert len(list_pictures(tmp_path)["val"]) == 1


def scored(path, kind="video", **options):
    """(names of the files that evaluation scores, the rule)."""
    parts = list_for_evaluation(path, kind, **options)
    return names(parts)["val"], parts.rule


def test_evaluation_scores_everything_or_the_part_that_the_set_names(tmp_path):
    for part in ("train", "val", "test"):
        touch(tmp_path / "x" / part, *AB)
    x, flat = tmp_path / "x", touch(tmp_path / "flat", *AB)
    assert scored(flat) == (AB, "flat")
    assert scored(x) == ([f"val/{name}" for name in AB], "the folder val")
    for part in ("train", "test"):
        assert scored(x / part) == (AB, part)
    rows = [f"x/test/{name},{name[0]}" for name in AB]
    for name in ("train.csv", "test.csv", "mine.csv"):
        assert len(scored(table(tmp_path / name, "path,label", *rows))[0]) == 4
    rows = [f"{row},{'test' if '1' in row else 'train'}" for row in rows]
    split = table(tmp_path / "y" / ".." / "split.csv", HEADER, *rows)
    assert scored(split) == (["x/test/a/1.mp4", "x/test/b/1.mp4"],
                             "the column split (there is no val)")
    touch(tmp_path / "shots", "0.png", "1.png")
    assert scored(tmp_path / "shots", "image", without_classes=True)[1] == "shots"


def test_the_line_says_what_is_scored(tmp_path):
    films = class_folder(tmp_path / "films", "video")
    for path, line in ((films, "held out: 4 of 10 videos of films: the folder val"),
                       (films / "val", "scored: all 4 videos of val")):
        source = open_held_out(path, "video", 4, 24, "films", ("cat", "eel"),
                               parts=list_for_evaluation(path, "video"))
        assert source.held_out_line == line


def test_of_its_own_set_a_model_is_scored_on_the_held_out_files(tmp_path):
    for k in range(10):
        (tmp_path / "set" / "ab"[k % 2]).mkdir(parents=True, exist_ok=True)
        write_video(tmp_path / "set" / "ab"[k % 2] / f"{k}.mov", coded(k, 12, 2),
                    title="x" * k)  # of other sizes
    source = open_files(str(tmp_path / "set"), "video", asked(memory=0, frames=2, size=8))
    (tmp_path / "data.json").write_text(json.dumps([source.description()]), encoding="utf-8")
    moved = (tmp_path / "set").rename(tmp_path / "moved")
    listed = listing_of(tmp_path, {"group_by": "null"}, None, True, True)
    held = [row.file.relative_to(moved) for row in listed(moved, "video")["val"]]
    assert held == [path.relative_to(tmp_path / "set") for path, _ in source.val.items]
    (moved / "a" / "00.mov").write_bytes(b"a new file")  # every 5th file is another one now
    parts, said = remarks(listed, moved, "video")
    assert [row.file.name for row in parts["val"]] == ["00.mov", "8.mov", "9.mov"] and said == []
    assert parts.rule == "the files that the model was not trained on"
    (moved / "a" / "00.mov").unlink()
    train = table(tmp_path / "moved" / "train.csv", "path,label",
                  *(f"{'ab'[k % 2]}/{k}.mov,{'ab'[k % 2]}" for k in range(8)))
    table(tmp_path / "moved" / "val.csv", "path,label", "a/2.mov,a", "b/3.mov,b")
    parts, [line] = remarks(listed, train, "video")
    assert parts.whole  # PATH names this part, so all its files are scored
    assert line.startswith("8 of 8 files to score have the name and the size of a file that the mo")
    whole = table(tmp_path / "moved" / "my eval clips.csv", "path,label",
                  *(f"{'ab'[k % 2]}/{k}.mov,{'ab'[k % 2]}" for k in range(10)))
    assert len(listed(whole, "video")["val"]) == 2  # trained on, in spite of its name
    for file in moved.glob("*.csv"):
        file.unlink()
    (tmp_path / "moved" / "a" / "0.mov").write_bytes(b"another file")
    for k in (1, 2, 3):
        (tmp_path / "moved" / "ab"[k % 2] / f"{k}.mov").unlink()
    assert listed(moved, "video").whole  # fewer than half of the files for training
    divided = listing_of(tmp_path, {}, "(.*)", True, True)
    assert divided(moved, "video").rule.startswith("about a fifth")


def test_files_in_both_parts_are_reported(tmp_path):
    touch(tmp_path, "train/a/0.mp4", "train/b/1.mp4", "train/b/2.mp4", "val/a/3.mp4", "val/b/4.mp4")
    for name, other in (("0", "a/5"), ("1", "a/6")):
        [file] = tmp_path.glob(f"train/*/{name}.mp4")
        shutil.copy(file, tmp_path / "val" / f"{other}.mp4")
    _, [line] = remarks(list_parts, tmp_path, "video")
    assert line == (f"{tmp_path}: held-out files that are also in train: 2, 1 of them with another "
                    f"class, the first: {tmp_path}/val/a/5.mp4 has the content of "
                    f"{tmp_path}/train/a/0.mp4; the score can be too high")


@pytest.mark.parametrize("change", [0, 2**16 + 1, 2**17 + 9])
def test_files_that_differ_anywhere_but_in_the_middle_are_not_the_same(tmp_path, change):
    content = bytearray(range(200)) * 700  # more than the two ends
    touch(tmp_path, "train/b/1.mp4", "train/a/0.mp4", "val/a/2.mp4")
    (tmp_path / "train/a/0.mp4").write_bytes(content)
    content[change] ^= 1
    (tmp_path / "val/a/2.mp4").write_bytes(content)
    _, said = remarks(list_parts, tmp_path, "video")
    assert len(said) == (change == 2**16 + 1)  # the middle is not read


def test_a_file_with_two_classes_in_two_parts_is_left_out_of_both(tmp_path):
    touch(tmp_path, "0.mp4", "1.mp4", "2.mp4")
    table(tmp_path / "train.csv", "path,label", "0.mp4,a", "1.mp4,b", "2.mp4,a")
    table(tmp_path / "val.csv", "path,label", "0.mp4,b", "1.mp4,b")
    parts, [line] = remarks(list_parts, tmp_path, "video")
    for rows in parts.values():
        assert {row.file.name: row.reason for row in rows}["0.mp4"] == "two classes: a and b"
    assert line.startswith(f"{tmp_path}: held-out files that are also in train: 1, the first: "
                           f"{tmp_path}/1.mp4; the score")


@pytest.mark.skipif(not FAILING.is_dir(), reason="no such inputs beside the checkout")
def test_a_fifth_is_not_scored_where_all_is_given():
    folder = FAILING / "02_a_fifth_is_scored"
    for given in (folder / "test", folder / "test.csv"):
        assert len(scored(given)[0]) == 10
