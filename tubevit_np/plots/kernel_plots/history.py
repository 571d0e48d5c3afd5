"""How the tube kernels came to be: their norms and a few of them at the snapshots of a run."""

import numpy as np

from tubevit_np.plots.analysis.pixels import best_frame, kernel_rgb, norms, order_by_norm, tile
from tubevit_np.plots.kernel_plots.animation import animate_kernels
from tubevit_np.plots.kernel_plots.grid import pin
from tubevit_np.plots.layout import head, shaded, sheet, words, write
from tubevit_np.plots.style import FAINT, INK, place, tidy

LEFT, NORMS, TOP, CELL, COUNT = 60, 560, 170, 96, 5  # pixels, but for the count of kernels
WORDS = words("history")
FILM_WORDS = words("history_film")


def strongest(stack):
    """Kernels at each snapshot (S, kt, kh, kw, C, D) by one frame each: (S, kh, kw, C, D).

    The frame, the same at all snapshots, is that of most energy at the last one."""
    best = np.expand_dims(best_frame(stack[-1]), (0, 1, 2, 3, 4))
    return np.take_along_axis(stack, best, axis=1)[:, 0]


def timeline(stack, count=COUNT, side=CELL):
    """The kernels of largest norm at the end, a row each, snapshots from left to right: (h, w, 3).
    """
    chosen = order_by_norm(stack[-1])[:count]
    rgb = np.stack([_at_one_gain(stack[..., d]) for d in chosen])  # (count, S, kh, kw, 3)
    scale = max(1, side // max(rgb.shape[2:4]))
    gap = max(4, side + 12 - rgb.shape[3] * scale)
    return tile(rgb.reshape(-1, *rgb.shape[2:]), rgb.shape[1], gap=(12, gap), scale=scale)


@tidy
def draw_norms(ax, steps, stack, shade):
    """Norms of all kernels (S, kt, kh, kw, C, D) over the snapshots, the largest ones in color."""
    found = np.stack([norms(w) for w in stack])  # (S, D)
    order = order_by_norm(stack[-1])
    ax.plot(found[:, order[COUNT:]], color=FAINT, linewidth=0.5, alpha=0.5)
    ax.plot(found[:, order[:COUNT]], color=shade, linewidth=1.4)
    ax.set(ylim=(0, 1.05 * max(found.max(), 1e-12)), xlim=(-0.1, len(steps) - 0.9))
    ax.set_xticks(range(len(steps)),
                  [f"{step / 1000:g}k" if step >= 1000 else str(step) for step in steps])
    ax.text(0, 1.02, "norm", transform=ax.transAxes, color=FAINT, fontsize=7.5)


@tidy
def draw_history(history, title="The kernels through training"):
    """The page of {step: {"8x8x8": w (kt, kh, kw, C, D)}}, in the order of steps and tubes.

    Raises ValueError where there are fewer than two snapshots."""
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
    head(figure, LEFT + 26, top - 40, len(picture) + 40, shade, name.replace("x", " × "))
    ax = place(figure, LEFT + 70, top + 26, NORMS - 150, len(picture) - 26)
    draw_norms(ax, steps, stack, shade)
    pin(figure, LEFT + NORMS, top, picture)
    for k, step in enumerate(steps):
        left = LEFT + NORMS + k * (picture.shape[1] + 12) // len(steps)
        write(figure, left, top - 14, f"{step:,}", color=INK if k else FAINT)


def animate_history(history, path, most=32, milliseconds=700):
    """Write all tubes' kernels through training as an animated PNG; the number of its frames."""
    films = {name: strongest(stack) for name, stack in stacked(history).items()}
    return animate_kernels(films, path, most, milliseconds, FILM_WORDS.caption)


def stacked(history):
    """{name: (S, kt, kh, kw, C, D)} of the snapshots of a run."""
    if len(history) < 2:
        raise ValueError(f"{len(history)} snapshots of the kernels: a history takes two or more; "
                         "runs keep them in their folder snapshots/")
    return {name: np.stack([found[name] for found in history.values()])
            for name in next(iter(history.values()))}


def _at_one_gain(kernel):
    """One kernel (S, kt, kh, kw, C) as the pictures (S, kh, kw, 3) of its strongest frame.

    The gain is that of all its frames and snapshots."""
    s, kt = kernel.shape[:2]
    rgb = kernel_rgb(kernel.reshape(s * kt, *kernel.shape[2:], 1))[0]
    return rgb.reshape(s, kt, *rgb.shape[1:])[:, best_frame(kernel[-1])]
