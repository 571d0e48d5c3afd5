"""The tubes of a small model in a large one: made wide enough by space-to-depth alone (Sec. 3.6).

No new weights: where a kernel gives c channels and the large model asks for D, each token stacks
S members of the kernel, at least D / c.  S must divide D, so that each gives its first D / S
channels;  the rest of them are dropped (none from Ti to B, whose widths fit exactly)."""

import itertools
import math
from dataclasses import replace

import numpy as np

from tubevit_np.model.geometry import grid
from tubevit_np.variants.config import position_of


def widened(tube, width, dim, shape):
    """The tube with enough members of so many channels for `dim`, at the same places.

    Of the ways to divide its strides one that is alike on both sides of a picture, and of these the
    one that overruns a (T, H, W) video least.  Raises ValueError if there is none."""
    for members in range(math.ceil(dim / width), dim + 1):
        ways = [replace(tube, s2d=s2d) for s2d in factors(members)
                if all(stride % factor == 0
                       for stride, factor in zip(tube.stride, s2d, strict=True))]
        if ways and dim % members == 0:
            return min(ways, key=lambda way: (abs(way.s2d[1] - way.s2d[2]), overrun(way, shape)))
    raise ValueError(f"tube {tube.name} of {width} channels cannot fill {dim}: its stride "
                     f"{tube.stride} has no divisors for at least {math.ceil(dim / width)} members")


def factors(members):
    """Every (t, h, w) whose product is `members`, fewest in time first."""
    divisors = [n for n in range(1, members + 1) if members % n == 0]
    return [(t, h, members // (t * h)) for t, h in itertools.product(divisors, repeat=2)
            if members % (t * h) == 0]


def overrun(tube, shape):
    """How many frames, rows and columns its last members read beyond a (T, H, W) video."""
    last = [offset + (count - 1) * stride + (factor - 1) * stride // factor + kernel
            for offset, count, stride, factor, kernel
            in zip(tube.offset, grid(tube, shape), tube.stride, tube.s2d, tube.kernel,
                   strict=True)]
    return sum(max(0, end - length) for end, length in zip(last, shape, strict=True))


def scaled_up(small, small_cfg, large, large_cfg, shape, **gate):
    """The video tubes of a small model beside the 2D patches and all else of a large one.

    small, large: nested parameters;  shape: (T, H, W) that it is to see;  gate: gate_layer and
    gate_tokens of the new Config, whose alpha is 0: images give what the large model gives.
    Returns params, cfg.  Raises ValueError if the large model has not one patch of its own, or has
    learned positions, which know nothing of other tubes."""
    own = [i for i, tube in enumerate(large_cfg.tubes) if tube.is_patch]
    if len(own) != 1 or small_cfg.shared_kernel:
        raise ValueError("the large model must have one 2D patch, the small one a kernel for each "
                         f"tube; there are {len(own)} patches, and shared_kernel is "
                         f"{small_cfg.shared_kernel}")
    if position_of(large_cfg) == "learned":
        raise ValueError("the large model learned its positions, and has none for other tubes; "
                         "use one with fixed positions")
    tubes, parts = [], {}
    for i, tube in enumerate(small_cfg.tubes):
        if tube.is_patch:
            patch, kept = large_cfg.tubes[own[0]], large["tubes"][str(own[0])]
            tubes.append(replace(patch, stride=(tube.stride[0], *patch.stride[1:])))
        else:
            wide = widened(tube, small_cfg.dim // tube.members, large_cfg.dim, shape)
            kept = carried_kernel(small["tubes"][str(i)], small_cfg, large_cfg, wide.members)
            tubes.append(wide)
        parts[str(i)] = kept
    cfg = replace(large_cfg, tubes=tuple(tubes), shared_kernel=False, **gate)
    alpha = {} if cfg.gate_layer is None else {"gate": {"alpha": np.zeros((), np.float32)}}
    kept = {part: weights for part, weights in large.items() if part not in ("kernel", "gate")}
    return kept | {"tubes": parts} | alpha, cfg


def carried_kernel(part, small_cfg, large_cfg, members):
    """w and b of a tube, of its first channels, for the pixels as the large model scales them."""
    channels = large_cfg.dim // members
    w, b = part["w"][..., :channels], part["b"][:channels]
    stretch, shift = large_cfg.std / small_cfg.std, (large_cfg.mean - small_cfg.mean)
    b = b + shift / small_cfg.std * w.sum((0, 1, 2, 3))
    return {"w": (w * stretch).astype(w.dtype), "b": b.astype(w.dtype)}
