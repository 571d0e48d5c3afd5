"""Kernels of one tube in axes of your own, with your own settings of Matplotlib."""

import numpy as np
from matplotlib.axes import Axes
from matplotlib.patches import Rectangle

from tubevit_np.plots.analysis import pixels
from tubevit_np.plots.kernel_plots.grid import draw_strips, show
from tubevit_np.plots.paper.look import paper_look
from tubevit_np.plots.style import color


def draw_kernels(ax: Axes, w: np.ndarray, tube: int | None = None, count: int | None = None,
                 columns: int | None = None, title: str = "") -> None:
    """Draw the kernels of one tube into axes of your own, largest norm first.

    Video kernels become strips of frames, with time from left to right; patches become a grid. Each
    kernel has one gain for all its frames and colors, and zero is mid gray. What you set in
    Matplotlib counts: rcParams, a matplotlibrc, ``matplotlib.style.context``. Other settings are
    those of the gallery, at a font size of 8 points.

    Parameters
    ----------
    ax : Axes
        Where to draw. Their frame and ticks are switched off.
    w : array, shape (kt, kh, kw, C, D)
        Kernels of one tube, C = 1 or 3, for example ``params["tubes"]["1"]["w"]``.
    tube : int, optional
        Number of the tube in its Config, from 0. It gives the color of a bar on the left, the same
        as in all pictures of the gallery. Without it, there is no bar.
    count : int, optional
        Number of kernels; 8 if not given, and all D for patches.
    columns : int, optional
        Kernels in a row; if not given, 1 for strips, and about twice as many as rows for patches.
    title : str, optional
        Title of the axes.

    Raises
    ------
    ValueError
        If the kernels have another shape or number of channels, or values that are not finite.

    Examples
    --------
    >>> import numpy as np
    >>> from matplotlib.figure import Figure
    >>> ax = Figure(figsize=(3.5, 2)).subplots()
    >>> draw_kernels(ax, np.random.default_rng(0).standard_normal((4, 8, 8, 3, 20)), tube=1)
    >>> ax.images[0].get_interpolation()
    'none'
    """
    with paper_look():
        (draw_strips if len(w) > 1 else _draw_patches)(
            ax, w, count or (8 if len(w) > 1 else w.shape[-1]), **_given(columns))
        ax.set_title(title)
        if tube is not None:
            ax.add_patch(Rectangle((-0.03, 0), 0.012, 1, transform=ax.transAxes, clip_on=False,
                                   facecolor=color(tube), edgecolor="none"))


def _given(columns):
    """Return the option for the number of columns, if there is one."""
    return {"columns": columns} if columns else {}


def _draw_patches(ax, w, count, columns=None):
    """Draw the 2D kernels of largest norm in rows of nearly equal length."""
    columns = columns or pixels.even_columns(count, int(np.ceil(np.sqrt(2 * count))))
    chosen = pixels.order_by_norm(w)[:count]
    show(ax, pixels.tile(pixels.kernel_rgb(w)[chosen, 0], columns, gap=4, scale=8))
