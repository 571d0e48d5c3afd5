"""Kernels at the width of a column: the strongest as strips of frames, and all at one gain."""

import re
from collections.abc import Mapping
from functools import partial

import numpy as np

from tubevit_np.plots.analysis import pixels
from tubevit_np.plots.kernel_plots.grid import draw_bars, draw_strips
from tubevit_np.plots.layout import shaded
from tubevit_np.plots.paper.boxes import INDENT, Box, barred, below, beside, picture, text
from tubevit_np.plots.paper.panels import Panel, alone, grid
from tubevit_np.plots.style import FAINT

GAP, BETWEEN = 16, 22  # pixels between parts of a tube, and between tubes
TWO_COLUMNS = 800  # pixels: a wider page has the width of two columns


def tube_name(name: str) -> str:
    """Return a name with × between numbers: "8x8x8 tubes" becomes "8 × 8 × 8 tubes"."""
    return re.sub(r"(?<=\d)x(?=\d)", " × ", name)


def heading(name: str, note: str, width: float) -> Box:
    """Return the name of a tube in bold, and a gray note behind it or below it."""
    names = text(tube_name(name), width, weight="bold")
    return beside([names, text(note, width, color=FAINT)], width, between=0) if note else names


def lay_kernels(kernels: Mapping[str, np.ndarray], width: float) -> Box:
    """Lay out the kernels of all tubes, as `grid.draw_kernels` does for the gallery.

    Parameters
    ----------
    kernels : dict of arrays, shape (kt, kh, kw, C, D)
        Kernels by tube name, in the order of the Config; C = 1 or 3.
    width : float
        Width of the page, in pixels.

    Returns
    -------
    Box
        A band for each tube.

    Raises
    ------
    ValueError
        If the kernels have another number of channels, or values that are not finite.
    """
    inner = width - INDENT
    return below([barred((_patches if len(w) == 1 else _strips)(name, w, shade, inner), shade)
                  for name, w, shade in shaded(kernels)], BETWEEN)


def film(w: np.ndarray, width: float, side: int = 22) -> tuple[int, int, int]:
    """Return columns, scale and gap of strips that fill a width, frames of about `side` pixels."""
    kt, kh, kw = w.shape[:3]
    sizes = range(max(1, 2 * side // 3 // max(kh, kw)), max(1, 4 * side // 3 // max(kh, kw)) + 1)
    lengths = {scale: kt * (kw * scale + 1) - 1 for scale in sizes}
    counts = {scale: int((width + 12) // (length + 12)) for scale, length in lengths.items()}
    filled = {scale: counts[scale] * lengths[scale] for scale in sizes}
    best = max((scale for scale in sizes if filled[scale] > 0.85 * max(filled.values())),
               default=max(1, int(width // kt - 1) // kw))
    length, columns = kt * (kw * best + 1) - 1, max(1, counts.get(best, 1))
    return columns, best, int(width - columns * length) // max(1, columns - 1)


def _strips(name, w, shade, width):
    """Return the strongest kernels of a video tube as strips, and all kernels at one gain."""
    right = int(0.3 * width) if width > TWO_COLUMNS else int(width)
    columns, scale, gap = film(w, width - right - GAP if width > TWO_COLUMNS else width)
    all_of_them = _all_alike(w, right, shade)
    high = all_of_them.height - 40 if width > TWO_COLUMNS else 0
    count = min(w.shape[-1], columns * max(4, int(high // (w.shape[1] * scale + 8))))
    size = pixels.strips(w, count, columns, scale, gap).shape
    strips = alone(partial(draw_strips, w=w, count=count, columns=columns, scale=scale, gap=gap),
                   size[1], size[0])
    note = f"the first {count} of {w.shape[-1]} by norm" if count < w.shape[-1] else f"all {count}"
    title = heading(f"{name} tubes", note, width)
    return below([title, beside([strips, all_of_them], width, GAP)], 6)


def _patches(name, w, shade, width):
    """Return all 2D kernels, their principal components, and all kernels at one gain."""
    wide, half = width > TWO_COLUMNS, int((width - GAP) // 2)
    left, right = (int(0.4 * width), int(0.3 * width)) if wide else (int(width), half)
    kernels, fractions = pixels.components(w)
    middle = int(width) - left - right - 2 * GAP if wide else half
    parts = _with_bars(pixels.parts(kernels, middle), fractions, shade, middle,
                       f"components, {fractions.sum():.0%} of variance", f"{fractions[0]:.0%}")
    row = [picture(pixels.patches(w, left, side=30)), parts, _all_alike(w, right, shade)]
    return below([heading(f"{name} patches", f"all {w.shape[-1]}", width),
                  beside(row, width, GAP)], 6)


def _all_alike(w, width, shade):
    """Return all kernels at one gain, and their norms."""
    norms = pixels.norms(w)[pixels.order_by_norm(w)]
    high = 210 if width < 400 else 110  # below the strips, rather than beside them
    return _with_bars(pixels.all_alike(w, width, high), norms, shade, width,
                      f"all {w.shape[-1]} at one gain, and their norms", f"{norms[0]:.2g}")


def _with_bars(image, values, shade, width, note, label):
    """Return an image below a note, and bars below the image."""
    bars = grid([Panel(partial(draw_bars, values=values, label=label, shade=shade))],
                image.shape[1], 1, 36)
    return below([text(note, width, color=FAINT, size=7.5), picture(image), bars], 6)
