"""Time of NumPy's forward pass beside its bare matrix products and PyTorch eager, in turn.

    pip install torch==2.13.0
    OPENBLAS_NUM_THREADS=1 python -m tests.benchmarks.forward --batch 1 4 --threads 1

ViT-B with the main tubes on videos of 32x224x224, and its 2D patches on images, float32. Prints a
table in Markdown: medians, both ratios, PyTorch's own products (its BLAS is not NumPy's), and
NumPy's peak memory divided by the weights plus the largest activations (inference_memory). With two
threads it times `predictor`, which computes half of a batch on each. Without PyTorch its columns
stay empty."""

import argparse
from dataclasses import replace
from functools import partial
from importlib.util import find_spec

import numpy as np
from threadpoolctl import threadpool_limits

import tubevit_np as tv
from tests.benchmarks.products import bare, matrices
from tests.benchmarks.timing import medians, peak
from tubevit_np.cost.count import BYTES_PER_FLOAT, inference_memory, parameters
from tubevit_np.training.evaluate import logits_of, predictor

HEAD = "kinetics400"


def in_torch(params, cfg, x):
    import torch

    from tubevit_np.transfer import torch_model
    params = tv.nest({name: torch.tensor(w) for name, w in tv.flatten(params).items()})

    def run():
        with torch.inference_mode():
            return torch_model.forward(params, torch.from_numpy(x), cfg, (HEAD,))[0][HEAD].numpy()
    return run


def bare_in_torch(ready):
    """Return a function that computes the bare products by PyTorch's BLAS, on the same memory."""
    import torch
    ready = [tuple(map(torch.from_numpy, three)) for three in ready]
    return lambda: [torch.matmul(a, b, out=c) for a, b, c in ready]


def measure(cfg, params, shape, batch, threads, rounds, rng):
    """Return a row of the table, for videos (T, H, W) or, with T = 1, images."""
    x = rng.standard_normal((batch, *shape[shape[0] == 1:], cfg.channels), np.float32)
    predict = partial(logits_of, params, cfg) if threads == 1 else predictor(params, cfg)
    ready = matrices(cfg, shape, batch, rng)
    runs = {"products": bare(ready), "NumPy": lambda: predict(x, (HEAD,))[HEAD]}
    if find_spec("torch"):
        runs["PyTorch"] = in_torch(params, cfg, x)
        runs["its products"] = bare_in_torch(ready)
        assert np.abs(runs["NumPy"]() - runs["PyTorch"]()).max() < 1e-4
    with threadpool_limits(threads):
        times, most = medians(runs, rounds), peak(runs["NumPy"])
    weights = BYTES_PER_FLOAT * sum(parameters(cfg).values())
    share = (most + weights) / (weights + batch * inference_memory(cfg, shape))
    return ["image" if shape[0] == 1 else "video", batch, threads, times, share]


def line(what, batch, threads, times, share):
    cells = [f"{1e3 * times[name]:.0f} ms" if name in times else "" for name in
             ("products", "NumPy", "PyTorch", "its products")]
    ratios = [f"{times['NumPy'] / times[name]:.2f}" if name in times else "" for name in
              ("products", "PyTorch")]
    return f"| {' | '.join([what, str(batch), str(threads), *cells, *ratios, f'{share:.2f}'])} |"


def main():
    options = argparse.ArgumentParser(description=__doc__,
                                      formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--preset", default="B")
    options.add_argument("--clip", default="32x224x224")
    options.add_argument("--batch", type=int, nargs="+", default=[1, 4])
    options.add_argument("--threads", type=int, default=1)
    options.add_argument("--rounds", type=int, default=7)
    options = options.parse_args()
    if find_spec("torch"):
        import torch
        torch.set_num_threads(options.threads)
    shape, rng = tuple(map(int, options.clip.split("x"))), np.random.default_rng(0)
    cfg = replace(tv.PRESETS[options.preset], classes={HEAD: 400})
    params = tv.init(cfg, rng)
    print("| input | batch | threads | products | NumPy | PyTorch | its products "
          "| NumPy / products | NumPy / PyTorch | memory |\n|" + " --- |" * 10)
    for batch in options.batch:
        for size in (shape, (1, *shape[1:])):
            print(line(*measure(cfg, params, size, batch, options.threads, options.rounds, rng)),
                  flush=True)


if __name__ == "__main__":
    main()
