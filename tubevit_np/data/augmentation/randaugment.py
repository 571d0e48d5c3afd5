"""RandAugment (Cubuk et al., 2020; Table 10): random operations on an image, or on a whole clip.

The paper says only "2 layers, magnitude 10". Decided here: the fourteen operations of the
RandAugment paper; strengths are magnitude / 10 of the strongest in its code; the sign is random;
rotations and shears are about the center, with linear interpolation and a gray border. An operation
is the same in every frame of a clip, so that it does not flicker."""

import math

import numpy as np
from PIL import Image, ImageEnhance, ImageOps

from tubevit_np.data.augmentation import MAX_MAGNITUDE

GRAY = (128, 128, 128)

# s in [-1, 1] is the signed strength.  These operations use single pixels or the histogram: they
# get a clip as one tall image, its frames below each other.
POINTWISE = {
    "identity": lambda image, s: image,
    "autocontrast": lambda image, s: ImageOps.autocontrast(image),
    "equalize": lambda image, s: ImageOps.equalize(image),
    "solarize": lambda image, s: ImageOps.solarize(image, 256 * (1 - abs(s))),
    "posterize": lambda image, s: ImageOps.posterize(image, 8 - round(4 * abs(s))),
    "color": lambda image, s: ImageEnhance.Color(image).enhance(1 + 0.9 * s),
    "contrast": lambda image, s: ImageEnhance.Contrast(image).enhance(1 + 0.9 * s),
    "brightness": lambda image, s: ImageEnhance.Brightness(image).enhance(1 + 0.9 * s),
}
# These operations use neighboring pixels: they get one frame at a time.
FRAMEWISE = {
    "sharpness": lambda image, s: ImageEnhance.Sharpness(image).enhance(1 + 0.9 * s),
    "rotate": lambda image, s: rotate(image, math.radians(30 * s)),
    "shear x": lambda image, s: affine(image, (1, 0.3 * s, 0, 1)),
    "shear y": lambda image, s: affine(image, (1, 0, 0.3 * s, 1)),
    "translate x": lambda image, s: affine(image, shift=(0.45 * s * image.width, 0)),
    "translate y": lambda image, s: affine(image, shift=(0, 0.45 * s * image.height)),
}
OPERATIONS = (*POINTWISE, *FRAMEWISE)


def randaugment(x, rng, layers, magnitude):
    """Apply `layers` random operations to x, uint8 (..., H, W, 3); they may repeat.

    magnitude: 0 to 10, the strength.  rng makes the same number of draws for all operations."""
    names, signs = rng.integers(len(OPERATIONS), size=layers), rng.choice((-1, 1), layers)
    for k, sign in zip(names, signs, strict=True):
        x = apply_operation(x, OPERATIONS[k], sign * magnitude / MAX_MAGNITUDE)
    return x


def apply_operation(x, name, s):
    """One operation on uint8 (T, H, W, 3) or (H, W, 3), the same in every frame;  s in [-1, 1]."""
    if name in POINTWISE:
        tall = Image.fromarray(x.reshape(-1, *x.shape[-2:]))
        return np.asarray(POINTWISE[name](tall, s)).reshape(x.shape)
    frames = x.reshape(-1, *x.shape[-3:])
    return np.stack([FRAMEWISE[name](Image.fromarray(frame), s) for frame in frames]
                    ).reshape(x.shape)


def rotate(image, angle):
    """Rotate an image counterclockwise by an angle in radians."""
    c, s = math.cos(angle), math.sin(angle)
    return affine(image, (c, -s, s, c))


def affine(image, matrix=(1, 0, 0, 1), shift=(0, 0)):
    """Pixel p, (x, y) from the center, takes the value at matrix @ p - shift.

    matrix: 2 x 2, row by row;  shift: (x, y) in pixels."""
    a, b, c, d = matrix
    x, y = image.width / 2, image.height / 2
    inverse = (a, b, x - a * x - b * y - shift[0], c, d, y - c * x - d * y - shift[1])
    return image.transform(image.size, Image.Transform.AFFINE, inverse,
                           Image.Resampling.BILINEAR, fillcolor=GRAY)
