"""The generated data set "something moves": endless clips of 8 verbs x 9 nouns.

A textured object moves, grows, shrinks, spins or rests over a slowly drifting background. A single
random frame does not reveal the verb: positions are uniform on a torus (an object that leaves on
one side returns on the other), orientations are uniform, and objects of constant size have the same
sizes as the others. (Only the first frames reveal approach, still small, and recede.)"""

import numpy as np

from tubevit_np.data.generated.sprites import NOUNS, SPRITE_EXTENT, Pools, make_pools

__all__ = ("NOUNS", "REVERSED", "VERBS", "Pools", "make_clips", "make_images", "make_pools")
VERBS = ("left", "right", "up", "down", "approach", "recede", "spin", "still")
REVERSED = np.array([1, 0, 3, 2, 5, 4, 6, 7])    # the verb of the same clip played backward
DOWNWARD = np.array([0, 0, -1, 1, 0, 0, 0, 0])   # per verb, the sign of each kind of motion
RIGHTWARD = np.array([-1, 1, 0, 0, 0, 0, 0, 0])
GROWING = np.array([0, 0, 0, 0, 1, -1, 0, 0])
TURNING = np.array([0, 0, 0, 0, 0, 0, 1, 0])
DRIFT = 0.3                                      # of the fastest background, pixels per frame


def make_clips(pools, count, rng, frames=16):
    """Clips uint8 (count, frames, size, size, 3) and labels {"verb", "noun"}, int64 (count,) each.

    Raises ValueError if count < 0 or if the canvases are too small for that many frames."""
    verb, noun, paths = draw_clips(pools, count, rng, frames)
    return render(pools, noun, paths, rng), {"verb": verb, "noun": noun}


def make_images(pools, count, rng, frames=16):
    """Random single frames of generated clips: uint8 (count, size, size, 3), and labels {"noun"}.

    Raises ValueError as make_clips does."""
    _, noun, paths = draw_clips(pools, count, rng, frames)
    picked = np.arange(count)[:, None], rng.integers(frames, size=(count, 1))
    paths = {name: path[picked] for name, path in paths.items()}
    return render(pools, noun, paths, rng)[:, 0], {"noun": noun}


def draw_clips(pools, count, rng, frames):
    """Draw verbs (count,), nouns (count,) and paths of clips, uniformly.  Raises ValueError."""
    limit = int((pools.canvases.shape[1] - pools.size - 3) / DRIFT)
    if count < 0:
        raise ValueError(f"count={count}: use 0 or more clips")
    if not 1 <= frames <= limit:
        raise ValueError(f"frames={frames}: use 1 to {limit}; the backgrounds for {pools.size} "
                         "pixels are too small for longer clips")
    verb, noun = rng.integers(len(VERBS), size=count), rng.integers(len(NOUNS), size=count)
    return verb, noun, draw_paths(verb, rng, frames, pools.size)


def draw_paths(verb, rng, frames, size):
    """Positions of the object and the background in each frame: {name: (count, frames)}.

    y and x in pixels, to be wrapped around the frame; angle in radians; zoom, a factor; background
    (count, frames, 2), rows and columns in pixels from any origin."""
    time = np.arange(frames) - (frames - 1) / 2

    def draw(low, high):
        return rng.uniform(low, high, (len(verb), 1))

    def steps(direction):
        return direction[verb, None] * time

    speed, drift, heading = draw(0.6, 1.5), draw(0, DRIFT), draw(0, 2 * np.pi)
    spin = np.radians(draw(3, 7)) * rng.choice([-1, 1], speed.shape)
    growth = draw(0.025, 0.045) * min(1, 16 / frames)    # a long clip must not outgrow its frame
    zoom_time = np.where(GROWING[verb, None], steps(GROWING), rng.choice(time, speed.shape))
    return {"y": draw(0, size) + speed * steps(DOWNWARD),
            "x": draw(0, size) + speed * steps(RIGHTWARD),
            "angle": draw(0, 2 * np.pi) + spin * steps(TURNING),
            "zoom": np.exp(growth * zoom_time),
            "background": np.stack([np.sin(heading), np.cos(heading)], -1)
            * (drift * time)[..., None]}


def render(pools, nouns, paths, rng):
    """Draw clips of these nouns along these paths: uint8 (count, frames, size, size, 3)."""
    size = pools.size
    clips = np.empty((*paths["zoom"].shape, size, size, 3), np.uint8)
    frames = np.empty((*clips.shape[1:-1], 4), "<u2")    # red, green, blue, nothing; times 256
    tracks = zip(paths["background"], *sprite_axes(paths, size))
    for clip, noun, (glide, *axes) in zip(clips, nouns, tracks):
        sprite = noun, rng.integers(pools.reach.shape[1])
        draw_background(frames, pools.canvases[rng.integers(len(pools.canvases))], glide, rng)
        draw_object(frames, pools.sprites[sprite], pools.reach[sprite], *axes)
        for channel in range(3):    # high bytes; one copy for all channels is 4 times slower
            clip[..., channel] = frames.view(np.uint8)[..., 2 * channel + 1]
    return clips


def draw_background(frames, canvas, glide, rng):
    """Fill frames (T, H, W, 4) with the part of the canvas under a moving window.

    glide: (T, 2), the window's path in pixels."""
    size = frames.shape[1]
    # Python's integers leave 16-bit arrays 16 bits wide, NumPy's would make them 64.
    steps = np.round(16 * (glide - glide.min(0) + rng.random(2))).astype(int).tolist()
    room = size + 1 + np.max(steps, 0) // 16
    y, x = rng.integers(len(canvas) - room + 1)
    crop = canvas[y:y + room[0], x:x + room[1]].astype(frames.dtype)
    for frame, (y, x) in zip(frames, steps):
        rows = crop[y // 16:][:size + 1, x // 16:][:, :size + 1]
        rows = lerp(rows[:, :-1], rows[:, 1:], x % 16)
        frame[:] = lerp(rows[:-1], rows[1:], y % 16)


def sprite_axes(paths, size):
    """The contributions of each row and column of the frames to a pixel's position on the sprite.

    rows, columns (count, T, size) uint32: v in the upper, u in the lower 16 bits, as fractions of
    the sprite's side (a carry from u to v moves v by 1/65536). rows_squared, columns_squared: parts
    of the squared distance to its center, in pixels at zoom 1. Wrapping each axis makes the frame a
    torus."""
    zoom, angle = paths["zoom"][..., None], paths["angle"][..., None]
    y, x = (((np.arange(size) - paths[axis][..., None] + size / 2) % size - size / 2) / zoom
            for axis in "yx")
    cos, sin = np.cos(angle) / (SPRITE_EXTENT * size), np.sin(angle) / (SPRITE_EXTENT * size)
    rows = (fixed_point(0.5 + y * cos) << 16) + fixed_point(0.5 + y * sin)
    columns = (fixed_point(-x * sin) << 16) + fixed_point(x * cos)
    return rows, columns, (y * y).astype(np.float32), (x * x).astype(np.float32)


def fixed_point(fraction):
    """The fraction as uint32 with 16 bits after the point; the integer part is dropped."""
    return (65536 * fraction).astype(np.int64).astype(np.uint16).astype(np.uint32)


def draw_object(frames, sprite, reach, rows, columns, rows_squared, columns_squared):
    """Draw the sprite over frames (T, H, W, 4), in place, within its reach."""
    near = np.flatnonzero(rows_squared[:, :, None] + columns_squared[:, None] < reach ** 2)
    position = (rows[:, :, None] + columns[:, None]).take(near)
    side = int(len(sprite) ** 0.5)
    v, u = (position >> 16) * side, (position & 65535) * side    # the texel in the upper 16 bits
    texel = ((v >> 16) * side + (u >> 16)).astype(np.intp)
    part_v, part_u = ((part >> 12 & 15).astype(sprite.dtype) for part in (v, u))
    above, below = (lerp(sprite[i:].take(texel), sprite[i + 1:].take(texel), part_u)
                    for i in (0, side))
    color = lerp(above, below, part_v)
    lanes = frames.reshape(-1).view(sprite.dtype)
    behind = lanes.take(near) >> 8 & 0x00FF00FF00FF00FF
    lanes[near] = color + behind * (255 - (color >> 56))    # at most 65535 in each lane


def lerp(a, b, sixteenths):
    """16 times the weighted mean of two integer arrays, packed in lanes or not, unrounded."""
    return a * (16 - sixteenths) + b * sixteenths
