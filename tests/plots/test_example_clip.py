"""The example clip: read from a file as evaluation reads it, or always the same generated one."""

import clips
import numpy as np
import small
from tiny import coded

import tubevit_np as tv
from tubevit_np.data.sources import GENERATED
from tubevit_np.plots.gallery.example_clip import from_file, generated, set_of
from tubevit_np.runs.run_folder import heads_for

NOTES = {"heads": '{"video": ["verb", "noun"], "image": ["noun"]}'}
CFG = tv.PRESETS["demo"]


def test_a_generated_clip_is_the_same_each_time_and_says_what_it_is(usual_pools):
    first, again, other = generated(16, 24), generated(16, 24), generated(16, 24, seed=7)
    assert first.clip.shape == (16, 24, 24, 3) and first.clip.dtype == np.uint8
    assert np.array_equal(first.clip, again.clip) and not np.array_equal(first.clip, other.clip)
    assert (first.kind, first.name) == ("video", "generated: zoom in, checks")
    assert generated(5, 24).clip.shape == (5, 24, 24, 3)


def test_a_model_is_shown_on_the_set_that_it_was_trained_on():
    moves = generated(16, 24, "something-moves", seed=6)
    assert moves.name == "generated: down, green dots"
    verbs = {name: list(module.VERBS) for name, module in GENERATED.items()}
    assert [set_of({"verb": names}) for names in verbs.values()] == list(verbs)
    assert set_of({"films": ["cat", "eel"]}) == "scenes"


def test_files_are_cut_as_they_are_scored(tmp_path):
    clips.write_video(tmp_path / "film.mov", coded(1, 27, 4))
    clips.write_pictures(tmp_path / "shot.png", coded(2, 27))
    film, shot = (from_file(tmp_path / name, 4, 24) for name in ("film.mov", "shot.png"))
    assert (film.kind, film.name) == ("video", "film.mov")
    assert (shot.kind, shot.name) == ("image", "shot.png")
    assert np.array_equal(film.clip, coded(1, 27, 4)[:, 1:25, 1:25])
    assert np.array_equal(shot.clip, coded(2, 27)[None, 1:25, 1:25])


def test_it_is_seen_by_the_heads_of_its_kind(tmp_path, rng):
    params = small.params(CFG, rng)
    logits, out = generated(16, 24).outputs(params, CFG, NOTES)
    assert list(logits) == ["verb", "noun"] and out["tokens"].shape == (1, 9 + 8 + 4 + 2, 96)
    clips.write_pictures(tmp_path / "shot.png", coded(2, 60))
    logits, out = from_file(tmp_path / "shot.png", 16, 24).outputs(params, CFG, NOTES)
    assert list(logits) == ["noun"] and out["tokens"].shape == (1, 9, 96)


def test_a_model_of_one_kind_sees_the_other_by_the_heads_it_has():
    assert heads_for(NOTES, "image") == ("noun",)
    assert heads_for({"heads": '{"video": ["ssv2"]}'}, "image") == ("ssv2",)
