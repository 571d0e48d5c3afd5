"""Parts of a page: its title and caption, and names of tubes beside bars in their colors.

Pixels count from the top left corner of the page."""

import textwrap
import tomllib
from functools import cache
from pathlib import Path
from typing import NamedTuple

from tubevit_np.plots.style import DPI, FAINT, color, page, place

MARGIN, TOP = 70, 160  # pixels: beside and above the bands and columns of a page


class Words(NamedTuple):
    """What a picture shows, for readers who cannot see it, and how to read it."""

    alt: str
    caption: str


def words(name):
    """The Words of a picture, from captions.toml, each text on one line."""
    return Words(**{key: " ".join(text.split()) for key, text in captions()[name].items()})


@cache
def captions():
    """{picture: {"alt": text, "caption": text}}."""
    return tomllib.loads(Path(__file__).with_name("captions.toml").read_text(encoding="utf-8"))


def shortened(name):
    """At most 35 characters of a name."""
    return name if len(name) < 34 else name[:32] + "..."


def write(figure, left, base, text, **options):
    """Text that starts at that pixel and stands on that row."""
    across, down = figure.get_size_inches() * DPI
    return figure.text(left / across, 1 - base / down, text, va="baseline", **options)


def mark(figure, left, top, height, shade):
    """A bar in a tube's color."""
    ax = place(figure, left, top, 8, height, facecolor=shade, xticks=[], yticks=[])
    ax.spines[:].set_visible(False)


def label(figure, left, base, name, *lines, shade=None):
    """A bold name on the row `base`, and faint lines below it; empty ones are skipped.

    shade: of a bar before them."""
    if shade:
        mark(figure, left - 26, base - 19, 66, shade)
    write(figure, left, base, name, fontsize=12, weight="bold")
    for k, line in enumerate(filter(None, lines)):
        write(figure, left, base + 40 + 32 * k, line, color=FAINT)


def head(figure, left, top, height, shade, text, note=""):
    """The name of a part of a page beside a bar in its color, and a faint note behind it."""
    mark(figure, left - 26, top, height, shade)
    write(figure, left, top + 26, text.replace("x", "×"), fontsize=12, weight="bold")
    write(figure, left + 19 * len(text) + 24, top + 26, note, color=FAINT)


def sheet(width, bottom, title, text, left=MARGIN, base=88, right=None, tail=40, size=17):
    """A page with its title on the row `base`, and a caption that begins `bottom` pixels down.

    right: the caption ends that many pixels before the edge, `left` unless given;
    tail: pixels below the caption;  size: of the title, in points."""
    lines = textwrap.wrap(text, int((width - left - (right or left)) / 9.1))
    figure = page(width, bottom + 28 * len(lines) + tail)
    write(figure, left, base, title, fontsize=size, weight="bold")
    caption = write(figure, left, bottom, "\n".join(lines), color=FAINT, fontsize=8)
    caption.set(va="top", linespacing=1.45)
    return figure


def shaded(tubes, moving=False):
    """(name, value, color) of each tube of {name: value};  moving: of kernels of several frames."""
    return [(name, found, color(i)) for i, (name, found) in enumerate(tubes.items())
            if not moving or len(getattr(found, "w", found)) > 1]


def banded(tubes, width, height, title, caption, draw):
    """A page with a band for each of `shaded`'s tubes: draw(figure, top, name, value, color)."""
    figure = sheet(width, TOP + height * len(tubes), title, caption)
    for k, tube in enumerate(tubes):
        draw(figure, TOP + height * k, *tube)
    return figure


def columned(tubes, step, width, bottom, title, caption, draw):
    """A page with a column for each of `shaded`'s tubes: draw(figure, left, name, value, color)."""
    figure = sheet(width, bottom, title, caption)
    for k, (name, found, shade) in enumerate(tubes):
        left = MARGIN + k * step
        mark(figure, left, TOP - 19, 28, shade)
        label(figure, left + 22, TOP + 6, name.replace("x", "×"))
        draw(figure, left, name, found, shade)
    return figure
