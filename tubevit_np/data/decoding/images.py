"""Reading images and animations (GIF, APNG, WebP); the size and crop that every picture gets."""

import warnings
from contextlib import contextmanager
from pathlib import Path

import imageio.v3 as iio
import numpy as np

ANIMATION_SUFFIXES = (".gif", ".apng", ".png", ".webp")  # these may hold one picture or many
IMAGE_SUFFIXES = (".jpg", ".jpeg", ".png", ".webp", ".gif", ".bmp", ".tif", ".tiff", ".ppm", ".pgm")

# EXIF orientation -> quarter turns to the left, then whether to mirror left and right.
UPRIGHT = {2: (0, True), 3: (2, False), 4: (2, True), 5: (3, True),
           6: (3, False), 7: (1, True), 8: (1, False)}


def read_image(path, size):
    """The first picture of an image file: uint8 (size, size, 3), cut by `resize_crop`.

    Upright by its EXIF orientation; grey and palette become RGB, 16 bits become 8, transparent
    parts become white.  Raises ValueError, one line with the path, if it cannot be read."""
    with reading("image", path):
        return resize_crop(next(pictures(path)), size)


def read_image_views(path, short, size, places):
    """Several squares of an image: uint8 (places, size, size, 3), see `squares`."""
    with reading("image", path):
        return squares(resize(next(pictures(path)), short), size, places)


def read_animation(path, short, cut, tell=warnings.warn):
    """Every picture of an animation: a list of cut(picture), its short side `short`.

    Damaged after the first picture: those before it, and `tell` is told; else ValueError."""
    shown = []
    with reading("animation", path):
        try:
            for picture in pictures(path):
                shown.append(cut(resize(picture, short)))
        except Exception as error:
            if not shown:
                raise
            damage = f"damaged, only its first {len(shown)} frames are used: {reason(error)}"
            tell(f"{path}: {damage}")
    return shown


def is_animated(path):
    """Whether the file holds more than one picture."""
    with reading("image", path), open_pictures(path) as file:
        return file.properties(index=...).shape[0] > 1


@contextmanager
def reading(what, path):
    """Turn whatever a decoder raises into ValueError: one line with the path and the reason."""
    try:
        if not Path(path).is_file():
            raise OSError("it is a folder" if Path(path).is_dir() else "there is no such file")
        if Path(path).stat().st_size == 0:
            raise OSError("the file is empty")
        yield
    except Exception as error:  # decoders document no complete list of what they raise
        raise ValueError(f"cannot read {what} {path}: {reason(error)}") from error


def reason(error):
    """What a decoder's error says, as one line."""
    text = getattr(error, "strerror", None) or str(error)
    return " ".join(text.split()) or type(error).__name__


def open_pictures(path):
    """The open image file, its pixels not decoded."""
    try:
        return iio.imopen(path, "r", plugin="pillow")
    except OSError as error:  # whose text tells of plugins, not of the file
        raise ValueError("it is no image, or its first bytes are damaged") from error


def pictures(path):
    """Yield each picture of the file: uint8 (H, W, 3), upright, whole."""
    with open_pictures(path) as file:
        mode = file.metadata(index=0)["mode"]
        if mode == "F":
            raise ValueError("its pixels are floating-point numbers, of no known range")
        deep = mode.startswith("I")  # 16 bits, as Pillow names them
        for k, pixels in enumerate(file.iter(mode=None if deep else "RGBA")):
            # imageio's own rotate=True mirrors a grey or palette image along the wrong axis.
            orientation = file.metadata(index=k, exclude_applied=False).get("Orientation")
            turns, mirrored = UPRIGHT.get(orientation, (0, False))
            pixels = np.rot90(grey_to_rgb(pixels) if deep else over_white(pixels), turns)
            yield pixels[:, ::-1] if mirrored else pixels


def grey_to_rgb(pixels):
    """uint16 or int32 (H, W), 0 to 65535 -> uint8 (H, W, 3)."""
    grey = np.rint(pixels / 257).clip(0, 255).astype(np.uint8)
    return np.repeat(grey[..., None], 3, axis=-1)


def over_white(rgba):
    """uint8 (H, W, 4) -> uint8 (H, W, 3)."""
    rgb, alpha = rgba[..., :3], rgba[..., 3:]
    if alpha.min() == 255:
        return rgb
    return np.rint(255 + (rgb - 255.0) * (alpha / 255)).astype(np.uint8)


def scaled_size(height, width, size):
    """Rows and columns of a (height, width) picture once its short side is `size`."""
    if size < 1:
        raise ValueError(f"size {size}: a picture needs at least 1 pixel a side")
    short = min(height, width)
    return round(height * size / short), round(width * size / short)


def centre_crop(image, size):
    """The middle (size, size) of (..., H, W, C); where nothing is the middle, nearer the first."""
    top, left = (image.shape[-3] - size) // 2, (image.shape[-2] - size) // 2
    return image[..., top : top + size, left : left + size, :]


def squares(picture, size, places=1):
    """So many (size, size) of (H, W, C), evenly along its longer side; one: the middle.

    Returns (places, size, size, C), copies."""
    if places == 1:
        return centre_crop(picture, size)[None].copy()
    (height, width), starts = picture.shape[:2], np.arange(places) / (places - 1)
    tops = starts * (height - size) if height > width else starts * 0 + (height - size) // 2
    lefts = starts * 0 + (width - size) // 2 if height > width else starts * (width - size)
    return np.stack([picture[top:top + size, left:left + size] for top, left
                     in zip(np.rint(tops).astype(int), np.rint(lefts).astype(int), strict=True)])


def resize(image, short):
    """Scale uint8 (H, W, 3) by area, as resize_crop does, and keep all of it."""
    return _cells(image, *((length, length) for length in scaled_size(*image.shape[:2], short)))


def resize_crop(image, size):
    """Scale the short side of uint8 (H, W, 3) to `size` by area, then cut out the centre.

    Each pixel is the mean of the area it covers, rounded.  Returns uint8 (size, size, 3)."""
    return _cells(image, *((length, size) for length in scaled_size(*image.shape[:2], size)))


def _cells(image, vertical, horizontal):
    """(scaled length, how many of the middle cells are kept) of each axis -> uint8 (h, w, 3)."""
    rows = middle_cells(image.shape[0], *vertical)  # (h, H)
    columns = middle_cells(image.shape[1], *horizontal)  # (w, W)
    image = np.tensordot(rows, image.astype(np.float32), 1)  # (h, W, 3)
    return np.rint(columns @ image).astype(np.uint8)


def middle_cells(length, scaled, size):
    """Weights (size, length): the share of each pixel in the middle `size` of `scaled` cells."""
    first = (scaled - size) // 2
    edges = (first + np.arange(size + 1)) * (length / scaled)
    pixels = np.arange(length)
    ends = np.minimum(edges[1:, None], pixels + 1)
    overlap = np.maximum(ends - np.maximum(edges[:-1, None], pixels), 0)
    return (overlap * (scaled / length)).astype(np.float32)
