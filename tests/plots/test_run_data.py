"""The data of a run for pictures of its history, and of the model on a clip."""

import shutil
from dataclasses import replace

import numpy as np
import pytest
import small
from clips import write_video
from tiny import coded, copied, finished

import tubevit_np as tv
from tubevit_np.plots.gallery.example_clip import generated
from tubevit_np.plots.gallery.run_data import Missing, Opened
from tubevit_np.runs.snapshots import read_snapshots, write_snapshot
from tubevit_np.training.kernel_snapshots import kernels


@pytest.fixture(scope="module")
def run():
    return Opened(finished(), draws=1)


def test_a_model_is_seen_at_work_on_a_clip_of_its_own_size(run):
    assert np.array_equal(run.example.clip, generated(16, 24, "something-moves").clip)
    logits, out = run.outputs
    clip = generated(16, 24, "something-moves").clip[None]
    wanted, _ = tv.variants.forward(run.params, clip, run.cfg, ("verb", "noun"))
    assert all(np.array_equal(logits[head], wanted[head]) for head in ("verb", "noun"))
    assert run.token == out["pool.weights"][0].mean((0, 1)).argmax()
    np.testing.assert_allclose(run.at, tv.positions(run.cfg, (16, 24, 24)), atol=1e-6)


def test_or_on_a_file(tmp_path):
    write_video(tmp_path / "film.mov", coded(3, 27, 16))
    run = Opened(finished(), clip=tmp_path / "film.mov")
    assert np.array_equal(run.example.clip, coded(3, 27, 16)[:, 1:25, 1:25])


def test_the_history_ends_with_the_checkpoint_and_has_nothing_later(run, tmp_path):
    assert list(run.history) == [0, 4, 8, 11]
    assert all(np.array_equal(w, run.kernels[name]) for name, w in run.history[11].items())
    first = read_snapshots(finished())[0]["tubes"]["2"]["w"]
    assert np.array_equal(run.history[0]["16x4x4"], first)
    folder = copied(tmp_path / "run")
    write_snapshot(folder, 16, kernels(run.params))
    assert list(Opened(folder / "checkpoint-000008.safetensors").history) == [0, 4, 8]


def test_what_a_checkpoint_alone_cannot_show(tmp_path, rng):
    shutil.copy(finished() / "model.safetensors", tmp_path)
    with pytest.raises(Missing, match="no snapshots"):
        len(Opened(tmp_path / "model.safetensors").history)
    tv.save(tmp_path / "mine.safetensors", small.params(small.MODEL, rng), small.MODEL, frames=7,
            size=13)
    with pytest.raises(Missing, match="not from a training run on color videos"):
        str(Opened(tmp_path / "mine.safetensors").example)


@pytest.mark.parametrize("name, changes, words", [
    ("token", {"attention": "divided", "tubes": (replace(small.FRAMES, s2d=(1, 1, 1)),)},
     "attention is divided"),
    ("deep", {}, "one block"), ("at", {"position": "none"}, "no positions")])
def test_what_other_models_have_not(name, changes, words, tmp_path, rng):
    cfg = tv.variant(small.MODEL, channels=3, depth=1, **changes)
    tv.save(tmp_path / "mine.safetensors", small.params(cfg, rng), cfg, frames=7, size=24,
            heads='{"video": ["noun"]}')
    with pytest.raises(Missing, match=words):
        getattr(Opened(tmp_path / "mine.safetensors"), name)
