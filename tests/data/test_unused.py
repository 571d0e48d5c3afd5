"""Nothing below a set vanishes; which of two files of one name is taken is a rule."""

import os
import shutil

import pytest
from clips import noise, write_pictures, write_video
from remarks import remarks
from sets import table, touch
from test_parts import names
from tiny import asked, class_folder, coded

from tubevit_np.data.datasets.in_memory import open_files
from tubevit_np.data.datasets.listing import list_parts, list_pictures

KINETICS = "label,youtube_id,time_start,time_end"


@pytest.fixture
def film(tmp_path_factory):
    """A video of four frames."""
    path = tmp_path_factory.mktemp("film") / "film.mp4"
    write_video(path, coded(1, 16, 4))
    return path


def reasons(parts):
    """{path below the set: reason} of everything that is not used."""
    return {os.path.relpath(path, parts.folder): reason for path, reason in parts.unused}


def test_every_file_and_folder_is_used_or_has_a_reason(tmp_path, film, rng):
    for suffix in ("png", "jpg"):
        write_pictures(tmp_path / f"p.{suffix}", noise(rng, 1)[0])
    folder = touch(tmp_path / "set", "a/0.mp4", "b/1.webm", "loose.mp4", "b/notes.txt", ".DS_Store",
                   ".git/config", "README.md", "b/.hidden.mp4")
    (folder / "c" / "deep").mkdir(parents=True)
    for name in ("b/p.jpg", "b/video.jpg", "p.png", "b/jpeg.mp4"):
        shutil.copy(film if "video" in name else tmp_path / "p.jpg" if "mp4" in name
                    else tmp_path / "p.png", folder / name)
    (folder / "a" / "back").symlink_to(folder)
    parts, said = remarks(list_parts, folder, "video")
    assert names(parts)["train"] == ["a/0.mp4", "b/1.webm", "b/video.jpg"]
    assert reasons(parts) == {
        "loose.mp4": "in no class folder", "b/notes.txt": "not a video", "README.md": "not a video",
        ".DS_Store": "hidden", ".git": "hidden", "b/.hidden.mp4": "hidden", "b/p.jpg": "an image",
        "b/jpeg.mp4": "an image",
        "p.png": "an image", "c/deep": "an empty folder",
        "a/back": "a link to a folder that is listed already"}
    line, empty = said
    assert line.startswith(f"{folder}: files and folders that are not used: 11 (")
    assert "an image: 3, " in line and line.endswith(f": {folder}/README.md")
    assert empty == f"{folder}: class folders without a video: 1, the first: c"


def test_files_outside_the_parts_and_the_tables(tmp_path):
    touch(tmp_path / "x", "train/a/0.mp4", "train/b/0.mp4", "val/a/1.mp4", "more/a/2.mp4",
          "val/3.mp4")
    assert reasons(list_parts(tmp_path / "x", "video")) == {
        "more/a/2.mp4": "outside of train and val", "val/3.mp4": "in no class folder"}
    assert reasons(list_parts(tmp_path / "x" / "train", "video")) == {
        "val/3.mp4": "in no class folder"}
    touch(tmp_path / "y", "0.mp4", "1.mp4", "2.mp4")
    path = table(tmp_path / "y" / "train_list.txt", "0.mp4 0", "1.mp4 1")
    table(tmp_path / "y" / "labels.txt", "cat", "dog")
    assert reasons(list_parts(tmp_path / "y", "video")) == {"2.mp4": "in no table"}
    assert reasons(list_parts(path, "video")) == {}  # a table is the whole set


def test_a_part_may_be_a_link(tmp_path):
    touch(tmp_path, "train/a/0.mp4", "train/b/1.mp4")
    (tmp_path / "val").symlink_to(tmp_path / "train")
    parts, [line] = remarks(list_parts, tmp_path, "video")
    assert len(parts["val"]) == 2 and parts.unused == ()
    assert "held-out files that are also in train: 2" in line


def test_hidden_files_alone_are_listed_without_a_warning(tmp_path):
    parts, said = remarks(list_parts, touch(tmp_path, "a/0.mp4", "b/1.mp4", "a/.DS_Store"), "video")
    assert reasons(parts) == {"a/.DS_Store": "hidden"} and said == []


def test_a_folder_that_cannot_be_listed_is_named(tmp_path, monkeypatch):
    touch(tmp_path, "a/0.mp4", "b/1.mp4", "b/closed/2.mp4")
    scandir = os.scandir

    def refusing(path):
        if str(path).endswith("closed"):
            raise PermissionError(13, "Permission denied", str(path))
        return scandir(path)
    monkeypatch.setattr(os, "scandir", refusing)
    assert reasons(list_parts(tmp_path, "video")) == {"b/closed": "Permission denied"}


def test_files_in_deeper_folders_are_used_and_reported(tmp_path):
    touch(tmp_path, "walk/person1/k.mp4", "walk/person2/x/k.mp4", "run/1.mp4")
    parts, [line] = remarks(list_parts, tmp_path, "video")
    assert {row.file.name: row.label for row in parts["train"]} == {"k.mp4": "walk", "1.mp4": "run"}
    assert len(parts["train"]) == 3
    assert line == (f"{tmp_path}: videos in folders below the class folders: 2, used like the "
                    f"others, the first: {tmp_path}/walk/person1/k.mp4")


@pytest.mark.parametrize("name", ["0.MTS", "0.vob", "0", "0.dat"])
def test_a_video_is_what_ffmpeg_calls_a_video(tmp_path, film, name):
    touch(tmp_path, "b/1.mp4")
    (tmp_path / "a").mkdir()
    shutil.copy(film, tmp_path / "a" / name)
    assert names(list_parts(tmp_path, "video"))["train"] == [f"a/{name}", "b/1.mp4"]


def test_an_image_is_what_pillow_calls_an_image(tmp_path, film, rng):
    for name, kind in (("a/0.jfif", "jpeg"), ("b/1.avif", "avif")):
        (tmp_path / name).parent.mkdir()
        write_pictures(tmp_path / "x.jpg" if kind == "jpeg" else tmp_path / "x.avif",
                       noise(rng, 1)[0])
        shutil.move(tmp_path / ("x.jpg" if kind == "jpeg" else "x.avif"), tmp_path / name)
    shutil.copy(film, tmp_path / "a" / "film.xyz")
    parts = list_parts(tmp_path, "image")
    assert names(parts)["train"] == ["a/0.jfif", "b/1.avif"]
    assert reasons(parts) == {"a/film.xyz": "a video"}
    flat = tmp_path / "flat"
    flat.mkdir()
    shutil.copy(tmp_path / "a" / "0.jfif", flat / "0.jfif")
    assert names(list_pictures(flat))["train"] == ["0.jfif"]


def test_a_link_takes_no_files_from_another_class(tmp_path):
    touch(tmp_path, "cat/0.mp4", "elk/1.mp4", ".store/2.mp4")
    (tmp_path / "cat" / "favorites").symlink_to(tmp_path / "elk")
    (tmp_path / "bear").symlink_to(tmp_path / ".store")
    parts = list_parts(tmp_path, "video")
    assert {row.file.name: row.label for row in parts["train"]} == {
        "0.mp4": "cat", "1.mp4": "elk", "2.mp4": "bear"}
    assert reasons(parts)["cat/favorites"] == "a link to a folder that is listed already"


def test_pictures_and_texts_do_not_stand_for_missing_clips(tmp_path, film, rng):
    for k in "ab":
        write_pictures(tmp_path / f"{k}_000000_000010.jpg", noise(rng, 1)[0])
        (tmp_path / f"{k}_000000_000010.json").write_text("{}", encoding="utf-8")
    shutil.copy(film, tmp_path / "b_000000_000010.MTX")
    path = table(tmp_path / "train.csv", KINETICS, "x,a,0,10", "y,b,0,10")
    found = list_parts(path, "video")["train"]
    assert [row.file.name for row in found] == ["a_000000_000010.mp4", "b_000000_000010.MTX"]


def test_a_list_means_the_file_that_it_names(tmp_path, film):
    for name in ("films/1.mp4", "films/1.avi"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        shutil.copy(film, tmp_path / name)
    path = table(tmp_path / "list.txt", "1.mp4 a", "1.avi b")
    assert {row.file.suffix: row.label for row in list_parts(path, "video")["train"]} == {
        ".mp4": "a", ".avi": "b"}


def test_videos_with_the_suffix_of_images_are_videos(tmp_path, film):
    for name in ("a/0.jpg", "b/1.png"):
        (tmp_path / name).parent.mkdir()
        shutil.copy(film, tmp_path / name)
    assert len(list_parts(tmp_path, "video")["train"]) == 2


def test_files_that_cannot_be_read_end_nothing(tmp_path, film, monkeypatch):
    for name in ("train/a/0.mp4", "train/b/1.mp4", "val/a/0.mp4"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(film, tmp_path / name)
    opened = open

    def refusing(path, *args, **options):
        if "val" in str(path):
            raise PermissionError(13, "Permission denied", str(path))
        return opened(path, *args, **options)
    monkeypatch.setattr("builtins.open", refusing)
    assert len(list_parts(tmp_path, "video")["val"]) == 1


def test_what_is_not_used_stands_in_the_summary(tmp_path):
    films = class_folder(tmp_path / "films", "video")
    touch(films, "train/loose.mov")
    for k in (4, 5):
        (films / "train" / "fox").mkdir(exist_ok=True)
        (films / "train" / "fox" / f"{k}.mov").write_bytes(b"no video")
    source, said = remarks(open_files, str(films), "video", asked(memory=1))
    left = dict(source.description()["left out"])
    assert left[str(films / "train" / "loose.mov")] == "in no class folder"
    assert said[-1] == "films: classes without a usable video: 1, the first: fox"


@pytest.mark.parametrize("damaged, used", [((), "a.mp4"), (("a.mp4",), "a.webm"),
                                           (("a.mp4", "a.webm"), "b/a.mkv"),
                                           (("a.mp4", "a.webm", "b/a.mkv"), "a.mp4")])
def test_of_several_files_the_first_one_that_can_be_decoded_is_used(tmp_path, film, damaged, used):
    for name in ("a.mp4", "a.webm", "b/a.mkv", "a.txt", "c_000000_000010.mp4"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        shutil.copy(film, tmp_path / name)
        if name in damaged:
            (tmp_path / name).write_bytes(film.read_bytes()[:40])
    path = table(tmp_path / "train.csv", KINETICS, "x,a,0,10", "y,c,0,10")
    parts, [line] = remarks(list_parts, path, "video")
    assert names(parts)["train"] == sorted([used, "c_000000_000010.mp4"])
    assert line == (f"{tmp_path}: names that stand for several files: 1, the first: "
                    "a_000000_000010 (a.mp4, a.webm, b/a.mkv); the first file in sorted order "
                    "that can be decoded is used")


def test_a_damaged_clip_with_seconds_falls_back_to_the_id(tmp_path, film):
    (tmp_path / "a_000000_000010.mp4").write_bytes(film.read_bytes()[:40])
    shutil.copy(film, tmp_path / "a.mp4")
    shutil.copy(film, tmp_path / "b.mp4")
    path = table(tmp_path / "train.csv", KINETICS, "x,a,0,10", "y,b,0,10")
    parts, [line] = remarks(list_parts, path, "video")
    assert names(parts)["train"] == ["a.mp4", "b.mp4"]
    assert "several files: 1, the first: a_000000_000010 (a_000000_000010.mp4, a.mp4)" in line
