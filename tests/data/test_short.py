"""Videos shorter than a clip: the last frame repeats, with one warning per file or set."""

from pathlib import Path

import clips
import pytest
from remarks import remarks
from tiny import asked, class_folder, coded

from tubevit_np.data.datasets.in_memory import open_files, open_held_out, read_one


def heard(call):
    """The result and the warnings of a call; paths are shortened to file names."""
    found, said = remarks(call)
    return found, [" ".join(Path(word).name for word in text.split()) for text in said]


@pytest.fixture
def films(tmp_path):
    """Ten videos: eight of 4 frames, two of 9 frames."""
    path = class_folder(tmp_path / "set", "video")
    for name in ("train/cat/0.mov", "val/eel/3.mov"):
        clips.write_video(path / name, coded(9, 27, 9), title=name)
    return path


@pytest.mark.parametrize("fps, count", [(None, 4), (5, 2), (20, 8)])
def test_a_single_file_says_it(tmp_path, fps, count):
    clips.write_video(tmp_path / "x.mov", coded(1, 27, 4))  # 10 frames a second
    for frames in (count, count + 1):
        (_, x), said = heard(lambda frames=frames: read_one(tmp_path / "x.mov", frames, 24, fps))
        assert x.shape == (frames, 24, 24, 3) and (x[-1] == x[count - 1]).all()
        told = (f"x.mov has only {count} of the {frames} frames of a clip; "
                "the last one is repeated")
        assert said == [told] * (frames > count)


def test_an_animation_says_it_too(tmp_path):
    clips.write_pictures(tmp_path / "x.gif", clips.levels(4, 24, 27))
    for fps in (None, 5):
        assert heard(lambda fps=fps: read_one(tmp_path / "x.gif", 6, 16, fps))[1] == [
            "x.gif has only 4 of the 6 frames of a clip; the last one is repeated"]


def test_a_set_in_memory_says_it_once_and_counts_them(films):
    told = ("set: {} videos are shorter than 6 frames; their last frame is repeated; the first: "
            "{}.mov (4 frames)")
    source, said = heard(lambda: open_files(films, "video", asked(memory=1, frames=6)))
    assert said == [told.format("8 of 10", 1)]
    assert source.description()["shorter than their clips"] == {"train": 5, "val": 3}
    assert heard(lambda: list(source.held_out_views(2, 1)))[1] == []
    source, said = heard(lambda: open_files(films, "video", asked(memory=1, frames=4)))
    assert said == [] and source.short == {"train": 0, "val": 0}
    held, said = heard(lambda: open_held_out(films, "video", 6, 24, "set", ("cat", "eel")))
    assert said == [told.format("3 of 4", 0)] and held.short == {"val": 3}


@pytest.mark.parametrize("fps, count", [(None, 4), (5, 2)])
@pytest.mark.parametrize("kept", [False, True])
def test_a_stream_says_it_once_for_a_set(tmp_path, films, fps, count, kept):
    for _ in range(2):  # the second pass reads the cache
        source = open_files(films, "video", asked(
            fps=fps, frames=6, cache=tmp_path / "kept" if kept else None))
        said = heard(lambda source=source: [source.batch(step, 6) for step in range(3)]
                       + [*source.held_out(9), *source.held_out_views(2, 1)])[1]
        assert len(said) == 1 and said[0].startswith("set: ") and said[0].endswith(
            f".mov has only {count} of the 6 frames of a clip; the last one is repeated; "
            "other short videos give no warning")
        assert "shorter than their clips" not in source.description()
