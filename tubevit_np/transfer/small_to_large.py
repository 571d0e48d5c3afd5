"""Put the tubes of a small model into a large one, widened only by space-to-depth (Sec. 3.6).

There are no new weights: if a kernel gives c channels and the large model needs D, each token
concatenates S >= D / c members of the kernel. S divides D, so that each member gives its first D /
S channels; the others are dropped (none from Ti to B, whose widths fit exactly)."""

import itertools
import math
from dataclasses import replace

import numpy as np

from tubevit_np.model.geometry import grid
from tubevit_np.variants.config import position_of


def widen_tube(tube, width, dim, shape):
    """The tube with enough members of `width` channels for `dim` channels, at the same places.

    Among the possible s2d it takes the most square one, and of these the one that overruns a (T, H,
    W) video least.  Raises ValueError if there is none."""
    for members in range(math.ceil(dim / width), dim + 1):
        candidates = [replace(tube, s2d=s2d) for s2d in factorizations(members)
                      if not np.any(np.mod(tube.stride, s2d))]
        if candidates and dim % members == 0:
            return min(candidates, key=lambda wide: (abs(wide.s2d[1] - wide.s2d[2]),
                                                     overrun(wide, shape)))
    raise ValueError(f"tube {tube.name} of {width} channels cannot fill {dim}: its stride "
                     f"{tube.stride} does not allow to pack {math.ceil(dim / width)} or more "
                     "kernel outputs into a token")


def factorizations(members):
    """Every (t, h, w) whose product is `members`, fewest in time first."""
    divisors = [n for n in range(1, members + 1) if members % n == 0]
    return [(t, h, members // (t * h)) for t, h in itertools.product(divisors, repeat=2)
            if members % (t * h) == 0]


def overrun(tube, shape):
    """Frames, rows and columns, in sum, that its last members read beyond a (T, H, W) video."""
    axes = zip(tube.offset, grid(tube, shape), tube.stride, tube.s2d, tube.kernel, shape)
    ends = [(offset + (count - 1) * stride + (factor - 1) * stride // factor + kernel, size)
            for offset, count, stride, factor, kernel, size in axes]
    return sum(max(0, end - size) for end, size in ends)


def scale_up(small, small_cfg, large, large_cfg, shape, **gate):
    """Combine the video tubes of a small model with all other parameters of a large one.

    small, large: nested parameters;  shape: (T, H, W) of the videos;  gate: gate_layer and
    gate_tokens of the new Config. Its alpha is 0, so images give what the large model gives.
    Returns (params, cfg).  Raises ValueError as large_patch and widen_tube do."""
    patch_index = large_patch(small_cfg, large_cfg)
    tubes, weights = [], {}
    for i, tube in enumerate(small_cfg.tubes):
        if tube.is_patch:
            patch, weights[str(i)] = large_cfg.tubes[patch_index], large["tubes"][str(patch_index)]
            tubes.append(replace(patch, stride=(tube.stride[0], *patch.stride[1:])))
        else:
            tube = widen_tube(tube, small_cfg.dim // tube.members, large_cfg.dim, shape)
            part = small["tubes"][str(i)]
            weights[str(i)] = carry_kernel(part, small_cfg, large_cfg, tube.members)
            tubes.append(tube)
    cfg = replace(large_cfg, tubes=tuple(tubes), shared_kernel=False, **gate)
    alpha = {} if cfg.gate_layer is None else {"gate": {"alpha": np.zeros((), np.float32)}}
    rest = {part: tree for part, tree in large.items() if part not in ("kernel", "gate")}
    return rest | {"tubes": weights} | alpha, cfg


def large_patch(small_cfg, large_cfg):
    """The index of the large model's 2D patch.

    Raises ValueError unless it has exactly one and fixed positions (learned ones do not cover
    other tubes), and the small model has a kernel for each tube."""
    patches = [i for i, tube in enumerate(large_cfg.tubes) if tube.is_patch]
    if len(patches) != 1 or small_cfg.shared_kernel:
        raise ValueError("the large model must have one 2D patch, the small one a kernel for each "
                         f"tube; the large one has {len(patches)} patches, and shared_kernel of "
                         f"the small one is {small_cfg.shared_kernel}; use other models")
    if position_of(large_cfg) == "learned":
        raise ValueError("the large model has learned positions, which do not cover the tubes of "
                         "the small one; use a large model with fixed positions")
    return patches[0]


def carry_kernel(part, small_cfg, large_cfg, members):
    """w and b of a tube, first channels only, adapted to the large model's mean and std."""
    channels = large_cfg.dim // members
    w, b = part["w"][..., :channels], part["b"][:channels]
    scale, shift = large_cfg.std / small_cfg.std, (large_cfg.mean - small_cfg.mean)
    b = b + shift / small_cfg.std * w.sum((0, 1, 2, 3))
    return {"w": (w * scale).astype(w.dtype), "b": b.astype(w.dtype)}
