"""Filming a picture: each frame of a clip is the part of the picture under the view of a camera."""

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Camera:
    """How a camera is placed over a picture before it moves.

    scale: smallest and largest size of the view, as factor on the size of a frame in pixels of the
    picture;  tilt: largest angle, radians;  roam: how far from the center of the picture, as
    fraction of the largest distance at which the view is inside."""

    scale: tuple[float, float]
    tilt: float
    roam: float

    def film(self, pictures, paths, size, rng):
        """Film each picture along its path: uint8 (count, T, size, size, 3).

        pictures: uint8 (count, P, P, 3);  paths: (count, T, 4), from draw_paths."""
        views = self.views(paths, pictures.shape[1], size, rng)
        clips = np.empty((*paths.shape[:2], size, size, 3), np.uint8)
        for clip, picture, view in zip(clips, pictures, views, strict=True):
            clip[:] = film(picture, view, size)
        return clips

    def views(self, paths, side, size, rng):
        """Views (count, T, 4) as in film(), for pictures of side x side pixels."""
        x, y, zoom, angle = np.moveaxis(paths, -1, 0)
        count = len(paths), 1
        rest = np.exp(rng.uniform(*np.log(self.scale), count))
        scale, angle = rest * np.exp(zoom), angle + rng.uniform(-self.tilt, self.tilt, count)
        room = self.roam * np.maximum(0, side - rest * size)[..., None] / 2
        center = side / 2 + room * rng.uniform(-1, 1, (*count, 2))
        x, y, cos, sin = size * scale * x, size * scale * y, np.cos(angle), np.sin(angle)
        moved = np.stack([cos * x - sin * y, sin * x + cos * y], -1)
        return np.concatenate([center + moved, scale[..., None], angle[..., None]], -1)


def film(picture, views, size):
    """A clip uint8 (T, size, size, 3) of a picture uint8 (P, P, 3).

    views: (T, 4), for each frame the center (x, y) of the view in pixels of the picture, the pixels
    of the picture for each pixel of the frame, and the angle in radians.  Outside, the picture is
    continued by its mirror image."""
    from PIL import Image  # imported here: a command's --help does not wait for it

    cut, left, top = cut_out(picture, views, size)
    image = Image.fromarray(cut)
    clip = np.empty((len(views), size, size, 3), np.uint8)
    for frame, (x, y, scale, angle) in zip(clip, views.tolist(), strict=True):
        cos, sin = scale * np.cos(angle), scale * np.sin(angle)
        matrix = (cos, -sin, x - left - (cos - sin) * size / 2,
                  sin, cos, y - top - (sin + cos) * size / 2)
        frame[:] = image.transform((size, size), Image.Transform.AFFINE, matrix,
                                   Image.Resampling.BILINEAR)
    return clip


def cut_out(picture, views, size):
    """The part of a picture that all views together see, and its left and top pixel."""
    reach = views[:, 2:3] * size / 2**0.5 + 1  # from the center of a view to its corners
    first = np.floor((views[:, :2] - reach).min(0)).astype(int)
    last = np.ceil((views[:, :2] + reach).max(0)).astype(int)
    columns, rows = (mirrored(np.arange(*ends), len(picture)) for ends in zip(first, last))
    return picture[rows[:, None], columns], *first.tolist()


def mirrored(pixels, length):
    """Indices inside a picture, for pixels outside, whose mirror image continues it endlessly."""
    inside = pixels % (2 * length)
    return np.minimum(inside, 2 * length - 1 - inside)
