"""The generated data set "scenes": endless clips of a camera that moves over dead leaves.

The verb says what the camera does. The noun is the texture of most of the leaves. A picture of
leaves has edges of all orientations and lengths, as a photograph has. So kernels that learn from
these clips resemble those that learn from photographs. A single random frame does not reveal the
verb: see camera/motion.py. Leaves look alike everywhere in a picture, so a frame does not show
which part of it the camera has reached."""

from dataclasses import dataclass

import numpy as np

from tubevit_np.data.camera.film import Camera
from tubevit_np.data.camera.motion import REVERSED, VERBS, draw_paths, draw_verbs
from tubevit_np.data.generated.leaves import TEXTURES, paint_leaves

__all__ = ("NOUNS", "REVERSED", "VERBS", "Pools", "make_clips", "make_images", "make_pools")
NOUNS = TEXTURES
PICTURE = 3  # side of a picture / side of a frame
OVER_LEAVES = Camera(scale=(0.8, 1.25), tilt=np.pi, roam=0.8)


@dataclass(frozen=True)
class Pools:
    """Pictures for clips of size x size pixels.

    pictures: uint8 (n, PICTURE * size, PICTURE * size, 3);  nouns: int64 (n,)."""

    size: int
    pictures: np.ndarray
    nouns: np.ndarray


def make_pools(rng, size=48, pictures=450):
    """Paint pictures, as many of each noun; returns Pools.

    Raises ValueError if size < 16, or if there is not a picture for each noun."""
    if size < 16:
        raise ValueError(f"size={size} is too small to tell textures apart; use 16 pixels or more")
    if pictures < len(NOUNS):
        raise ValueError(f"pictures={pictures}: use at least {len(NOUNS)}, one for each noun")
    nouns = np.arange(pictures) % len(NOUNS)
    return Pools(size, paint_leaves(rng, nouns, PICTURE * size, size), nouns)


def make_clips(pools, count, rng, frames=16):
    """Clips uint8 (count, frames, size, size, 3) and labels {"verb", "noun"}, int64 (count,) each.

    Raises ValueError if count < 0 or frames < 1."""
    verbs, paths = draw_clips(count, rng, frames)
    clips, nouns = film(pools, paths, rng)
    return clips, {"verb": verbs, "noun": nouns}


def make_images(pools, count, rng, frames=16):
    """Random single frames of generated clips: uint8 (count, size, size, 3), and labels {"noun"}.

    Raises ValueError as make_clips does."""
    _, paths = draw_clips(count, rng, frames)
    picked = np.arange(count)[:, None], rng.integers(frames, size=(count, 1))
    images, nouns = film(pools, paths[picked], rng)
    return images[:, 0], {"noun": nouns}


def draw_clips(count, rng, frames):
    """Draw verbs (count,) and paths of clips.  Raises ValueError."""
    if count < 0:
        raise ValueError(f"count={count}: use 0 or more clips")
    if frames < 1:
        raise ValueError(f"frames={frames}: use 1 or more")
    verbs = draw_verbs(count, rng)
    return verbs, draw_paths(verbs, rng, frames)


def film(pools, paths, rng):
    """Film random pictures along these paths: (clips, nouns)."""
    chosen = rng.integers(len(pools.pictures), size=len(paths))
    return OVER_LEAVES.film(pools.pictures[chosen], paths, pools.size, rng), pools.nouns[chosen]
