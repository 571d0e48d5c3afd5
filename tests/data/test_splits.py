"""Which files are held out, and by which rule: recordings, lists of UCF101 and HMDB51."""

import random

import numpy as np
import pytest
from clips import write_pictures
from remarks import remarks
from sets import table, touch
from tiny import asked, class_folder

from tubevit_np.data.camera.open_camera import open_camera
from tubevit_np.data.datasets.in_memory import open_files
from tubevit_np.data.datasets.listing import list_parts, list_pictures
from tubevit_np.data.datasets.parts import name_in_set
from tubevit_np.data.datasets.split import hold_out, nearest_sum
from tubevit_np.data.datasets.subset import make_subset
from tubevit_np.data.datasets.tables.row import Row

PERSONS = [f"{name}/p{person}-{k}.avi" for name in ("run", "walk") for person in "abcde"
           for k in range(3)]
UCF101 = [f"{name}/v_{name}_g{group:02d}_c{clip:02d}.avi" for name in ("Archery", "Yo")
          for group in range(1, 7) for clip in range(1, 4)]


def held(parts):
    """Names of the held-out files, relative to the set."""
    return [name_in_set(row.file, parts.folder) for row in parts["val"]]


def group_sizes(*sizes, label="a"):
    """Rows and {row: recording} of recordings with these numbers of files."""
    rows = {Row(f"{k}-{i}", label): f"{label}{k}" for k, n in enumerate(sizes) for i in range(n)}
    return sorted(rows), rows


def test_a_recording_is_never_cut_and_a_fifth_of_each_class_is_held_out(tmp_path):
    parts = list_parts(touch(tmp_path, *PERSONS), "video", r"(p[a-e])-\d")
    persons = {name.split("/")[1][:2] for name in held(parts)}
    assert len(persons) == 1 and len(held(parts)) == 6  # one person of five, in both classes
    assert parts.rule == "about a fifth of each class, whole recordings by --group-by (p[a-e])-\\d"
    assert len(parts["train"]) + 6 == len(PERSONS)
    assert held(list_parts(tmp_path, "video", "p[a-e](?=-)")) == held(parts)  # the whole match


def test_groups_are_searched_below_the_folder_of_the_set(tmp_path):
    folder = touch(tmp_path / "p1-day", "a/p2/1.avi", "a/p2/2.avi", "a/p3/1.avi", "b/p4/1.avi")
    table(folder / "mine.csv", "path,label", "a/p2/1.avi,a", "a/p2/2.avi,a", "a/p3/1.avi,b")
    parts = list_parts(folder / "mine.csv", "video", r"p\d")  # else all files match p1
    assert len(parts["train"]) == 3


@pytest.mark.parametrize("sizes, wanted", [
    ((1,) * 10, 2), ((4, 2, 2, 2), 2), ((3, 3, 4), 3), ((50, 50), 50), ((5, 3, 1, 1), 2),
    ((7, 5, 3, 40), 10), ((1, 1, 1, 1), 0), ((9,), 0)])
def test_whole_recordings_come_as_near_to_a_fifth_as_they_can(sizes, wanted):
    rows, groups = group_sizes(*sizes)
    parts = hold_out(rows, groups)
    assert len(parts["val"]) == wanted and parts["train"]
    assert not {groups[row] for row in parts["val"]} & {groups[row] for row in parts["train"]}
    assert sorted([*parts["train"], *parts["val"]]) == rows


def test_without_recordings_it_is_every_fifth_file_also_of_large_classes():
    rows = sorted(Row(f"{i:04d}", "abc"[i % 3]) for i in range(1000))
    files = {label: [row for row in rows if row.label == label] for label in "abc"}
    assert hold_out(rows, {})["val"] == sorted(row for some in files.values() for row in some[4::5])


def test_recordings_of_several_classes_leave_some_of_each_class_for_training():
    rng = random.Random(0)
    rows = [Row(f"{i:03d}", rng.choice("abcd")) for i in range(200)]
    groups = {row: str(rng.randrange(25)) for row in rows} | {rows[0]: "alone"}
    rows[0] = Row("000", "alone")
    groups[rows[0]] = groups.pop(next(row for row in groups if row.file == "000"))
    parts = hold_out(rows, groups)
    assert not {groups[row] for row in parts["val"]} & {groups[row] for row in parts["train"]}
    for label in "abcd":
        total, val = (sum(row.label == label for row in some) for some in (rows, parts["val"]))
        assert abs(val - total / 5) <= 4
    assert nearest_sum({"a": 4, "b": 3, "c": 2}, 5) == ["b", "c"]
    pair = [Row("1", "a"), *(Row(f"{i}", "b") for i in range(2, 7))]
    assert hold_out(pair, dict.fromkeys(pair, "x"))["val"] == []


def test_a_class_of_one_recording_stays_in_train_with_a_line(tmp_path):
    touch(tmp_path, *PERSONS, *(f"sit/pf-{k}.avi" for k in range(6)))
    parts, said = remarks(list_parts, tmp_path, "video", "(p[a-f])-")
    assert said == [f"{tmp_path}: classes with a single recording, which stays in train: sit"]
    assert {name.split("/")[0] for name in held(parts)} == {"run", "walk"}


@pytest.mark.parametrize("given, words", [
    ("(p", r"--group-by \(p is not a regular expression: "),
    ("q+", r"--group-by q\+ matches none of the 30 files of .*, for example run/pa-0.avi; change"),
    ("p", "--group-by p puts all 30 files of .* into one recording, 'p'; it must match a part")])
def test_a_pattern_that_finds_no_recordings_is_refused(tmp_path, given, words):
    with pytest.raises(ValueError, match=words):
        list_parts(touch(tmp_path, *PERSONS), "video", given)


def test_of_several_sets_one_may_not_match(tmp_path):
    class_folder(tmp_path / "films", "video")
    recipe = asked(group_by="zzz", data=("a", "b"))
    with pytest.warns(UserWarning, match="zzz matches none .* is not used for this data set"):
        open_files(str(tmp_path / "films"), "video", recipe)
    with pytest.raises(ValueError, match="zzz matches none"):
        open_files(str(tmp_path / "films"), "video", asked(group_by="zzz", data=("a",)))


def test_files_that_do_not_match_are_recordings_by_themselves(tmp_path):
    touch(tmp_path, *PERSONS, "run/other.avi")
    rule = list_parts(tmp_path, "video", "(p[a-e])-").rule
    assert rule.endswith("; 1 files do not match and count as one recording each")


def test_a_column_of_a_csv_names_the_recordings(tmp_path):
    touch(tmp_path, *PERSONS)
    path = table(tmp_path / "mine.csv", "path,label,group",
                 *(f"{name},{name.split('/')[0]},{name[-7:-6]}" for name in PERSONS))
    parts = list_parts(path, "video")
    assert parts.rule == "about a fifth of each class, whole recordings by the column group"
    assert len({name[-7] for name in held(parts)}) == 1 and len(held(parts)) == 6


@pytest.mark.parametrize("names, of", [
    (UCF101, "UCF101"),
    ([f"{c}/{name}_{s:06d}_{s + 10:06d}.mp4" for c in "ab"
      for name in ("abcdefghijk", f"-_{c}45678901") for s in range(3)], "Kinetics"),
    ([f"{c}/person{p:02d}_{c}_d{d}_uncomp.avi" for c in ("boxing", "walking") for p in range(1, 6)
      for d in range(1, 5)], "KTH")])
def test_names_of_known_sets_keep_recordings_together(tmp_path, names, of):
    parts = list_parts(touch(tmp_path, *names), "video")
    assert parts.rule.endswith(f"whole recordings by file names as in {of}")
    key = {"UCF101": 11, "Kinetics": 11, "KTH": 8}[of]
    recording = {"UCF101": lambda row: row.file.name[:-8]}.get(of, lambda row: row.file.name[:key])
    val, train = ({recording(row) for row in parts[part]} for part in ("val", "train"))
    assert val and not val & train
    whole = list_parts(tmp_path, "video", "(.*)")  # every file a recording by itself
    assert len(held(whole)) == sum(len([n for n in names if n.startswith(c)]) // 5
                                   for c in {n.split("/")[0] + "/" for n in names})


def test_a_split_that_cuts_recordings_is_reported(tmp_path):
    touch(tmp_path, *(f"{'val' if name[-5] == '1' else 'train'}/{name}" for name in UCF101))
    parts, said = remarks(list_parts, tmp_path, "video")
    assert len(held(parts)) == 12 and parts.rule == "the folder val"
    [line] = said
    assert line == (f"{tmp_path}: recordings with files in train and in val: 12, the first: "
                    "v_Archery_g01 (v_Archery_g01_c03.avi, v_Archery_g01_c01.avi); the score can "
                    "be too high")


@pytest.fixture
def ucf101(tmp_path):
    """Made-up files and lists, as they are unpacked: UCF-101/ and ucfTrainTestlist/."""
    touch(tmp_path / "UCF-101", *UCF101)
    lists = tmp_path / "ucfTrainTestlist"
    table(lists / "classInd.txt", "1 Archery", "2 Yo")
    for number, tested in (("01", "123"), ("02", "45"), ("03", "6")):
        test = [name for name in UCF101 if name[-9] in tested]
        table(lists / f"testlist{number}.txt", *test)
        table(lists / f"trainlist{number}.txt", *(f"{name} {1 + name.startswith('Yo')}\r"
                                                  for name in UCF101 if name not in test))
    return tmp_path


@pytest.mark.parametrize("given, number", [
    (".", 1), ("UCF-101", 1), ("ucfTrainTestlist/trainlist01.txt", 1),
    ("ucfTrainTestlist/testlist02.txt", 2), ("ucfTrainTestlist/trainlist03.txt", 3)])
def test_the_lists_of_ucf101_are_read(ucf101, given, number):
    parts = list_parts(ucf101 / given, "video")
    tested = {1: "123", 2: "45", 3: "6"}[number]
    assert parts.rule == f"testlist0{number}.txt"
    assert held(parts) == [f"UCF-101/{name}" for name in UCF101 if name[-9] in tested]
    assert {row.label for rows in parts.values() for row in rows} == {"Archery", "Yo"}
    assert all(row.file.is_file() for rows in parts.values() for row in rows)


def test_lists_beside_another_set_are_not_its_own(ucf101):
    touch(ucf101 / "pets", *(f"{c}/{k}.mp4" for c in ("cat", "dog") for k in range(5)))
    assert list_parts(ucf101 / "pets", "video").rule == "every 5th file of each class"


def test_lists_without_folders_use_the_numbers_of_the_classes(tmp_path):
    names = [name.split("/")[1] for name in UCF101]
    touch(tmp_path, *names)
    table(tmp_path / "classInd.txt", "1 Archery", "2 Yo")
    path = table(tmp_path / "trainlist01.txt", *(f"{name} {1 + ('Yo' in name)}" for name in names))
    table(tmp_path / "testlist01.txt", f"{names[0]} 1")
    parts = list_parts(tmp_path, "video")
    assert {row.label for row in parts["train"] if "Yo" in row.file.name} == {"Yo"}
    table(path, f"{names[0]} 3")
    with pytest.raises(ValueError, match="trainlist01.txt, line 1: .* no class for .* 3;"):
        list_parts(path, "video")


def test_the_lists_of_hmdb51_are_read(tmp_path):
    for name in ("brush_hair", "wave"):
        touch(tmp_path / name, *(f"{k} (a)#.avi" for k in range(4)))
        for number in (1, 2):
            table(tmp_path / "testTrainMulti_7030_splits" / f"{name}_test_split{number}.txt",
                  *(f"{k} (a)#.avi {(k + number) % 3} " for k in range(4)))
    parts = list_parts(tmp_path, "video")
    assert held(parts) == ["brush_hair/1 (a)#.avi", "wave/1 (a)#.avi"]
    assert len(parts["train"]) == 4 and parts.rule.endswith("test_split1.txt, the lists of HMDB51")
    second = tmp_path / "testTrainMulti_7030_splits" / "wave_test_split2.txt"
    assert held(list_parts(second, "video")) == [
        f"{name}/{k} (a)#.avi" for name in ("brush_hair", "wave") for k in (0, 3)]


def test_an_older_run_ignores_recordings_and_lists(ucf101):
    parts = list_parts(ucf101 / "UCF-101", "video", "")
    assert parts.rule == "every 5th file of each class"
    assert held(parts) == [f"{name}" for name in (*UCF101[:18][4::5], *UCF101[18:][4::5])]


def test_the_rule_is_that_of_the_part(tmp_path):
    class_folder(tmp_path / "films", "video")
    source = open_files(str(tmp_path / "films"), "video", asked())
    assert source.held_out_line == "held out: 4 of 10 videos of films: the folder val"
    touch(tmp_path, "0.mp4", "1.mp4", "2.mp4", "3.mp4")
    for name, rows in (("train", "0.mp4,a 1.mp4,b"), ("val", "2.mp4,a 3.mp4,b")):
        table(tmp_path / "t" / f"{name}.csv", "path,label", *rows.split())
    assert list_parts(tmp_path / "t", "video").rule == "val.csv"
    path = table(tmp_path / "k.csv", "label,youtube_id,time_start,time_end,split",
                 "a,0,0,1,train", "b,1,0,1,validate")
    assert list_parts(path, "video").rule == "the column split"


def test_pictures_for_a_camera_are_grouped_too(tmp_path):
    for k in range(10):
        write_pictures(tmp_path / f"{'ab'[k % 2]}{k}.png", np.full((60, 60, 3), 20 * k, np.uint8))
    parts = list_pictures(tmp_path, "^([ab])")
    assert len({row.file.name[0] for row in parts["val"]}) == 1
    recipe = asked(group_by="^([ab])", data=(f"camera:{tmp_path}",))
    assert "whole recordings by --group-by" in open_camera(str(tmp_path), recipe).held_out_line


def test_files_of_the_other_kind_name_the_right_option(tmp_path):
    for kind, other in (("image", "video"), ("video", "image")):
        class_folder(tmp_path / kind, kind)
        words = {"image": "holds images, no videos, .*--images {0}, or .* --data camera:{0}",
                 "video": "holds videos, no images, .* give videos with --data {0}"}[kind]
        with pytest.raises(ValueError, match=words.format(tmp_path / kind)):
            open_files(str(tmp_path / kind), other, asked())
    table(tmp_path / "p.csv", "path,label", "1.png,a", "2.jpg,b")
    with pytest.raises(ValueError, match="holds images, no videos"):
        list_parts(tmp_path / "p.csv", "video")
    touch(tmp_path / "flat", "1.png")
    with pytest.raises(ValueError, match="--data camera:.*flat; --images needs a folder for each"):
        list_parts(tmp_path / "flat", "video")


def test_a_subset_of_val_alone_is_val(tmp_path):
    touch(tmp_path, *(f"{c}/{k}.mp4" for c in "ab" for k in range(3)))
    table(tmp_path / "val.csv", "path,label", *(f"{c}/{k}.mp4,{c}" for c in "ab" for k in range(3)))
    table(tmp_path / "train.csv", "path,label", "gone/1.mp4,a", "gone/2.mp4,b")
    counts = make_subset(tmp_path / "val.csv", "video", tmp_path / "few", per_class=2)
    assert counts == {"val": {"a": 2, "b": 2}}
    assert [file.name for file in (tmp_path / "few").iterdir()] == ["val.csv"]
    (tmp_path / "val.csv").unlink()
    with pytest.raises(ValueError, match="none of its 2 videos exists .*, the first: .*1.mp4"):
        make_subset(tmp_path / "train.csv", "video", tmp_path / "none")
