"""How the tube kernels change during training: their norms, and some kernels, at the snapshots."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from tubevit_np.plots.analysis.pixels import best_frame, kernel_rgb, norms, order_by_norm, tile
from tubevit_np.plots.kernel_plots.animation import animate_kernels
from tubevit_np.plots.kernel_plots.grid import pin
from tubevit_np.plots.layout import head, shaded, sheet, words, write
from tubevit_np.plots.style import FAINT, INK, place, points, tidy

LEFT, NORMS, TOP, CELL, COUNT = 60, 560, 170, 96, 5  # pixels, except COUNT
WORDS = words("history")
FILM_WORDS = words("history_film")


def strongest(stack: np.ndarray) -> np.ndarray:
    """Reduce each kernel to one frame, the frame of most energy at the last snapshot.

    Parameters
    ----------
    stack : array, shape (S, kt, kh, kw, C, D)
        Kernels at S snapshots.

    Returns
    -------
    array, shape (S, kh, kw, C, D)
        The same frame of a kernel at all snapshots.
    """
    best = np.expand_dims(best_frame(stack[-1]), (0, 1, 2, 3, 4))
    return np.take_along_axis(stack, best, axis=1)[:, 0]


def timeline(stack: np.ndarray, count: int = COUNT, side: int = CELL,
             gap: int = 12) -> np.ndarray:
    """Show the kernels of largest final norm as an image.

    Parameters
    ----------
    stack : array, shape (S, kt, kh, kw, C, D)
        Kernels at S snapshots.
    count : int, default 5
        Number of kernels.
    side : int, default 96
        Largest size of a kernel, in pixels.
    gap : int, default 12
        Pixels between kernels.

    Returns
    -------
    array, shape (h, w, 3)
        A row for each kernel, with snapshots from left to right; colors in [0, 1].
    """
    chosen = order_by_norm(stack[-1])[:count]
    rgb = np.stack([_at_one_gain(stack[..., d]) for d in chosen])  # (count, S, kh, kw, 3)
    scale = max(1, side // max(rgb.shape[2:4]))
    beside = max(min(4, gap), side + gap - rgb.shape[3] * scale)
    return tile(rgb.reshape(-1, *rgb.shape[2:]), rgb.shape[1], gap=(gap, beside), scale=scale)


@tidy
def draw_norms(ax: Axes, steps: Sequence[int], stack: np.ndarray, shade: str,
               every: int = 1) -> None:
    """Draw the norm of every kernel against the snapshots.

    Parameters
    ----------
    ax : Axes
        Where to draw.
    steps : sequence of int
        Training steps of the S snapshots.
    stack : array, shape (S, kt, kh, kw, C, D)
        Kernels at the snapshots.
    shade : str
        Color of the five kernels with the largest final norm; the others are gray.
    every : int, default 1
        Label one snapshot in `every`, the last one included.
    """
    sizes = np.stack([norms(w) for w in stack])  # (S, D)
    order = order_by_norm(stack[-1])
    ax.plot(sizes[:, order[COUNT:]], color=FAINT, linewidth=0.5, alpha=0.5)
    ax.plot(sizes[:, order[:COUNT]], color=shade, linewidth=1.4)
    ax.set(ylim=(0, 1.05 * max(sizes.max(), 1e-12)), xlim=(-0.1, len(steps) - 0.9))
    labeled = range((len(steps) - 1) % every, len(steps), every)
    ax.set_xticks(labeled, [brief(steps[k]) for k in labeled])
    ax.text(0, 1.02, "norm", transform=ax.transAxes, color=FAINT, fontsize=points(7.5))


@tidy
def draw_history(history: Mapping[int, Mapping[str, np.ndarray]],
                 title: str = "The kernels through training") -> Figure:
    """Draw norms and kernels of all tubes at the snapshots of a run.

    Parameters
    ----------
    history : dict of dicts
        {step: {tube name: w}} with w (kt, kh, kw, C, D), in the order of the steps.
    title : str, optional
        Title of the page.

    Returns
    -------
    Figure
        A page with one band per tube.

    Raises
    ------
    ValueError
        If there are fewer than two snapshots.
    """
    stacks = stacked(history)
    pictures = {name: timeline(stack) for name, stack in stacks.items()}
    wide = max(picture.shape[1] for picture in pictures.values())
    bottom = TOP + sum(len(picture) + 110 for picture in pictures.values())
    figure = sheet(LEFT + NORMS + wide + 80, bottom - 20, title, WORDS.caption, LEFT, 76, tail=50)
    top = TOP
    for name, stack, shade in shaded(stacks):
        _draw_band(figure, top, name, list(history), stack, pictures[name], shade)
        top += len(pictures[name]) + 110
    return figure


def _draw_band(figure, top, name, steps, stack, picture, shade):
    """Draw one tube."""
    head(figure, LEFT + 26, top - 40, len(picture) + 40, shade, name.replace("x", " × "))
    ax = place(figure, LEFT + 70, top + 26, NORMS - 150, len(picture) - 26)
    draw_norms(ax, steps, stack, shade)
    pin(figure, LEFT + NORMS, top, picture)
    for k, step in enumerate(steps):
        left = LEFT + NORMS + k * (picture.shape[1] + 12) // len(steps)
        write(figure, left, top - 14, f"{step:,}", color=INK if k else FAINT)


def animate_history(history: Mapping[int, Mapping[str, np.ndarray]], path: str | Path,
                    most: int = 32, milliseconds: int = 700) -> int:
    """Write an animated PNG of the kernels of all tubes through training.

    Parameters
    ----------
    history : dict of dicts
        {step: {tube name: w}} with w (kt, kh, kw, C, D), in the order of the steps.
    path : str or Path
        The file to write.
    most : int, default 32
        Number of kernels per tube, those of largest norm.
    milliseconds : int, default 700
        Duration of a snapshot.

    Returns
    -------
    int
        Number of frames.

    Raises
    ------
    ValueError
        If there are fewer than two snapshots.
    """
    films = {name: strongest(stack) for name, stack in stacked(history).items()}
    return animate_kernels(films, path, most, milliseconds, FILM_WORDS.caption)


def brief(step: int) -> str:
    """Return a step as a short label, such as "800" or "1.6k"."""
    return f"{step / 1000:g}k" if step >= 1000 else str(step)


def stacked(history: Mapping[int, Mapping[str, np.ndarray]]) -> dict[str, np.ndarray]:
    """Stack the snapshots of a run, {tube name: (S, kt, kh, kw, C, D)}.

    Raises ValueError if there are fewer than two.
    """
    if len(history) < 2:
        raise ValueError(f"{len(history)} snapshots of the kernels: a history needs two or more; "
                         "a run keeps them in its folder snapshots/")
    return {name: np.stack([kernels[name] for kernels in history.values()])
            for name in next(iter(history.values()))}


def _at_one_gain(kernel):
    """Return one kernel (S, kt, kh, kw, C) as images (S, kh, kw, 3) of its strongest frame.

    The gain is common to all its frames and snapshots.
    """
    s, kt = kernel.shape[:2]
    rgb = kernel_rgb(kernel.reshape(s * kt, *kernel.shape[2:], 1))[0]
    return rgb.reshape(s, kt, *rgb.shape[1:])[:, best_frame(kernel[-1])]
