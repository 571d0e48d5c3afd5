"""A clip for pictures of a model at work: from a file, or a generated one."""

from pathlib import Path

import numpy as np

from tubevit_np.data.batch import HELD_OUT
from tubevit_np.data.datasets.in_memory import read_one
from tubevit_np.data.generated.clips import VERBS, make_clips
from tubevit_np.data.generated.sprites import NOUNS
from tubevit_np.data.sources import generated_pools
from tubevit_np.runs.run_folder import heads_for
from tubevit_np.variants.model import forward

SEED = 6  # of the generated clip: its object is seen whole, and moves


class Example:
    """A clip uint8 (T, H, W, 3), an image as one frame, with a name; what a model makes of it."""

    def __init__(self, clip, kind, name):
        self.clip, self.kind, self.name = clip, kind, name
        self.shape = clip.shape[:3]

    def outputs(self, params, cfg, notes):
        """logits {head: (1, K)} and forward's out."""
        return forward(params, self.clip[None], cfg, heads_for(notes, self.kind))


def from_file(path, frames, size, fps=None):
    """A video or an image as it would be scored."""
    kind, x = read_one(path, frames, size, fps)
    return Example(x if kind == "video" else x[None], kind, Path(path).name)


def generated(frames, size, seed=SEED):
    """One clip of sprites and backgrounds that training with seed 0 never saw."""
    pools = generated_pools(size, 0, HELD_OUT)
    clips, labels = make_clips(pools, 1, np.random.default_rng(seed), frames)
    verb, noun = VERBS[labels["verb"][0]], NOUNS[labels["noun"][0]]
    return Example(clips[0], "video", f"generated: {verb}, {noun}")
