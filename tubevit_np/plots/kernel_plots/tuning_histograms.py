"""What all kernels of a tube are tuned to: orientation, spatial frequency, speed."""

import numpy as np

from tubevit_np.plots.style import FAINT, INK, LINE, colour, head, place, sheet, tidy

MARGIN, SIDE, GAP, TOP, BAND = 70, 300, 130, 160, 430  # pixels
NYQUIST = 0.5
ALT = (
    "For each tube histograms of the orientation, spatial frequency and speed that its kernels "
    "prefer, with untrained kernels in grey, and every kernel as a dot by orientation and "
    "frequency.")
CAPTION = (
    "The peak of each kernel's spectrum, in colour; grey outlines: untrained kernels of the same "
    "run. A quarter of a period across a kernel is the least that gives an orientation: kernels "
    "below it, left of the dotted line, spots or bars without dark sides, are in the histogram of "
    "spatial frequency alone. "
    "Orientation is that of the stripes, 0 is level; half a circle holds all. Dashed: the highest "
    "frequency that rows or columns of pixels can tell. Speed, dotted: one pixel, and the width of "
    "the kernel, in the time of the kernel; what is slower hardly moves there, what is faster is "
    "gone before its end. Speeds beyond the axis are in its last bars. Right: the area of a dot "
    "goes with its kernel's squared norm.")


@tidy
def draw_orientations(ax, found, plain, shade):
    """Polar axes, 0 to 180 degrees: how many kernels prefer each orientation."""
    edges = np.linspace(0, np.pi, 13)
    counts, grey = (np.histogram(np.radians(m.tuning["orientation"][m.striped]), edges)[0]
                    for m in (found, plain))
    ax.bar(edges[:-1], counts, width=np.pi / 12, align="edge", color=shade, edgecolor="white",
           linewidth=0.6)
    ax.stairs(grey, edges, color=FAINT, linewidth=1, baseline=None)
    top = max(*counts, *grey, 1)
    ax.set(thetamin=0, thetamax=180, ylim=(0, 1.05 * top), yticks=[top])
    ax.set_xticks(np.radians([0, 45, 90, 135, 180]), ["0°", "45°", "90°", "135°", "180°"])
    ax.tick_params(pad=1)
    ax.grid(color=LINE, linewidth=0.5)


@tidy
def draw_frequencies(ax, found, plain, shade):
    """How many kernels prefer each spatial frequency, cycles per pixel."""
    edges = np.linspace(0, 0.7, 29)  # on a diagonal pixels can tell more than one half
    _draw_counts(ax, edges, found.tuning["frequency"], plain.tuning["frequency"], shade)
    ax.axvline(NYQUIST, color=INK, linewidth=1, linestyle=(0, (4, 2)))
    ax.axvline(0.25 / found.side, color=INK, linewidth=1, linestyle=(0, (1, 2)))
    ax.set(xlim=(0, 0.7), xlabel="spatial frequency (cycles per pixel)")


@tidy
def draw_speeds(ax, found, plain, shade):
    """How many kernels prefer each speed, pixels per frame, in steps of half an octave."""
    edges = 2.0 ** np.arange(-6, 4.1, 0.5)
    speeds = [m.tuning["speed"][m.striped].clip(edges[0], edges[-1]) for m in (found, plain)]
    _draw_counts(ax, edges, *speeds, shade)
    frames, width = len(found.w), found.w.shape[2]
    for limit in (1 / frames, width / frames):
        ax.axvline(limit, color=INK, linewidth=1, linestyle=(0, (1, 2)))
    ax.set_xscale("log", base=2)
    ax.set(xlim=(edges[0], edges[-1]), xlabel="speed (pixels per frame)",
           xticks=2.0 ** np.arange(-6, 5, 3))
    ax.set_xticklabels(["≤1⁄64", "1⁄8", "1", "8"])
    ax.minorticks_off()


@tidy
def draw_dots(ax, found, shade):
    """Every kernel by orientation and spatial frequency, its area by its squared norm."""
    kept = found.striped
    sizes = found.norms[kept] ** 2 / max((found.norms**2).sum(), 1e-300)
    ax.scatter(found.tuning["orientation"][kept], found.tuning["frequency"][kept],
               s=14 * len(found.norms) * sizes, color=shade, alpha=0.7, linewidth=0, clip_on=False)
    ax.set(xlim=(0, 180), ylim=(0, 0.52), xticks=[0, 45, 90, 135, 180], xlabel="orientation (°)",
           ylabel="cycles per pixel")
    ax.axhline(NYQUIST, color=INK, linewidth=1, linestyle=(0, (4, 2)))


@tidy
def draw_population(measured, untrained, title):
    """The page of all tubes: measures {name: Measured} of learned and of untrained kernels."""
    width = 2 * MARGIN + 4 * SIDE + 3 * GAP + 40
    figure = sheet(width, TOP + BAND * len(measured), title, CAPTION)
    for i, (name, found) in enumerate(measured.items()):
        _draw_band(figure, TOP + BAND * i, name, found, untrained[name], colour(i))
    return figure


def _draw_band(figure, top, name, found, plain, shade):
    head(figure, MARGIN, top, BAND - 60, shade, name.replace("x", "×"),
         f"{found.striped.sum()} of {len(found.striped)} kernels have an orientation "
         f"({plain.striped.sum()} untrained)")
    lefts = [MARGIN + 40 + i * (SIDE + GAP) for i in range(4)]
    above, tall = top + 70, BAND - 200
    draw_orientations(place(figure, lefts[0] - 8, above, SIDE, tall, projection="polar"),
                      found, plain, shade)
    draw_frequencies(place(figure, lefts[1], above, SIDE, tall), found, plain, shade)
    if len(found.w) > 1:
        draw_speeds(place(figure, lefts[2], above, SIDE, tall), found, plain, shade)
    draw_dots(place(figure, lefts[3], above, SIDE, tall), found, shade)


def _draw_counts(ax, edges, values, plain, shade):
    ax.hist(values, edges, color=shade, edgecolor="white", linewidth=0.6)
    ax.hist(plain, edges, histtype="step", color=FAINT, linewidth=1)
    ax.set(ylabel="kernels")
