"""What a Config costs: tokens, parameters and floating-point operations, by part."""

import math

from tubevit_np.params import count
from tubevit_np.tubes import grid

PARTS = {"tubes": ("tubes", "kernel"), "encoder": ("blocks", "gate", "norm"), "pooling": ("pool",),
         "heads": ("heads",)}


def tokens(cfg, shape):
    """How many tokens each tube gives of a (T, H, W) video, in the Config's order."""
    return [math.prod(grid(tube, shape)) for tube in cfg.tubes]


def parameters(cfg):
    """{part: how many numbers}."""
    return {part: sum(count(cfg, f"{prefix}.") for prefix in prefixes)
            for part, prefixes in PARTS.items()}


def flops(cfg, shape):
    """{part: operations} for one (T, H, W) video: its matrix products, 2 for each multiply-add."""
    n, d, m = sum(tokens(cfg, shape)), cfg.dim, cfg.mlp_dim
    volumes = [math.prod(tube.kernel) * cfg.channels for tube in cfg.tubes]
    tubes = sum(2 * many * volume * d
                for many, volume in zip(tokens(cfg, shape), volumes, strict=True))
    block = 2 * n * d * (4 * d + 2 * n + 2 * m)  # q, k, v, out; scores and mixing; up and down
    pool = 2 * d * d * (2 * n + 2) + 4 * n * d + (4 * d * m if cfg.pool_mlp else 0)
    heads = sum(2 * d * classes for classes in cfg.classes.values())
    return {"tubes": tubes, "encoder": cfg.depth * block, "pooling": pool, "heads": heads}
