"""Motion in the kernels at the width of a column: slices through time, and spectra."""

from collections.abc import Mapping
from functools import partial

import numpy as np

from tubevit_np.plots.analysis.measured import Measured
from tubevit_np.plots.analysis.pixels import even_columns, order_by_norm
from tubevit_np.plots.kernel_plots import slices, spectra
from tubevit_np.plots.layout import shaded
from tubevit_np.plots.paper.boxes import INDENT, Box, barred, below, beside, text
from tubevit_np.plots.paper.kernels import BETWEEN, GAP, TWO_COLUMNS, heading
from tubevit_np.plots.paper.panels import Panel, alone, grid


def lay_slices(measured: Mapping[str, Measured], width: float) -> Box:
    """Lay out slices through time, as `slices.draw_slices` does for the gallery.

    Parameters
    ----------
    measured : dict of Measured
        Measurements by tube name.
    width : float
        Width of the page, in pixels.

    Returns
    -------
    Box
        A band for each video tube.
    """
    inner = width - INDENT
    return below([barred(_slices(name, found, inner), shade)
                  for name, found, shade in shaded(measured, moving=True)], BETWEEN)


def _slices(name, found, width):
    """Return two rows of slices of one tube."""
    columns = max(3, int(width // 180))
    cell = int((width - GAP * (columns - 1)) / columns - 4) // 2
    most = slices.ROWS * columns
    chosen, _ = slices.strongest(found, most)
    parts = [heading(f"{name} tubes", slices.note(found, most), width)]
    row = (2 * cell + 4 + GAP) * even_columns(len(chosen), columns)  # no row is nearly empty
    parts += [beside([_slice(found, d, cell) for d in chosen], row, GAP)] if chosen else []
    return below(parts, 6)


def _slice(found, d, cell):
    """Return a frame of a kernel, its slice, and the speed below them."""
    kernel, ahead = found.w[..., d].astype(np.float64), slices.way(found.peaks[d])
    speed = found.tuning["speed"][d]
    frame = alone(partial(slices.draw_frame, kernel=kernel, ahead=ahead), cell, cell)
    cut = alone(partial(slices.draw_slice, kernel=kernel, ahead=ahead, speed=speed), cell, cell)
    return below([beside([frame._replace(width=cell), cut._replace(width=cell)], 3 * cell, 4),
                  text(f"{speed:.2f} px/frame", 2 * cell + 4, 7.5)], 3)


def lay_spectra(measured: Mapping[str, Measured], width: float) -> Box:
    """Lay out power spectra, as `spectra.draw_spectra` does for the gallery.

    Parameters
    ----------
    measured : dict of Measured
        Measurements by tube name.
    width : float
        Width of the page, in pixels.

    Returns
    -------
    Box
        A band for each tube; two kernels in a narrow page, three in a wide one.
    """
    inner = width - INDENT
    return below([barred(_spectra(name, found, shade, inner), shade)
                  for name, found, shade in shaded(measured)], BETWEEN)


def _spectra(name, found, shade, width):
    """Return the spectra of two or three kernels of one tube."""
    count, moving = (3 if width > TWO_COLUMNS else 2), len(found.w) > 1
    chosen = slices.strongest(found, count)[0] if moving else order_by_norm(found.w)[:count]
    group = (width - 2 * GAP * (count - 1)) / count
    groups = [_spectrum(found, d, shade, group, moving) for d in chosen]
    parts = [heading(name, slices.note(found, count) if moving else "", width)]
    return below([*parts, *([beside(groups, width, 2 * GAP)] if groups else [])], 4)


def _spectrum(found, d, shade, width, moving):
    """Return a frame of a kernel and its spectra in one row, with the speed above them."""
    kernel, peak = found.w[..., d].astype(np.float64), found.peaks[d]
    panels = [Panel(partial(slices.draw_frame, kernel=kernel, ahead=slices.way(peak))),
              Panel(partial(spectra.draw_space, kernel=kernel, peak=peak, shade=shade)),
              Panel(partial(spectra.draw_time, kernel=kernel, peak=peak, shade=shade)
                    if moving else None)]
    row = grid(panels, width, 3, gap=4)
    if not moving:
        return row
    return below([text(f"{found.tuning['speed'][d]:.2f} pixels per frame", width, 7.5), row], 3)
