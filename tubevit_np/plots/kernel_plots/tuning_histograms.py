"""What the kernels of a tube are tuned to: orientation, spatial frequency and speed."""

from collections.abc import Mapping
from functools import partial

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import to_rgb
from matplotlib.figure import Figure
from matplotlib.projections.polar import PolarAxes

from tubevit_np.plots.analysis.measured import Measured
from tubevit_np.plots.layout import MARGIN, banded, head, shaded, words
from tubevit_np.plots.style import FAINT, INK, LINE, place, tidy

SIDE, GAP, BAND = 300, 130, 430  # pixels
NYQUIST = 0.5
DASHED, DOTTED = (0, (4, 2)), (0, (1, 2))
WORDS = words("tuning_histograms")


@tidy
def draw_orientations(ax: PolarAxes, found: Measured, plain: Measured, shade: str) -> None:
    """Draw a polar histogram of the preferred orientation.

    Parameters
    ----------
    ax : PolarAxes
        Where to draw, from 0 to 180 degrees.
    found, plain : Measured
        Learned and untrained kernels of one tube.
    shade : str
        Color of the learned kernels.
    """
    edges = np.linspace(0, np.pi, 13)
    counts, gray = (np.histogram(np.radians(m.tuning["orientation"][m.striped]), edges)[0]
                    for m in (found, plain))
    ax.bar(edges[:-1], counts, width=np.pi / 12, align="edge", color=shade, edgecolor="white",
           linewidth=0.6)
    ax.stairs(gray, edges, color=FAINT, linewidth=1, baseline=None)
    top = max(*counts, *gray, 1)
    ax.set(thetamin=0, thetamax=180, ylim=(0, 1.05 * top), yticks=[top])
    ax.set_xticks(np.radians([0, 45, 90, 135, 180]), ["0°", "45°", "90°", "135°", "180°"])
    ax.tick_params(pad=1)
    ax.grid(color=LINE, linewidth=0.5)


@tidy
def draw_frequencies(ax: Axes, found: Measured, plain: Measured, shade: str) -> None:
    """Draw a histogram of the preferred spatial frequency, in cycles per pixel.

    Parameters
    ----------
    ax : Axes
        Where to draw.
    found, plain : Measured
        Learned and untrained kernels of one tube.
    shade : str
        Color of the learned kernels.
    """
    edges = np.linspace(0, 0.7, 29)  # along a diagonal, pixels resolve more than 1/2
    _draw_counts(ax, edges, found.tuning["frequency"], plain.tuning["frequency"], shade)
    ax.axvline(NYQUIST, color=INK, linewidth=1, linestyle=DASHED)
    ax.axvline(0.25 / found.side, color=INK, linewidth=1, linestyle=DOTTED)
    ax.set(xlim=(0, 0.7), xlabel="spatial frequency (cycles per pixel)")


@tidy
def draw_speeds(ax: Axes, found: Measured, plain: Measured, shade: str) -> None:
    """Draw a histogram of the preferred speed, in pixels per frame, in steps of half an octave.

    Kernels that choose no direction are pale: they flicker, or do not change.

    Parameters
    ----------
    ax : Axes
        Where to draw.
    found, plain : Measured
        Learned and untrained kernels of one video tube.
    shade : str
        Color of the learned kernels.
    """
    edges = 2.0 ** np.arange(-6, 4.1, 0.5)
    known, unknown, untrained = (
        m.tuning["speed"][kept].clip(edges[0], edges[-1])
        for m, kept in ((found, found.chooses), (found, found.striped & ~found.chooses),
                        (plain, plain.striped)))
    _draw_counts(ax, edges, [known, unknown], untrained, [shade, pale(shade)])
    for pixels in (1, found.w.shape[2]):
        ax.axvline(pixels / len(found.w), color=INK, linewidth=1, linestyle=DOTTED)
    ax.set_xscale("log", base=2)
    ax.set(xlim=(edges[0], edges[-1]), xlabel="speed (pixels per frame)")
    ax.set_xticks(2.0 ** np.arange(-6, 5, 3), ["≤1⁄64", "1⁄8", "1", "8"])
    ax.minorticks_off()


@tidy
def draw_dots(ax: Axes, found: Measured, shade: str) -> None:
    """Draw each kernel as a dot by orientation and spatial frequency; its area shows the norm.

    Parameters
    ----------
    ax : Axes
        Where to draw.
    found : Measured
        Kernels of one tube. The area of a dot is proportional to the squared norm.
    shade : str
        Color of the dots.
    """
    kept = found.striped
    sizes = found.norms[kept] ** 2 / max((found.norms**2).sum(), 1e-300)
    ax.scatter(found.tuning["orientation"][kept], found.tuning["frequency"][kept],
               s=14 * len(found.norms) * sizes, color=shade, alpha=0.7, linewidth=0, clip_on=False)
    top = max([0.5, *found.tuning["frequency"][kept]])  # along a diagonal more than 1/2
    ax.set(xlim=(0, 180), ylim=(0, 1.04 * top), xticks=[0, 90, 180],
           xlabel="orientation (°)", ylabel="cycles per pixel")
    ax.axhline(NYQUIST, color=INK, linewidth=1, linestyle=DASHED)


@tidy
def draw_population(measured: Mapping[str, Measured], untrained: Mapping[str, Measured],
                    title: str = "What the kernels are tuned to") -> Figure:
    """Draw the tuning of all kernels of all tubes.

    Parameters
    ----------
    measured, untrained : dict of Measured
        Learned and untrained kernels by tube name.
    title : str, optional
        Title of the page.

    Returns
    -------
    Figure
        A page with one band per tube.
    """
    width, draw = 2 * MARGIN + 4 * SIDE + 3 * GAP + 40, partial(_draw_band, untrained)
    return banded(shaded(measured), width, BAND, title, WORDS.caption, draw)


def _draw_band(untrained, figure, top, name, found, shade):
    """Draw one tube."""
    def axes(k, **options):
        left = MARGIN + 40 + k * (SIDE + GAP)
        return place(figure, left - 8 * (k == 0), top + 70, SIDE, BAND - 200, **options)

    plain = untrained[name]
    head(figure, MARGIN, top, BAND - 60, shade, name,
         f"{found.striped.sum()} of {len(found.striped)} kernels have an orientation "
         f"({plain.striped.sum()} untrained)")
    draw_orientations(axes(0, projection="polar"), found, plain, shade)
    draw_frequencies(axes(1), found, plain, shade)
    if found.is_selective:
        draw_speeds(axes(2), found, plain, shade)
    else:
        say_why(axes(2), found)
    draw_dots(axes(3), found, shade)


def say_why(ax: Axes, found: Measured) -> None:
    """Say in empty axes why no speeds are drawn."""
    why = "no speeds: one frame" if len(found.w) == 1 else (
        f"no speeds: {found.chooses.sum()} of {found.striped.sum()} kernels\n"
        "choose a direction,\nno more than by chance")
    ax.set_axis_off()
    ax.text(0.5, 0.5, why, transform=ax.transAxes, color=FAINT, ha="center", va="center")


def pale(shade: str) -> tuple[float, ...]:
    """Return a color mixed with twice as much white."""
    return tuple(1 - (1 - np.array(to_rgb(shade))) / 3)


def _draw_counts(ax, edges, values, plain, shade):
    """Draw a histogram, or several on each other, and a gray outline for untrained kernels."""
    ax.hist(values, edges, color=shade, edgecolor="white", linewidth=0.6, stacked=True)
    ax.hist(plain, edges, histtype="step", color=FAINT, linewidth=1)
    ax.set(ylabel="kernels")
