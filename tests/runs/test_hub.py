"""Models of the Hugging Face Hub by name, from a cache made by hand; nothing is downloaded."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from unittest import mock

import huggingface_hub
import numpy as np
import pytest
import vit_files
from hub_cache import COMMIT, add_model
from huggingface_hub import constants, errors
from tiny import class_folder, finished, glance

import tubevit_np as tv
import tubevit_tg as tg
from tubevit_np.__main__ import ENGINE
from tubevit_np.commands import cli
from tubevit_np.storage.hub import RUN_FILES, VIT_FILES, download, is_hub_name, title_of

TOP = Path(__file__).resolve().parents[2]
OTHER = COMMIT[::-1]


def run(*arguments):
    return cli.main("tubevit_np", ENGINE, [str(argument) for argument in arguments])


@pytest.fixture
def hub(tmp_path, monkeypatch):
    """An empty cache, offline, and a working folder without files."""
    monkeypatch.setattr(constants, "HF_HUB_CACHE", str(tmp_path / "hub"))
    monkeypatch.setattr(constants, "HF_HUB_OFFLINE", True)
    (tmp_path / "work").mkdir()
    monkeypatch.chdir(tmp_path / "work")
    return tmp_path / "hub"


def small_run(folder):
    """A folder with only the files that are shared."""
    folder.mkdir()
    for name in RUN_FILES:
        shutil.copy(finished() / name, folder)
    return folder


@pytest.fixture
def model(hub, tmp_path):
    return add_model(hub, "ann/tiny", small_run(tmp_path / "shared"))


def test_load_takes_a_name_a_revision_and_a_folder(hub, model, tmp_path):
    wanted = tv.flatten(tv.load(finished() / "model.safetensors")[0])
    older = small_run(tmp_path / "older")
    shutil.copy(finished() / "checkpoint-000008.safetensors", older / "model.safetensors")
    add_model(hub, "ann/tiny", older, OTHER, "v1")
    assert all(tv.load(name)[2]["step"] == "8" for name in ("ann/tiny@v1", f"ann/tiny@{OTHER}"))
    for name in ("ann/tiny", f"ann/tiny@{COMMIT}", model):
        for load in (tv.load, tg.load):
            params, cfg, notes = load(name)
            assert cfg.classes == {"verb": 8, "noun": 9} and len(notes["labels"]["noun"]) == 9
            assert all(np.array_equal(x, wanted[name])
                       for name, x in tv.flatten(params).items())


def test_an_existing_path_comes_first(hub, model):
    path = Path("ann/tiny")
    path.parent.mkdir()
    path.write_text("no model", encoding="utf-8")
    with pytest.raises(ValueError, match="ann/tiny is not a readable checkpoint"):
        tv.load("ann/tiny")
    path.unlink()
    path.mkdir()
    with pytest.raises(ValueError, match="no checkpoint at ann/tiny/model.safetensors"):
        tv.load("ann/tiny")
    assert run("evaluate", "ann/tiny") == 2  # an empty folder: no run


@pytest.mark.parametrize("text", ["ann", "/ann/tiny", "./ann/tiny/x", "../tiny", "ann/b/c", "ann/",
                                  "runs/model.safetensors", "runs/vit.npz", "ann/a b", ""])
def test_what_is_no_hub_name(hub, text):
    assert not is_hub_name(text)


def test_every_command_that_takes_run(hub, model, capfd, tmp_path):
    before = sorted(model.iterdir())
    clip = TOP / "figures/demo/clip.png"
    assert run("predict", "ann/tiny", clip) == 0
    assert capfd.readouterr().out.startswith(f"verb of the video {clip}")
    assert run("evaluate", "ann/tiny@main", "--count", 20) == 0  # its data are generated
    assert "20 held-out videos" in capfd.readouterr().out
    assert run("kernels", "ann/tiny") == 2
    assert "ann/tiny is a model of the Hugging Face Hub; give" in capfd.readouterr().err
    assert run("figures", "ann/tiny", "--only", "positions") == 2
    assert run("figures", "ann/tiny", "--only", "positions", "--out", tmp_path / "pictures") == 0
    assert run("export", "ann/tiny", "--format", "timm", "--out", tmp_path / "vit") == 0
    assert run("scale", "ann/tiny", "ann/tiny", "--out", tmp_path / "scaled") == 0
    assert sorted(model.iterdir()) == before  # nothing is written into the cache
    assert title_of(model / "model.safetensors") == "ann/tiny"


def test_a_warm_start_names_the_commit(hub, model, tmp_path, capfd):
    films = class_folder(tmp_path / "films", "video")
    with glance:
        assert run("train", "--start", "ann/tiny", "--data", films, "--steps", 1, "--batch", 2,
                   "--out", tmp_path / "run") == 0
    assert f"starts with the parameters of ann/tiny@{COMMIT}; new" in capfd.readouterr().out
    stored = json.loads((tmp_path / "run/config.json").read_text(encoding="utf-8"))["recipe"]
    assert stored["start"] == f"ann/tiny@{COMMIT}" and stored["size"] == 24


@pytest.mark.parametrize("shards", [1, 2])
def test_pretrained_from_the_hub(hub, tmp_path, shards, capfd):
    ours = vit_files.vit(np.random.default_rng(0), patch=(8, 8), channels=3)
    folder = vit_files.folder(tmp_path / "vit", vit_files.hugging_face(ours), shards,
                              num_attention_heads=3, hidden_act="gelu", layer_norm_eps=1e-5)
    add_model(hub, "ann/vit-base.in1k", folder)
    assert run("pretrained", "ann/vit-base.in1k", "--tubes", "demo", "--out", "new") == 0
    params, cfg, notes = tv.load("new")
    assert (cfg.heads, cfg.eps, notes["source"]) == (3, 1e-5, "ann/vit-base.in1k")
    assert np.array_equal(params["blocks"]["1"]["mlp"]["up"]["w"], ours["blocks.1.mlp.up.w"])
    capfd.readouterr()
    assert run("predict", "ann/vit-base.in1k", "x.png") == 2
    assert "with the command pretrained" in capfd.readouterr().err


def test_every_problem_is_one_line(hub, model, tmp_path, capfd, monkeypatch):
    (tmp_path / "pickled").mkdir()
    (tmp_path / "pickled/pytorch_model.bin").write_text("pickle", encoding="utf-8")
    add_model(hub, "ann/pickled", tmp_path / "pickled")

    def line(*typed):
        assert run(*typed) == 2
        [text] = capfd.readouterr().err.splitlines()
        return text

    missing = "there is no file or folder ann/none"
    cached = "the cache of the Hugging Face Hub does not hold the model ann/none"
    assert f"{missing}, and {cached}; HF_HUB_OFFLINE is set" in line("evaluate", "ann/none")
    assert "hold the model ann/tiny@v9" in line("predict", "ann/tiny@v9", "x.png")
    assert "ann/none" in line("train", "--start", "ann/none", "--out", "run")
    assert "ann/pickled on the Hugging Face Hub is not a TubeViT checkpoint" in line(
        "evaluate", "ann/pickled")
    assert "has no weights in safetensors" in line("pretrained", "ann/pickled", "--out", "x")
    assert "no checkpoint at none" in line("evaluate", "none")
    assert "no model ann/a..b on the" in line("evaluate", "ann/a..b")  # not a valid name
    with monkeypatch.context() as patch:
        patch.setitem(sys.modules, "huggingface_hub", None)
        text = line("evaluate", "ann/none")
    assert missing in text and "huggingface_hub is not installed; pip install" in text
    assert "[hub]" in text


ANSWERS = {errors.RepositoryNotFoundError: "no model ann/x on the Hugging Face Hub",
           errors.GatedRepoError: "ann/x on the Hugging Face Hub is gated; ask",
           errors.RevisionNotFoundError: "ann/x on the Hugging Face Hub has no revision v2",
           errors.HfHubHTTPError: "cannot download ann/x@v2 from the Hugging Face Hub: first"}


@pytest.mark.parametrize("error", ANSWERS)
def test_answers_of_the_hub(hub, error, monkeypatch):
    """Here its client is replaced, because tests download nothing."""
    answer = error("first\nsecond", response=mock.Mock())
    monkeypatch.setattr(huggingface_hub, "snapshot_download", mock.Mock(side_effect=answer))
    with pytest.raises(ValueError, match=ANSWERS[error]) as refused:
        tv.load("ann/x@v2")
    assert "\n" not in str(refused.value)


def test_only_what_is_needed_is_downloaded(hub, tmp_path, monkeypatch):
    client = mock.Mock(return_value=str(small_run(tmp_path / "shared")))
    monkeypatch.setattr(huggingface_hub, "snapshot_download", client)
    tv.load("ann/x@v2")
    assert client.call_args == mock.call("ann/x", revision="v2", allow_patterns=[
        "model.safetensors", "config.json"])
    download("ann/x", VIT_FILES)
    assert client.call_args.kwargs["revision"] is None
    names = [f"model{end}" for end in (".safetensors", ".safetensors.index.json",
                                       "-00001-of-00002.safetensors")]
    chosen = huggingface_hub.utils.filter_repo_objects(
        [*names, "config.json", "preprocessor_config.json", "pytorch_model.bin", "tf_model.h5",
         "README.md"], allow_patterns=client.call_args.kwargs["allow_patterns"])
    assert [*chosen] == [*names, "config.json", "preprocessor_config.json"]


def test_the_environment_is_respected(model, tmp_path):
    """HF_HOME is where another program looks for the cache, with HF_HUB_OFFLINE."""
    code = "import tubevit_np as tv; print(tv.load('ann/tiny')[1].dim)"
    (tmp_path / "home").mkdir()
    (tmp_path / "hub").rename(tmp_path / "home/hub")
    environment = {name: value for name, value in os.environ.items() if name != "HF_HUB_CACHE"}
    environment |= {"HF_HOME": str(tmp_path / "home"), "HF_HUB_OFFLINE": "1",
                    "PYTHONPATH": str(TOP)}
    found = subprocess.run([sys.executable, "-c", code], env=environment, text=True,
                           capture_output=True, cwd=tmp_path / "work", check=False,
                           encoding="utf-8")
    assert found.stdout == "96\n", found.stderr
