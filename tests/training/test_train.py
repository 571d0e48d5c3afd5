"""The gradient of a joint step, with micro-batches and threads; ten steps."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from unittest import mock

import numpy as np
import pytest
import small
from small import MODEL, assert_close
from tiny import RECIPE, glance

import tubevit_np as tv
from tubevit_np.data.batch import Batch
from tubevit_np.data.sources import GeneratedSource, open_sources
from tubevit_np.runs.open_run import new_run, open_run
from tubevit_np.runs.run_folder import read_metrics
from tubevit_np.training import step
from tubevit_np.training.dropout import dropout
from tubevit_np.training.step import PARTS, gradients, joint_gradients
from tubevit_np.training.train import train

WEIGHTS = (1.0, 0.3)
SIZES = [(5, 3), (4, 2), (2, 1), (1, 1)]  # odd ones make unequal parts; a single clip makes one


def joint_batch(rng, videos, images):
    """Videos with a verb and a noun, images with a noun: one head learns from both."""
    def labels(count, *heads):
        return {head: rng.integers(MODEL.classes[head], size=count) for head in heads}
    def keys(count):
        return rng.integers(2**32, size=count, dtype=np.uint32)
    return [Batch(small.clips(rng, videos), labels(videos, "verb", "noun"), keys(videos)),
            Batch(small.clips(rng, images)[:, 0], labels(images, "noun"), keys(images))]


def joint_loss(params, batches, smoothing, rate=0.0):
    """As the paper puts it: mean losses of videos and of images, weighted and added."""
    total = 0.0
    for batch, weight in zip(batches, WEIGHTS, strict=True):
        for head, y in batch.labels.items():
            drop = dropout(rate, batch.keys)
            logits, _ = step.forward(params, batch.x, MODEL, head, drop)
            total += weight * tv.cross_entropy(logits, y, smoothing)
    return total


@pytest.mark.parametrize("rate, accumulate", [(0, 1), (0.2, 3)])
@pytest.mark.parametrize("sizes", SIZES)
def test_parts_give_the_gradient_of_the_undivided_joint_loss(rng, sizes, rate, accumulate):
    params, batches = small.params(MODEL, rng), joint_batch(rng, *sizes)
    total, right, grads = joint_gradients(params, batches, MODEL, WEIGHTS, 0.1, rate,
                                          accumulate=accumulate)
    assert_close(total, joint_loss(params, batches, 0.1, rate))
    whole = [gradients(params, batch, MODEL, weight, 0.1, rate)
             for batch, weight in zip(batches, WEIGHTS, strict=True)]
    for name, g in grads.items():
        assert_close(g, sum(found[name] for _, _, found in whole if name in found), 1e-12)
    assert grads.keys() == whole[0][2].keys() == tv.shapes(MODEL).keys()
    assert right == [pytest.approx(found) for _, found, _ in whole]


@pytest.mark.parametrize("rate", [0, 0.2])
def test_the_joint_gradient_is_the_slope_of_the_joint_loss(rng, rate):
    """Along a random direction; the central difference was off by 2e-9."""
    params, batches, h = small.params(MODEL, rng), joint_batch(rng, 5, 3), 1e-6
    flat = tv.flatten(params)
    way = {name: rng.standard_normal(w.shape) for name, w in flat.items()}
    ahead, behind = (joint_loss(tv.nest({name: w + sign * h * way[name]
                                         for name, w in flat.items()}), batches, 0.1, rate)
                     for sign in (1, -1))
    grads = joint_gradients(params, batches, MODEL, WEIGHTS, 0.1, rate)[2]
    slope = sum(np.vdot(way[name], g) for name, g in grads.items())
    assert_close(slope, (ahead - behind) / (2 * h), 2e-8)


def test_parts_are_as_small_as_asked(monkeypatch, trained):
    seen = []
    monkeypatch.setattr(step, "gradients", lambda params, batch, *rest: (
        seen.append(len(batch.x)), gradients(params, batch, *rest))[1])
    trained(steps=1, batch=7, image_batch=3, accumulate=3)
    assert sorted(seen) == [1, 1, 1] + [1, 1, 1, 1, 1, 2]


@pytest.mark.parametrize("name, value", [("devices", 3), ("precision", "bfloat16")])
def test_what_numpy_has_not_is_refused_on_resume_too(tmp_path, name, value):
    new_run(tmp_path / "run", replace(RECIPE, image_batch=3, **{name: value}))
    with pytest.raises(ValueError, match=f"{name} is {value}, but NumPy has only"):
        train(open_run(tmp_path / "run"))


def test_threads_change_no_bit():
    sources = open_sources(RECIPE)
    cfg = RECIPE.config({head: len(names) for head, names in sources[0].labels.items()})
    params = tv.init(cfg, np.random.default_rng(0))
    batches = [source.batch(0, 5) for source in sources]
    with ThreadPoolExecutor(PARTS) as pool:
        runs = [joint_gradients(params, batches, cfg, WEIGHTS, pool=p) for p in (None, pool, pool)]
    for loss, right, grads in runs[1:]:
        assert (loss, right) == runs[0][:2]
        assert all(np.array_equal(g, runs[0][2][name]) for name, g in grads.items())
        assert all(g.dtype == np.float32 for g in grads.values())


@pytest.fixture(scope="module")
def trained(tmp_path_factory):
    """once(**changes to the recipe) -> final parameters, by name, and the log."""
    def once(**changes):
        folder = tmp_path_factory.mktemp("run") / "here"
        with glance, mock.patch.object(GeneratedSource, "slow", False):  # saves a process
            params = train(new_run(folder, replace(RECIPE, **changes)))
        return tv.flatten(params), read_metrics(folder / "metrics.jsonl")
    return once


def test_ten_steps_lose_less_than_they_began_with(trained):
    _, log = trained(steps=10, batch=12, image_batch=8, log_every=1)
    losses = [record["loss"] for record in log if "loss" in record]
    assert len(losses) == 10 and np.mean(losses[-3:]) < np.mean(losses[:3]) - 1


def test_the_same_seed_gives_the_same_bits_and_another_one_others(trained):
    first, again, other = (trained(steps=3, seed=seed)[0] for seed in (0, 0, 1))
    assert all(np.array_equal(w, again[name]) for name, w in first.items())
    assert not any(np.array_equal(w, other[name]) for name, w in first.items()
                   if not name.endswith("ln1.b"))
    assert all(w.dtype == np.float32 for w in first.values())


def test_every_parameter_learns(trained):
    params, _ = trained(steps=2)
    new = tv.flatten(tv.init(RECIPE.config({"verb": 8, "noun": 9}),
                             np.random.default_rng(RECIPE.seed)))
    assert [name for name in new if np.array_equal(new[name], params[name])] == []


@pytest.mark.parametrize("name, value", [
    ("smoothing", 0.2), ("clip", 0.01), ("weight_decay", 3.0), ("image_weight", 0.0),
    ("spectral", False), ("smoothness", 0.0), ("shuffled", True), ("kernel_rates", False),
    ("kernel_norm", 0.5), ("weight", 0.5), ("dropout", 0.1), ("mixup", 0.3), ("warmup", 3),
    ("lr", 1e-3)])
def test_every_option_of_a_recipe_has_an_effect(trained, name, value):
    plain, changed = (trained(steps=2, **options)[0] for options in ({}, {name: value}))
    assert not all(np.array_equal(w, changed[key]) for key, w in plain.items())
