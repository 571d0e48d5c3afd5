"""Reading images and animations (GIF, APNG, WebP); resizing and cropping."""

import warnings
from contextlib import contextmanager
from pathlib import Path

import imageio.v3 as iio
import numpy as np
import PIL  # noqa: F401 - imageio decodes with it, and would name it only for the first image

from tubevit_np.data.decoding.area_resize import area_resize
from tubevit_np.data.decoding.file_kind import HEIC, first_bytes

# EXIF orientation -> counterclockwise quarter turns, then whether to mirror left and right.
EXIF_TURNS = {2: (0, True), 3: (2, False), 4: (2, True), 5: (3, True),
              6: (3, False), 7: (1, True), 8: (1, False)}


def read_image(path, size):
    """The first image of a file: uint8 (size, size, 3), resized and cropped by `resize_crop`.

    The EXIF orientation is applied; gray and palette become RGB, 16 bits become 8, transparent
    parts become white.  Raises ValueError, one line with the path, if it cannot be read."""
    with decoding("image", path):
        return resize_crop(next(read_frames(path)), size)


def read_image_views(path, short, size, num_crops):
    """Spatial crops of an image: uint8 (num_crops, size, size, 3), as `spatial_crops`.

    short: the short side in pixels.  Raises ValueError as read_image does."""
    return spatial_crops(read_uncropped(path, short), size, num_crops)


def read_uncropped(path, short):
    """The first image of a file, its short side `short` pixels: uint8 (H, W, 3).

    Raises ValueError as read_image does."""
    with decoding("image", path):
        return resize(next(read_frames(path)), short)


def read_animation(path, short, crop, warn=warnings.warn):
    """Every frame of an animation: a list of crop(image), the short side `short` pixels.

    If it is damaged, the frames before the damage, and warn(message).  Raises ValueError if the
    first frame cannot be read."""
    frames = []
    with decoding("animation", path):
        try:
            for frame in read_frames(path):
                frames.append(crop(resize(frame, short)))
        except Exception as error:
            if not frames:
                raise
            damage = f"damaged, only its first {len(frames)} frames are used: {error_text(error)}"
            warn(f"{path}: {damage}")
    return frames


@contextmanager
def decoding(kind, path):
    """Turn every error of a decoder into ValueError: one line with the path and the reason."""
    try:
        if not Path(path).is_file():
            raise OSError("it is a folder" if Path(path).is_dir() else "there is no such file")
        if Path(path).stat().st_size == 0:
            raise OSError("the file is empty")
        yield
    except Exception as error:  # decoders do not document all their exceptions
        raise ValueError(f"cannot read {kind} {path}: {error_text(error)}") from error


def error_text(error):
    """A decoder's error message, as one line."""
    text = getattr(error, "strerror", None) or str(error)
    return " ".join(text.split()) or type(error).__name__


def open_image_file(path):
    """The open image file; its pixels are not decoded yet."""
    try:
        return iio.imopen(path, "r", plugin="pillow")
    except OSError as error:  # its text is about plugins, not about the file
        if HEIC.match(first_bytes(path)):
            raise ValueError("it is a HEIC image, and Pillow cannot read it here; install the "
                             "package pillow-heif, or convert the image to JPEG") from error
        raise ValueError("it is not an image, or its first bytes are damaged") from error


def read_frames(path):
    """Yield each frame of the file: uint8 (H, W, 3), upright, complete."""
    with open_image_file(path) as file:
        mode = file.metadata(index=0)["mode"]
        if mode == "F":
            raise ValueError("its pixels are floating-point numbers without a known range; convert "
                             "it to 8 or 16 bits")
        is_16_bit = mode.startswith("I")  # Pillow's name of 16-bit modes
        for k, pixels in enumerate(file.iter(mode=None if is_16_bit else "RGBA")):
            # imageio's own rotate=True mirrors a gray or palette image along the wrong axis.
            orientation = file.metadata(index=k, exclude_applied=False).get("Orientation")
            quarter_turns, mirror = EXIF_TURNS.get(orientation, (0, False))
            rgb = gray_to_rgb(pixels) if is_16_bit else over_white(pixels)
            rgb = np.rot90(rgb, quarter_turns)
            yield rgb[:, ::-1] if mirror else rgb


def gray_to_rgb(pixels):
    """uint16 or int32 (H, W), 0 to 65535 -> uint8 (H, W, 3)."""
    gray = np.rint(pixels / 257).clip(0, 255).astype(np.uint8)
    return np.repeat(gray[..., None], 3, axis=-1)


def over_white(rgba):
    """uint8 (H, W, 4) -> uint8 (H, W, 3)."""
    rgb, alpha = rgba[..., :3], rgba[..., 3:]
    if alpha.min() == 255:
        return rgb
    return np.rint(255 + (rgb - 255.0) * (alpha / 255)).astype(np.uint8)


def scaled_size(height, width, size):
    """(rows, columns) of a (height, width) image scaled to the short side `size`.

    Raises ValueError if size < 1."""
    if size < 1:
        raise ValueError(f"size {size}: an image needs at least 1 pixel per side")
    short = min(height, width)
    return round(height * size / short), round(width * size / short)


def center_crop(image, size):
    """The central (size, size) crop of (..., H, W, C); rounded toward the first row and column."""
    top, left = (image.shape[-3] - size) // 2, (image.shape[-2] - size) // 2
    return image[..., top : top + size, left : left + size, :]


def spatial_crops(frame, size, num_crops=1):
    """Crops along the longer side of (H, W, C), evenly spaced; a single one is central.

    Returns copies, (num_crops, size, size, C)."""
    if num_crops == 1:
        return center_crop(frame, size)[None].copy()
    (height, width), starts = frame.shape[:2], np.arange(num_crops) / (num_crops - 1)
    tops = starts * (height - size) if height > width else starts * 0 + (height - size) // 2
    lefts = starts * 0 + (width - size) // 2 if height > width else starts * (width - size)
    return np.stack([frame[top:top + size, left:left + size] for top, left
                     in zip(np.rint(tops).astype(int), np.rint(lefts).astype(int), strict=True)])


def resize(image, short):
    """Scale the short side of uint8 (H, W, 3) to `short`, by area averaging; nothing is cropped."""
    height, width = scaled_size(*image.shape[:2], short)
    return area_resize(image, (height, height), (width, width))


def resize_crop(image, size):
    """Scale the short side of uint8 (H, W, 3) to `size` by area averaging, then crop the center.

    Each pixel is the rounded mean of the area it covers.  Returns uint8 (size, size, 3)."""
    height, width = scaled_size(*image.shape[:2], size)
    return area_resize(image, (height, size), (width, size))
