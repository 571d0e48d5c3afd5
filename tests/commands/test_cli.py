"""Every command: its arguments, its output, and a one-line message for every user error."""

import json
import os
import subprocess
import sys
from dataclasses import fields, replace
from pathlib import Path
from types import SimpleNamespace
from unittest import mock

import clips
import imageio.v3 as iio
import numpy as np
import pytest
import vit_files
from clips import SHARED, needs_shared
from safetensors.numpy import load_file, save_file
from tiny import class_folder, coded, copied, finished

import tubevit_np as tv
from tubevit_np.__main__ import ENGINE
from tubevit_np.commands import cli
from tubevit_np.commands.descriptions import COMMANDS
from tubevit_np.commands.given_recipe import whole_paths
from tubevit_np.commands.options import OPTIONS
from tubevit_np.data import sources
from tubevit_np.data.generated import scenes
from tubevit_np.runs import held_out
from tubevit_np.runs.recipe import Recipe
from tubevit_np.runs.run_folder import read_metrics
from tubevit_np.training import plan

TOP = Path(__file__).resolve().parents[2]
HEAVY = """
import sys
from tubevit_np.commands import cli
try:
    cli.main("tubevit_np", None, sys.argv[1:])
except SystemExit:
    heavy = {"av", "imageio", "matplotlib", "PIL", "tinygrad", "multiprocessing"}
    print(heavy & set(sys.modules), file=sys.stderr)
"""


def run(*arguments):
    """Run a command in this process; returns its exit status."""
    return cli.main("tubevit_np", ENGINE, [str(argument) for argument in arguments])


def shares(text, word):
    """The first percentage in every line that begins with `word`."""
    return [float(next(part for part in line.split() if part.endswith("%")).strip("%"))
            for line in text.splitlines() if line.split()[:1] == [word]]


@pytest.mark.parametrize("command", [None, *COMMANDS])
def test_help_ends_in_examples_that_can_be_typed(capsys, monkeypatch, command):
    """Each example fits on one line of an 80-column terminal."""
    monkeypatch.setenv("COLUMNS", "80")
    with pytest.raises(SystemExit) as done:
        run(*filter(None, [command, "--help"]))
    shown = capsys.readouterr()
    assert done.value.code == 0 and shown.err == ""
    text, _, lines = shown.out.rpartition("\nexample")
    lines = lines.splitlines()
    assert text and lines[0] == ("s:" if len(lines) > 2 else ":")
    assert max(map(len, shown.out.splitlines())) <= 80
    for line in lines[1:]:
        typed = line.removeprefix("  python -m tubevit_np ").partition(" > ")[0].split()
        assert line.startswith("  python -m") and (typed[0] == command or command is None)
        if "--help" not in typed:
            assert callable(cli.parser("tubevit_np").parse_args(typed).command)


@pytest.mark.parametrize("command", [[], *([command] for command in COMMANDS)])
def test_help_loads_nothing_heavy(command):
    result = subprocess.run([sys.executable, "-c", HEAVY, *command, "--help"], cwd=TOP,
                            capture_output=True, text=True, check=True, encoding="utf-8")
    assert "usage: python -m tubevit_np" in result.stdout and result.stderr == "set()\n"


@pytest.mark.parametrize("package, own", [("tubevit_np", "tinygrad"), ("tubevit_tg", "IPython")])
def test_a_package_and_its_command_line_load_nothing_heavy(package, own):
    """Importing __main__ does not import packages that only some commands use."""
    text = (f"import sys, {package}.__main__\n"
            f"print({{'av', 'imageio', 'matplotlib', 'PIL', '{own}'}} & set(sys.modules))")
    result = subprocess.run([sys.executable, "-c", text], cwd=TOP, capture_output=True, text=True,
                            check=True, encoding="utf-8")
    assert result.stdout == "set()\n"


def test_train_help_tells_every_default(capsys):
    with pytest.raises(SystemExit):
        run("train", "--help")
    text = "".join(capsys.readouterr().out.split())  # lines break at hyphens too
    defaults = {field.name: field.default for field in fields(Recipe)}
    others = {"frames": "; for the presets Ti to H: 32", "size": "; for the presets Ti to H: 224",
              "lr": "; for the presets Ti to B: 5e-05; for the presets L to H: 1e-05"
                    "; for your own files and something-moves: 0.003",
              "smoothness": "; for your own files: 6; for something-moves: 12",
              "steps": "; for something-moves: 3200"}
    for name, (_, words) in OPTIONS.items():
        default = defaults[name]
        if type(default) in (int, float, str):
            default = f"{default:g}" if isinstance(default, float) else default
            words += f" (default {default}{others.get(name, '')})"
        assert "(default" in words
        assert f"--{name.replace('_', '-')}" in text and "".join(words.split()) in text, words
    assert len(OPTIONS) > 25


@pytest.fixture(scope="module")
def pets(tmp_path_factory):
    """A run on videos, one of them broken, and images of pets; and the output of its training."""
    place, patch = tmp_path_factory.mktemp("pets"), pytest.MonkeyPatch()
    class_folder(place / "Films", "video", size=18), class_folder(place / "shots", "image", size=18)
    (place / "Films" / "val" / "cat" / "9.mov").write_text("broken", encoding="utf-8")
    patch.chdir(place)
    result = subprocess.run(
        [sys.executable, "-m", "tubevit_np", "train", "--data", "Films", "--images", "shots",
         "--steps", "3", "--batch", "2", "--image-batch", "3", "--size", "16", "--out", "out/run"],
        env=os.environ | {"PYTHONPATH": str(TOP)}, capture_output=True, text=True, check=False,
        encoding="utf-8")
    yield SimpleNamespace(run=place / "out" / "run", films=place / "Films", shots=place / "shots",
                          result=result)
    patch.undo()


def test_training_on_files_from_the_shell(pets):
    """`python -m` trains on videos and images jointly and names the heads after the folders."""
    assert pets.result.returncode == 0, pets.result.stderr
    told = [line for line in pets.result.stderr.splitlines() if line.startswith("tubevit_np: ")]
    assert len(told) == 2 and "9.mov" in told[0] and "Traceback" not in pets.result.stderr
    assert "films: 10 of 10 videos are shorter than 16 frames" in told[1]
    assert sorted(path.name for path in pets.run.iterdir()) == [
        ".lock", "best.safetensors", "checkpoint-000003.safetensors", "config.json", "curves.png",
        "data.json", "evaluation.json", "kernels.png", "metrics.jsonl", "model.safetensors",
        "snapshots", "tubes.png"]
    assert tv.load(pets.run / "model.safetensors")[1].classes == {"films": 2, "shots": 2}
    scores = json.loads((pets.run / "evaluation.json").read_text(encoding="utf-8"))
    assert [scores[kind]["count"] for kind in ("video", "image")] == [4, 4]
    header = "                  correct   95% interval   chance\n"
    assert f"4 held-out videos, 1 left out\n{header}  films " in pets.result.stdout
    assert f"4 held-out images\n{header}  shots " in pets.result.stdout
    assert shares(pets.result.stdout, "films") == [100 * scores["video"]["films"]]


@pytest.fixture(scope="module")
def many(tmp_path_factory):
    """A run on two video sets and an image set, and a second run with a warm start from it."""
    place = tmp_path_factory.mktemp("many")
    films, shots = class_folder(place / "films", "video"), class_folder(place / "shots", "image")
    class_folder(place / "more", "video", ("ape", "cat", "dog"))
    assert run("train", "--data", films, "--data", f"other={place / 'more'}", "--images", shots,
               "--batch", 2, 3, "--image-batch", 1, "--weight", 0.5, 2, "--steps", 2, "--size", 24,
               "--mixup", 0.2, "--dropout", 0.1, "--out", place / "first") == 0
    return place


def test_every_set_has_its_head_and_its_score(many, capsys):
    assert tv.load(many / "first" / "model.safetensors")[1].classes == {
        "films": 2, "other": 3, "shots": 2}
    scores = json.loads((many / "first" / "evaluation.json").read_text(encoding="utf-8"))
    assert {name: found["count"] for name, found in scores.items()} == {
        "video of films": 4, "video of other": 6, "image": 4}
    trained, _ = read_metrics(many / "first" / "metrics.jsonl")
    assert {"train/films", "train/other", "train/image shots"} <= set(trained)
    stored = json.loads((many / "first" / "data.json").read_text(encoding="utf-8"))
    assert [found["head"] for found in stored] == ["films", "other", "shots"]
    assert run("evaluate", many / "first", "--data", many / "more", "--data", many / "films") == 0
    shown = capsys.readouterr().out
    lines, *blocks = [block.split() for block in shown.split("\n\n")]
    assert " ".join(lines).startswith("held out: 6 of 15 videos of other: the folder val held out:")
    assert blocks[0][:9] == [
        "6", "held-out", "videos", "of", "other", "correct", "95%", "interval", "chance"]
    assert blocks[1][4] == "films" and blocks[1][9] == "films" and "images" not in shown


def test_a_prediction_is_one_of_every_head_of_its_kind(many, capsys):
    assert run("predict", many / "first", many / "films" / "val" / "cat" / "0.mov") == 0
    shown = capsys.readouterr().out
    assert "films of the video" in shown and "other of the video" in shown
    assert "shots" not in shown


def test_a_run_begins_with_another_and_is_resumed(many, capsys):
    first, second = many / "first", many / "second"
    given = "train", "--start", first, "--images", f"new={many / 'shots'}", "--image-batch", 2
    assert run(*given, "--steps", 2, "--out", second) == 0
    assert f"starts with the parameters of {first}; new heads: new\n" in capsys.readouterr().out
    recipe = json.loads((second / "config.json").read_text(encoding="utf-8"))["recipe"]
    assert (recipe["start"], recipe["size"]) == (str(first), 24)
    assert run("train", "--resume", second) == 0
    assert run(*given, "--preset", "S", "--out", many / "third") == 2


def test_the_tubes_of_a_small_run_in_a_large_one(tmp_path, capsys):
    large, out = tmp_path / "large", tmp_path / "new" / "scaled.safetensors"
    cfg = replace(tv.PRESETS["demo"], dim=192, depth=3, classes={"noun": 9})
    tv.save(tmp_path / "large", tv.init(cfg, np.random.default_rng(1)), cfg,
            {"noun": list("abcdefghi")}, heads='{"image": ["noun"]}', fps=3)
    assert run("scale", finished(), large, "--gate", 1, "--out", out) == 0
    shown = capsys.readouterr().out
    assert "8x8x8            1x1x1       2x1x1        96    96\n" in shown
    assert f"train --start {out} --frozen 1 --data VIDEOS\n" in shown
    params, cfg, notes = tv.load(out)
    assert (cfg.gate_layer, cfg.dim, notes["size"], notes["frames"]) == (1, 192, "24", "16")
    assert notes["fps"] == "0"  # the small model accepts any frame rate
    assert params["gate"]["alpha"] == 0 and notes["heads"] == '{"image": ["noun"]}'
    assert run("train", "--start", out, "--frozen", 1, "--data", "generated", "--batch", 2,
               "--steps", 2, "--out", tmp_path / "run") == 0
    assert tv.load(tmp_path / "run" / "model.safetensors")[0]["gate"]["alpha"] != 0
    assert run("train", "--start", out, "--frozen", 2, "--out", tmp_path / "other") == 2
    told = capsys.readouterr().err
    assert "frozen is 2; the model has 3 blocks, and a gate after block 1" in told
    assert run("scale", finished(), large, "--out", out) == 2
    assert f"{out} exists already" in capsys.readouterr().err


def test_progress_tells_loss_rate_and_time_left(pets):
    last = pets.result.stderr.replace("\r", "\n").splitlines()[-1]
    [record, _] = read_metrics(pets.run / "metrics.jsonl")
    assert "training: 100%" in last and "3/3 [" in last and "step/s" in last or "s/step" in last
    assert f"loss={record['loss']:.2f}, films=" in last and "image shots=" in last
    assert "<00:00" in last


@pytest.mark.long
@needs_shared
def test_real_videos_and_images_are_learned_jointly(tmp_path, capsys):
    """First result: 45.5 % and 19.2 %, in half a minute; chance is 11 % and 10 %."""
    assert run("train", "--data", SHARED / "mini_actions", "--images", SHARED / "mini_images",
               "--steps", 150, "--batch", 16, "--image-batch", 16, "--out", tmp_path / "run") == 0
    scores = json.loads((tmp_path / "run" / "evaluation.json").read_text(encoding="utf-8"))
    assert (scores["video"]["count"], scores["image"]["count"]) == (44, 120)
    assert scores["video"]["mini_actions"] > 0.3 and scores["image"]["mini_images"] > 0.13


@pytest.mark.filterwarnings("ignore:skipped")
def test_evaluate_on_given_files(pets, capsys):
    assert run("evaluate", pets.run, "--data", pets.films, "--images", pets.shots) == 0
    both = capsys.readouterr().out
    assert run("evaluate", pets.run) == 0
    where = f"\nwritten: {pets.run / 'evaluation.json'}\n"
    assert capsys.readouterr().out == both + where
    lines, scores = both.split("\n\n", 1)
    assert lines == ("held out: 4 of 10 videos of films: the folder val\n"
                     "held out: 4 of 10 images of shots: the folder val")
    before, after = pets.result.stdout.split("\n\n", 1)
    assert before.startswith(f"{lines}\n3 steps: 1 epochs of films (6 ")
    assert after.startswith(f"{scores}\nheads: ")
    assert run("evaluate", pets.run / "model.safetensors", "--images", pets.shots) == 0
    assert "videos" not in (images := capsys.readouterr().out)
    assert all(part in both for part in images.split("\n\n", 1))


@pytest.mark.filterwarnings("ignore:skipped")
def test_details_of_two_sets_for_one_head(pets, tmp_path, capsys):
    assert run("evaluate", pets.run, "--data", pets.films, "--data", f"x={pets.films}",
               "--count", 2, "--details", tmp_path / "a" / "b") == 0
    shown = capsys.readouterr().out
    assert "2 held-out videos of films, " in shown and "2 held-out videos of films (x), " in shown
    assert sorted(path.name for path in (tmp_path / "a" / "b").iterdir()) == [
        f"video-films-{what}" for what in (
            "classes.csv", "confusion.png", "predictions.csv", "x-classes.csv", "x-confusion.png",
            "x-predictions.csv")]


@pytest.mark.parametrize("name, head", [
    ("film.mov", "films of the video"), ("animation.gif", "films of the video"),
    ("still.gif", "shots of the image"), ("photo.jpg", "shots of the image")])
def test_predict_names_its_classes(pets, tmp_path, capsys, name, head):
    if name == "film.mov":
        clips.write_video(tmp_path / name, coded(1, 20, 5))
    else:
        iio.imwrite(tmp_path / name, coded(1, 20, 5) if name == "animation.gif" else coded(1, 20))
    assert run("predict", pets.run, tmp_path / name) == 0
    title, *rows = capsys.readouterr().out.splitlines()
    assert title == f"{head} {tmp_path / name}"
    found = [float(row.split("%")[0]) for row in rows]
    assert sorted(row.split()[-1] for row in rows) == ["cat", "eel"]
    assert found == sorted(found, reverse=True) and sum(found) == pytest.approx(100, abs=0.11)


def test_predict_shows_the_probabilities_of_forward(capsys, tmp_path):
    """Predict lists the five most probable verbs and nouns of a video, in descending order."""
    clips.write_video(tmp_path / "x.mov", coded(3, 24, 16))
    assert run("predict", finished(), tmp_path / "x.mov") == 0
    lines = capsys.readouterr().out.splitlines()
    params, cfg, notes = tv.load(finished() / "model.safetensors")
    logits, _ = tv.forward(params, coded(3, 24, 16)[None], cfg, ("verb", "noun"))
    for head, rows in (("verb", lines[:6]), ("noun", lines[6:])):
        wanted = tv.softmax(logits[head].astype(float))[0]
        assert rows[0].startswith(f"{head} of the video")
        for row, i in zip(rows[1:], np.argsort(-wanted)[:5], strict=True):
            assert float(row.split("%")[0]) == pytest.approx(100 * wanted[i], abs=0.2)
            assert row.endswith(notes["labels"][head][i])


def test_evaluate_a_generated_run(capsys, tmp_path):
    folder = copied(tmp_path / "run")
    assert run("evaluate", folder, "--count", 40) == 0
    text = capsys.readouterr().out
    assert "40 held-out videos" in text and "40 held-out images" in text
    scores = json.loads((folder / "evaluation.json").read_text(encoding="utf-8"))
    names = {"verb", "noun", "both", "verb top-5", "noun top-5"}
    assert scores["video"].keys() == names | {
        "count", "left out", "95% interval", "chance level", "number of classes",
        "most common class"}
    assert scores["video"]["95% interval"].keys() == scores["video"]["chance level"].keys() == names
    assert scores["video"]["number of classes"] == {"verb": 8, "noun": 9}
    printed = dict(zip(("verb", "both"), (shares(text, "verb")[0], shares(text, "both")[0])))
    assert printed == pytest.approx({name: 100 * scores["video"][name] for name in printed})


def test_resume_a_finished_run(tmp_path, capsys, monkeypatch):
    monkeypatch.setattr(sources, "NUM_EVAL_CLIPS", 20)
    folder = copied(tmp_path / "run")
    assert run("train", "--resume", folder) == 0
    text = capsys.readouterr().out
    assert text.startswith(f"{folder} has already done all its 11 steps; evaluating "
                           "and drawing it again\n")
    assert "20 held-out videos" in text and (folder / "curves.png").exists()


def test_kernels(tmp_path, capsys):
    assert run("kernels", finished() / "model.safetensors", "--out", tmp_path / "pictures") == 0
    shown = [Path(line) for line in capsys.readouterr().out.splitlines()]
    assert [path.name for path in shown] == ["kernels.png", "tubes.png"]
    assert all(path.parent == tmp_path / "pictures" and iio.imread(path).std() > 5
               for path in shown)


def test_an_image_vit_in_and_out(tmp_path, capsys):
    """A timm file becomes a checkpoint; exporting its image part gives the same numbers."""
    ours = vit_files.vit(np.random.default_rng(0), patch=(8, 8), channels=3)
    written = vit_files.timm(ours)
    save_file(written, tmp_path / "vit.safetensors")
    assert run("pretrained", tmp_path / "vit.safetensors", "--tubes", "demo", "--heads", 3,
               "--classes", "verb=4", "noun=7", "--seed", 2, "--out", tmp_path / "new/start") == 0
    lines = [line.split() for line in capsys.readouterr().out.splitlines()]
    params, cfg, notes = tv.load(tmp_path / "new" / "start")
    assert cfg.classes == {"verb": 4, "noun": 7} and notes["source"] == "vit.safetensors"
    for part, prefix, origin in (("1x8x8", "tubes.0.", "read"), ("blocks", "blocks.", "read"),
                                 ("8x8x8", "tubes.1.", "inflated"), ("heads.noun",) * 2 + ("new",)):
        assert [part, f"{tv.count(cfg, prefix):,}", origin] in lines
    assert ["not", "used:", "cls_token", "1x1x12,", "pos_embed", "1x7x12"] in lines
    fresh = tv.init(cfg, np.random.default_rng(2))
    assert np.array_equal(params["pool"]["q"]["w"], fresh["pool"]["q"]["w"])
    assert run("export", tmp_path / "new/start", "--format", "timm", "--out", tmp_path / "out") == 0
    text = capsys.readouterr().out
    assert "for images of 224x224 pixels in [0, 1], normalized as (x - 0.5) / 0.5" in text
    assert "not exported: tubes.1.w, tubes.1.b, " in text and "heads.noun.b" in text
    found = load_file(tmp_path / "out" / "model.safetensors")
    assert found.pop("pos_embed").shape == (1, 28 * 28, 12)
    assert all(np.array_equal(x, written[name]) for name, x in found.items())


def test_a_run_is_exported_at_its_own_size(tmp_path, capsys):
    assert run("export", finished(), "--format", "timm", "--head", "noun", "--out",
               tmp_path / "out") == 0
    assert "for images of 24x24" in capsys.readouterr().out
    assert load_file(tmp_path / "out" / "model.safetensors")["head.weight"].shape == (9, 96)


def test_info(capsys):
    assert run("info", "--preset", "B", "--frames", 32, "--size", 224) == 0
    lines = [line.split() for line in capsys.readouterr().out.splitlines()]
    assert ["all", "539", "196"] in lines
    assert [line[-2:] for line in lines if line[:1] == ["16x4x4"]] == [["147", "0"]]
    total = f"{tv.count(tv.PRESETS['B']):,}"
    assert [line[1] for line in lines if line[:1] == ["all"]] == ["539", total]
    assert run("info") == 0
    assert "video of 16x48x48" in capsys.readouterr().out


def test_info_of_all_sizes_and_tube_sets(capsys):
    assert run("info", "--all", "--tubes", "core", "--preset", "S", "--frames", 16) == 0
    lines = [line.split() for line in capsys.readouterr().out.splitlines()]
    assert ["B", "64", "1568"] in [line[:3] for line in lines]  # core tubes
    assert ["frames", "16", "3136"] in [line[:3] for line in lines]  # preset S on 16 frames
    assert ["demo"] not in [line[:1] for line in lines]


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    """A folder with invalid files and folders."""
    folder = tmp_path_factory.mktemp("wrong")
    (folder / "text.mp4").write_text("no film", encoding="utf-8")
    (folder / "empty").mkdir()
    whole = (finished() / "model.safetensors").read_bytes()
    (folder / "half.safetensors").write_bytes(whole[:5000])
    class_folder(folder / "other", "video", ("cat", "fox"))
    return folder


def test_an_error_of_the_system_is_one_line(tmp_path, capsys):
    def check(recipe):
        raise OSError(28, "No space left on device", str(tmp_path))

    arguments = ["train", "--out", str(tmp_path / "new")]
    assert cli.main("tubevit_np", SimpleNamespace(check=check), arguments) == 2
    error = capsys.readouterr().err
    assert error.count("\n") == 1 and "No space left on device" in error


NEW = "train --out PLACE/new"
WRONG = {  # arguments: part of the message; MODEL is in RUN, a finished run
    "": "required: COMMAND; see python -m tubevit_np --help",
    "fly": "no command 'fly'; there are train, evaluate, ",
    "--verison": "no option --verison (did you mean --version?); see python -m tubevit_np --help",
    "trian": "no command 'trian' (did you mean train?); there are",
    f"{NEW} --stepz 3": "no option --stepz (did you mean --steps?); see python -m tubevit_np train",
    f"{NEW} --step=3": "no option --step (did you mean --steps?)",
    f"{NEW} --xyz": "no option --xyz; see",
    f"{NEW} now": "no further argument now; see",
    f"{NEW} --data -films": "a value that begins with - goes after =: --data=-films; see",
    "predict MODEL -clip.mp4": "-- -clip.mp4; see python -m tubevit_np predict --help",
    f"{NEW} --steps x": "--steps: invalid int value: 'x'; see python -m tubevit_np train --help",
    f"{NEW} --steps 0": "steps is 0; it must be at least 1",
    f"{NEW} --lr -0.1": "lr is -0.1; it must be at least 0",
    f"{NEW} --lr nan": "lr is nan; it must be a finite number",
    f"{NEW} --smoothing 1": "smoothing is 1.0; it must be below 1",
    f"{NEW} --batch 0": "batch is 0; it must be at least 1",
    f"{NEW} --image-batch 0": "image_batch is 0; it must be at least 1",
    f"{NEW} --seed -1": "seed is -1; it must be at least 0",
    f"{NEW} --save-every 0": "save_every is 0; it must be at least 1",
    f"{NEW} --preset XL": "no preset 'XL'; there are demo, demo-large, Ti,",
    f"{NEW} --devices 2": "devices is 2, but NumPy has only 1; leave out --devices",
    f"{NEW} --devices 3": "batch is 32; for devices 3 and accumulate 1 it must be a multiple of 3",
    f"{NEW} --precision half": "precision is half, but NumPy has only float32; leave out",
    f"{NEW} --precision fp8": "precision 'fp8' is not one of float32, bfloat16, half",
    f"{NEW} --accumulate 0": "accumulate is 0; it must be at least 1",
    f"{NEW} --tubes XL": "'XL' is not one of main, core, demo",
    f"{NEW} --size 7": "no tube fits into 1x7x7",
    f"{NEW} --size 12": "size=12 is too small to tell textures apart",
    f"{NEW} --frames 0": "frames is 0; it must be at least 1",
    f"{NEW} --data something-moves --frames 9999": "frames=9999: use 1 to",
    f"{NEW} --data PLACE/no": "no does not exist; give a folder or",
    f"{NEW} --images PLACE/no": "no does not exist; give a folder or",
    f"{NEW} --data PLACE/empty": "holds no class folders",
    f"{NEW} --resume RUN": "not allowed with argument",
    "train --out PLACE/text.mp4": "cannot make folder",
    "train --out PLACE/text.mp4/run": "text.mp4 is a file; give another --out",
    "train --out RUN": "already holds a run: continue it with --resume",
    "train --resume RUN --size 9": "a resumed run keeps its options, except --steps, --data",
    "train --resume RUN --steps 9": "has already done 11 steps; give --steps 12 or more",
    "train --resume RUN --steps 0": "steps is 0, but",
    "train --resume RUN --image-batch 9": "leave out --image-batch",
    "train --resume PLACE/no": "no is not a run: it holds no config.json",
    "train --resume MODEL": "is not a run: it holds no config.json",
    "evaluate PLACE/no": "no checkpoint at",
    "evaluate PLACE/empty": "empty holds no checkpoint",
    "evaluate PLACE/text.mp4": "text.mp4 is not a readable checkpoint",
    "evaluate MODEL --count 0": "count is 0; it must be at least 1",
    "evaluate MODEL --details PLACE/text.mp4": "text.mp4 is a file; give another --details",
    "evaluate MODEL --data PLACE/no": "no does not exist",
    "evaluate MODEL --data PLACE/other":
        "class cat is not one of the model's 8 classes: left, right, up, down, approach, ...",
    "predict MODEL PLACE/no.mp4": "no.mp4: there is no such file",
    "predict MODEL PLACE/no.png": "no.png: there is no such file",
    "predict MODEL PLACE/no*.mp4": "no*.mp4 matches no file",
    "predict MODEL PLACE/empty": "empty holds no video or image; it is empty",
    "predict MODEL PLACE/no.mp4 PLACE/no.png": "none of the 2 names is that of a file",
    "predict MODEL PLACE/text.mp4 --top 0": "top is 0; it must be at least 1",
    "predict MODEL PLACE/text.mp4 --batch 0": "batch is 0; it must be at least 1",
    "predict MODEL PLACE/text.mp4 --views 3": "views '3': write temporal x spatial crops",
    "predict MODEL PLACE/text.mp4 --out PLACE/x.txt": "write a file name that ends in .csv or",
    "predict MODEL PLACE/text.mp4 --out PLACE/text.mp4/x.csv": "is a file; give another --out",
    "predict MODEL PLACE/text.mp4 --cache PLACE/text.mp4/x": "cannot make folder",
    "predict PLACE/half.safetensors PLACE/text.mp4": "is not a readable checkpoint: it is damaged",
    "kernels PLACE/half.safetensors": "half.safetensors is not a readable checkpoint",
    "kernels PLACE/empty": "empty holds no checkpoint",
    "kernels MODEL --out PLACE/text.mp4/x": "text.mp4 is a file",
    "pretrained PLACE/text.mp4 --out PLACE/x": "text.mp4 is not a readable file of weights",
    "pretrained PLACE/half.safetensors --out PLACE/x": "half.safetensors is not readable",
    "pretrained MODEL --out PLACE/x": "holds no image ViT of a known format",
    "pretrained MODEL --classes verb --out PLACE/x": "classes 'verb': write HEAD=K, as kinetics=4",
    "pretrained MODEL --seed -1 --out PLACE/x": "seed is -1; it must be at least 0",
    "pretrained MODEL --start warm --out PLACE/x": "start 'warm' is not one of inflated, random",
    "pretrained MODEL --classes a=3 a=4 --out PLACE/x": "'a=4': the head a is given twice",
    "pretrained MODEL --out PLACE/text.mp4/x": "text.mp4 is a file; give another --out",
    "scale RUN RUN --out PLACE/text.mp4/x": "text.mp4 is a file; give another --out",
    "scale PLACE/no PLACE/no --frames -5 --out PLACE/x": "frames is -5; it must be at least 1",
    "scale PLACE/no PLACE/no --size 0 --out PLACE/x": "size is 0; it must be at least 1",
    "subset --data PLACE/no --out PLACE/text.mp4": "text.mp4 is a file; give another --out",
    "pretrained MODEL --out MODEL": "model.safetensors exists already; give another --out",
    "export RUN --format timm --out RUN": "already holds model.safetensors; give another folder",
    "export PLACE/empty --format timm --out PLACE/x": "empty holds no checkpoint",
    "export MODEL --format tf --out PLACE/x": "format 'tf': use timm, hf, torch, onnx",
    "export MODEL --format torch --size 32 --out PLACE/x":
        "--format torch takes no --size (only timm and hf and onnx); leave out --size",
    "export MODEL --format onnx --head noun --out PLACE/x": "takes no --head (only timm)",
    "export MODEL --format onnx --frames 0 --out PLACE/x": "frames is 0; it must be at least 1",
    "export MODEL --format onnx --size 3 --out PLACE/x": "no tube fits into 16x3x3",
    "export RUN --format torch --out RUN": "already holds model.safetensors; give another folder",
    "export MODEL --format hf --size 50 --out PLACE/x": "size 50 is not a multiple of the patch",
    "info --preset XL": "no preset 'XL'; there are demo, demo-large, Ti,",
    "info --tubes XL": "'XL' is not one of main, core, demo",
    "info --size -3": "size is -3; it must be at least 1",
    "info --preset B --size 9": "no tube fits into 1x9x9",
}


@pytest.mark.parametrize("typed", WRONG)
def test_a_mistake_ends_in_one_line_and_status_2(place, capfd, recwarn, typed):
    words = WRONG[typed]
    meant = {"PLACE": place, "RUN": finished(), "MODEL": finished() / "model.safetensors"}
    for word, path in meant.items():
        typed = typed.replace(word, str(path))
    assert run(*typed.split()) == 2
    shown = capfd.readouterr()
    assert shown.out == "" and shown.err.startswith("tubevit_np: ") and words in shown.err
    assert shown.err.count("\n") == 1 and shown.err.endswith("\n") and not recwarn.list
    assert not (place / "new" / "config.json").exists()


@pytest.mark.parametrize("option", ["out", "resume"])
def test_a_folder_without_a_name_is_refused(capsys, option):
    """An unset shell variable gives an empty name, which must not start a new run."""
    assert run("train", f"--{option}", "") == 2
    assert f"--{option} is empty; name a folder" in capsys.readouterr().err


def test_too_large_for_the_memory(tmp_path, capsys, monkeypatch):
    monkeypatch.setattr(scenes, "make_pools", mock.Mock(side_effect=MemoryError("no 64 GiB")))
    assert run("train", "--size", 31, "--out", tmp_path / "run") == 2
    [line] = capsys.readouterr().err.splitlines()
    assert line == "tubevit_np: no 64 GiB; use a smaller --size, --frames or --batch"
    assert not (tmp_path / "run").exists()
    no_memory = mock.Mock(side_effect=MemoryError("no 1 GiB"))
    monkeypatch.setattr(held_out, "generated_held_out", no_memory)
    assert run("evaluate", finished()) == 2  # evaluate has no such options
    assert capsys.readouterr().err == "tubevit_np: no 1 GiB\n"


@pytest.mark.parametrize("kept, way", [
    (("model", "checkpoint-000011"),
     "the training has ended; evaluate the model with: TYPED evaluate"),
    (("checkpoint-000008",), "step 8 is saved; continue with: TYPED train --resume"),
    ((), "nothing is saved yet; begin again at step 0 with: TYPED train --resume"),
], ids=["ended", "saved", "nothing"])
def test_stopping_is_no_mistake_and_says_how_to_go_on(tmp_path, capsys, kept, way):
    folder = copied(tmp_path / "a run")
    for path in folder.glob("*.safetensors"):
        if path.stem not in kept:
            path.unlink()
    engine = SimpleNamespace(train=mock.Mock(side_effect=KeyboardInterrupt), plan=plan)
    assert cli.main("tubevit_np", engine, ["train", "--resume", str(folder)]) == 130
    way = way.replace("TYPED", "python -m tubevit_np")
    assert capsys.readouterr().err == f"\ntubevit_np: stopped; {way} '{folder}'\n"


def test_stopped_before_there_is_a_run_there_is_nothing_to_go_on_with(tmp_path, capsys):
    with mock.patch.object(scenes, "make_pools", side_effect=KeyboardInterrupt):
        assert run("train", "--size", 37, "--out", tmp_path / "run") == 130
    assert capsys.readouterr().err == "\ntubevit_np: stopped\n"


def test_paths_are_made_whole_and_a_set_alone_has_a_name_before_its_own(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "a=b").mkdir()
    assert whole_paths([Path("x=c"), Path("a=b"), Path("generated")]) == [
        f"x={tmp_path / 'c'}", str(tmp_path / "a=b"), "generated"]
    assert whole_paths(Path("cache_x=1")) == str(tmp_path / "cache_x=1")
    assert whole_paths([0.5, 2]) == [0.5, 2] and whole_paths("S") == "S"


def test_a_subset_is_listed_and_told(tmp_path, capsys):
    for k in range(20):
        clips.write_pictures(class_file(tmp_path / "set", "abcd"[k % 4], k), clips.levels(1)[0])
    given = ("--images", tmp_path / "set", "--classes", 2, "--per-class", 3, "--out",
             tmp_path / "few")
    assert run("subset", *given) == 0
    table = [line.split() for line in capsys.readouterr().out.splitlines()]
    assert table[0] == ["class", "train", "val"] and table[3] == ["all", "6", "2"]
    assert table[-1][-2:] == ["--images", str(tmp_path / "few")]
    assert (tmp_path / "few/train.csv").read_text(encoding="utf-8").count("\n") == 7
    for wrong in (("--classes", 9), ("--per-class", 0), ("--seed", -1)):
        assert run("subset", "--images", tmp_path / "set", *wrong, "--out", tmp_path / "x") == 2
    assert not (tmp_path / "x").exists()


def class_file(folder, name, k):
    (folder / name).mkdir(parents=True, exist_ok=True)
    return folder / name / f"{k}.png"
