"""The bare matrix products of a model, a lower bound for the time of a pass."""

import numpy as np

from tubevit_np.model.geometry import token_counts


def products(cfg, shape, batch):
    """Yield ((rows, inner, columns), count) for every product of a pass over (T, H, W) videos."""
    n, d, m, e = sum(token_counts(cfg, shape)), cfg.dim, cfg.mlp_dim, cfg.dim // cfg.heads
    for tube, count in zip(cfg.tubes, token_counts(cfg, shape), strict=True):
        volume = int(np.prod(tube.kernel)) * cfg.channels
        yield (batch * count * tube.members, volume, d // tube.members), 1
    for inner, columns in ((d, 3 * d), (d, d), (d, m), (m, d)):
        yield (batch * n, inner, columns), cfg.depth
    for columns, inner in ((n, e), (e, n)):  # scores and weighted sums, for each head
        yield (n, inner, columns), batch * cfg.heads * cfg.depth
    yield (batch * n, d, 2 * d), 1  # pooling
    yield (batch, d, d), 1


def bare(ready):
    """Return a function that computes the products of `matrices` only."""
    def run():
        for a, b, c in ready:
            np.matmul(a, b, out=c)
    return run


def matrices(cfg, shape, batch, rng, back=False):
    """Return [(a, b, output of a @ b)] for all products, float32.

    back: also the two products of each in the backward pass, for tubes only the one by the kernel.
    As in a model, each block has other weights: the same ones would stay in the cache."""
    ready = []
    for i, (sizes, often) in enumerate(products(cfg, shape, batch)):
        a, c = (rng.standard_normal(size, np.float32) for size in (sizes[:2], sizes[::2]))
        weights = [rng.standard_normal(sizes[1:], np.float32) for _ in range(min(often, cfg.depth))]
        for b in weights * (often // len(weights)):
            ready.append((a, b, c))
            if back:
                ready.append((a.T, c, np.empty_like(b)))
                ready += [(c, b.T, np.empty_like(a))] * (i >= len(cfg.tubes))
    return ready
