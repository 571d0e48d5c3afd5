"""What the tubes have learned, drawn as the pixels they look for (Fig. 5).

Beside every picture in which each kernel has its own gain stands one of all kernels at a single
gain, with their norms, so that a dead kernel looks dead."""

from tubevit_np.plots.analysis import pixels
from tubevit_np.plots.layout import MARGIN, head, shaded, sheet, words, write
from tubevit_np.plots.style import FAINT, page, place, tidy

WIDE, GUTTER, SIDE = 1368, 92, 399  # pixels: what one reads, beside it all kernels
PATCHES, PARTS = 911, 398  # in the former, 2D patches and their principal components
HEADER, UNDER, BARS, BETWEEN = 46, 40, 94, 60
WORDS = words("grid")


def show(ax, picture, **options):
    """A picture (h, w, 3) in [0, 1], its pixels as they are."""
    ax.imshow(pixels.to_bytes(picture), interpolation="none", **options)
    ax.set_axis_off()


def pin(figure, left, top, picture):
    """Axes that show a picture, one pixel of the page for each of its pixels."""
    ax = place(figure, left, top, picture.shape[1], picture.shape[0])
    show(ax, picture)
    return ax


@tidy
def draw_beside(pictures):
    """A Figure of {title: picture (h, w, 3) in [0, 1]} from left to right, pixel for pixel."""
    heights, widths, _ = zip(*(picture.shape for picture in pictures.values()), strict=True)
    left, width = 20, sum(widths) + BETWEEN * (len(widths) - 1)
    figure = page(width + 40, HEADER + max(heights) + 20)
    for title, picture in pictures.items():
        pin(figure, left, HEADER, picture).set_title(title)
        left += picture.shape[1] + BETWEEN
    return figure


@tidy
def draw_strips(ax, w, count, columns=1, scale=4, gap=24):
    """Rows of kernels w (kt, kh, kw, C, D), largest norm first, time from left to right."""
    picture = pixels.strips(w, count, columns, scale, gap)
    show(ax, picture)
    length, below = w.shape[0] * (w.shape[2] * scale + 1) - 1, len(picture) + 10
    ax.annotate("", (length, below), (0, below), annotation_clip=False, arrowprops={
        "arrowstyle": "-|>,head_width=0.15,head_length=0.35", "color": FAINT, "linewidth": 0.8,
        "shrinkA": 0, "shrinkB": 0})
    ax.annotate(f"time: {w.shape[0]} frames", (0, below), (0, -3), textcoords="offset points",
                va="top", fontsize=7, color=FAINT, annotation_clip=False)


@tidy
def draw_bars(ax, values, label, shade=FAINT):
    """Bars from zero, the largest first and labeled: norms, or shares of variance."""
    ax.stairs(values, fill=True, color=shade)
    ax.set(xlim=(0, len(values)), ylim=(0, max(values[0], 1e-12)), xticks=[],
           yticks=[0, values[0]], yticklabels=["0", label])


@tidy
def draw_kernels(kernels, title):
    """The page of a run: every tube's kernels, {"8x8x8": w (kt, kh, kw, C, D)} in Config order."""
    heights, top = [_height(w) for w in kernels.values()], 160
    figure = sheet(WIDE + GUTTER + SIDE + 2 * MARGIN, top + sum(heights) + len(heights) * BETWEEN,
                   title, WORDS.caption, tail=50)
    for height, tube in zip(heights, shaded(kernels), strict=True):
        _draw_band(figure, top, height, *tube)
        top += height + BETWEEN
    return figure


def _height(w):
    if len(w) == 1:
        left = max(len(pixels.patches(w, PATCHES)), 4 * 57 + BARS)
    else:
        left = len(pixels.strips(w, *_film(w))) + UNDER
    return HEADER + max(left, len(pixels.all_alike(w, SIDE)) + BARS)


def _film(w):
    """How many strips, in how many columns, at which scale and gap, fill the room beside all."""
    kt, kh, kw = w.shape[:3]
    scale = max(1, min(40 // max(kh, kw), (WIDE // kt - 1) // kw))
    length = kt * (kw * scale + 1) - 1
    columns = max(1, (WIDE + 16) // (length + 16))
    gap = (WIDE - columns * length) // max(1, columns - 1)
    rows = max(6, (len(pixels.all_alike(w, SIDE)) + BARS - UNDER) // (kh * scale + 8))
    return min(w.shape[-1], rows * columns), columns, scale, gap


def _draw_band(figure, top, height, name, w, shade):
    """One tube: its name, what one reads of it, and all its kernels at one gain."""
    count, flat = w.shape[-1], len(w) == 1
    shown, kind = (count, "patches") if flat else (_film(w)[0], "tubes")
    head(figure, MARGIN, top, height, shade, f"{name} {kind}",
         f"all {count}" if shown == count else f"the first {shown} of {count} by norm")
    (_draw_2d if flat else _draw_3d)(figure, top, w, shade)
    norms = pixels.norms(w)[pixels.order_by_norm(w)]
    _draw_with_bars(figure, MARGIN + WIDE + GUTTER, top, pixels.all_alike(w, SIDE), norms, shade,
                    f"all {count} at one gain, and their norms", f"{norms[0]:.3g}")


def _draw_2d(figure, top, w, shade):
    pin(figure, MARGIN, top + HEADER, pixels.patches(w, PATCHES))
    kernels, fractions = pixels.components(w)
    _draw_with_bars(figure, MARGIN + WIDE - PARTS, top, pixels.parts(kernels, PARTS), fractions,
                    shade, f"principal components, {fractions.sum():.0%} of variance",
                    f"{fractions[0]:.0%}")


def _draw_3d(figure, top, w, shade):
    film = _film(w)
    height, width, _ = pixels.strips(w, *film).shape
    draw_strips(place(figure, MARGIN, top + HEADER, width, height), w, *film)


def _draw_with_bars(figure, left, top, picture, values, shade, note, label):
    """A picture below a note, and bars below the picture, the largest one labeled."""
    write(figure, left, top + 26, note, color=FAINT)
    pin(figure, left, top + HEADER, picture)
    under = place(figure, left, top + HEADER + len(picture) + 30, picture.shape[1], BARS - 30)
    draw_bars(under, values, label, shade)
