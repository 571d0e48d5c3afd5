"""model/tubes.py, tuned: windows are views where nothing overruns, copied once for the product."""

import numpy as np

from tubevit_np.fast.layers import linear  # noqa: F401 - of tube_tokens
from tubevit_np.fast.retuned import retuned
from tubevit_np.model import tubes as reference
from tubevit_np.model.geometry import grid, member_offsets


def windows(video, tube):
    counts = grid(tube, video.shape[1:4])
    cuts = [cut(video, tube, member, counts) for member in member_offsets(tube)]
    cuts = cuts[0][:, :, :, :, None] if len(cuts) == 1 else np.stack(cuts, axis=4)
    return cuts.reshape(len(video), np.prod(counts), tube.members, -1)


def cut(video, tube, member, counts):
    starts = [offset + shift for offset, shift in zip(tube.offset, member, strict=True)]
    ends = [start + (count - 1) * stride + kernel for start, count, stride, kernel
            in zip(starts, counts, tube.stride, tube.kernel, strict=True)]
    video = pad_far(video, ends)[:, *map(slice, starts, ends)]
    every = np.lib.stride_tricks.sliding_window_view(video, tube.kernel, axis=(1, 2, 3))
    st, sh, sw = tube.stride
    return np.moveaxis(every[:, ::st, ::sh, ::sw], 4, -1)


def pad_far(video, needed):
    short = [max(0, end - length) for end, length in zip(needed, video.shape[1:4], strict=True)]
    return np.pad(video, [(0, 0), *((0, n) for n in short), (0, 0)]) if any(short) else video


tube_tokens, tokenize = retuned(__name__, reference, "tube_tokens tokenize", globals())
