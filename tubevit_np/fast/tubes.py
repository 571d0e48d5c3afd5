"""model/tubes.py, tuned: views of the video where no tube overruns it; one copy for the product."""

import numpy as np

from tubevit_np.fast.layers import linear  # noqa: F401 - tube_tokens calls it
from tubevit_np.fast.retuned import retuned
from tubevit_np.model import tubes as reference
from tubevit_np.model.geometry import grid, member_offsets


def windows(video, tube):
    """Voxels of the S members of every token: (B, N, S, kt*kh*kw*C)."""
    counts = grid(tube, video.shape[1:4])
    cuts = [cut(video, tube, member, counts) for member in member_offsets(tube)]
    cuts = cuts[0][:, :, :, :, None] if len(cuts) == 1 else np.stack(cuts, axis=4)
    return cuts.reshape(len(video), np.prod(counts), tube.members, -1)


def cut(video, tube, member, counts):
    """Windows of one member, (B, nt, nh, nw, kt, kh, kw, C); counts: the grid of the tube."""
    starts = [offset + shift for offset, shift in zip(tube.offset, member, strict=True)]
    ends = [start + (count - 1) * stride + kernel for start, count, stride, kernel
            in zip(starts, counts, tube.stride, tube.kernel, strict=True)]
    video = pad_far(video, ends)[:, *map(slice, starts, ends)]
    every = np.lib.stride_tricks.sliding_window_view(video, tube.kernel, axis=(1, 2, 3))
    st, sh, sw = tube.stride
    return np.moveaxis(every[:, ::st, ::sh, ::sw], 4, -1)


def pad_far(video, needed):
    """Pad a video with zeros up to `needed` (t, h, w), if it is shorter."""
    short = [max(0, end - length) for end, length in zip(needed, video.shape[1:4], strict=True)]
    return np.pad(video, [(0, 0), *((0, n) for n in short), (0, 0)]) if any(short) else video


tube_tokens, tokenize = retuned(__name__, reference, "tube_tokens tokenize", globals())
