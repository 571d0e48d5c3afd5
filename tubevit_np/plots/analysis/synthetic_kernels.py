"""Kernels whose tuning is known: gratings that drift, flicker or stand still behind a window."""

import numpy as np


def gabors(shape, count, rng):
    """Drifting gratings w (*shape, 3, count), and their frequencies (ft, fh, fw), (count, 3).

    Directions, colors and phases are uniform; 1.2 periods or more across, up to .35 cycles per
    pixel, up to .4 cycles per frame and 1.5 pixels per frame; windows of .25 to .4 of each side."""
    frequency = rng.uniform(min(1.2 / min(shape[1:]), 0.35), 0.35, count)
    speed = rng.uniform(0, np.minimum(1.5, 0.4 / frequency)) * (shape[0] > 1)
    angle = rng.uniform(0, 2 * np.pi, count)
    at = np.stack([-frequency * speed, frequency * np.sin(angle), frequency * np.cos(angle)], 1)
    sides = np.array(shape)[:, None]
    centers = rng.uniform(-0.1, 0.1, (3, count)) * sides
    widths = rng.uniform(0.25, 0.4, (3, count)) * sides
    places = np.indices(shape)[..., None] - (sides[:, None, None, None] - 1) / 2
    windows, phases = 1.0, rng.uniform(0, 2 * np.pi, count)
    for i in range(3):
        if shape[i] > 1:
            windows = windows * np.exp(-0.5 * ((places[i] - centers[i]) / widths[i]) ** 2)
        phases = phases + 2 * np.pi * places[i] * at[:, i]
    colors = rng.standard_normal((3, count))
    return (windows * np.cos(phases))[..., None, :] * colors, at


def references(shape, rng, count=200):
    """{"moving", "counterphase", "static", "noise": w} of a video tube's shape.

    Moving: by an eighth of a period or more a frame;  counterphase: the same seen both ways."""
    w, at = gabors(shape, 4 * count, rng)
    moving = w[..., at[:, 0] < -0.125][..., :count]
    return {"moving": moving, "counterphase": moving + moving[::-1],
            "static": np.repeat(moving[shape[0] // 2][None], shape[0], axis=0),
            "noise": rng.standard_normal((*shape, 3, count))}
