"""RandAugment (Cubuk et al., 2020; Table 10): random changes of a picture, or of a whole clip.

The paper says "2 layers, magnitude 10" and no more.  Decided here: the fourteen operations of the
RandAugment paper, at magnitude / 10 of the strongest of its code, where that has a strength;  to
either side where there are two;  turned and sheared about the centre, between pixels linearly, and
grey where nothing was.  What an operation does is the same in every frame: nothing flickers."""

import math

import numpy as np
from PIL import Image, ImageEnhance, ImageOps

from tubevit_np.data.augmentation import MAX_MAGNITUDE

GREY = (128, 128, 128)

# s from -1 to 1 is the strength and the side.  These look at single pixels, or at how many pixels
# there are of each level: they see a clip as one picture, its frames below each other.
POINTWISE = {
    "identity": lambda image, s: image,
    "autocontrast": lambda image, s: ImageOps.autocontrast(image),
    "equalize": lambda image, s: ImageOps.equalize(image),
    "solarize": lambda image, s: ImageOps.solarize(image, 256 * (1 - abs(s))),
    "posterize": lambda image, s: ImageOps.posterize(image, 8 - round(4 * abs(s))),
    "colour": lambda image, s: ImageEnhance.Color(image).enhance(1 + 0.9 * s),
    "contrast": lambda image, s: ImageEnhance.Contrast(image).enhance(1 + 0.9 * s),
    "brightness": lambda image, s: ImageEnhance.Brightness(image).enhance(1 + 0.9 * s),
}
# These look at neighbours: frame by frame.
FRAMEWISE = {
    "sharpness": lambda image, s: ImageEnhance.Sharpness(image).enhance(1 + 0.9 * s),
    "rotate": lambda image, s: turned(image, math.radians(30 * s)),
    "shear x": lambda image, s: moved(image, (1, 0.3 * s, 0, 1)),
    "shear y": lambda image, s: moved(image, (1, 0, 0.3 * s, 1)),
    "translate x": lambda image, s: moved(image, by=(0.45 * s * image.width, 0)),
    "translate y": lambda image, s: moved(image, by=(0, 0.45 * s * image.height)),
}
OPERATIONS = (*POINTWISE, *FRAMEWISE)


def randaugment(x, rng, layers, magnitude):
    """x after `layers` operations in turn, drawn with replacement;  uint8 (..., H, W, 3).

    As many numbers are drawn whatever the operations."""
    names, sides = rng.integers(len(OPERATIONS), size=layers), rng.choice((-1, 1), layers)
    for k, side in zip(names, sides, strict=True):
        x = changed(x, OPERATIONS[k], side * magnitude / MAX_MAGNITUDE)
    return x


def changed(x, name, s):
    """One operation on uint8 (T, H, W, 3) or (H, W, 3), every frame alike;  s in [-1, 1]."""
    if name in POINTWISE:
        tall = Image.fromarray(x.reshape(-1, *x.shape[-2:]))
        return np.asarray(POINTWISE[name](tall, s)).reshape(x.shape)
    frames = x.reshape(-1, *x.shape[-3:])
    return np.stack([FRAMEWISE[name](Image.fromarray(frame), s) for frame in frames]
                    ).reshape(x.shape)


def turned(image, angle):
    """By an angle to the left, in radians."""
    c, s = math.cos(angle), math.sin(angle)
    return moved(image, (c, -s, s, c))


def moved(image, matrix=(1, 0, 0, 1), by=(0, 0)):
    """Place p, (x, y) from the centre, shows what lay at matrix (2 x 2, by rows) @ p - by."""
    a, b, c, d = matrix
    x, y = image.width / 2, image.height / 2
    inverse = (a, b, x - a * x - b * y - by[0], c, d, y - c * x - d * y - by[1])
    return image.transform(image.size, Image.Transform.AFFINE, inverse,
                           Image.Resampling.BILINEAR, fillcolor=GREY)
