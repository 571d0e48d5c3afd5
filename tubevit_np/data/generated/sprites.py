"""The parts of generated clips, painted once: textured sprites and dead-leaves backgrounds.

Lengths in pixels are for frames of 64 x 64 pixels; they scale with the frame."""

from dataclasses import dataclass

import numpy as np

COLORS = ("red", "green", "blue")
TEXTURES = ("stripes", "dots", "cloud")
NOUNS = tuple(f"{color} {texture}" for color in COLORS for texture in TEXTURES)
DISC_SIDES = 60       # a polygon of sixty sides looks like a disc
SPRITE_EXTENT = 0.82  # side of a sprite / side of the frame


@dataclass(frozen=True)
class Pools:
    """Sprites and backgrounds for clips of size x size pixels.

    canvases: uint8 (n, 4*size, 4*size, 4), red, green, blue, 0.
    sprites: uint64 (9, n, side*side), side a power of two. A texel packs four 16-bit lanes, 0-255:
    red, green and blue, each times alpha, and alpha in the top lane. One product weights all four.
    reach: (9, n), pixels from a sprite's center to its farthest pixel, at zoom 1."""
    size: int
    canvases: np.ndarray
    sprites: np.ndarray
    reach: np.ndarray


def make_pools(rng, size=48, canvases=96, sprites=192):
    """Paint `canvases` backgrounds and `sprites` objects per noun; returns Pools.

    Raises ValueError if size < 16 or if a count is below 1."""
    if size < 16:
        raise ValueError(f"size={size} is too small to tell textures apart; use 16 pixels or more")
    if min(canvases, sprites) < 1:
        raise ValueError(f"canvases={canvases}, sprites={sprites}: both must be at least 1")
    objects, reach = zip(*(paint_sprites(rng, noun, sprites, size) for noun in NOUNS))
    return Pools(size, dead_leaves(rng, canvases, size), np.stack(objects), np.stack(reach))


def paint_sprites(rng, noun, count, size):
    """`count` objects of one noun: texels (count, side*side) and reach (count,), as in Pools."""
    color, texture = noun.split()
    side = max(32, 1 << (size - 1).bit_length())
    y, x = ((np.mgrid[:side, :side] - side / 2) * (SPRITE_EXTENT * 64 / side)).astype(np.float32)
    sides, radius = rng.choice([3, 4, 5, 6, DISC_SIDES], (count, 1, 1)), draw(rng, count, 16, 22)
    alpha = polygon(y, x, sides, radius, draw(rng, count, 0, 2 * np.pi), soft=2)[..., None]
    light = paint_texture(rng, texture, y, x, alpha[..., 0] > 0.5)[..., None]
    hue = COLORS.index(color) / 3 + draw(rng, count, -0.07, 0.07)
    bright = hsv_to_rgb(hue, draw(rng, count, 0.5, 0.95), draw(rng, count, 0.75, 1))
    dark = hsv_to_rgb(hue, draw(rng, count, 0.5, 0.95), draw(rng, count, 0.03, 0.3))
    painted = np.append(alpha * (dark + light * (bright - dark)), alpha, axis=-1)
    lanes = np.round(255 * painted).astype("<u2").reshape(count, -1)
    return lanes.view("<u8"), (radius.ravel() + 2) * size / 64


def paint_texture(rng, texture, y, x, inside):
    """Brightness 0-1, (count, side, side), of stripes, dots or clouds in random directions.

    inside: bool (count, side, side), the pixels of each object."""
    count = len(inside)
    if texture == "cloud":
        field = power_noise(rng, count, len(y), 1.9)
        middle = [np.median(f[i]) for f, i in zip(field, inside)]    # else some show no hue
        return np.clip(0.5 + 0.6 * (field - np.reshape(middle, (count, 1, 1))), 0, 1)
    angle, wave = draw(rng, count, 0, 2 * np.pi), 2 * np.pi / draw(rng, count, 8, 13)
    along = np.sin(wave * rotate_axis(x, y, angle) + draw(rng, count, 0, 2 * np.pi))
    across = np.sin(wave * rotate_axis(y, -x, angle) + draw(rng, count, 0, 2 * np.pi))
    return np.clip(0.5 + along if texture == "stripes" else 1.2 * (along + across) - 0.4, 0, 1)


def dead_leaves(rng, count, size, leaves=110):
    """Canvases (count, 4*size, 4*size, 4) uint8: overlapping discs, rectangles and triangles.

    Radii have the density r^-3 of objects at all distances. Colors are as saturated as those of the
    sprites: if the hue separated object from background, the model would not need motion."""
    masks, noise = leaf_masks(rng, 256, size / 64), power_noise(rng, 8, 4 * size, 1)
    margin = max(map(len, masks))    # painted, then cut off, so that leaves also cross the edges
    side = 4 * size + 2 * margin
    leaves = round(leaves * (side / (4 * size)) ** 2)
    canvases = np.zeros((count, 4 * size, 4 * size, 4), np.uint8)
    for canvas in canvases:
        picture = np.empty((3, side, side), np.float32)
        picture[:] = random_colors(rng, 1).reshape(3, 1, 1)
        for index, color in zip(rng.integers(len(masks), size=leaves), random_colors(rng, leaves)):
            mask = masks[index]
            y, x = rng.integers(side - len(mask), size=2)
            patch = picture[:, y:y + len(mask), x:x + len(mask)]
            patch += mask * (color.reshape(3, 1, 1) - patch)
        picture = picture[:, margin:-margin, margin:-margin] + 0.07 * rng.choice(noise)
        canvas[..., :3] = np.moveaxis(255 * np.clip(picture, 0, 1), 0, -1)
    return canvases


def leaf_masks(rng, count, scale):
    """Alphas of `count` leaves: a list of (h, h) arrays, each just large enough."""
    masks = []
    for radius in scale * rng.uniform(36 ** -2, 5 ** -2, count) ** -0.5:
        sides = rng.choice([3, 4, DISC_SIDES])
        stretch = rng.uniform(0.4, 1) if sides == 4 else 1
        y, x = np.mgrid[:2 * radius + 2, :2 * radius + 2] - radius - 0.5
        masks.append(polygon(y, x, sides, radius, rng.uniform(0, 2 * np.pi), 1, stretch))
    return masks


def random_colors(rng, count):
    """Random colors (count, 3), 0-1, of any hue."""
    return hsv_to_rgb(rng.uniform(size=count), rng.beta(1.2, 2.2, count), rng.uniform(size=count))


def polygon(y, x, sides, radius, angle, soft, stretch=1):
    """Alpha 0-1 of regular polygons around the origin.

    Returns (h, w), or (count, h, w) for parameters of shape (count, 1, 1). The edge is a ramp
    `soft` pixels wide; stretch < 1 squeezes a square into a rectangle."""
    along, across = rotate_axis(x, y, angle), rotate_axis(y, -x, angle) / stretch
    sector = 2 * np.pi / sides
    off_middle = np.arctan2(across, along) % sector - sector / 2
    distance = np.hypot(along, across) * np.cos(off_middle) - radius * np.cos(sector / 2)
    return np.clip(0.5 - distance / soft, 0, 1)


def rotate_axis(p, q, angle):
    """Coordinate p of points relative to axes rotated by `angle`; q is the other coordinate."""
    return np.cos(angle) * p + np.sin(angle) * q


def power_noise(rng, count, side, power):
    """Noise fields (count, side, side): mean 0, deviation 1, amplitude proportional to f^-power."""
    f = np.hypot(np.fft.fftfreq(side)[:, None], np.fft.rfftfreq(side))
    f[0, 0] = np.inf
    white = rng.standard_normal((count, side, side), dtype=np.float32)
    field = np.fft.irfft2(np.fft.rfft2(white) * f ** -power, s=(side, side))
    return (field / field.std((1, 2), keepdims=True)).astype(np.float32)


def hsv_to_rgb(hue, saturation, value):
    """Red, green, blue 0-1 on a new last axis.  hue: in turns, any real number."""
    k = (np.array([5, 3, 1]) + 6 * hue[..., None]) % 6
    return (value * (1 - saturation))[..., None] + (value * saturation)[..., None] * (
        1 - np.clip(np.minimum(k, 4 - k), 0, 1))


def draw(rng, count, low, high):
    """Uniform random parameters (count, 1, 1), one per sprite."""
    return rng.uniform(low, high, (count, 1, 1)).astype(np.float32)
