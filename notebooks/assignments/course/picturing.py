"""Make pictures with NumPy alone: PNG bytes, and a description for blind readers."""

import base64
import html
import struct
import zlib

import numpy as np

WIDEST = 480  # pixels of an error map
MOST = 0.9  # largest fraction of wrong values to draw
THINNEST = 32  # largest ratio of the two sides
LEGEND = "Black: wrong values. Columns: the last axis. Rows: all other axes."


def png(picture):
    """The bytes of a PNG;  picture: (H, W) gray or (H, W, 3) colors, uint8."""
    picture = np.ascontiguousarray(picture, np.uint8)
    height, width = picture.shape[:2]
    kind = 2 if picture.ndim == 3 else 0
    rows = np.pad(picture.reshape(height, -1), ((0, 0), (1, 0)))  # filter 0 before each row
    parts = ((b"IHDR", struct.pack(">IIBBBBB", width, height, 8, kind, 0, 0, 0)),
             (b"IDAT", zlib.compress(rows.tobytes(), 9)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))
        for name, data in parts)


def enlarged(picture, scale):
    return picture.repeat(scale, axis=0).repeat(scale, axis=1)


def tag(data, alt, width=None):
    """An <img> element with alternative text."""
    size = f' width="{width}"' if width else ""
    return (f'<img alt="{html.escape(alt)}"{size} style="background:white;max-width:100%" '
            f'src="data:image/png;base64,{base64.b64encode(data).decode()}">')


def error_tag(data, alt):
    """HTML of an error map with its legend."""
    return f"{tag(data, alt)}<div>{LEGEND}</div>"


def error_map(wrong):
    """(PNG bytes, alt) of a grid in which wrong values are black.

    Columns are the last axis, rows are all other axes.  None if a picture would not help: for less
    than two axes, too many values, a thin strip, or if nearly all values are wrong."""
    if wrong.ndim < 2 or wrong.size > WIDEST**2 or wrong.mean() > MOST:
        return None
    grid = wrong.reshape(-1, wrong.shape[-1])
    if max(grid.shape) > THINNEST * min(grid.shape):
        return None
    scale = max(1, min(12, WIDEST // max(grid.shape)))
    rows, columns = (np.flatnonzero(grid.any(axis)) for axis in (1, 0))
    alt = (f"A grid of {grid.shape[0]} rows (all axes except the last) and {grid.shape[1]} "
           f"columns. The {grid.sum()} wrong values are black: in rows {_ranges(rows)}, columns "
           f"{_ranges(columns)}.")
    cells = enlarged(np.where(grid, 0, 225).astype(np.uint8), scale)
    if scale > 3:  # lines between the values
        cells[::scale] = cells[:, ::scale] = 255
    return png(np.pad(cells, 1, constant_values=120)), alt


def _ranges(numbers):
    """[0, 1, 2, 5] -> "0-2, 5"."""
    runs = np.split(numbers, np.flatnonzero(np.diff(numbers) > 1) + 1)
    words = [f"{run[0]}-{run[-1]}" if len(run) > 1 else f"{run[0]}" for run in runs]
    return ", ".join(words[:6] + ["and others"] * (len(words) > 6))
