"""From a video to tokens: tubes cut it sparsely, one token for each cut (Sec. 3.2, 3.4)."""

import math

from tinygrad import Tensor

from tubevit_np.model.geometry import grid, member_offsets, token_counts
from tubevit_tg.model.kernels import tube_kernel
from tubevit_tg.model.layers import matmul


def windows(video, tube):
    """The voxels under every member of every token.

    video (B, T, H, W, C).  Returns (B, N, S, kt*kh*kw*C), tokens w fastest, a copy."""
    counts = grid(tube, video.shape[1:4])
    cuts = [_cut(video, tube, member, counts) for member in member_offsets(tube)]
    cuts = Tensor.stack(*cuts, dim=4)
    return cuts.reshape(len(video), math.prod(counts), tube.members, -1)


def tube_tokens(video, w, b, tube):
    """Turn every tube of one shape into a token.

    video (B, T, H, W, C);  w (kt, kh, kw, C, D/S), b (D/S,).  Returns (B, nt*nh*nw, D)."""
    voxels = windows(video, tube)  # (B, N, S, kt*kh*kw*C)
    members = matmul(voxels, w.reshape(-1, w.shape[-1])) + b  # (B, N, S, D/S)
    tokens = members.reshape(*voxels.shape[:2], -1)  # first member in the first channels
    return tokens.contiguous()  # or one slow loop would compute the tokens of all tubes


def tokenize(params, video, cfg):
    """All tokens of a video, tube by tube as configured; a tube that does not fit gives none.

    params needs "tubes" (and "kernel");  video (B, T, H, W, C).  Returns (B, N, D)."""
    fitting = [i for i, tube in enumerate(cfg.tubes) if all(grid(tube, video.shape[1:4]))]
    return Tensor.cat(*[tube_tokens(video, tube_kernel(params, cfg, i),
                                    params["tubes"][str(i)]["b"], cfg.tubes[i])
                        for i in fitting], dim=1)


def _cut(video, tube, member, counts):
    """Every window of one member: (B, nt, nh, nw, kt, kh, kw, C), a view where nothing overruns."""
    starts = [offset + shift for offset, shift in zip(tube.offset, member, strict=True)]
    ends = [start + (count - 1) * stride + kernel for start, count, stride, kernel
            in zip(starts, counts, tube.stride, tube.kernel, strict=True)]
    video = _pad_far(video, ends)
    cut = video.shrink((None, *zip(starts, ends, strict=True), None))
    for axis, (kernel, stride) in enumerate(zip(tube.kernel, tube.stride, strict=True), start=1):
        cut = cut.unfold(axis, kernel, stride)  # (B, nt, nh, nw, C, kt, kh, kw) at last
    return cut.permute(0, 1, 2, 3, 5, 6, 7, 4)


def _pad_far(video, needed):
    short = [max(0, end - length) for end, length in zip(needed, video.shape[1:4], strict=True)]
    return video.pad([(0, 0), *((0, s) for s in short), (0, 0)]) if any(short) else video
