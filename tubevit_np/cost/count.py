"""The cost of a Config: tokens, parameters, floating-point operations and memory, by part."""

import math

from tubevit_np.model.geometry import grid
from tubevit_np.model.geometry import token_counts as tokens
from tubevit_np.variants.config import attention_of
from tubevit_np.variants.params import num_params

PARTS = {"tubes": ("tubes", "kernel", "position"), "encoder": ("blocks", "gate", "norm"),
         "pooling": ("pool",), "heads": ("heads",)}
BYTES_PER_FLOAT = 4  # float32


def tokens_attended(cfg, shape):
    """Numbers of keys per query, one for each attention of a block.

    Global attention: all tokens. Divided attention: first the tokens at the same place in all
    frames, then all tokens of the same frame."""
    n = sum(tokens(cfg, shape))
    frames = grid(cfg.tubes[0], shape)[0]
    return (n,) if attention_of(cfg) == "global" else (frames, n // frames)


def parameters(cfg):
    """{part: number of parameters}."""
    return {part: sum(num_params(cfg, f"{prefix}.") for prefix in prefixes)
            for part, prefixes in PARTS.items()}


def flops(cfg, shape):
    """{part: operations} of the matrix products for one (T, H, W) video, 2 per multiply-add."""
    n, d, m = sum(tokens(cfg, shape)), cfg.dim, cfg.mlp_dim
    tubes = sum(2 * num_tokens * math.prod(tube.kernel) * cfg.channels * d
                for tube, num_tokens in zip(cfg.tubes, tokens(cfg, shape), strict=True))
    attended = tokens_attended(cfg, shape)
    # q, k, v and out; scores and their weighted sum
    attention = sum(2 * n * d * (4 * d + 2 * keys) for keys in attended)
    block = attention + 2 * n * d * (2 * m) + 2 * n * d * d * (len(attended) - 1)  # up, down; fc
    pool = 2 * d * d * (2 * n + 2) + 4 * n * d + (4 * d * m if cfg.pool_mlp else 0)
    heads = sum(2 * d * classes for classes in cfg.classes.values())
    return {"tubes": tubes, "encoder": cfg.depth * block, "pooling": pool, "heads": heads}


def training_flops(cfg, shape):
    """{part: operations} of forward and backward pass.

    The backward pass of a product has two products of the same size, one for each factor. Tubes
    have only one, because the video needs no gradient."""
    return {part: (2 if part == "tubes" else 3) * n for part, n in flops(cfg, shape).items()}


def training_memory(cfg, shape):
    """{part: bytes} that a forward pass of one (T, H, W) video keeps for backward, in float32.

    Counts the video and the intermediates of `forward`, but not gradients or parameters."""
    n, d, m = sum(tokens(cfg, shape)), cfg.dim, cfg.mlp_dim
    attended = tokens_attended(cfg, shape)
    # norm; q, k, v; mixed; residual sum
    attention = sum(6 * n * d + cfg.heads * n * keys for keys in attended)
    block = attention + n * d * (len(attended) - 1) + 2 * n * d + 2 * n * m
    mlp = 2 * d + 2 * m if cfg.pool_mlp else 0
    numbers = {"tubes": math.prod(shape) * cfg.channels + 2 * n * d,
               "encoder": cfg.depth * block + n * d,
               "pooling": 2 * n * d + cfg.heads * n + 3 * d + mlp, "heads": 0}
    return {part: BYTES_PER_FLOAT * n for part, n in numbers.items()}


def inference_memory(cfg, shape):
    """Peak memory in bytes of a forward pass of one (T, H, W) video, float32, without parameters.

    Each intermediate of `forward` is freed after its last use. The peak is one of three: the video
    with its tokens; q, k, v and the weights with the arrays of later steps; the two arrays of the
    MLP."""
    n, d, m = sum(tokens(cfg, shape)), cfg.dim, cfg.mlp_dim
    tokenize = math.prod(shape) * cfg.channels + n * d
    z0 = 0 if cfg.gate_layer is None else n * d  # the first attention's own input, if it gates
    first, *later = [5 * n * d + cfg.heads * n * keys for keys in tokens_attended(cfg, shape)]
    attention = max([first + (z0 if cfg.gate_layer else 0), *(numbers + z0 for numbers in later)])
    return BYTES_PER_FLOAT * max(tokenize, attention, n * d + 2 * n * m + z0)


def tokens_for(cfg, operations):
    """Number of tokens for which the encoder, with global attention, needs these operations."""
    half = cfg.dim + cfg.mlp_dim / 2
    return math.sqrt(half**2 + operations / (4 * cfg.depth * cfg.dim)) - half
