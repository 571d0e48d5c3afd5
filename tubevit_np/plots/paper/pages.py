"""The pages of a paper: a picture at a given width, in a given format, with or without caption."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from matplotlib import rcParams
from matplotlib.figure import Figure
from tqdm import tqdm

from tubevit_np.plots.gallery import pictures as gallery
from tubevit_np.plots.gallery.pictures import Picture
from tubevit_np.plots.gallery.run_data import Missing, Opened
from tubevit_np.plots.paper.boxes import Box, below, text
from tubevit_np.plots.paper.layouts import LAYOUTS
from tubevit_np.plots.paper.look import check_font_size, paper_look, read_style
from tubevit_np.plots.style import DPI, FAINT, page, save

EDGE = 8  # pixels around a page: the text of the paper keeps its own distance
NARROWEST, WIDEST = 3.2, 20.0  # inches


@dataclass(frozen=True)
class Paper:
    """What figures for a paper look like.

    Parameters
    ----------
    form : str, default "pdf"
        "pdf", "svg" or "png".
    width : float, default 7
        Width of the page in inches, 3.2 to 20.
    captions : bool, default True
        If True, a text below the figure says how to read it.
    font_size : float, optional
        In points, 6 to 9; if not given, that of the style or 8.
    style : str or Path, optional
        A style file of Matplotlib.

    Raises
    ------
    ValueError
        If the width or the font size is out of range, the format is another, or the style cannot be
        read.
    """

    form: str = "pdf"
    width: float = 7.0
    captions: bool = True
    font_size: float | None = None
    style: str | Path | None = None

    def __post_init__(self) -> None:
        """Check the settings."""
        if not NARROWEST <= self.width <= WIDEST:
            raise ValueError(f"a page cannot be {self.width:g} inches wide; give a width of "
                             f"{NARROWEST:g} to {WIDEST:g} inches")
        if self.form not in ("pdf", "svg", "png"):
            raise ValueError(f"no format {self.form!r}; there are pdf, svg, png")
        check_font_size(self.font_size)
        _ = self._settings  # a style file that cannot be read is reported first

    @cached_property
    def _settings(self):
        """The settings of the style file, read once."""
        return read_style(self.style) if self.style else {}

    def file(self, picture: Picture) -> str:
        """Return the name of the file of a picture, such as "kernels.pdf"."""
        return f"{Path(picture.name).stem}.{self.form}"

    def check(self, pictures: Sequence[Picture]) -> None:
        """Check that pictures can have this format.

        Parameters
        ----------
        pictures : sequence of Picture
            Pictures that somebody asked for by name.

        Raises
        ------
        ValueError
            If one of them is an animation and the format is not "png".
        """
        for picture in pictures:
            if why := self._why_not(picture):
                raise ValueError(f"cannot draw {self.file(picture)}: {why}")

    def draw(self, run: Opened, folder: Path,
             pictures: Sequence[Picture] = gallery.PICTURES) -> dict[str, str]:
        """Write the figures of a run.

        Parameters
        ----------
        run : Opened
            The run.
        folder : Path
            An existing folder.
        pictures : sequence of Picture, optional
            What to draw; all if not given. Animations stay as in the gallery, as PNG.

        Returns
        -------
        dict of str
            {name of the picture: reason} of the pictures that were left out.
        """
        missing = {}
        for picture in tqdm(pictures, "drawing", unit="picture", disable=None):
            try:
                self._draw(run, folder, picture)
            except Missing as error:
                missing[picture.name] = str(error)
        return missing

    def _draw(self, run, folder, picture):
        """Write one figure, or raise Missing."""
        if why := self._why_not(picture):
            raise Missing(why)
        path, layout = folder / self.file(picture), LAYOUTS.get(Path(picture.name).stem)
        if not layout:
            return gallery.draw(picture, run, path)
        getattr(run, picture.need)
        with paper_look(self._settings, self.font_size):
            figure = sheet(lambda width: layout(run, width), self.width,
                           picture.words.paper if self.captions else "")
            return save(figure, path)

    def _why_not(self, picture):
        """Say why a picture cannot have this format; "" if it can."""
        if Path(picture.name).stem in LAYOUTS or self.form == "png":
            return ""
        return "it is an animation, which needs --format png"


def sheet(lay: Callable[[float], Box], width: float, caption: str = "") -> Figure:
    """Return a page as high as what stands on it.

    Parameters
    ----------
    lay : callable
        lay(width) returns a Box of at most this width, in pixels.
    width : float
        Width of the page, in inches.
    caption : str, optional
        Text below, wrapped to the width of the page.

    Returns
    -------
    Figure
        The page.
    """
    across = round(width * DPI)
    inner = across - 2 * EDGE
    parts = [lay(inner), *([text(caption, inner, 8, color=FAINT)] if caption else [])]
    whole = below(parts, 16)
    figure = page(across, round(whole.height) + 2 * EDGE)
    figure.set_size_inches(width, figure.get_size_inches()[1])
    figure.set_facecolor(rcParams["figure.facecolor"])
    whole.draw(figure, EDGE, EDGE)
    return figure
