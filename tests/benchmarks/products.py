"""The bare matrix products of a model, and nothing else: what a pass cannot do without."""

import numpy as np

from tubevit_np.model.geometry import token_counts


def products(cfg, shape, batch):
    """((rows, inner, columns), how often) of every product of a pass over (T, H, W) videos."""
    n, d, m, e = sum(token_counts(cfg, shape)), cfg.dim, cfg.mlp_dim, cfg.dim // cfg.heads
    for tube, count in zip(cfg.tubes, token_counts(cfg, shape), strict=True):
        volume = int(np.prod(tube.kernel)) * cfg.channels
        yield (batch * count * tube.members, volume, d // tube.members), 1
    for inner, columns in ((d, 3 * d), (d, d), (d, m), (m, d)):
        yield (batch * n, inner, columns), cfg.depth
    for columns, inner in ((n, e), (e, n)):  # scores and mixing, of every head by itself
        yield (n, inner, columns), batch * cfg.heads * cfg.depth
    yield (batch * n, d, 2 * d), 1  # pooling
    yield (batch, d, d), 1


def bare(ready):
    """A function that does the products of `matrices`, and nothing else."""
    def run():
        for a, b, c in ready:
            np.matmul(a, b, out=c)
    return run


def matrices(cfg, shape, batch, rng, back=False):
    """(a, b, where a @ b goes) of them all, float32; back: and the two of each on the way back, of
    tubes the one by their kernels.  Every block has weights of its own, as in a model: the same
    ones would stay in the cache."""
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
