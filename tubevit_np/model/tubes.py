"""From a video to tokens: sparse tubes read windows of the video (Sections 3.2 and 3.4)."""

import numpy as np

from tubevit_np.model.config import Config, Tube
from tubevit_np.model.geometry import grid, member_offsets
from tubevit_np.model.kernels import tube_kernel
from tubevit_np.model.layers import linear
from tubevit_np.model.types import Array, Params


def windows(video, tube):
    """Voxels of the S members of every token: (B, T, H, W, C) -> (B, N, S, kt*kh*kw*C).

    Section 3.4. Tokens are in the order t, h, w; w changes fastest.
    """
    n = np.prod(grid(tube, video.shape[1:4]))
    members = [cut(video, tube, member) for member in member_offsets(tube)]
    return np.stack(members, axis=4).reshape(len(video), n, tube.members, -1)


def cut(video, tube, member):
    """Cut one window per token out of a video: (B, T, H, W, C) -> (B, nt, nh, nw, kt, kh, kw, C).

    `member` is a triple of member_offsets. The window of token (i, j, k) starts at
    offset + member + (i, j, k) * stride.
    """
    shape = video.shape[1:4]
    starts = np.add(tube.offset, member)
    ends = starts + (np.array(grid(tube, shape)) - 1) * tube.stride + tube.kernel
    beyond = np.maximum(0, ends - shape)  # a member past the far edge reads zeros
    video = np.pad(video, [(0, 0), *((0, n) for n in beyond), (0, 0)])
    video = video[:, *map(slice, starts, ends)]
    every = np.lib.stride_tricks.sliding_window_view(video, tube.kernel, axis=(1, 2, 3))
    st, sh, sw = tube.stride
    return np.moveaxis(every[:, ::st, ::sh, ::sw], 4, -1)  # C, kt, kh, kw -> kt, kh, kw, C


def tube_tokens(video: Array, w: Array, b: Array, tube: Tube) -> Array:
    """Turn the windows of one tube into tokens: voxels @ w + b, a 3D convolution with strides.

    One window gives one token. With space-to-depth, S windows, the members, give one token: their
    outputs lie side by side in its channels.

    Parameters
    ----------
    video : array, shape (B, T, H, W, C), float
    w : array, shape (kt, kh, kw, C, D/S)
    b : array, shape (D/S,)
    tube : Tube
        Its kernel is (kt, kh, kw).

    Returns
    -------
    array, shape (B, N, D)
        N = nt * nh * nw tokens; w changes fastest.

    References
    ----------
    Sections 3.2 and 3.4.
    """
    voxels = windows(video, tube)  # (B, N, S, kt*kh*kw*C)
    members = linear(voxels, w.reshape(-1, w.shape[-1]), b)  # (B, N, S, D/S)
    return members.reshape(*voxels.shape[:2], -1)  # first member in the first channels


def tokenize(params: Params, video: Array, cfg: Config) -> Array:
    """Turn a video into tokens, tube by tube: concat(tube_tokens).

    A tube that does not fit into the video gives no tokens.

    Parameters
    ----------
    params : dict
        All parameters in nested dicts. Only the entries "tubes" and (if present) "kernel" are used.
    video : array, shape (B, T, H, W, C), float
        An image is a video of one frame.
    cfg : Config

    Returns
    -------
    array, shape (B, N, D)

    References
    ----------
    Section 3.2, Fig. 2.
    """
    fitting = [i for i, tube in enumerate(cfg.tubes) if all(grid(tube, video.shape[1:4]))]
    return np.concatenate([tube_tokens(video, tube_kernel(params, cfg, i),
                                       params["tubes"][str(i)]["b"], cfg.tubes[i])
                           for i in fitting], axis=1)
