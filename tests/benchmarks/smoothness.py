"""What the smoothness penalty costs in accuracy and gives in kernels: several values and seeds.

    OPENBLAS_NUM_THREADS=1 python -m tests.benchmarks.smoothness --data photos=camera:pictures/ \\
        --data videos/ --images photos=pictures/ --out runs/smoothness

Every training is a run folder in --out, SMOOTHNESS-SEED; finished ones are not repeated. Prints and
writes smoothness.csv: for each value the mean and the standard deviation over the seeds, of the
accuracy of each head on all held-out examples, and of the median Gabor R^2 of each tube's kernels
with that of its random kernels."""

import argparse
import json
from pathlib import Path

import numpy as np

from tubevit_np.plots.analysis.gabor_fit import gabor_fit
from tubevit_np.plots.analysis.null_models import random_phases
from tubevit_np.plots.gallery.run_plots import tube_kernels
from tubevit_np.runs.open_run import new_run, open_run
from tubevit_np.runs.recipe_defaults import recipe_for
from tubevit_np.runs.run_folder import MODEL, load_model
from tubevit_np.runs.score_names import named
from tubevit_np.storage.atomic_files import write_csv, write_text
from tubevit_np.training.evaluate import evaluate, predictor
from tubevit_np.training.train import train

SCORES = "scores.json"


def scores_of(folder, recipe):
    """{name: score} of a run, which is trained first if it is not finished."""
    if not (folder / SCORES).exists():
        begun = (folder / "config.json").exists()
        run = open_run(folder) if begun else new_run(folder, recipe)
        if not (folder / MODEL).exists():
            train(run)
        _, params, cfg, _ = load_model(folder)
        predict, scores = predictor(params, cfg), {}
        for source in run.sources:
            found = evaluate(predict, source)
            scores |= {named(source.kind, head): found[head] for head in source.labels}
        for name, w in tube_kernels(params, cfg).items():
            null = random_phases(w, np.random.default_rng(0))
            scores |= {f"{name} gabor": float(np.median(gabor_fit(w)[0])),
                       f"{name} null": float(np.median(gabor_fit(null)[0]))}
        write_text(folder / SCORES, json.dumps(scores, indent=1) + "\n")
    return json.loads((folder / SCORES).read_text(encoding="utf-8"))


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    for name in ("--data", "--images"):
        parser.add_argument(name, action="append", default=[])
    parser.add_argument("--values", type=float, nargs="+", default=[0, 4, 12])
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--steps", type=int, default=600)
    parser.add_argument("--batch", type=int, default=16)
    parser.add_argument("--out", type=Path, required=True)
    options, rows = parser.parse_args(), []
    for value in options.values:
        scores = [scores_of(options.out / f"{value:g}-{seed}", recipe_for(
            data=options.data, images=options.images, steps=options.steps, batch=options.batch,
            image_batch=options.batch, smoothness=value, seed=seed, save_every=options.steps))
            for seed in range(options.seeds)]
        for name in scores[0]:
            found = [one[name] for one in scores]
            rows.append((value, name, round(np.mean(found), 3), round(np.std(found, ddof=1), 3),
                         *(round(one, 3) for one in found)))
            print(f"{value:5g}  {name:24} {rows[-1][2]:.3f} +- {rows[-1][3]:.3f}", flush=True)
    write_csv(options.out / "smoothness.csv", ("smoothness", "score", "mean", "deviation",
                                               *(f"seed {k}" for k in range(options.seeds))), rows)


if __name__ == "__main__":
    main()
