"""Time and peak memory of forward passes and training steps of two checkouts, in turn.

example:
  OPENBLAS_NUM_THREADS=1 python -m tests.benchmarks.two_checkouts ../before . --rounds 7

Each round starts a process per checkout and case. Prints medians, and the median of the ratios
second / first of each pair."""

import argparse
import json
import os
import subprocess
import sys
from statistics import median

CHILD = """
import importlib, json, resource, sys, time
import numpy as np
import tubevit_np as tv

def first(*places):
    for place in places:
        module, _, name = place.rpartition(".")
        try:
            return getattr(importlib.import_module("tubevit_np." + module), name)
        except (ImportError, AttributeError):
            pass

case, repeats = sys.argv[1], int(sys.argv[2])
rng = np.random.default_rng(0)
if case.startswith("forward"):
    cfg = tv.PRESETS["B"]
    params = tv.init(cfg, rng)
    x = rng.standard_normal((1, 32, 224, 224, 3), np.float32)
    logits_of = first("training.evaluate.logits_of", "evaluate.logits_of")
    forward = getattr(tv, "fast", tv).forward
    heads = ("kinetics400",)
    run = ((lambda: logits_of(params, cfg, x, heads)) if case == "forward alone" else
           (lambda: forward(params, x, cfg, heads)))
else:
    Recipe = first("runs.recipe.Recipe", "recipe.Recipe")
    open_sources = first("data.sources.open_sources")
    joint_step = first("training.step.joint_step", "train.joint_step")
    recipe = Recipe()
    sources = open_sources(recipe)
    cfg = recipe.config({h: len(n) for source in sources for h, n in source.labels.items()})
    params = tv.init(cfg, rng)
    run_like = type("Run", (), {"recipe": recipe, "cfg": cfg, "weights": [1.0, 1.0]})
    step = joint_step(params, tv.adamw_state(tv.flatten(params)), run_like, None)
    batches = [source.batch(0, n) for source, n in zip(sources, (16, 16))]
    run = lambda: step(1, 1e-4, batches)
run()
times = []
for _ in range(repeats):
    start = time.perf_counter()
    run()
    times.append(time.perf_counter() - start)
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
print(json.dumps([sorted(times)[len(times) // 2], peak]))
"""
CASES = {"forward alone": 3, "forward with intermediates": 3, "training step": 5}


def measured(checkout, case):
    """Return (seconds, MiB) of a case, run in its own process."""
    environ = os.environ | {"PYTHONPATH": os.path.abspath(checkout)}
    environ.pop("OPENBLAS_CORETYPE", None)  # it slows NumPy
    done = subprocess.run([sys.executable, "-c", CHILD, case, str(CASES[case])], env=environ,
                          cwd=checkout, capture_output=True, text=True, check=True,
                          encoding="utf-8")
    return json.loads(done.stdout.splitlines()[-1])


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("first")
    parser.add_argument("second")
    parser.add_argument("--rounds", type=int, default=5)
    args = parser.parse_args()
    for case in CASES:
        pairs = [(measured(args.first, case), measured(args.second, case))
                 for _ in range(args.rounds)]
        for k, unit in enumerate(("s", "MiB")):
            one, two = (median(pair[i][k] for pair in pairs) for i in (0, 1))
            ratio = median(pair[1][k] / pair[0][k] for pair in pairs)
            print(f"{case:28} {one:9.3f} {two:9.3f} {unit:4} ratio {ratio:.3f}", flush=True)


if __name__ == "__main__":
    main()
