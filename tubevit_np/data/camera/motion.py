"""What the camera does in a clip: one of eight verbs, and the path of the view.

A path has four coordinates: x, y, zoom and angle. In a clip, at most one of them changes. The
others keep a value that they would have at a random time if they changed. So a single random frame
does not reveal the verb: each coordinate has the same distribution for all verbs."""

import numpy as np

VERBS = ("pan left", "pan right", "pan up", "pan down", "zoom in", "zoom out", "turn", "still")
REVERSED = np.array([1, 0, 3, 2, 5, 4, 6, 7])  # the verb of the same clip played backward
SIGNS = np.array([[-1, 0, 0, 0], [1, 0, 0, 0], [0, -1, 0, 0], [0, 1, 0, 0],  # per verb, of the
                  [0, 0, -1, 0], [0, 0, 1, 0], [0, 0, 0, 1], [0, 0, 0, 0]])  # four coordinates
SLOWEST = np.array([0.5 / 48, 0.5 / 48, 0.025, np.radians(3)])  # changes per frame: x and y in
FASTEST = np.array([2 / 48, 2 / 48, 0.05, np.radians(7)])  # sides of a frame, log zoom, radians
FRAMES = 16  # a longer clip has slower motions: the path is as long as in this number of frames


def draw_verbs(count, rng):
    """Draw verbs (count,), indices into VERBS, uniformly."""
    return rng.integers(len(VERBS), size=count)


def draw_paths(verbs, rng, frames):
    """Draw a path for each verb: float64 (count, frames, 4).

    x, y: in sides of the view, to the right and down;  zoom: log of the size of the view, so it
    falls when the camera zooms in;  angle: radians.  All are 0 on average."""
    time = np.arange(frames) - (frames - 1) / 2
    shape = (len(verbs), 1, 4)
    speed = rng.uniform(SLOWEST, FASTEST, shape) * min(1, FRAMES / frames)
    speed[..., 3] *= rng.choice([-1, 1], shape[:2])  # a turn has either direction
    signs = SIGNS[verbs][:, None]
    return speed * np.where(signs, signs * time[:, None], rng.choice(time, shape))
