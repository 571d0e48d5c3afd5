"""Time of a training step of each baseline beside TubeViT's, in turn, in one run.

    OPENBLAS_NUM_THREADS=1 python -m tests.benchmarks.baselines --batch 16

One thread; all variants of `ablate baselines`, each on its joint batch."""

import argparse
from dataclasses import replace

import numpy as np
from threadpoolctl import threadpool_limits

import tubevit_np as tv
from tests.benchmarks.batches import random_batches
from tests.benchmarks.timing import medians
from tubevit_np.ablation.studies import STUDIES
from tubevit_np.cost.count import flops
from tubevit_np.runs.recipe_defaults import recipe_for
from tubevit_np.training.step import joint_gradients


def step_of(fields, batch):
    """Return a function that does one step of a variant, and the GFLOPs of a clip."""
    recipe = replace(recipe_for(**fields), batch=batch, image_batch=batch)
    cfg, rng = recipe.config({"verb": 8, "noun": 9}), np.random.default_rng(0)
    flat, batches = tv.flatten(tv.init(cfg, rng)), random_batches(rng, cfg, recipe)
    params, moments = tv.nest(flat), tv.adamw_state(flat)

    def step():
        _, _, grads = joint_gradients(params, batches, cfg, [1.0, 1.0])
        tv.adamw(flat, grads, moments, 1, 0.0)
    return step, sum(flops(cfg, (recipe.frames, recipe.size, recipe.size)).values()) / 1e9


def main():
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--batch", type=int, default=16)
    options.add_argument("--rounds", type=int, default=11)
    options = options.parse_args()
    steps = {name: step_of(variant.recipe, options.batch)
             for name, variant in STUDIES["baselines"].items()}
    with threadpool_limits(1):
        times = medians({name: step for name, (step, _) in steps.items()}, options.rounds)
    for name, (_, gflops) in steps.items():
        print(f"{name:22}{gflops:8.3f} GFLOPs{1e3 * times[name]:8.0f} ms"
              f"{times[name] / times['TubeViT']:7.2f}")


if __name__ == "__main__":
    main()
