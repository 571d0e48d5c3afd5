"""From a video to tokens: tubes sample it sparsely, one token for each window (Sec. 3.2, 3.4)."""

import numpy as np

from tubevit_np.model.geometry import grid, member_offsets
from tubevit_np.model.kernels import tube_kernel
from tubevit_np.model.layers import linear


def windows(video, tube):
    """The voxels under each of the S members (Sec. 3.4) of every token.

    video (B, T, H, W, C).  Returns (B, N, S, kt*kh*kw*C), tokens w fastest."""
    n = np.prod(grid(tube, video.shape[1:4]))
    members = [cut(video, tube, member) for member in member_offsets(tube)]
    return np.stack(members, axis=4).reshape(len(video), n, tube.members, -1)


def cut(video, tube, member):
    """Every window of one member: video (B, T, H, W, C) -> (B, nt, nh, nw, kt, kh, kw, C).

    Window (i, j, k) starts at offset + member + (i, j, k) * stride."""
    shape = video.shape[1:4]
    starts = np.add(tube.offset, member)
    ends = starts + (np.array(grid(tube, shape)) - 1) * tube.stride + tube.kernel
    beyond = np.maximum(0, ends - shape)  # a member past the far edge reads zeros
    video = np.pad(video, [(0, 0), *((0, n) for n in beyond), (0, 0)])
    video = video[:, *map(slice, starts, ends)]
    every = np.lib.stride_tricks.sliding_window_view(video, tube.kernel, axis=(1, 2, 3))
    st, sh, sw = tube.stride
    return np.moveaxis(every[:, ::st, ::sh, ::sw], 4, -1)  # C, kt, kh, kw -> kt, kh, kw, C


def tube_tokens(video, w, b, tube):
    """Every window of one tube as a token: voxels w + b, S members side by side (Sec. 3.2, 3.4).

    video (B, T, H, W, C);  w (kt, kh, kw, C, D/S), b (D/S,).  Returns (B, nt*nh*nw, D)."""
    voxels = windows(video, tube)  # (B, N, S, kt*kh*kw*C)
    members = linear(voxels, w.reshape(-1, w.shape[-1]), b)  # (B, N, S, D/S)
    return members.reshape(*voxels.shape[:2], -1)  # first member in the first channels


def tokenize(params, video, cfg):
    """All tokens of a video, tube by tube; a tube that does not fit gives none.

    params needs "tubes" (and "kernel");  video (B, T, H, W, C).  Returns (B, N, D)."""
    fitting = [i for i, tube in enumerate(cfg.tubes) if all(grid(tube, video.shape[1:4]))]
    return np.concatenate([tube_tokens(video, tube_kernel(params, cfg, i),
                                       params["tubes"][str(i)]["b"], cfg.tubes[i])
                           for i in fitting], axis=1)
