"""Scores of trainings that differ only in their seed: mean and standard deviation."""

import json
from dataclasses import asdict

import numpy as np

from tubevit_np.runs.score_names import final_scores
from tubevit_np.storage.atomic_files import write_csv, write_text

SCORES = "seed-scores.json"  # evaluation.json can be of other views or fewer examples by now


def folder_of(folder, seed):
    """The run folder of one seed."""
    return folder / f"seed-{seed}"


def keep_scores(run):
    """Write the scores of a run that was just evaluated: {name: fraction}."""
    scores = {name: fraction for name, (fraction, _) in final_scores(run.folder).items()}
    write_text(run.folder / SCORES,
               json.dumps({"steps": run.recipe.steps, "scores": scores}, indent=1) + "\n")


def kept_scores(folder, recipe):
    """The scores of a run; None if it has none, or was extended since."""
    path = folder / SCORES
    stored = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
    return stored["scores"] if stored.get("steps") == recipe.steps else None


def statistics(scores):
    """{score: {"seeds", "mean", "standard deviation", "n"}} of {seed: {score: fraction}}.

    The deviation is that of a sample, with n - 1; None for a single seed."""
    found = {}
    for name in next(iter(scores.values())):
        values = [of_seed[name] for of_seed in scores.values()]
        deviation = float(np.std(values, ddof=1)) if len(values) > 1 else None
        found[name] = {"seeds": dict(zip(map(str, scores), values, strict=True)),
                       "mean": float(np.mean(values)), "standard deviation": deviation,
                       "n": len(values)}
    return found


def write_seeds(folder, recipe, found):
    """Write seeds.json and seeds.csv: the statistics, and the recipe of all seeds."""
    shared = {name: value for name, value in asdict(recipe).items() if name != "seed"}
    write_text(folder / "seeds.json",
               json.dumps({"recipe": shared, "scores": found}, indent=1) + "\n")
    seeds = list(next(iter(found.values()))["seeds"])
    rows = [(name, *of_score["seeds"].values(), of_score["mean"],
             of_score["standard deviation"], of_score["n"]) for name, of_score in found.items()]
    write_csv(folder / "seeds.csv", ("score", *(f"seed {seed}" for seed in seeds), "mean",
                                     "standard deviation", "n"), rows)
