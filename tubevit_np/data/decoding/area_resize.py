"""Resizing an image by area averaging: each new pixel is the mean of the area that it covers."""

import numpy as np

BLOCK = 32  # new rows that are computed together: intermediate results fit into the CPU's cache


def area_resize(image, height, width):
    """Resize uint8 (H, W, C); returns uint8 (h, w, C).

    height, width: (scaled length, central pixels to keep) of each axis.  The means are exact before
    they are rounded, so all machines compute the same pixels."""
    (rows, columns), scaled = map(central, (height, width)), (height[0], width[0])
    blocks = np.array_split(rows, -(-len(rows) // BLOCK))
    return np.concatenate([resize_block(image, scaled, block, columns) for block in blocks])


def central(lengths):
    """(scaled length, size) of an axis -> the indices of its central `size` pixels."""
    scaled_length, size = lengths
    return (scaled_length - size) // 2 + np.arange(size)


def resize_block(image, scaled, rows, columns):
    """The pixels in `rows` and `columns` of an image resized to scaled = (height, width)."""
    sums = area_sums(image, scaled[0], rows, np.float32)  # (h, W, C), exact in float32
    sums = np.ascontiguousarray(sums.swapaxes(0, 1))  # the next sums run along the first axis, too
    sums = area_sums(sums, scaled[1], columns, np.float64).swapaxes(0, 1)  # (h, w, C)
    return np.rint(sums / (image.shape[0] * image.shape[1])).astype(np.uint8)


def area_sums(x, scaled_length, parts, dtype):
    """Sum x along its first axis over some of its `scaled_length` equal parts.

    Every pixel is cut into `scaled_length` pieces.  So a part has len(x) pieces, and each weight is
    the whole number of pieces that a pixel has in a part.  Returns the sums, (len(parts), ...)."""
    starts, total = parts * len(x), 0.0  # in pieces
    for k in range(-(-len(x) // scaled_length) + 1):  # no part has pieces of more pixels
        pixels = starts // scaled_length + k
        begin, end = pixels * scaled_length, (pixels + 1) * scaled_length
        pieces = (np.minimum(starts + len(x), end) - np.maximum(starts, begin)).clip(0)
        weights = pieces.astype(dtype).reshape(-1, *(1,) * (x.ndim - 1))
        total = total + weights * x[np.minimum(pixels, len(x) - 1)]
    return total
