"""Runs and checkpoints of version 0.1.0 load, resume and give the same logits."""

import shutil
from pathlib import Path
from unittest import mock

import numpy as np
import pytest

import tubevit_np as tv
from tests.helpers.tiny import glance
from tubevit_np.data.sources import GeneratedSource
from tubevit_np.runs.open_run import open_run
from tubevit_np.runs.snapshots import read_snapshots
from tubevit_np.training.train import train

OLD = Path(__file__).parent / "first_layout"


@glance
def test_a_run_that_was_killed_goes_on(usual_pools, tmp_path):
    """With its gate, packed tubes, dropout and smoothing; other machines round differently."""
    shutil.copytree(OLD / "killed", tmp_path / "run")
    with mock.patch.object(GeneratedSource, "slow", False):  # saves a process
        found = tv.flatten(train(open_run(tmp_path / "run")))
    wanted = tv.flatten(tv.load(OLD / "ended.safetensors")[0])
    assert found.keys() == wanted.keys()
    for name, w in wanted.items():
        if not name.endswith("kv.b"):  # keys have a gradient of 0: AdamW steps along the rounding
            np.testing.assert_allclose(found[name], w, atol=1e-4, err_msg=name)  # measured: 1e-5
    assert read_snapshots(tmp_path / "run")[0]["tubes"]["1"]["w"].shape == (4, 4, 4, 3, 6)


@pytest.mark.parametrize("name, field", [("divided", "attention"), ("learned", "position")])
def test_a_variant_scores_as_it_did(name, field):
    params, cfg, notes = tv.load(OLD / f"{name}.safetensors")
    assert getattr(cfg, field) == name
    clip = np.random.default_rng(0).integers(0, 256, (1, 8, 24, 24, 3), dtype=np.uint8)
    found, _ = tv.variants.forward(params, clip, cfg, "verb")
    np.testing.assert_allclose(found, notes["extra"]["_logits"], rtol=1e-4, atol=1e-5)
