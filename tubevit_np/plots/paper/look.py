"""The look of a paper figure: the gallery's, below the settings of whoever writes the paper.

From bottom to top: the look of the gallery, at a font size of 8 points; all settings of Matplotlib
that differ from its defaults (a matplotlibrc, rcParams, `matplotlib.style.context`); a style file;
the font size that is asked for. The upper one wins.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from matplotlib import rc_params_from_file, rcParams, rcParamsDefault, style

from tubevit_np.plots.style import FONT, LOOK, SMALLEST, look

SIZE, LARGEST = 8.0, 9.0  # points
FILES = {"svg.fonttype": "none", "savefig.dpi": 320}  # text that is text
SIZES = {"axes.titlesize": 9.5, "axes.labelsize": 8.5, "xtick.labelsize": 7.5,
         "ytick.labelsize": 7.5}
DEFAULTS: Any = rcParamsDefault
# What is no question of style: which way up a picture is, the size of a page, windows.
KEPT = ("image.origin", "image.aspect", "savefig.bbox", "savefig.pad", "savefig.directory",
        "figure.", "text.parse_math", "backend", "interactive", "toolbar", "timezone", "date.epoch",
        "docstring", "tk.", "webagg", "macosx", "keymap", "animation")
COLORS = ("figure.facecolor", "figure.edgecolor")


def yours() -> dict[str, Any]:
    """Return the settings that are in force and differ from Matplotlib's defaults."""
    now: Any = rcParams.copy()
    return {name: now[name] for name in now if now[name] != DEFAULTS[name]}


def read_style(path: str | Path) -> dict[str, Any]:
    """Read a style file.

    Parameters
    ----------
    path : str or Path
        A file of lines "name: value", as in a matplotlibrc.

    Returns
    -------
    dict
        The settings of the file.

    Raises
    ------
    ValueError
        If there is no such file, or it holds no setting. Matplotlib itself reports a line that it
        cannot read, and the other lines count.
    """
    if not Path(path).is_file():
        raise ValueError(f"there is no style file {path}")
    try:
        found: Any = rc_params_from_file(path, use_default_template=False)
    except UnicodeDecodeError:
        found = {}
    if not found:
        raise ValueError(f"{path} holds no setting of Matplotlib, such as \"font.size: 8\"")
    return dict(found)


def layers(own: Mapping[str, Any], font_size: float | None = None) -> list[str | dict[str, Any]]:
    """Return the look of paper figures.

    Parameters
    ----------
    own : dict
        Settings that replace those of the gallery.
    font_size : float, optional
        In points, instead of the font size of `own`; 8 if there is none either.

    Returns
    -------
    list
        Styles for ``matplotlib.style.context``; the last one wins.
    """
    own = {name: value for name, value in own.items()
           if name in COLORS or not name.startswith(KEPT)}
    size = min(LARGEST, max(SMALLEST, font_size or own.get("font.size", SIZE)))
    sizes = {name: max(SMALLEST, points * size / FONT) for name, points in SIZES.items()}
    return [*LOOK, FILES | sizes, own, {"font.size": size}]


def check_font_size(size: float | None) -> None:
    """Raise ValueError if a font size in points is too small to be read, or absurdly large."""
    if size is not None and not SMALLEST <= size <= LARGEST:
        raise ValueError(f"a font size of {size:g} points cannot be used in print; give "
                         f"{SMALLEST:g} to {LARGEST:g}")


@contextmanager
def paper_look(own_style: str | Path | Mapping[str, Any] | None = None,
               font_size: float | None = None) -> Iterator[None]:
    """Draw and save in the look of a paper, within a with statement.

    Parameters
    ----------
    own_style : str, Path or dict, optional
        A style file or the settings in it, which replace those of the gallery.
    font_size : float, optional
        In points, 6 to 9; 8 if neither this, a style file nor a matplotlibrc sets it.

    Returns
    -------
    context manager
        It restores all settings at its end.

    Raises
    ------
    ValueError
        If the font size is out of range, or the style file cannot be read.
    """
    check_font_size(font_size)
    if isinstance(own_style, str | Path):
        own_style = read_style(own_style)
    found = layers(yours() | dict(own_style or {}), font_size)
    token = look.set(found)
    try:
        with style.context(found):
            yield
    finally:
        look.reset(token)
