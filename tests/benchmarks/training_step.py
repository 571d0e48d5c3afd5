"""Time of a training step in NumPy and in PyTorch eager on the same CPU, in turn, in one run.

    pip install torch==2.13.0
    OPENBLAS_NUM_THREADS=1 python -m tests.benchmarks.training_step --threads 1
    OPENBLAS_NUM_THREADS=1 python -m tests.benchmarks.training_step --preset Ti --clip 32x224x224

Prints the medians, their ratio, the ratios to the bare matrix products of the step on one thread,
and the difference of the losses (the models are the same)."""

import argparse
from collections import defaultdict
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import numpy as np
import torch
from threadpoolctl import threadpool_limits

import tubevit_np as tv
from tests.benchmarks.batches import random_batches
from tests.benchmarks.products import bare, matrices
from tests.benchmarks.timing import medians
from tubevit_np.runs.recipe import Recipe
from tubevit_np.training.cosine_basis import kernel_rates
from tubevit_np.training.optim import BETAS, EPS, is_decayed
from tubevit_np.training.step import joint_gradients
from tubevit_np.transfer import torch_model

LR, DECAY, CLIP = 1e-3, 0.05, 1.0
WARM = 2  # untimed steps before each, until the other program's threads and cache are gone


def numpy_step(flat, cfg, batches, pool):
    """Return a function that does one step in place and returns its loss."""
    params, moments, rates = tv.nest(flat), tv.adamw_state(flat), kernel_rates(flat)
    steps = iter(range(1, 10**9))

    def step():
        loss, _, grads = joint_gradients(params, batches, cfg, [1.0, 1.0], pool=pool)
        tv.clip(grads, CLIP)
        tv.adamw(flat, grads, moments, next(steps), LR, DECAY, rates, spectral=False)
        return loss
    return step


def torch_step(flat, cfg, batches):
    """Return the same for PyTorch, with its own AdamW and clipping."""
    params = {name: torch.tensor(w, requires_grad=True) for name, w in flat.items()}
    optimizer = torch_adamw(params, kernel_rates(flat))

    def step():
        optimizer.zero_grad()
        loss = sum(torch_loss(params, cfg, batch) for batch in batches)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(params.values(), CLIP)
        optimizer.step()
        return loss.item()
    return step


def torch_adamw(params, rates):
    """Return PyTorch's AdamW with one group per rate and decay; more groups take twice as long."""
    groups = defaultdict(list)
    for name, w in params.items():
        groups[LR * rates.get(name, 1.0), DECAY if is_decayed(w.shape) else 0.0].append(w)
    return torch.optim.AdamW([{"params": ws, "lr": lr, "weight_decay": decay}
                              for (lr, decay), ws in groups.items()], betas=BETAS, eps=EPS)


def torch_loss(params, cfg, batch):
    logits, _ = torch_model.forward(tv.nest(params), torch.from_numpy(batch.x), cfg, batch.labels)
    return sum(torch.nn.functional.cross_entropy(logits[head], torch.from_numpy(y))
               for head, y in batch.labels.items())


def main():
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--threads", type=int, default=1)
    options.add_argument("--rounds", type=int, default=21)
    options.add_argument("--preset", default="demo")
    options.add_argument("--clip", default="16x48x48")
    options.add_argument("--batch", type=int, help="of videos, and of images (default 32; of large "
                         "models 4)")
    options = options.parse_args()
    torch.set_num_threads(options.threads)
    cfg = replace(tv.PRESETS[options.preset], classes=tv.PRESETS["demo"].classes)
    rng, (frames, size, _) = np.random.default_rng(0), map(int, options.clip.split("x"))
    batch = options.batch or (32 if options.preset == "demo" else 4)
    recipe = Recipe(options.preset, batch=batch, image_batch=batch, frames=frames, size=size)
    flat, batches = tv.flatten(tv.init(cfg, rng)), random_batches(rng, cfg, recipe)
    with threadpool_limits(1), ThreadPoolExecutor(options.threads) as pool:
        steps = {"NumPy": numpy_step({n: w.copy() for n, w in flat.items()}, cfg, batches, pool),
                 "PyTorch": torch_step(flat, cfg, batches)}
        report(steps, products_of(cfg, recipe, rng), options.rounds)


def products_of(cfg, recipe, rng):
    """Return a function that computes only the matrix products of a step, forward and backward."""
    parts = [bare(matrices(cfg, shape, batch, rng, back=True)) for shape, batch in zip(
        recipe.shapes, (recipe.batch, recipe.image_batch), strict=True)]
    return lambda: [part() for part in parts]


def report(steps, products, rounds):
    losses = {name: [] for name in steps}
    runs = {name: lambda name=name: losses[name].append(steps[name]()) for name in steps}
    ours, theirs, least = medians(runs | {"products": products}, rounds, WARM).values()
    apart = np.abs(np.subtract(*losses.values())[:10]).max()
    print(f"NumPy {1e3 * ours:.1f} ms, PyTorch {1e3 * theirs:.1f} ms: ratio {ours / theirs:.2f}; "
          f"products {1e3 * least:.1f} ms: {ours / least:.2f} and {theirs / least:.2f}; "
          f"first losses differ by at most {apart:.1e}")


if __name__ == "__main__":
    main()
