"""share: a folder for the Hugging Face Hub, without anything private."""

import json
import shutil

import numpy as np
import pytest
import yaml
from tiny import class_folder, copied, finished, glance, recipe_on

import tubevit_np as tv
from tubevit_np.__main__ import ENGINE
from tubevit_np.commands import cli
from tubevit_np.commands import share as command
from tubevit_np.runs.open_run import new_run
from tubevit_np.training.train import train
from tubevit_np.transfer.public_config import public_config

PRIVATE = "secret-place"


def run(*arguments):
    return cli.main("tubevit_np", ENGINE, [str(argument) for argument in arguments])


@pytest.fixture(scope="module")
def trained(tmp_path_factory):
    """A run on files below a private folder, started from a private run, with a private cache."""
    home = tmp_path_factory.mktemp(PRIVATE)
    films = class_folder(home / "films", "video", classes=("cat", "e|l"))
    (home / "films/train/cat/empty.mov").touch()
    start = shutil.copytree(finished(), home / "begun")
    recipe = recipe_on(data=(str(films), f"other={films}"), start=str(start), steps=1, batch=2,
                       cache=str(home / "cache"))
    with glance, pytest.warns(UserWarning, match="empty.mov"):
        train(new_run(home / "run", recipe))
    assert run("evaluate", home / "run") == 0
    (home / "run/kernels.png").write_bytes(b"a picture")
    return home / "run"


@pytest.fixture
def shared(trained, tmp_path, capfd):
    assert run("share", trained, tmp_path / "pets") == 0
    return tmp_path / "pets"


def test_what_is_in_the_folder(trained, shared, capfd):
    lines = capfd.readouterr().out.splitlines()
    assert lines == [f"{shared}: README.md, config.json, kernels.png, model.safetensors",
                     "fill in: the license and the last limit in README.md",
                     f"upload:  hf upload USER/pets {shared}"]
    assert {path.name for path in shared.iterdir()} == {"README.md", "config.json", "kernels.png",
                                                       "model.safetensors"}
    assert [path.name for path in shared.parent.iterdir()] == ["pets"]
    assert (shared / "kernels.png").read_bytes() == (trained / "kernels.png").read_bytes()
    found, wanted = (tv.load(folder) for folder in (shared, trained))
    assert found[1] == wanted[1] and found[2] == wanted[2]
    for name, x in tv.flatten(wanted[0]).items():
        assert np.array_equal(tv.flatten(found[0])[name], x)


def test_no_private_path_is_in_any_file(trained, shared):
    assert PRIVATE in str(trained)
    assert PRIVATE in (trained / "config.json").read_text(encoding="utf-8")
    for path in shared.iterdir():
        assert PRIVATE.encode() not in path.read_bytes(), path.name
    recipe = json.loads((shared / "config.json").read_text(encoding="utf-8"))["recipe"]
    assert (recipe["data"], recipe["start"]) == (["films", "other"], "begun")
    assert recipe["cache"] is None and recipe["steps"] == 1


def test_the_card(trained, shared):
    _, fields, text = (shared / "README.md").read_text(encoding="utf-8").split("---\n", 2)
    assert yaml.safe_load(fields) == {
        "library_name": "tubevit", "pipeline_tag": "video-classification", "license": "unknown",
        "tags": ["tubevit", "sparse-video-tubes"], "metrics": ["accuracy"]}
    assert "# pets\n" in text and 'tv.load("USER/pets")' in text and "![" in text
    assert "films (videos), other (videos)." in text
    assert "\n| films | videos | 2 | 6 | 4 | 1 |\n" in text
    assert "spread over the whole video" in text and "| 2 classes of films | cat, e\\|l |" in text
    scores = json.loads((trained / "evaluation.json").read_text(encoding="utf-8"))
    for group, found in scores.items():
        head = group.split()[-1]  # "video of films"
        low, high = found["95% interval"][head]
        assert (f"| 4 videos of {head} | {head} | {found[head]:.1%} | "
                f"{100 * low:.1f} to {100 * high:.1f} | 50.0% |") in text
    assert "Rethinking Video {ViT}s" in text and "does not recognize real actions" not in text


def test_a_shared_model_is_evaluated_on_given_data(trained, shared, capfd, monkeypatch):
    monkeypatch.chdir(shared)
    assert run("evaluate", shared) == 2
    error = capfd.readouterr().err
    assert "the data of pets, films, are not here; give them with --data films=PATH" in error
    assert run("evaluate", shared, "--data", trained.parent / "films") == 0
    assert "4 held-out videos" in capfd.readouterr().out


def test_a_shared_model_of_generated_data_is_evaluated(tmp_path, capfd):
    assert run("share", finished(), tmp_path / "demo") == 0
    text = capfd.readouterr().out
    assert f"no scores in README.md: write them into the run first, with: evaluate {finished()}" \
        in text
    card = (tmp_path / "demo/README.md").read_text(encoding="utf-8")
    assert "something-moves (videos), something-moves (images)." in card
    assert "does not recognize real actions" in card and "None were computed. Fill in." in card
    assert (tmp_path / "demo/kernels.png").exists()  # drawn, as the run has none
    assert run("evaluate", tmp_path / "demo", "--count", 20) == 0


def test_a_checkpoint_alone_and_no_matplotlib(tmp_path, capfd, monkeypatch):
    shutil.copy(finished() / "checkpoint-000008.safetensors", tmp_path / "x.safetensors")
    monkeypatch.setattr(command, "find_spec", lambda name: None)
    assert run("share", tmp_path / "x.safetensors", tmp_path / "out") == 0
    text = capfd.readouterr().out
    assert "left out config.json" in text and "will need --data" in text
    assert "left out kernels.png: matplotlib is not installed" in text
    assert {path.name for path in (tmp_path / "out").iterdir()} == {"README.md",
                                                                   "model.safetensors"}
    card = (tmp_path / "out/README.md").read_text(encoding="utf-8")
    assert "![" not in card and "after 8 training steps" in card and "config.json" not in card
    params = tv.load(tmp_path / "out")
    assert params[2]["extra"] == {}  # without the optimizer's state


def test_scores_of_another_checkpoint_are_left_out(tmp_path, capfd):
    copied(tmp_path / "run")
    scores = {"video": {"chance level": {"verb": 0.1}, "95% interval": {"verb": [0, 1]},
                        "verb": 0.5, "count": 10}}
    (tmp_path / "run/evaluation.json").write_text(json.dumps(scores), encoding="utf-8")
    assert run("share", tmp_path / "run/checkpoint-000008.safetensors", tmp_path / "out") == 0
    assert ("no scores in README.md: evaluation.json of a run is for model.safetensors, not for "
            "checkpoint-000008.safetensors") in capfd.readouterr().out


def test_an_existing_folder_is_refused_and_a_failure_leaves_nothing(tmp_path, capfd, monkeypatch):
    (tmp_path / "there").mkdir()
    assert run("share", finished(), tmp_path / "there") == 2
    assert "there exists already; give another FOLDER" in capfd.readouterr().err
    monkeypatch.setattr(command, "write_text", lambda *_: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        run("share", finished(), tmp_path / "new")
    assert [path.name for path in tmp_path.iterdir()] == ["there"]


def test_every_form_of_a_set(tmp_path):
    """Old files hold one text; pictures keep the word camera."""
    recipe = {"data": "camera:/a/b/My Pictures", "images": ["x=/a/y", "scenes"],
              "start": "/a/run/model.safetensors", "cache": "/a/c", "seed": 0}
    (tmp_path / "config.json").write_text(json.dumps({"recipe": recipe, "labels": {}, "z": "/a"}),
                                          encoding="utf-8")
    (tmp_path / "a").mkdir()
    found = json.loads(public_config(tmp_path / "config.json"))
    assert found == {"labels": {}, "recipe": {
        "data": ["camera:my_pictures"], "images": ["x", "scenes"], "start": "run", "cache": None,
        "seed": 0}}
