"""A warm start from another run: which parameters are kept, which are new, and its errors."""

import shutil
from dataclasses import replace
from functools import partial
from itertools import cycle

import numpy as np
import pytest
from remarks import remarks
from safetensors.numpy import save_file
from tiny import RECIPE, class_folder, finished, glance, recipe_on

import tubevit_np as tv
from tubevit_np.runs.open_run import new_run, open_run
from tubevit_np.runs.recipe_defaults import recipe_for
from tubevit_np.runs.run_folder import load_model, read_metrics
from tubevit_np.runs.warm_start import carried, settings_of_start, start_config
from tubevit_np.storage.safetensors_file import read_safetensors
from tubevit_np.training.frozen import is_trainable
from tubevit_np.training.train import train

OLD = tv.flatten(tv.load(finished() / "model.safetensors")[0])


@pytest.fixture(scope="module")
def pets(tmp_path_factory):
    return class_folder(tmp_path_factory.mktemp("start") / "pets", "video")


def begun(folder, **options):
    recipe = recipe_on if "data" in options else partial(replace, RECIPE)
    return new_run(folder, recipe(start=str(finished()), **options))


def test_all_but_the_heads_is_that_of_the_checkpoint(tmp_path, pets, capsys):
    run = begun(tmp_path / "run", data=str(pets))
    params = tv.flatten(run.start()[0])
    assert run.cfg == replace(tv.load(finished() / "model.safetensors")[1], classes={"pets": 2})
    assert list(params) == list(tv.shapes(run.cfg))
    for name, w in params.items():
        assert name.startswith("heads.") or np.array_equal(w, OLD[name])
    assert params["heads.pets.w"].shape == (96, 2) and params["heads.pets.w"].std() > 0
    told = f"starts with the parameters of {finished()}; new heads: pets\n"
    assert told in capsys.readouterr().out


def test_a_head_of_the_same_name_and_classes_is_kept(tmp_path, capsys):
    params = tv.flatten(begun(tmp_path / "run").start()[0])  # again on generated clips
    assert all(np.array_equal(w, OLD[name]) for name, w in params.items())
    assert "new heads: none; kept: verb, noun\n" in capsys.readouterr().out


def test_a_head_of_other_classes_is_new():
    new = tv.init(tv.load(finished() / "model.safetensors")[1], np.random.default_rng(3))
    labels = {"verb": list("abcdefgh"), "noun": tv.load(finished() / "model.safetensors")[2][
        "labels"]["noun"]}
    params, kept = carried(new, finished(), labels)
    assert kept == ["noun"] and params["heads"]["verb"] is new["heads"]["verb"]
    assert np.array_equal(params["heads"]["noun"]["w"], OLD["heads.noun.w"])


def test_it_trains_and_is_resumed_without_its_start(tmp_path, pets):
    """After its first checkpoint. Before, the error names the missing start model."""
    start = shutil.copytree(finished(), tmp_path / "start")
    run = new_run(tmp_path / "run", recipe_on(start=str(start), data=str(pets), steps=2))
    shutil.rmtree(start)
    with pytest.raises(ValueError, match="no checkpoint at .*start"):
        run.start()
    shutil.copytree(finished(), start)
    with glance:
        train(run)
    shutil.rmtree(start)
    again = open_run(tmp_path / "run")
    params = tv.flatten(again.start()[0])
    assert again.first == 2 and not np.array_equal(params["norm.g"], OLD["norm.g"])
    assert load_model(tmp_path / "run")[2].classes == {"pets": 2}


def test_what_is_usual_is_that_of_the_start():
    assert settings_of_start(finished()) == {
        "frames": 16, "size": 24, "fps": None, "preset": "demo"}
    recipe = recipe_for(start=str(finished()), steps=5)
    assert (recipe.size, recipe.steps, recipe.preset) == (24, 5, "demo")
    assert recipe_for(start=str(finished()), size=32).size == 32
    assert recipe_for("ssv2", start=str(finished())).frames == 32


def test_sizes_and_rates_follow_the_preset_it_resembles(tmp_path, rng):
    cfg = replace(tv.PRESETS["Ti"], depth=12, classes={})
    tv.save(tmp_path / "ti.safetensors", tv.init(cfg, rng), cfg)
    recipe = recipe_for(start=str(tmp_path / "ti.safetensors"))
    assert (recipe.preset, recipe.lr, recipe.size) == ("Ti", 5e-5, 224)
    assert start_config(recipe.start) == cfg


@pytest.mark.parametrize("name, value", [("preset", "S"), ("tubes", "core")])
def test_it_brings_its_model_along(name, value):
    with pytest.raises(ValueError, match=f"sets the model; leave out --{name}"):
        recipe_for(start=str(finished()), **{name: value})


def test_what_is_no_start_is_refused(tmp_path):
    (tmp_path / "text.safetensors").write_text("no checkpoint", encoding="utf-8")
    with pytest.raises(ValueError, match="is not a readable checkpoint"):
        recipe_for(start=str(tmp_path / "text.safetensors"))
    with pytest.raises(ValueError, match="holds no checkpoint"):
        recipe_for(start=str(tmp_path))


def test_tubes_too_large_for_the_new_size_are_refused(tmp_path, pets):
    with pytest.raises(ValueError, match="no tube fits into 16x7x7"):
        begun(tmp_path / "run", size=7, data=str(pets))
    assert not (tmp_path / "run").exists()


@pytest.mark.filterwarnings("ignore:tube 16x4x4")
@pytest.mark.parametrize("sizes", [{"size": 32}, {"frames": 32}])
def test_positions_learned_for_other_sizes_are_refused_at_once(tmp_path, rng, pets, sizes):
    """The table has positions for fewer frames, so a clip may have 8 frames."""
    cfg = tv.variant(tv.PRESETS["demo"], position="learned", learned_for=(16, 24, 24), classes={})
    tv.save(tmp_path / "old.safetensors", tv.init(cfg, rng), cfg)
    asked = recipe_on(start=str(tmp_path / "old.safetensors"), data=str(pets))
    with pytest.raises(ValueError, match=r"positions were learned for \(16, 24, 24\)"):
        new_run(tmp_path / "run", replace(asked, **sizes))
    assert not (tmp_path / "run").exists()
    assert new_run(tmp_path / "run", replace(asked, frames=8)).cfg.learned_for == (16, 24, 24)


@pytest.mark.parametrize("frozen", [1, 2])
def test_frozen_blocks_stay_and_have_no_moments(tmp_path, pets, frozen):
    run = begun(tmp_path / "run", data=str(pets), steps=3, frozen=frozen)
    with glance:
        params = tv.flatten(train(run))
    extra = tv.load(tmp_path / "run" / "checkpoint-000003.safetensors")[2]["extra"]
    for name, w in params.items():
        learned = is_trainable(name, frozen)
        assert (f"_m.{name}" in extra) == (f"_v.{name}" in extra) == learned
        assert learned or np.array_equal(w, OLD[name])
        assert not learned or name not in OLD or not np.array_equal(w, OLD[name])
    assert {name.partition(".")[0] for name in params if not is_trainable(name, frozen)} == {
        "tubes", "blocks"}


def test_more_frozen_blocks_than_there_are(tmp_path, pets):
    with pytest.raises(ValueError, match="frozen is 3; the model has 2 blocks"):
        begun(tmp_path / "run", data=str(pets), frozen=3)


def in_dtypes(folder, *dtypes):
    """A copy of the finished run whose checkpoints hold these dtypes in turn; returns its path."""
    for path in shutil.copytree(finished(), folder).glob("*.safetensors"):
        arrays, notes = read_safetensors(path)
        changed = {name: arrays[name].astype(dtype) for name, dtype in zip(arrays, cycle(dtypes))}
        save_file(changed, path, notes)
    return folder


def losses_from(start, folder):
    run = new_run(folder, replace(RECIPE, start=str(start), steps=2, log_every=1))
    with glance:
        return train(run), [record["loss"] for record in read_metrics(folder / "metrics.jsonl")
                            if "loss" in record]


@pytest.fixture(scope="module")
def wanted(tmp_path_factory):
    """The losses of a start in float32."""
    return losses_from(finished(), tmp_path_factory.mktemp("start") / "float32")[1]


@pytest.mark.parametrize("dtypes, error", [
    (["float64"], 0), (["float64", "float32", "float16"], 2e-3)])
def test_no_dtype_of_a_file_goes_on_into_training(tmp_path, wanted, dtypes, error):
    start = in_dtypes(tmp_path / "start", *dtypes)
    (params, losses), told = remarks(losses_from, start, tmp_path / "run")
    assert {x.dtype.name for x in tv.flatten(params).values()} == {"float32"}
    assert losses == pytest.approx(wanted, rel=error, abs=0)
    rounded = [text for text in told if "its float64 parameters are rounded to float32" in text]
    assert len(rounded) == ("float64" in dtypes)
    written, _ = read_safetensors(tmp_path / "run/checkpoint-000002.safetensors")
    assert {x.dtype.name for x in written.values()} == {"float32"}


def test_no_dtype_of_a_file_goes_on_into_a_resumed_run(tmp_path):
    folder = in_dtypes(tmp_path / "run", "float64", "float16")
    (folder / "model.safetensors").unlink()
    (params, moments), told = remarks(lambda: open_run(folder, 12).start())
    assert len(told) == 1 and "rounded to float32" in told[0]
    arrays = [tv.flatten(params), *moments.values()]
    assert moments and {x.dtype.name for flat in arrays for x in flat.values()} == {"float32"}
    _, params, *_ = load_model(folder)
    assert {x.dtype.name for x in tv.flatten(params).values()} == {"float32"}


def test_whole_numbers_are_no_parameters(tmp_path):
    folder = in_dtypes(tmp_path / "run", "int32")
    with pytest.raises(ValueError, match="parameters must be fractions, .* is int32, .* [.]{3}$"):
        tv.load(folder)
