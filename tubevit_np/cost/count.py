"""What a Config costs: tokens, parameters, floating-point operations and memory, by part."""

import math

from tubevit_np.model.geometry import grid
from tubevit_np.model.geometry import token_counts as tokens
from tubevit_np.variants.config import attention_of
from tubevit_np.variants.params import num_params

PARTS = {"tubes": ("tubes", "kernel", "position"), "encoder": ("blocks", "gate", "norm"),
         "pooling": ("pool",), "heads": ("heads",)}
FLOAT = 4  # bytes of a float32


def attended(cfg, shape):
    """How many tokens one looks at, in each attention of a block: all, or those of its place in
    every frame, then those of its frame."""
    n = sum(tokens(cfg, shape))
    frames = grid(cfg.tubes[0], shape)[0]
    return (n,) if attention_of(cfg) == "global" else (frames, n // frames)


def parameters(cfg):
    """{part: how many numbers}."""
    return {part: sum(num_params(cfg, f"{prefix}.") for prefix in prefixes)
            for part, prefixes in PARTS.items()}


def flops(cfg, shape):
    """{part: operations} for one (T, H, W) video: its matrix products, 2 for each multiply-add."""
    n, d, m = sum(tokens(cfg, shape)), cfg.dim, cfg.mlp_dim
    volumes = [math.prod(tube.kernel) * cfg.channels for tube in cfg.tubes]
    tubes = sum(2 * many * volume * d
                for many, volume in zip(tokens(cfg, shape), volumes, strict=True))
    near = attended(cfg, shape)
    attention = sum(2 * n * d * (4 * d + 2 * many) for many in near)  # q, k, v, out; scores, mixing
    block = attention + 2 * n * d * (2 * m) + 2 * n * d * d * (len(near) - 1)  # up, down; fc
    pool = 2 * d * d * (2 * n + 2) + 4 * n * d + (4 * d * m if cfg.pool_mlp else 0)
    heads = sum(2 * d * classes for classes in cfg.classes.values())
    return {"tubes": tubes, "encoder": cfg.depth * block, "pooling": pool, "heads": heads}


def training_flops(cfg, shape):
    """{part: operations} there and back: backward takes two products of the size of each, one by
    each factor, but for the tubes, whose video needs no gradient."""
    return {part: (2 if part == "tubes" else 3) * many for part, many in flops(cfg, shape).items()}


def training_memory(cfg, shape):
    """{part: bytes} of float32 that a pass over one (T, H, W) video keeps for the backward pass.

    All that `forward` names in out, the video included; not the gradients nor the parameters."""
    n, d, m = sum(tokens(cfg, shape)), cfg.dim, cfg.mlp_dim
    near = attended(cfg, shape)
    attention = sum(6 * n * d + cfg.heads * n * many for many in near)  # norm, q k v, mixed, sum
    block = attention + n * d * (len(near) - 1) + 2 * n * d + 2 * n * m
    mlp = 2 * d + 2 * m if cfg.pool_mlp else 0
    numbers = {"tubes": math.prod(shape) * cfg.channels + 2 * n * d,
               "encoder": cfg.depth * block + n * d,
               "pooling": 2 * n * d + cfg.heads * n + 3 * d + mlp, "heads": 0}
    return {part: FLOAT * many for part, many in numbers.items()}


def inference_memory(cfg, shape):
    """The most bytes of float32 that a pass over one (T, H, W) video must hold at a time.

    Of what `forward` names, each let go once the last that reads it is there: the video while it
    is cut; q, k, v and weights beside what waits; or the MLP's two.  Not the parameters."""
    n, d, m = sum(tokens(cfg, shape)), cfg.dim, cfg.mlp_dim
    cut = math.prod(shape) * cfg.channels + n * d
    z0 = 0 if cfg.gate_layer is None else n * d  # the first attention's own input, if it gates
    first, *later = [5 * n * d + cfg.heads * n * many for many in attended(cfg, shape)]
    attention = max([first + (z0 if cfg.gate_layer else 0), *(numbers + z0 for numbers in later)])
    return FLOAT * max(cut, attention, n * d + 2 * n * m + z0)


def tokens_for(cfg, operations):
    """How many tokens would make global attention and MLPs of the encoder cost so much."""
    half = cfg.dim + cfg.mlp_dim / 2
    return math.sqrt(half**2 + operations / (4 * cfg.depth * cfg.dim)) - half
