"""Dead leaves: overlapping shapes of all sizes, a simple model of natural pictures.

Radii have the density r^-3 of objects at all distances (Ruderman 1997; Lee, Mumford and Huang
2001). Lengths in pixels are for frames of 48 x 48 pixels; they scale with the frame."""

from dataclasses import dataclass

import numpy as np

from tubevit_np.data.generated.sprites import DISC_SIDES, hsv_to_rgb, polygon, rotate_axis

TEXTURES = ("plain", "stripes", "checks", "zigzag")
LEAVES = 120  # of a picture of 144 x 144 pixels; some lie partly outside
SHARE = 0.7  # of the leaves that have the texture
RADII, TEXTURED_RADII = (6, 40), (12, 28)
SIDES = (3, 4, 5, 6, DISC_SIDES, DISC_SIDES)
PERIODS = (7, 12)
VARIANTS = 128  # masks and patterns are painted once, and each is used for many leaves
BRIGHTNESS, OPPONENT = 0.25, 0.06  # standard deviations of the colors of plain leaves


@dataclass(frozen=True, eq=False)
class Kind:
    """What leaves of a kind look like.

    masks: list of (h, h), 0-1;  patterns: (VARIANTS, L, L), 0-1, with L at least every h: where a
    leaf has its dark color, 0, and its bright color, 1."""

    masks: list
    patterns: np.ndarray


def paint_leaves(rng, textures, side, size):
    """Pictures uint8 (n, side, side, 3) for frames of `size` pixels.

    textures (n,): the texture of a part of the leaves of each picture, an index into TEXTURES."""
    scale = size / 48
    plain, *textured = (make_kind(rng, radii, texture, scale) for radii, texture in (
        (RADII, "plain"), *((TEXTURED_RADII, texture) for texture in TEXTURES)))
    pictures = np.empty((len(textures), side, side, 3), np.uint8)
    for picture, texture in zip(pictures, textures, strict=True):
        painted = paint(rng, side, scale, plain, textured[texture])
        picture[:] = np.rint(255 * np.clip(painted, 0, 1))
    return pictures


def paint(rng, side, scale, plain, textured):
    """A picture float32 (side, side, 3), about 0-1, of plain and textured leaves."""
    count = round(LEAVES * (side / (144 * scale)) ** 2)
    colors = {plain: plain_colors(rng, count), textured: textured_colors(rng, count)}
    kinds = np.where(rng.random(count) < SHARE, textured, plain)
    canvas = np.empty((side, side, 3), np.float32)
    canvas[:] = plain_colors(rng, 1).mean((0, 1))
    for k, kind in enumerate(kinds):
        paint_leaf(canvas, rng, kind, *colors[kind][k])
    return canvas


def paint_leaf(canvas, rng, kind, dark, bright):
    """Paint one leaf over the canvas, in place.

    Every place that overlaps the canvas is equally likely, so pictures look alike everywhere."""
    mask = kind.masks[rng.integers(VARIANTS)]
    pattern = kind.patterns[rng.integers(VARIANTS), :len(mask), :len(mask), None]
    y, x = rng.integers(1 - len(mask), len(canvas), size=2)
    under = canvas[max(y, 0):y + len(mask), max(x, 0):x + len(mask)]
    leaf = slice(max(-y, 0), len(canvas) - y), slice(max(-x, 0), len(canvas) - x)
    under += mask[leaf][..., None] * (dark + pattern[leaf] * (bright - dark) - under)


def make_kind(rng, radii, texture, scale):
    """Draw the masks and patterns of leaves with radii in this range."""
    masks = make_masks(rng, radii, scale)
    side = max(map(len, masks))
    y, x = (np.mgrid[:side, :side] / scale).astype(np.float32)
    return Kind(masks, np.stack([make_pattern(rng, texture, y, x) for _ in range(VARIANTS)]))


def make_masks(rng, radii, scale):
    """Alphas of polygons and ellipses: a list of (h, h) float32, each just large enough."""
    smallest, largest = radii
    evenly = (np.arange(VARIANTS) + 0.5) / VARIANTS  # the few large leaves are in every set
    masks = []
    for radius in scale * (largest**-2 + evenly * (smallest**-2 - largest**-2)) ** -0.5:
        sides = rng.choice(SIDES)
        stretch = rng.uniform(0.4, 1) if sides in (4, DISC_SIDES) else 1
        y, x = np.mgrid[:2 * radius + 2, :2 * radius + 2] - radius - 0.5
        mask = polygon(y, x, sides, radius, rng.uniform(0, 2 * np.pi), 1.5 * scale, stretch)
        masks.append(mask.astype(np.float32))
    return masks


def make_pattern(rng, texture, y, x):
    """Brightness 0-1 (h, w) of a texture in a random direction.  y, x: (h, w), pixels."""
    angle, phase, other = rng.uniform(0, 2 * np.pi, 3)
    along, across = rotate_axis(x, y, angle), rotate_axis(y, -x, angle)
    wave = 2 * np.pi / rng.uniform(*PERIODS)
    if texture == "plain":
        return (along - along.min()) / np.ptp(along)
    if texture == "stripes":
        light = np.sin(wave * along + phase)
    elif texture == "checks":
        light = 1.5 * np.sin(wave * along + phase) * np.sin(wave * across + other)
    else:  # zigzag
        bend = 2 * np.abs((wave * across + other) / np.pi % 2 - 1)
        light = np.sin(wave * along + 2 * bend + phase)
    return np.clip(0.5 + light, 0, 1)


def textured_colors(rng, count):
    """Dark and bright colors (count, 2, 3) of any hue, 0-1."""
    hue, saturation = rng.random((count, 2)), rng.beta(1.2, 3, (count, 2))
    value = rng.uniform((0.03, 0.65), (0.35, 1), (count, 2))
    return hsv_to_rgb(hue, saturation, value).astype(np.float32)


def plain_colors(rng, count):
    """Dark and bright colors (count, 2, 3), mostly gray: normal brightness and opponent colors."""
    shading = rng.uniform(0.02, 0.2, (count, 1, 1)) * np.array([[-1], [1]])
    gray = rng.normal(0.5, BRIGHTNESS, (count, 1, 1)) + shading
    red_green, blue_yellow = rng.normal(0, OPPONENT, (2, count, 1, 1))
    colors = gray + red_green * np.array([1, -1, 0]) + blue_yellow * np.array([0.5, 0.5, -1])
    return colors.astype(np.float32)
