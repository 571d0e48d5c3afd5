"""A run's folder: its files, resuming after a kill at any moment, and its errors."""

import json
import math
import os
import shutil
import subprocess
import sys
import warnings
from dataclasses import replace
from pathlib import Path
from unittest import mock

import numpy as np
import pytest
from killing import chosen, content, kill, resume, without_rate
from tiny import RECIPE, class_folder, copied, finished, recipe_on

import tubevit_np as tv
from tubevit_np.data.batch import CROPS, HELD_OUT, PARAMETERS, POOLS, TRAIN
from tubevit_np.data.datasets.dataset import Dataset
from tubevit_np.data.sources import GeneratedSource, open_sources
from tubevit_np.runs.held_out import sources_for
from tubevit_np.runs.open_run import new_run, open_run
from tubevit_np.runs.recipe_files import read_recipe
from tubevit_np.runs.run import Run
from tubevit_np.runs.run_folder import checkpoints, find_model, load_model, read_metrics
from tubevit_np.runs.score_names import labels_of
from tubevit_np.training import step as training
from tubevit_np.training.optim import learning_rate
from tubevit_np.training.train import train

LAST, OLDER, MODEL, BEST = (f"{name}.safetensors" for name in (
    "checkpoint-000011", "checkpoint-000008", "model", "best"))
CFG = RECIPE.config({"verb": 8, "noun": 9})

# Each entry kills the training process at a moment other than a checkpoint; see killing.py.
MOMENTS = {
    "before the first checkpoint": ("at_call", "log", 3),
    "between checkpoints": ("at_call", "log", 7),
    "half a line of the log written": ("half_line", 7),
    "a look taken, its checkpoint half written": ("at_replace", "checkpoint-000008"),
    "a snapshot half written": ("at_replace", "snapshots/000008"),
    "a snapshot written, not the checkpoint of its step": ("at_call", "save", 1),
    "the model written, not its last checkpoint": ("at_replace", "checkpoint-000011"),
}
FULL = """
import resource, signal, sys
from tiny import RECIPE, glance
from tubevit_np.runs.open_run import new_run
from tubevit_np.training.train import train
run = new_run(sys.argv[1], RECIPE)
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[2]),) * 2)
if sys.argv[3] == "log":  # and no snapshot before it
    run.snap = lambda done, found: None
try:
    with glance:
        train(run)
except ValueError as error:
    print("told:", error, file=sys.stderr)
"""


@pytest.fixture(scope="module")
def killed(request, tmp_path_factory):
    """{moment: folder of a run that was killed at that moment}."""
    place = tmp_path_factory.mktemp("killed")
    folders = {moment: place / str(k) for k, moment in enumerate(chosen(request, MOMENTS))}
    endings = kill([(folder, None, MOMENTS[moment]) for moment, folder in folders.items()])
    assert set(endings) == {"SIGKILL"}
    return folders


def names(folder):
    return sorted(path.name for path in folder.iterdir())


def test_the_files_of_a_run():
    assert names(finished()) == [".lock", BEST, OLDER, LAST, "config.json", "metrics.jsonl", MODEL,
                                 "snapshots"]
    assert names(finished() / "snapshots") == [f"00000{n}.safetensors" for n in (0, 4, 8)]
    assert read_recipe(finished() / "config.json") == (RECIPE, CFG, labels_of(open_sources(RECIPE)))


def test_the_log_has_every_second_step_and_every_checkpoint():
    log = read_metrics(finished() / "metrics.jsonl")
    heads = ["verb", "noun", "image noun"]
    assert [r["step"] for r in log if "loss" in r] == [2, 4, 6, 8, 10, 11]
    assert [r["step"] for r in log if "eval/verb" in r] == [4, 8, 11]
    for r in log:
        if "loss" in r:
            assert list(r) == ["step", "lr", "rate", "loss", "norm",
                               *(f"train/{head}" for head in heads)]
            assert r["lr"] == learning_rate(r["step"] - 1, 11, RECIPE.lr, RECIPE.warmup)
            assert r["rate"] > 0 and math.isfinite(r["loss"] + r["norm"])
        else:
            assert list(r) == ["step", *(f"eval/{head}" for head in (*heads[:2], "both", heads[2]))]


def logged(folder, recipe, losses):
    """Log `losses` without training; returns the records."""
    run = Run(folder, recipe, open_sources(recipe), CFG)
    run.start()
    with mock.patch.object(GeneratedSource, "slow", False), run.batches() as batches:
        for (step, _), loss in zip(batches, losses, strict=False):
            run.log(step, loss, 0.1, 2 * loss, [{"verb": loss / 10, "noun": 0.5}, {"noun": 1.0}])
    return read_metrics(folder / "metrics.jsonl")


def test_a_record_holds_means_since_the_last_one(tmp_path):
    log = logged(tmp_path, replace(RECIPE, log_every=3, steps=4), [1.0, 2.0, 6.0, 5.0])
    assert [(r["step"], r["loss"], r["norm"]) for r in log] == [(3, 3.0, 6.0), (4, 5.0, 10.0)]
    assert [r["train/verb"] for r in log] == pytest.approx([0.3, 0.5])
    assert [r["train/image noun"] for r in log] == [1.0, 1.0]


def test_a_checkpoint_says_all_that_its_use_needs():
    params, cfg, notes = tv.load(finished() / MODEL)
    assert cfg == CFG and notes["extra"] == {} and int(notes["step"]) == 11
    assert (notes["frames"], notes["size"]) == ("16", "24")
    assert json.loads(notes["heads"]) == {"video": ["verb", "noun"], "image": ["noun"]}
    assert (notes["labels"]["verb"][0], len(notes["labels"]["noun"])) == ("left", 9)
    last, _, notes = tv.load(finished() / LAST)
    moments = {f"_{moment}.{name}" for moment in "mv" for name in tv.shapes(cfg)}
    assert set(notes["extra"]) == moments and int(notes["step"]) == 11
    assert all(np.array_equal(w, tv.flatten(params)[name])
               for name, w in tv.flatten(last).items())


@pytest.mark.parametrize("moment", MOMENTS)
def test_a_killed_run_ends_as_one_that_was_not(killed, moment):
    """Parameters and moments are bit-identical; each line of the log appears once."""
    folder = killed[moment]
    assert not (folder / LAST).exists() and (folder / "metrics.jsonl").stat().st_size
    resume(folder)
    for name in (OLDER, LAST, MODEL, BEST):
        assert content(folder / name) == content(finished() / name)
    assert names(folder) == names(finished())
    for path in (finished() / "snapshots").iterdir():
        assert (folder / "snapshots" / path.name).read_bytes() == path.read_bytes()
    assert without_rate(folder) == without_rate(finished())


def test_a_finished_run_is_left_as_it_is(tmp_path):
    folder = copied(tmp_path / "run")
    params = tv.flatten(resume(folder))
    for path in (path for path in finished().rglob("[!.]*") if path.is_file()):
        assert (folder / path.relative_to(finished())).read_bytes() == path.read_bytes()
    assert all(np.array_equal(w, params[name])
               for name, w in tv.flatten(tv.load(finished() / MODEL)[0]).items())


@pytest.mark.parametrize("kept", [0, 5, 100_000])
def test_a_damaged_checkpoint_is_passed_over_for_the_older_one(tmp_path, kept):
    folder = copied(tmp_path / "run")
    (folder / LAST).write_bytes((folder / LAST).read_bytes()[:kept])
    with pytest.warns(UserWarning) as caught:
        resume(folder)
    [message] = [str(one.message) for one in caught]
    assert str(folder / LAST) in message and "\n" not in message
    assert message.endswith(f"continuing from {folder / OLDER}")
    assert content(folder / LAST) == content(finished() / LAST)
    assert without_rate(folder) == without_rate(finished())


def test_if_all_checkpoints_are_damaged_it_says_so(tmp_path):
    folder = copied(tmp_path / "run")
    for name in (OLDER, LAST):
        (folder / name).write_bytes(b"no checkpoint")
    with pytest.warns(UserWarning, match=LAST), pytest.raises(ValueError, match=OLDER):
        open_run(folder).start()


@pytest.mark.parametrize("what, value", [("loss", math.nan), ("norm", math.inf)])
@pytest.mark.filterwarnings("ignore:invalid value")
def test_a_loss_that_is_no_number_stops_the_run(tmp_path, monkeypatch, what, value):
    """The fault is in step 6. The checkpoint of step 4 is good, so the run can be resumed."""
    usual, calls = training.joint_gradients, []

    def faulty(*args):
        loss, right, grads = usual(*args)
        calls.append(1)
        if len(calls) == 6 and what == "loss":
            loss = value
        elif len(calls) == 6:
            grads["norm.b"][:] = value
        return loss, right, grads

    monkeypatch.setattr(training, "joint_gradients", faulty)
    new_run(tmp_path / "run", RECIPE)
    with pytest.raises(ValueError) as caught:
        resume(tmp_path / "run")
    message = str(caught.value)
    assert message.startswith("step 6: the loss is ") and "\n" not in message
    assert str(tmp_path / "run" / "checkpoint-000004.safetensors") in message
    resume(tmp_path / "run")
    assert content(tmp_path / "run" / LAST) == content(finished() / LAST)


@pytest.mark.parametrize("room, what", [(600, "snapshot"), (600, "log"), (1_500_000, "checkpoint")])
def test_a_full_disk_stops_the_run_which_then_ends_as_ever(tmp_path, room, what):
    """No file can grow beyond `room` bytes."""
    folder, here = tmp_path / "run", Path(__file__).parent
    paths = os.pathsep.join(map(str, (here, here.parent / "helpers", here.parents[1])))
    done = subprocess.run([sys.executable, "-c", FULL, folder, str(room), what], check=True,
                          env=os.environ | {"PYTHONPATH": paths}, capture_output=True, text=True,
                          timeout=300, encoding="utf-8")
    [told] = [line for line in done.stderr.splitlines() if line.startswith("told: ")]
    assert f"cannot write into {folder}: File too large (last checkpoint: none yet)" in told
    assert "free some space or make the folder writable, then continue with --resume" in told
    assert not list(folder.rglob("*.part")) and not checkpoints(folder)
    resume(folder)
    assert content(folder / LAST) == content(finished() / LAST)
    assert without_rate(folder) == without_rate(finished())


@pytest.mark.parametrize("log_every", [1, 40])
def test_half_precision_may_leave_out_ten_steps_in_a_row(tmp_path, log_every):
    recipe = replace(RECIPE, precision="half", steps=40, save_every=40, log_every=log_every)
    losses = [1.0, *10 * [math.nan], 3.0, *11 * [math.inf], 5.0]
    with pytest.raises(ValueError, match="step 23: the loss is inf"):
        logged(tmp_path, recipe, losses)
    steps = [r["step"] for r in read_metrics(tmp_path / "metrics.jsonl")]
    assert steps == ([1, 12] if log_every == 1 else [])
    log = logged(tmp_path, replace(recipe, steps=13), losses[:13])
    assert (log[-1]["step"], log[-1]["loss"]) == ((12, 3.0) if log_every == 1 else (13, 2.0))


def test_without_any_checkpoint_it_says_so_too(tmp_path):
    with pytest.raises(ValueError, match="step 2: the loss is nan.*last checkpoint: none yet"):
        logged(tmp_path, RECIPE, [1.0, math.nan])


def test_a_folder_that_holds_a_run_is_refused():
    with pytest.raises(ValueError, match="already holds a run: continue it with --resume"):
        new_run(finished(), RECIPE)


def test_a_checkpoint_of_something_else_is_not_written_over(tmp_path):
    (tmp_path / "model.safetensors").write_bytes(b"of somebody")
    with pytest.raises(ValueError, match="already holds a run"):
        new_run(tmp_path, RECIPE)
    assert [file.name for file in tmp_path.iterdir()] == ["model.safetensors"]


@pytest.mark.parametrize("place", ["file", "file/run"])
def test_a_folder_that_cannot_be_made_is_refused(tmp_path, place):
    (tmp_path / "file").touch()
    with pytest.raises(ValueError, match=f"cannot make folder .*{place}: .*; give another --out"):
        new_run(tmp_path / place, RECIPE)


@pytest.mark.parametrize("given", ["both=PETS", "PLACE/count"])
def test_a_head_named_as_a_score_is_refused_before_it_is_decoded(tmp_path, given, monkeypatch):
    for name in ("pets", "count"):
        class_folder(tmp_path / name, "video")
    monkeypatch.setattr(Dataset, "load", mock.Mock(side_effect=AssertionError("decoded")))
    data = given.replace("PETS", str(tmp_path / "pets")).replace("PLACE", str(tmp_path))
    with pytest.raises(ValueError, match="name (both|count) is reserved .* with NAME=PATH"):
        new_run(tmp_path / "run", recipe_on(data=data))
    assert not (tmp_path / "run").exists()


@pytest.mark.parametrize("text", [None, "{}", "no JSON", "[]", '{"recipe": {"steps": 0}}'])
def test_what_is_no_run_is_refused(tmp_path, text):
    if text:
        (tmp_path / "config.json").write_text(text, encoding="utf-8")
    with pytest.raises(ValueError, match="is not a run"):
        open_run(tmp_path)
    with pytest.raises(ValueError, match="is not a run"):
        open_run(tmp_path / "config.json")


def test_what_run_means(tmp_path):
    folder = copied(tmp_path / "run")
    assert find_model(folder) == folder / MODEL
    assert find_model(str(folder / OLDER)) == folder / OLDER
    (folder / MODEL).unlink()
    assert find_model(folder) == folder / LAST
    (tmp_path / "empty").mkdir()
    with pytest.raises(ValueError, match="empty holds no checkpoint"):
        find_model(tmp_path / "empty")


def test_a_checkpoint_that_no_run_wrote_is_refused(tmp_path):
    params, cfg, _ = tv.load(finished() / MODEL)
    tv.save(tmp_path / "mine.safetensors", params, cfg)
    with pytest.raises(ValueError, match="mine.safetensors was not written by a run: .* no heads"):
        load_model(tmp_path / "mine.safetensors")


@pytest.fixture(scope="module")
def on_files(tmp_path_factory):
    """A run of two steps on videos and images; each folder has a broken file."""
    place = tmp_path_factory.mktemp("files")
    data, images = class_folder(place / "films", "video"), class_folder(place / "shots", "image")
    for broken in (data / "val/eel/3.mov", images / "train/cat/1.png"):
        broken.write_text("broken", encoding="utf-8")
    recipe = recipe_on(data=str(data), images=str(images), steps=2)
    with pytest.warns(UserWarning, match="skipped"):
        train(new_run(place / "run", recipe))
    return place


def test_heads_are_named_after_the_folders(on_files):
    path, _, cfg, notes = load_model(on_files / "run")
    assert path == on_files / "run" / MODEL and cfg.classes == {"films": 2, "shots": 2}
    assert json.loads(notes["heads"]) == {"video": ["films"], "image": ["shots"]}
    assert notes["labels"] == {"films": ["cat", "eel"], "shots": ["cat", "eel"]}
    train_record, eval_record = read_metrics(on_files / "run" / "metrics.jsonl")
    assert {"train/films", "train/image shots"} <= set(train_record)
    assert set(eval_record) == {"step", "eval/films", "eval/image shots"}


def test_the_data_is_described_in_the_folder(on_files):
    films, shots = json.loads((on_files / "run" / "data.json").read_text(encoding="utf-8"))
    assert (films["kind"], films["head"], shots["kind"]) == ("video", "films", "image")
    assert (films["train"], films["val"]) == ({"cat": 3, "eel": 3}, {"cat": 2, "eel": 1})
    assert shots["train"] == {"cat": 2, "eel": 3}
    assert films["shorter than their clips"] == {"train": 6, "val": 3}
    assert "shorter than their clips" not in shots
    left = [(Path(path).name, why) for found in (films, shots) for path, why in found["left out"]]
    assert [name for name, _ in left] == ["3.mov", "1.png"]
    assert all("cannot read" in why for _, why in left)


@pytest.mark.parametrize("memory", [0, 4])
def test_other_files_than_the_run_began_with_are_said(tmp_path, memory):
    data = class_folder(tmp_path / "films", "video")
    recipe = recipe_on(data=str(data), steps=2, memory=memory)
    new_run(tmp_path / "run", recipe)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        warnings.filterwarnings("ignore", ".*videos are shorter than 16 frames")
        open_run(tmp_path / "run")
    (data / "train/cat/1.mov").unlink()
    told = (r"run: films: files have changed since the run began, .* \(train: 6 files then, 5 now; "
            r"val: 4 files then, 4 now; 1 removed, the first: train/cat/1.mov\); continuing with "
            "the current files")
    with pytest.warns(UserWarning, match=told):
        open_run(tmp_path / "run")


def test_what_a_model_is_scored_on(on_files, tmp_path):
    path, _, _, notes = load_model(on_files / "run")
    with pytest.warns(UserWarning, match="skipped"):
        own, films = sources_for(path, notes), sources_for(path, notes, data=[on_files / "films"])
    assert [(one.kind, one.head, len(one.skipped)) for one in own] == [
        ("video", "films", 1), ("image", "shots", 0)]
    assert [one.kind for one in films] == ["video"] and own[0].train is None
    other = class_folder(tmp_path / "other", "video", ("cat", "fox"))
    with pytest.raises(ValueError, match="class fox is not one of the model's 2 classes: cat, eel"):
        sources_for(path, notes, data=[other])
    alone = shutil.copy(path, tmp_path)
    with pytest.raises(ValueError, match="is in no run folder: .*--data"):
        sources_for(Path(alone), notes)


def test_a_model_is_scored_on_generated_clips_by_its_own_classes(on_files):
    _, _, _, notes = load_model(finished())
    [source] = sources_for(finished() / MODEL, notes, data=["generated"])
    assert source == open_sources(RECIPE)[0]
    path, _, _, notes = load_model(on_files / "run")
    with pytest.raises(ValueError, match="videos of something-moves need a head verb"):
        sources_for(path, notes, data=["generated"])


def test_a_model_of_videos_alone_is_scored_on_no_images(on_files):
    path, _, _, notes = load_model(on_files / "run")
    notes = notes | {"heads": '{"video": ["films"]}'}
    with pytest.raises(ValueError, match="was not trained on images; its heads are for video"):
        sources_for(path, notes, images=[on_files / "shots"])


def test_a_log_cut_short_is_read_as_far_as_it_goes(tmp_path):
    path = tmp_path / "metrics.jsonl"
    assert read_metrics(path) == []
    path.write_text('{"step": 1}\n{"step": 2}\n{"ste', encoding="utf-8")
    assert [record["step"] for record in read_metrics(path)] == [1, 2]


def test_checkpoints_without_their_recipe_are_not_taken_over(tmp_path):
    folder = copied(tmp_path / "run")
    (folder / "config.json").unlink()
    with pytest.raises(ValueError, match="already holds a run"):
        new_run(folder, RECIPE)


def test_checkpoints_of_another_model_are_refused(tmp_path):
    folder = copied(tmp_path / "run")
    path = folder / "config.json"
    stored = path.read_text(encoding="utf-8")
    path.write_text(stored.replace('"position_scale": 0.2', '"position_scale": 0.3'),
                    encoding="utf-8")
    with pytest.raises(ValueError, match="do not fit the model in config.json"):
        open_run(folder).start()


def test_checkpoints_are_in_the_order_of_their_steps(tmp_path):
    for step in (999_600, 1_000_000, 400):
        (tmp_path / f"checkpoint-{step:06d}.safetensors").touch()
    assert [path.stem for path in checkpoints(tmp_path)] == [
        "checkpoint-000400", "checkpoint-999600", "checkpoint-1000000"]


@pytest.mark.parametrize("change", ["another name", "one more"])
def test_data_with_other_classes_cannot_be_resumed(tmp_path, change):
    data = class_folder(tmp_path / "pets", "image")
    new_run(tmp_path / "run", recipe_on(images=str(data)))
    for part in ("train", "val"):
        cats = data / part / "cat"
        if change == "one more":
            shutil.copytree(cats, data / part / "dog")
        else:
            cats.rename(data / part / "ape")
    with pytest.raises(ValueError, match="'cat', 'eel'.*its data now has"):
        open_run(tmp_path / "run")


def test_new_parameters_share_no_stream_with_the_batches(tmp_path):
    with mock.patch("tubevit_np.runs.run.init") as init:
        new_run(tmp_path / "run", RECIPE).start()
    mine = init.call_args.args[1].bit_generator.seed_seq.entropy
    assert mine == [RECIPE.seed, PARAMETERS]
    assert len({0, PARAMETERS, TRAIN, HELD_OUT, POOLS, CROPS}) == 6  # 0: no stream
