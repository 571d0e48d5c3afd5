"""What the tubes have learned, drawn as the pixels they look for (Fig. 5).

Beside every picture in which each kernel has its own gain stands one of all kernels at a single
gain, with their norms, so that a dead kernel looks dead."""

from tubevit_np.plots.analysis.pixels import (
    all_alike,
    components,
    norms,
    order_by_norm,
    parts,
    patches,
    strips,
    to_bytes,
)
from tubevit_np.plots.style import FAINT, colour, explain, head, page, place, tidy, wrap, write

MARGIN, WIDE, GUTTER, SIDE = 70, 1368, 92, 399  # pixels: what one reads, beside it all kernels
PATCHES, PARTS = 911, 398  # in the former, 2D patches and their principal components
HEADER, UNDER, BARS, BETWEEN = 46, 40, 94, 60
ALT = (
    "Every patch and tube kernel as the pixels that it looks for, tubes as strips of frames, "
    "beside all of them at one gain and their norms.")
CAPTION = (
    "Each kernel has one gain for all its frames and colours, 0.5 + k / (2 max|k|): zero is mid "
    "grey, and nothing is rescaled from frame to frame or channel to channel. Kernels are sorted "
    "by Euclidean norm, largest first, row by row; film strips show the first of them. "
    "On the right every kernel of the tube at one common gain, by the frame that holds most of its "
    "energy, and the norms: there a dead kernel looks dead. Principal components: of the patch "
    "kernels less their mean; their sign is arbitrary. Pixels grow by whole numbers, without "
    "interpolation.")


def show(ax, picture):
    """A picture (h, w, 3) in [0, 1], its pixels as they are."""
    ax.imshow(to_bytes(picture), interpolation="none")
    ax.set_axis_off()


def draw_patches(ax, w):
    """All 2D kernels w (1, kh, kw, C, D), largest norm first, each at its own gain."""
    show(ax, patches(w, PATCHES))


def draw_all_alike(ax, w):
    """Every kernel w (kt, kh, kw, C, D) at one gain, by its strongest frame, largest norm first."""
    show(ax, all_alike(w, SIDE))


@tidy
def draw_beside(pictures):
    """A Figure of {title: picture (h, w, 3) in [0, 1]} from left to right, pixel for pixel."""
    sizes = [picture.shape for picture in pictures.values()]
    width = sum(across for _, across, _ in sizes) + BETWEEN * (len(sizes) - 1)
    figure = page(width + 40, HEADER + max(down for down, _, _ in sizes) + 20)
    left = 20
    for title, picture in pictures.items():
        ax = _pin(figure, left, 0, picture)
        show(ax, picture)
        ax.set_title(title)
        left += picture.shape[1] + BETWEEN
    return figure


@tidy
def draw_strips(ax, w, count, columns=1, scale=4, gap=24):
    """Rows of kernels w (kt, kh, kw, C, D), largest norm first, time from left to right."""
    picture = strips(w, count, columns, scale, gap)
    show(ax, picture)
    length, below = w.shape[0] * (w.shape[2] * scale + 1) - 1, len(picture) + 10
    ax.annotate("", (length, below), (0, below), annotation_clip=False, arrowprops={
        "arrowstyle": "-|>,head_width=0.15,head_length=0.35", "color": FAINT, "linewidth": 0.8,
        "shrinkA": 0, "shrinkB": 0})
    ax.annotate(f"time: {w.shape[0]} frames", (0, below), (0, -3), textcoords="offset points",
                va="top", fontsize=7, color=FAINT, annotation_clip=False)


@tidy
def draw_bars(ax, values, label, shade=FAINT):
    """Bars from zero, the largest first and labelled: norms, or shares of variance."""
    ax.stairs(values, fill=True, color=shade)
    ax.set(xlim=(0, len(values)), ylim=(0, max(values[0], 1e-12)), xticks=[],
           yticks=[0, values[0]], yticklabels=["0", label])


@tidy
def draw_kernels(kernels, title):
    """The page of a run: every tube's kernels, {"8x8x8": w (kt, kh, kw, C, D)} in Config order."""
    width, top = WIDE + GUTTER + SIDE, 160
    text, text_height = wrap(CAPTION, width)
    heights = [_height(w) for w in kernels.values()]
    bands = sum(heights) + len(heights) * BETWEEN
    figure = page(width + 2 * MARGIN, top + bands + text_height + 50)
    write(figure, MARGIN, 88, title, fontsize=17, weight="bold")
    for i, (name, w) in enumerate(kernels.items()):
        _draw_band(figure, top, heights[i], name, w, colour(i))
        top += heights[i] + BETWEEN
    explain(figure, MARGIN, top, text)
    return figure


def _height(w):
    if len(w) == 1:
        left = max(len(patches(w, PATCHES)), 4 * 57 + BARS)
    else:
        left = len(strips(w, *_film(w))) + UNDER
    return HEADER + max(left, len(all_alike(w, SIDE)) + BARS)


def _film(w):
    """How many strips, in how many columns, at which scale and gap, fill the room beside all."""
    kt, kh, kw = w.shape[:3]
    scale = max(1, min(40 // max(kh, kw), (WIDE // kt - 1) // kw))
    length = kt * (kw * scale + 1) - 1
    columns = max(1, (WIDE + 16) // (length + 16))
    gap = (WIDE - columns * length) // max(1, columns - 1)
    rows = max(6, (len(all_alike(w, SIDE)) + BARS - UNDER) // (kh * scale + 8))
    return min(w.shape[-1], rows * columns), columns, scale, gap


def _draw_band(figure, top, height, name, w, shade):
    """One tube: its name, what one reads of it, and all its kernels at one gain."""
    count = w.shape[-1]
    shown = count if len(w) == 1 else _film(w)[0]
    head(figure, MARGIN, top, height, shade,
         f"{name.replace('x', '×')} {'patches' if len(w) == 1 else 'tubes'}",
         f"all {count}" if shown == count else f"the first {shown} of {count} by norm")
    (_draw_2d if len(w) == 1 else _draw_3d)(figure, top, w, shade)
    left, picture, sizes = MARGIN + WIDE + GUTTER, all_alike(w, SIDE), norms(w)[order_by_norm(w)]
    _note(figure, left, top, f"all {count} at one gain, and their norms")
    draw_all_alike(_pin(figure, left, top, picture), w)
    draw_bars(_beneath(figure, left, top, picture), sizes, f"{sizes[0]:.3g}", shade)


def _draw_2d(figure, top, w, shade):
    draw_patches(_pin(figure, MARGIN, top, patches(w, PATCHES)), w)
    kernels, fractions = components(w)
    picture, left = parts(kernels, PARTS), MARGIN + WIDE - PARTS
    _note(figure, left, top, f"principal components, {fractions.sum():.0%} of variance")
    show(_pin(figure, left, top, picture), picture)
    draw_bars(_beneath(figure, left, top, picture), fractions, f"{fractions[0]:.0%}", shade)


def _draw_3d(figure, top, w, shade):
    film = _film(w)
    draw_strips(_pin(figure, MARGIN, top, strips(w, *film)), w, *film)


def _note(figure, left, top, text):
    write(figure, left, top + 26, text, color=FAINT)


def _pin(figure, left, top, picture):
    """Axes of exactly the picture's size: one pixel of the page for each of its pixels."""
    return place(figure, left, top + HEADER, picture.shape[1], picture.shape[0])


def _beneath(figure, left, top, picture):
    return place(figure, left, top + HEADER + len(picture) + 30, picture.shape[1], BARS - 30)
