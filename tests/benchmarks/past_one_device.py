"""Time of tinygrad's step on several devices, with micro-batches and in lower precision.

    OPENBLAS_NUM_THREADS=1 python -m tests.benchmarks.past_one_device --batch 8 --rounds 5

Each variant runs in turn with the plain step. Prints medians, the ratio to the plain step, the
difference of the first losses, and the memory that tinygrad holds on the first device after
capturing: parameters, moments and all intermediates, the peak of a step. Variants that need more
devices than available are left out."""

import argparse
import gc
import time
from types import SimpleNamespace

import numpy as np
from tinygrad.helpers import GlobalCounters

import tubevit_np as tv
import tubevit_tg as tg
from tests.benchmarks.batches import random_batches
from tubevit_np.runs.recipe import Recipe
from tubevit_tg.backend.device import devices
from tubevit_tg.training.precision import new_scaling
from tubevit_tg.training.step import joint_step

VARIANTS = {
    "2 devices": {"devices": 2},
    "4 devices": {"devices": 4},
    "accumulate 4": {"accumulate": 4},
    "bfloat16": {"precision": "bfloat16"},
    "half": {"precision": "half"},
}
WARM = 3  # tinygrad runs eagerly, captures the graph, replays it


class Stepper:
    """A model trained by a recipe; step() does one step and returns its loss."""

    def __init__(self, recipe):
        cfg, rng = recipe.config(tv.PRESETS[recipe.preset].classes), np.random.default_rng(0)
        here, params = devices(recipe.devices), tv.init(cfg, rng)
        moments = tv.adamw_state(tv.flatten(params))
        if recipe.precision == "half":
            moments["scaling"] = new_scaling()
        self.batches, self.t, self.times = random_batches(rng, cfg, recipe), 0, []
        run = SimpleNamespace(cfg=cfg, recipe=recipe, weights=[1.0, 1.0],
                              counts=[len(batch.x) for batch in self.batches], sources=self.batches)
        before = held()
        self.once = joint_step(*(tg.to_tensors(tree, device=here) for tree in (params, moments)),
                               run)
        self.losses = [self.step() for _ in range(WARM)]
        gc.collect()
        self.memory, self.times = held() - before, []

    def step(self):
        start, self.t = time.perf_counter(), self.t + 1
        loss, _, _ = self.once(self.t, 1e-4, self.batches)
        self.times.append(time.perf_counter() - start)
        return loss


def held():
    """Return the bytes that tinygrad holds on the first device."""
    return GlobalCounters.mem_used_per_device[devices(1)]


def main():
    options = argparse.ArgumentParser(description=__doc__,
                                      formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--batch", type=int, default=32, help="number of videos, and of images")
    options.add_argument("--rounds", type=int, default=11)
    options.add_argument("--preset", default="demo")
    options = options.parse_args()
    recipe = {"preset": options.preset, "batch": options.batch, "image_batch": options.batch}
    print(tg.describe())
    plain = Stepper(Recipe(**recipe))
    for name, change in VARIANTS.items():
        try:
            devices(change.get("devices", 1))
        except ValueError as error:
            print(f"{name:14}{error}")
            continue
        compare(plain, name, Stepper(Recipe(**recipe | change)), options.rounds)


def compare(plain, name, other, rounds):
    plain.times.clear()
    for _ in range(rounds):
        plain.step()
        other.step()
    ours, theirs = np.median(plain.times), np.median(other.times)
    apart = np.abs(np.array(other.losses) / plain.losses - 1).max()
    print(f"{name:14}{1e3 * theirs:8.0f} ms beside {1e3 * ours:6.0f} ms: ratio "
          f"{theirs / ours:5.2f}; {other.memory / 2**20:6.0f} MiB beside "
          f"{plain.memory / 2**20:.0f}; losses differ by {apart:.0e}", flush=True)


if __name__ == "__main__":
    main()
