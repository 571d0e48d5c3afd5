"""Ablations: every variant can be trained, none is trained twice, and costs are reported."""

import csv
from pathlib import Path
from types import SimpleNamespace
from unittest import mock

import numpy as np
import pytest
from tiny import glance

from tubevit_np.ablation.runner import COLUMNS, ablate, denser, row, seconds
from tubevit_np.ablation.studies import STUDIES, Variant
from tubevit_np.cost import count as cost
from tubevit_np.data import sources
from tubevit_np.model.geometry import grid
from tubevit_np.model.presets import PRESETS
from tubevit_np.plots.training_plots import ablation
from tubevit_np.runs.recipe_defaults import recipe_for
from tubevit_np.runs.recipe_files import read_recipe
from tubevit_np.runs.run_folder import read_metrics
from tubevit_np.training.evaluate import predictor
from tubevit_np.training.train import train
from tubevit_np.variants.tube_sets import TUBE_SETS

GIVEN = {"steps": 2, "batch": 2, "image_batch": 2, "size": 24, "save_every": 2}
ENGINE = SimpleNamespace(train=train, predictor=predictor)
IDLE = SimpleNamespace(train=lambda run: pytest.fail("trained again"), predictor=predictor)


@pytest.fixture(autouse=True)
def few_examples():
    slow = mock.patch.object(sources.GeneratedSource, "slow", False)
    with glance, slow, mock.patch.object(sources, "NUM_EVAL_CLIPS", 12):
        yield


def plain(variants):
    return [variant for variant in variants.values() if not variant.scaled]


@pytest.mark.parametrize("study", STUDIES)
def test_every_variant_can_be_trained(study):
    for variant in plain(STUDIES[study]):
        recipe = recipe_for(**variant.recipe)
        cfg = recipe.config({"verb": 8, "noun": 9})
        assert cost.tokens(cfg, (16, 48, 48))[0] > 0
        assert set(variant.recipe) <= set(vars(recipe))


def test_what_is_varied_in_tubes_and_space_to_depth():
    sizes = [len(TUBE_SETS.get(variant.recipe.get("tubes", "demo")))
             for variant in STUDIES["tubes"].values()]
    assert sizes == [1, 2, 4, 8]
    members = [{tube.members for tube in TUBE_SETS[variant.recipe.get("tubes", "demo")]
                if not tube.is_patch} for variant in STUDIES["space-to-depth"].values()]
    assert members == [{1}, {2}, {2}, {4}, {4}, {4}]


def test_denser_tubes_give_more_tokens():
    counts = [sum(cost.tokens(recipe_for().config({}), (16, 48, 48)))]
    for variant in list(STUDIES["tokens"].values())[1:]:
        tubes = [denser(tube, variant.denser) for tube in PRESETS["demo"].tubes]
        counts.append(sum(np.prod(grid(tube, (16, 48, 48))) for tube in tubes))
    assert counts == sorted(counts) and counts[-1] > 2 * counts[0]


def test_a_study_is_trained_once_and_shared(tmp_path):
    """The studies "tokens" and "views" use a model that "positions" trained."""
    told = []
    rows = ablate("positions", tmp_path, 2, GIVEN, ENGINE, told.append)
    assert told[1] == "positions: none, seed 1 (2 of 8)" and len(told) == 8
    assert [row[0] for row in rows] == list(STUDIES["positions"])
    with open(tmp_path / "positions.csv", encoding="utf-8") as file:
        assert next(csv.reader(file)) == list(COLUMNS)
        assert len(list(csv.reader(file))) == 4
    assert ablate("positions", tmp_path, 2, GIVEN, IDLE, told.append) == rows
    tokens = ablate("tokens", tmp_path, 2, GIVEN, IDLE, told.append)
    assert tokens[0][1:8] == rows[-1][1:8] and tokens[1][1] > tokens[0][1]
    views = ablate("views", tmp_path, 2, GIVEN, IDLE, told.append)
    assert [view[2] / rows[-1][2] for view in views] == pytest.approx([1, 2, 4, 8], rel=0.05)
    with pytest.raises(ValueError, match="options .steps is 2 there and 3 now.; give"):
        ablate("positions", tmp_path, 2, GIVEN | {"steps": 3}, IDLE, told.append)


def test_the_way_from_small_to_large(tmp_path):
    """The two start models train for 4 steps, all variants for 2, also the one from scratch."""
    rows = ablate("scaling", tmp_path, 1, GIVEN, ENGINE, lambda text: None, base=4)
    assert [row[0] for row in rows] == list(STUDIES["scaling"])
    starts = sorted(path.name for path in tmp_path.glob("*.safetensors"))
    assert starts == ["steps=4-0-gate.safetensors", "steps=4-0-open.safetensors"]
    recipes = [read_recipe(path)[0] for path in tmp_path.glob("*/config.json")]
    assert len(recipes) == 8 and {recipe.steps for recipe in recipes} == {2, 4}
    assert all((recipe.steps == 2) == bool(recipe.start) for recipe in recipes
               if not recipe.images)
    assert sum(recipe.steps == 4 for recipe in recipes) == 2


def test_a_training_that_was_stopped_is_gone_on_with(tmp_path):
    def stopped(run):
        raise KeyboardInterrupt

    broken = SimpleNamespace(train=stopped, predictor=predictor)
    with pytest.raises(KeyboardInterrupt):
        ablate("tokens", tmp_path, 1, GIVEN, broken, print)
    assert (tmp_path / "plain-0" / "config.json").exists()
    assert len(ablate("tokens", tmp_path, 1, GIVEN, ENGINE, print)) == 4


def test_means_and_spread_by_hand():
    found = [dict.fromkeys(COLUMNS[1:6], 2.0) | {"both": both} for both in (0.2, 0.4, 0.6)]
    assert row("x", Variant(paper=80.0), found) == ("x", 2, 2, 2, 2, 2, 0.4, 0.2, 80.0)
    assert row("x", Variant(), found[:1])[-2:] == (0, "")


def test_how_long_a_run_trained(tmp_path):
    log = tmp_path / "metrics.jsonl"
    log.write_text('{"step": 10, "rate": 5}\n{"step": 10, "eval/a": 1}\n{"step": 16, "rate": 3}\n',
                   encoding="utf-8")
    assert seconds(log) == 4 and len(read_metrics(log)) == 3


def test_the_picture_shows_each_variant_at_its_cost():
    rows = [{"variant": f"variant {k}", "GFLOPs": 1 + k, "seconds": 10 - k, "both": 0.2 + 0.1 * k,
             "spread": 0.01} for k in range(3)]
    figure = ablation.draw_ablation(rows, "title")
    left, right = figure.axes
    for ax, name in ((left, "GFLOPs"), (right, "seconds")):
        points = [
            bars[0].get_xydata()[0].tolist() for bars in ax.containers]
        assert points == [[row[name], row["both"]] for row in rows]
        assert ax.get_xlim()[0] == 0
    names = [text.get_text() for text in right.texts]
    assert names[:3] == ["variant 0  20.0%", "variant 1  30.0%", "variant 2  40.0%"]


def test_the_page_of_what_was_seen_tells_what_the_tables_tell():
    """figures/ablations/README.md has the numbers of the CSV file of every study."""
    folder = Path(__file__).resolve().parents[2] / "figures/ablations"
    page = (folder / "README.md").read_text(encoding="utf-8")
    lines = [[cell.strip() for cell in line.strip("|").split("|")] for line in page.splitlines()]
    assert {path.stem for path in folder.glob("*.csv")} == set(STUDIES)
    for study, variants in STUDIES.items():
        with open(folder / f"{study}.csv", encoding="utf-8") as file:
            rows = list(csv.DictReader(file))
        assert [one["variant"] for one in rows] == list(variants)
        for one in rows:
            shares = [f"{100 * float(one[name]):.1f}" for name in COLUMNS[4:8]]
            told = [*shares[:2], f"{shares[2]} \u00b1 {shares[3]}", one["paper"]]
            assert any(line[0] == one["variant"] and line[-4:] == told for line in lines), one
