"""The clip on which a model is shown: read from a file, or generated."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from tubevit_np.data.batch import HELD_OUT
from tubevit_np.data.datasets.in_memory import read_one
from tubevit_np.data.sources import GENERATED, SCENES, generated_pools
from tubevit_np.model.config import Config
from tubevit_np.runs.run_folder import heads_for
from tubevit_np.variants.model import forward

SEED = 12  # a clip whose motion and texture are clear


class Example:
    """A clip with a name.

    Parameters
    ----------
    clip : array, shape (T, H, W, 3), uint8
        The clip; an image with T = 1.
    kind : str
        "video" or "image".
    name : str
        Name of the clip in pictures.
    """

    def __init__(self, clip: np.ndarray, kind: str, name: str) -> None:
        self.clip, self.kind, self.name = clip, kind, name
        self.shape = clip.shape[:3]

    def outputs(self, params: dict[str, Any], cfg: Config,
                notes: dict[str, Any]) -> tuple[dict[str, np.ndarray], dict[str, np.ndarray]]:
        """Run the model on the clip.

        Parameters
        ----------
        params : dict
            Nested parameters.
        cfg : Config
            The model.
        notes : dict
            Metadata of the checkpoint, as from ``load``.

        Returns
        -------
        logits : dict of arrays, shape (1, K)
            Logits of each head for this kind of input.
        out : dict of arrays
            All intermediates.
        """
        return forward(params, self.clip[None], cfg, heads_for(notes, self.kind))


def from_file(path: str | Path, frames: int, size: int, fps: float | None = None) -> Example:
    """Read a video or an image as evaluation does.

    Parameters
    ----------
    path : str or Path
        The file.
    frames, size : int
        T, and H = W, of the clip.
    fps : float, optional
        Frames per second; if not given, the frames are spread over the whole video.

    Returns
    -------
    Example
        The clip, named after the file.

    Raises
    ------
    ValueError
        If the file cannot be read.
    """
    kind, x = read_one(path, frames, size, fps)
    return Example(x if kind == "video" else x[None], kind, Path(path).name)


def generated(frames: int, size: int, name: str = SCENES, seed: int = SEED) -> Example:
    """Generate one held-out clip.

    Its pictures do not occur in training with seed 0.

    Parameters
    ----------
    frames, size : int
        T, and H = W, of the clip.
    name : str, default "scenes"
        The generated data set.
    seed : int, default 12
        Seed of the clip.

    Returns
    -------
    Example
        The clip, named after its verb and noun.
    """
    module, pools = GENERATED[name], generated_pools(name, size, 0, HELD_OUT)
    clips, labels = module.make_clips(pools, 1, np.random.default_rng(seed), frames)
    verb, noun = module.VERBS[labels["verb"][0]], module.NOUNS[labels["noun"][0]]
    return Example(clips[0], "video", f"generated: {verb}, {noun}")


def set_of(labels: Mapping[str, Sequence[str]]) -> str:
    """Find the generated data set that a model was trained on.

    Parameters
    ----------
    labels : dict
        Class names of each head.

    Returns
    -------
    str
        A name in ``GENERATED``; "scenes" for a model of other data.
    """
    return next((name for name, module in GENERATED.items()
                 if labels.get("verb") == list(module.VERBS)), SCENES)
