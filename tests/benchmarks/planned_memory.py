"""The memory and time that `train` announces, beside those of three real steps in a new process.

    OPENBLAS_NUM_THREADS=1 python -m tests.benchmarks.planned_memory
    OPENBLAS_NUM_THREADS=1 python -m tests.benchmarks.planned_memory --package tubevit_tg

NumPy: how far the peak of the process (resident set) grows. tinygrad: the peak of what it holds on
the first device. Time: the median step, divided by operations / measured speed."""

import argparse
import json
import os
import resource
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from types import SimpleNamespace
from unittest import mock

import numpy as np
from threadpoolctl import threadpool_limits

import tubevit_np as tv
from tests.benchmarks.batches import random_batches
from tubevit_np.cost.count import tokens
from tubevit_np.cost.step import step_flops
from tubevit_np.runs.recipe import Recipe
from tubevit_np.training.speed import product_rate

CASES = [{}, {"batch": 8, "image_batch": 8}, {"accumulate": 4}, {"batch": 128, "image_batch": 32},
         {"data": "scenes"}, {"size": 96, "batch": 8, "image_batch": 8},
         {"preset": "Ti", "size": 112, "batch": 4, "image_batch": 4},
         {"preset": "S", "size": 112, "batch": 8, "image_batch": 8, "frozen": 6},
         {"preset": "S", "size": 112, "batch": 4, "image_batch": 4}]
STEPS = 3


def measured(package, given):
    """Run steps in a new process; returns what `child` prints, None if tinygrad cannot compile."""
    done = subprocess.run([sys.executable, "-W", "ignore", "-m", __spec__.name, "--package",
                           package, "--child", json.dumps(given)], check=False,
                          capture_output=True, text=True, encoding="utf-8")
    return json.loads(done.stdout.splitlines()[-1]) if done.returncode == 0 else None


def child(package, given):
    """Do the steps of a recipe; print {"planned", "found", "factor"}: bytes, bytes, slowdown."""
    recipe = Recipe(**given)
    cfg, rng = recipe.config({"verb": 8, "noun": 4}), np.random.default_rng(0)
    batches = random_batches(rng, cfg, recipe)[:len(recipe.sets)]
    run = SimpleNamespace(cfg=cfg, recipe=recipe, weights=[1.0] * len(batches), sources=batches,
                          counts=[len(batch.x) for batch in batches])
    steps = in_numpy if package == "tubevit_np" else in_tinygrad
    planned, found, seconds = steps(run, batches, tv.init(cfg, rng))
    rows = max(sum(tokens(cfg, shape)) * count for shape, count in recipe.inputs)
    rate = product_rate(rows // (2 * recipe.accumulate), cfg.dim, cfg.mlp_dim)
    factor = seconds * rate / step_flops(cfg, recipe.inputs, recipe.frozen)
    print(json.dumps({"planned": planned, "found": found, "factor": factor}))


def timed_steps(step_once, batches):
    """The median time of the steps after the first two, which include compiling."""
    times = [time.perf_counter()]
    for t in range(STEPS + 1):
        step_once(t + 1, 1e-4, batches)
        times.append(time.perf_counter())
    return float(np.median(np.diff(times)[2:]))


def in_numpy(run, batches, params):
    """Planned and found bytes, and the seconds of a step."""
    from tubevit_np.training.frozen import trainable_params
    from tubevit_np.training.plan import step_memory
    from tubevit_np.training.step import PARTS, joint_step

    before = peak()
    moments = tv.adamw_state(trainable_params(params, run.recipe.frozen))
    with threadpool_limits(1), ThreadPoolExecutor(PARTS) as pool:
        seconds = timed_steps(joint_step(params, moments, run, pool), batches)
    planned = step_memory(run.cfg, run.recipe)
    return sum(planned.values()) - planned["parameters"], peak() - before, seconds


def in_tinygrad(run, batches, params):
    """Planned and found bytes, and the seconds of a step."""
    from tinygrad.device import Buffer
    from tinygrad.helpers import GlobalCounters

    import tubevit_tg as tg
    from tubevit_tg.backend.device import devices
    from tubevit_tg.training.frozen import trainable_params
    from tubevit_tg.training.plan import step_memory
    from tubevit_tg.training.step import joint_step

    here = devices(run.recipe.devices)
    first, seen, allocate = here[0] if isinstance(here, tuple) else here, [0], Buffer.allocate
    moments = tv.adamw_state(trainable_params(params, run.recipe.frozen))
    params, moments = (tg.to_tensors(tree, device=here) for tree in (params, moments))

    def observed(buffer, *arguments, **options):
        allocate(buffer, *arguments, **options)
        seen[0] = max(seen[0], GlobalCounters.mem_used_per_device[first])
        return buffer

    with mock.patch.object(Buffer, "allocate", observed):
        seconds = timed_steps(joint_step(params, moments, run), batches)
    return sum(step_memory(run.cfg, run.recipe).values()), seen[0], seconds


def peak():
    """The largest resident set of this process so far, in bytes."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--package", default="tubevit_np", choices=("tubevit_np", "tubevit_tg"))
    parser.add_argument("--child", type=json.loads, help="used by the script itself")
    options = parser.parse_args()
    if options.child is not None:
        child(options.package, options.child)
        return
    print("planned   found  planned/found  time/products")
    for given in CASES:
        one = measured(options.package, given)
        if one is None:
            print(f"the step failed: {given}", flush=True)
            continue
        print(f"{one['planned'] / 1e6:4.0f} MB {one['found'] / 1e6:4.0f} MB "
              f"{one['planned'] / one['found']:10.2f} {one['factor']:14.2f}  {given}", flush=True)


if __name__ == "__main__":
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    main()
