"""Time of tinygrad's training step beside PyTorch's on the same CPU, in turn, in one run.

    pip install torch==2.13.0
    OPENBLAS_NUM_THREADS=1 python -m tests.benchmarks.tinygrad_step --threads 1

The demo's joint step on one batch, as in training but without generating clips; PyTorch is eager.
DEV=CPU:X86 uses no compiler, TUBEVIT_BLAS=0 not NumPy's products. Prints the time of the first two
steps, medians, ratios, and the difference of the losses."""

import argparse
import os
from types import SimpleNamespace

import numpy as np

from tests.benchmarks.timing import both_medians, timed


def tinygrad_step(flat, cfg, batches, **recipe):
    """Return a function that does one step in place and returns its loss; recipe: more fields."""
    import tubevit_np as tv
    import tubevit_tg as tg
    from tests.benchmarks.training_step import CLIP, DECAY, LR
    from tubevit_np.runs.recipe import Recipe
    from tubevit_tg.training.step import joint_step
    recipe = Recipe(clip=CLIP, weight_decay=DECAY, spectral=False, smoothness=0.0, **recipe)
    run = SimpleNamespace(cfg=cfg, recipe=recipe, weights=[1.0] * len(batches), sources=batches,
                          counts=[len(batch.x) for batch in batches])
    params, moments = (tg.to_tensors(tree) for tree in (tv.nest(flat), tv.adamw_state(flat)))
    once, steps = joint_step(params, moments, run), iter(range(1, 10**9))
    return lambda: once(next(steps), LR, batches)[0]


def main():
    options = argparse.ArgumentParser(description=__doc__,
                                      formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--threads", type=int, default=1)
    options.add_argument("--rounds", type=int, default=15)
    options.add_argument("--cold", action="store_true", help="compile without cached kernels")
    options = options.parse_args()
    os.environ.update(CPU_COUNT=str(options.threads), **{"CACHELEVEL": "0"} if options.cold else {})
    import torch  # after tinygrad's settings
    from threadpoolctl import threadpool_limits

    import tubevit_np as tv
    import tubevit_tg as tg
    from tests.benchmarks.batches import random_batches
    from tests.benchmarks.training_step import torch_step
    from tubevit_np.runs.recipe import Recipe
    torch.set_num_threads(options.threads)
    cfg, rng = tv.PRESETS["demo"], np.random.default_rng(0)
    flat, batches = tv.flatten(tv.init(cfg, rng)), random_batches(rng, cfg, Recipe())
    print(tg.describe())
    with threadpool_limits(options.threads):
        report({"tinygrad": tinygrad_step(flat, cfg, batches),
                "PyTorch": torch_step(flat, cfg, batches)}, options.rounds)


def report(steps, rounds):
    """Print wall time and processor time."""
    first, losses = {}, {}
    for name, step in steps.items():
        first[name], losses[name] = zip(*[timed(step) for _ in range(3)], strict=True)
    medians = both_medians(steps, rounds, warm=1)
    (wall, cpu), (wall2, cpu2) = first["tinygrad"][:2]
    print(f"first two steps {wall:.1f} and {wall2:.1f} s; processor time {cpu:.1f} and "
          f"{cpu2:.1f} s, without the compiler's process")
    for i, what in enumerate(("wall time", "processor time")):
        ours, theirs = (1e3 * medians[name][i] for name in ("tinygrad", "PyTorch"))
        print(f"{what}: tinygrad {ours:.1f} ms, PyTorch {theirs:.1f} ms: ratio {ours / theirs:.2f}")
    apart = np.abs(np.subtract(*losses.values())).max()
    print(f"first three losses differ by at most {apart:.1e}")


if __name__ == "__main__":
    main()
