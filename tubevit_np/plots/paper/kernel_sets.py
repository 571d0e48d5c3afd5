"""All kernels of each tube at the width of a column: their colors, controls, history."""

from collections.abc import Mapping
from functools import partial

import numpy as np

from tubevit_np.plots.analysis import pixels
from tubevit_np.plots.analysis.measured import Measured
from tubevit_np.plots.kernel_plots import color_axes, controls, history
from tubevit_np.plots.layout import shaded
from tubevit_np.plots.paper.boxes import INDENT, Box, barred, below, beside, picture, text
from tubevit_np.plots.paper.kernels import BETWEEN, GAP, TWO_COLUMNS, heading, tube_name
from tubevit_np.plots.paper.panels import Panel, alone, grid
from tubevit_np.plots.style import FAINT, color


def lay_colors(measured: Mapping[str, Measured], width: float) -> Box:
    """Lay out the colors of all tubes, as `color_axes.draw_colors` does for the gallery.

    Parameters
    ----------
    measured : dict of Measured
        Measurements by tube name. The kernels must have three channels.
    width : float
        Width of the page, in pixels.

    Returns
    -------
    Box
        A band for each tube.
    """
    inner = width - INDENT
    return below([barred(_colors(name, found, inner), shade)
                  for name, found, shade in shaded(measured)], BETWEEN)


def _colors(name, found, width):
    """Return fractions and color axes of one tube, beside the plane of the opponent colors."""
    axes = color_axes.axes_of(found.w)
    plane = alone(partial(color_axes.draw_plane, found=axes, reach=1.16), 104, 104)
    left = width - plane.width - GAP
    shares = zip(color_axes.NAMES, color_axes.SHADES, found.energy.mean(axis=1), strict=True)
    legend = [text(f"{word} {share:.0%}", left, color=paint) for word, paint, share in shares]
    name = text(tube_name(name), left, weight="bold")
    bars = [Panel(partial(color_axes.draw_shares, shares=found.energy)),
            Panel(partial(color_axes.draw_strip, shares=found.energy, found=axes))]
    return beside([below([beside([name, *legend], left, between=0),
                          grid(bars, left, 1, (76, 30), between=4)], 6), plane], width)


def lay_controls(sets: Mapping[str, Mapping[str, tuple[np.ndarray, Mapping[str, np.ndarray]]]],
                 width: float) -> Box:
    """Lay out several sets of kernels side by side, as `controls.draw_controls` for the gallery.

    Parameters
    ----------
    sets : dict of dicts
        {column: {tube name: (w, scores)}} with w (kt, kh, kw, C, D) and scores from `measure`.
    width : float
        Width of the page, in pixels.

    Returns
    -------
    Box
        A band for each tube, a column for each set.
    """
    inner = width - INDENT
    column = int((inner - GAP * (len(sets) - 1)) / len(sets))
    names = [text(name, column, weight="bold")._replace(width=column) for name in sets]
    bands = [barred(below([heading(name, "", inner), beside([
        _control(*tubes[name], column) for tubes in sets.values()], inner, GAP)], 6), color(i))
        for i, name in enumerate(next(iter(sets.values())))]
    indented = Box(width, max(name.height for name in names), lambda figure, left, top: beside(
        names, inner, GAP).draw(figure, left + INDENT, top))
    return below([indented, *bands], BETWEEN)


def _control(w, own, width):
    """Return the kernels of largest norm of a tube in one set, and medians of their scores."""
    kt, kh, kw = w.shape[:3]
    if kt > 1:
        scale = max(1, min(34 // max(kh, kw), (width // kt - 1) // kw))
        image = pixels.strips(w, controls.COUNT, scale=scale)
    else:
        scale = max(1, 34 // max(kh, kw))
        columns = min(6, (width + 1) // (kw * scale + 1))
        chosen = pixels.order_by_norm(w)[:3 * columns]
        image = pixels.tile(pixels.kernel_rgb(w)[chosen, 0], columns, scale=scale)
    scores = beside([text(score, width, color=FAINT, size=7.5)
                     for score in controls.medians_line(own).split("   ")], width, between=0)
    return below([picture(image), scores], 4)._replace(width=width)


def lay_history(snapshots: Mapping[int, Mapping[str, np.ndarray]], width: float) -> Box:
    """Lay out norms and kernels at the snapshots, as `history.draw_history` does for the gallery.

    Parameters
    ----------
    snapshots : dict of dicts
        {step: {tube name: w}} with w (kt, kh, kw, C, D), in the order of the steps.
    width : float
        Width of the page, in pixels.

    Returns
    -------
    Box
        A band for each tube.

    Raises
    ------
    ValueError
        If there are fewer than two snapshots.
    """
    inner = width - INDENT
    return below([barred(_history(name, list(snapshots), stack, shade, inner), shade)
                  for name, stack, shade in shaded(history.stacked(snapshots))], BETWEEN)


def _history(name, steps, stack, shade, width):
    """Return the norms of one tube's kernels, beside five kernels at every snapshot."""
    kernels = _timeline(steps, stack, width * (0.52 if width > TWO_COLUMNS else 0.7))
    left = width - kernels.width - GAP
    every = int(np.ceil(len(steps) * 46 / (left - 40)))  # labels of steps need 46 pixels each
    norms = partial(history.draw_norms, steps=steps, stack=stack, shade=shade, every=every)
    curves = grid([Panel(norms)], left, 1, kernels.height - 56)
    return below([heading(name, "", width), beside([curves, kernels], width, GAP)], 6)


def _timeline(steps, stack, width):
    """Return kernels at every snapshot, with the steps above them."""
    cell = width / len(steps)
    rows, columns = stack.shape[2:4]
    scale = max(1, int((cell - 3) // max(rows, columns)))
    image = history.timeline(stack, side=scale * max(rows, columns), gap=3)
    step = (image.shape[1] + 3) / len(steps)

    def draw(figure, left, top):
        for k in range((len(marks) - 1) % every, len(marks), every):
            marks[k].draw(figure, left + min(k * step, image.shape[1] - marks[k].width), top)
        picture(image).draw(figure, left, top + marks[0].height + 2)

    marks = [text(history.brief(step), width, 7, color=FAINT) for step in steps]
    every = int(np.ceil((max(mark.width for mark in marks) + 4) / step))
    return Box(image.shape[1], image.shape[0] + marks[0].height + 2, draw)
