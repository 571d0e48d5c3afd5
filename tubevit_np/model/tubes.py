"""From a video to tokens: tubes cut it sparsely, one token for each cut (Sec. 3.2, 3.4)."""

import itertools
import math

import numpy as np

from tubevit_np.model.kernels import tube_kernel
from tubevit_np.model.layers import linear


def grid(tube, shape):
    """(nt, nh, nw): how often a tube fits into (T, H, W) on each axis; with a 0 it does not fit.

    A member of space-to-depth that overruns the far edge reads zeros: only the first must fit."""
    return tuple(max(0, (length - offset - kernel) // stride + 1) for length, offset, kernel, stride
                 in zip(shape, tube.offset, tube.kernel, tube.stride, strict=True))


def token_counts(cfg, shape):
    """How many tokens each tube gives of a (T, H, W) video, in the Config's order."""
    return [math.prod(grid(tube, shape)) for tube in cfg.tubes]


def member_offsets(tube):
    """Where the members of one packed token start, relative to it, w fastest (Sec. 3.4)."""
    steps = (stride // factor for stride, factor in zip(tube.stride, tube.s2d, strict=True))
    return list(itertools.product(*(range(0, factor * step, step)
                                    for factor, step in zip(tube.s2d, steps, strict=True))))


def windows(video, tube):
    """The voxels under every member of every token.

    video (B, T, H, W, C).  Returns (B, N, S, kt*kh*kw*C), tokens w fastest, a copy."""
    counts = grid(tube, video.shape[1:4])
    cuts = [_cut(video, tube, member, counts) for member in member_offsets(tube)]
    cuts = cuts[0][:, :, :, :, None] if len(cuts) == 1 else np.stack(cuts, axis=4)
    return cuts.reshape(len(video), np.prod(counts), tube.members, -1)


def tube_tokens(video, w, b, tube):
    """Turn every tube of one shape into a token.

    video (B, T, H, W, C);  w (kt, kh, kw, C, D/S), b (D/S,).  Returns (B, nt*nh*nw, D)."""
    voxels = windows(video, tube)  # (B, N, S, kt*kh*kw*C)
    members = linear(voxels, w.reshape(-1, w.shape[-1]), b)  # (B, N, S, D/S)
    return members.reshape(*voxels.shape[:2], -1)  # first member in the first channels


def tokenize(params, video, cfg):
    """All tokens of a video, tube by tube as configured; a tube that does not fit gives none.

    params needs "tubes" (and "kernel");  video (B, T, H, W, C).  Returns (B, N, D)."""
    fitting = [i for i, tube in enumerate(cfg.tubes) if all(grid(tube, video.shape[1:4]))]
    return np.concatenate([tube_tokens(video, tube_kernel(params, cfg, i),
                                       params["tubes"][str(i)]["b"], cfg.tubes[i])
                           for i in fitting], axis=1)


def _cut(video, tube, member, counts):
    """Every window of one member: (B, nt, nh, nw, kt, kh, kw, C), a view where nothing overruns."""
    starts = [offset + shift for offset, shift in zip(tube.offset, member, strict=True)]
    ends = [start + (count - 1) * stride + kernel for start, count, stride, kernel
            in zip(starts, counts, tube.stride, tube.kernel, strict=True)]
    video = _pad_far(video, ends)[:, *map(slice, starts, ends)]
    cut = np.lib.stride_tricks.sliding_window_view(video, tube.kernel, axis=(1, 2, 3))
    st, sh, sw = tube.stride
    cut = cut[:, ::st, ::sh, ::sw]  # (B, nt, nh, nw, C, kt, kh, kw)
    return np.moveaxis(cut, 4, -1)


def _pad_far(video, needed):
    short = [max(0, end - length) for end, length in zip(needed, video.shape[1:4], strict=True)]
    return np.pad(video, [(0, 0), *((0, s) for s in short), (0, 0)]) if any(short) else video
