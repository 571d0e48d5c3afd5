"""Parts of a page: title, caption, and the names of tubes beside bars in their colors.

All lengths are in pixels, counted from the upper left corner of the page.
"""

import textwrap
import tomllib
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

from matplotlib.figure import Figure
from matplotlib.text import Text

from tubevit_np.plots.fonts import can_write, writable
from tubevit_np.plots.style import DPI, FAINT, color, page, place

MARGIN, TOP = 70, 160  # pixels beside and above the bands and columns of a page


class Words(NamedTuple):
    """The texts of a picture.

    Parameters
    ----------
    alt : str
        What the picture shows, for readers who cannot see it.
    caption : str
        What is drawn and how to read it, for everybody.
    paper : str
        Caption of a figure for a paper, whose parts lie at other places.
    """

    alt: str
    caption: str
    paper: str


def words(name: str) -> Words:
    """Return the texts of a picture, each on one line.

    Parameters
    ----------
    name : str
        A table of captions.toml, for example "grid".

    Returns
    -------
    Words
        Alternative text and captions.
    """
    found = captions()[name]
    alt, caption = (" ".join(found[key].split()) for key in ("alt", "caption"))
    paper = caption
    for old, new in found.get("paper", ()):
        paper = paper.replace(old, new)
    return Words(alt, caption, paper)


@cache
def captions() -> dict[str, dict[str, Any]]:
    """Return all texts of captions.toml, {picture: {"alt": text, "caption": text, ...}}."""
    return tomllib.loads(Path(__file__).with_name("captions.toml").read_text(encoding="utf-8"))


def shortened(name: str) -> str:
    """Return at most 35 characters of a name."""
    return name if len(name) < 34 else name[:32] + "..."


def with_note(caption: str, names: Iterable[str]) -> str:
    """Return a caption; it says so if the fonts lack letters of some names."""
    if all(map(can_write, names)):
        return caption
    return f"{caption} {words('missing_letters').caption}"


def write(figure: Figure, left: float, base: float, text: str, **options: Any) -> Text:
    """Write a text whose first letter starts at pixel `left` of row `base`."""
    across, down = figure.get_size_inches() * DPI
    text = writable(text)  # the title of a page may be the name of a folder
    return figure.text(left / across, 1 - base / down, text, va="baseline", **options)


def mark(figure: Figure, left: float, top: float, height: float, shade: str) -> None:
    """Draw a bar, 8 pixels wide, in the color of a tube."""
    ax = place(figure, left, top, 8, height, facecolor=shade, xticks=[], yticks=[])
    ax.spines[:].set_visible(False)


def label(figure: Figure, left: float, base: float, name: str, *lines: str,
          shade: str | None = None) -> None:
    """Write a bold name on row `base` and gray lines below it, beside a bar of color `shade`.

    Empty lines are skipped. Without a shade there is no bar.
    """
    if shade:
        mark(figure, left - 26, base - 19, 66, shade)
    write(figure, left, base, name, fontsize=12, weight="bold")
    for k, line in enumerate(filter(None, lines)):
        write(figure, left, base + 40 + 32 * k, line, color=FAINT)


def head(figure: Figure, left: float, top: float, height: float, shade: str, text: str,
         note: str = "") -> None:
    """Write the name of a part of a page, a gray note behind it, and a colored bar before it."""
    mark(figure, left - 26, top, height, shade)
    write(figure, left, top + 26, text.replace("x", "×"), fontsize=12, weight="bold")
    write(figure, left + 19 * len(text) + 24, top + 26, note, color=FAINT)


def sheet(width: float, bottom: float, title: str, text: str, left: float = MARGIN,
          base: float = 88, right: float | None = None, tail: float = 40,
          size: float = 17) -> Figure:
    """Return a page with a title on top and a caption at the bottom.

    Parameters
    ----------
    width : float
        Width of the page. Its height follows from the caption.
    bottom : float
        Row where the caption starts.
    title : str
        One line.
    text : str
        Caption, wrapped to the width of the page.
    left : float, default 70
        Left margin of title and caption.
    base : float, default 88
        Row on which the title stands.
    right : float, optional
        Right margin of the caption; the same as `left` if not given.
    tail : float, default 40
        Space below the caption.
    size : float, default 17
        Font size of the title, in points.

    Returns
    -------
    Figure
        The page.
    """
    lines = textwrap.wrap(text, int((width - left - (right or left)) / 9.1))
    figure = page(width, bottom + 28 * len(lines) + tail)
    write(figure, left, base, title, fontsize=size, weight="bold")
    caption = write(figure, left, bottom, "\n".join(lines), color=FAINT, fontsize=8)
    caption.set(va="top", linespacing=1.45)
    return figure


def shaded(tubes: Mapping[str, Any], moving: bool = False,
           numbers: Mapping[str, int] | None = None) -> list[tuple[str, Any, str]]:
    """Return (name, value, color) of each tube of {name: value}.

    The values are kernels, or objects with their kernels as `w`. If `moving`, tubes with a single
    frame are skipped. `numbers` are the tubes' numbers in their Config, if some tubes are missing.
    """
    own = numbers or {}
    return [(name, value, color(own.get(name, i))) for i, (name, value) in enumerate(tubes.items())
            if not moving or len(getattr(value, "w", value)) > 1]


def banded(tubes: Sequence[tuple[str, Any, str]], width: float, height: float, title: str,
           caption: str, draw: Callable[..., None]) -> Figure:
    """Return a page with one band per tube, drawn by draw(figure, top, name, value, color)."""
    figure = sheet(width, TOP + height * len(tubes), title, caption)
    for k, tube in enumerate(tubes):
        draw(figure, TOP + height * k, *tube)
    return figure


def columned(tubes: Sequence[tuple[str, Any, str]], step: float, width: float, bottom: float,
             title: str, caption: str, draw: Callable[..., None]) -> Figure:
    """Return a page with one column per tube, drawn by draw(figure, left, name, value, color)."""
    figure = sheet(width, bottom, title, caption)
    for k, (name, value, shade) in enumerate(tubes):
        left = MARGIN + k * step
        mark(figure, left, TOP - 19, 28, shade)
        label(figure, left + 22, TOP + 6, name.replace("x", "×"))
        draw(figure, left, name, value, shade)
    return figure
