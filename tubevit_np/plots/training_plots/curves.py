"""How a run went: loss, learning rate, and accuracy on training and held-out clips, by step."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator, PercentFormatter

from tubevit_np.plots.fonts import text_width, writable
from tubevit_np.plots.layout import sheet, shortened, with_note, words
from tubevit_np.plots.style import FAINT, INK, LINE, place, points, tidy

# Okabe-Ito again, dark colors first, because lines are thin.  Here a color is a head, not a tube.
SHADES = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#000000")
LEFT, RIGHT, TOP, BOTTOM, WIDTH = 110, 1010, 150, 712, 660  # pixels
LINE_HEIGHT = 31  # pixels between the labels of two accuracies
SIZE = 9  # points
WORDS = words("curves")


def series(records: Sequence[Mapping[str, Any]], key: str) -> tuple[np.ndarray, np.ndarray]:
    """Return steps and values of one key, in the order of the steps.

    If a step was logged twice, the later record counts.
    """
    values = {r["step"]: r[key] for r in records if r.get(key) is not None}
    steps = sorted(values)
    return np.array(steps, dtype=float), np.array([values[s] for s in steps], dtype=float)


def smooth(values: np.ndarray) -> np.ndarray:
    """Smooth a series with a Gaussian whose width is 1/60 of its length; NaN where not finite."""
    if not len(values):
        return values
    width = max(len(values) / 60, 0.1)
    half = int(3 * width) + 1
    weights = np.exp(-0.5 * (np.arange(-half, half + 1) / width) ** 2)
    good = np.isfinite(values)
    sums, counts = (np.convolve(np.pad(x, half), weights, mode="valid")
                    for x in (np.where(good, values, 0.0), 1.0 * good))
    return np.where(good, sums / np.where(good, counts, 1), np.nan)


def spread(heights: Sequence[float] | np.ndarray, gap: float, top: float = 1.0) -> np.ndarray:
    """Move the heights of labels at least `gap` apart and below `top`, in the order given."""
    order = np.argsort(heights, kind="stable")
    placed = np.array(heights, dtype=float)[order]
    for i in range(1, len(placed)):
        placed[i] = max(placed[i], placed[i - 1] + gap)
    for i in range(len(placed) - 1, -1, -1):
        placed[i] = min(placed[i], top - gap * (len(placed) - 1 - i))
    return placed[np.argsort(order)]


def accuracies(records: Sequence[Mapping[str, Any]]) -> list[str]:
    """List the names under train/ and eval/ whose values are all fractions, in order."""
    values: dict[str, list] = {}
    for key, value in (item for record in records for item in record.items()):
        if key.startswith(("train/", "eval/")) and value is not None:
            values.setdefault(key.split("/", 1)[1], []).append(value)
    return [name for name, numbers in values.items()
            if name not in ("loss", "count") and all(0 <= value <= 1 for value in numbers)]


@tidy
def draw_loss(ax: Axes, records: Sequence[Mapping[str, Any]]) -> None:
    """Draw the loss against the step, as logged and smoothed.

    Parameters
    ----------
    ax : Axes
        Where to draw.
    records : list of dict
        Rows of metrics.jsonl.
    """
    steps, loss = series(records, "loss")
    ax.plot(steps, loss, color=LINE, linewidth=0.8)
    ax.plot(steps, smooth(loss), color=INK, linewidth=1.6, **_lone(steps))
    finite = loss[np.isfinite(loss)]
    top = np.percentile(finite, 99.5) if len(finite) else 1  # one spike hides nothing
    ax.set(title="Loss", ylim=(0, 1.05 * max(top, 1e-9)))
    _steps(ax, records)


@tidy
def draw_rate(ax: Axes, records: Sequence[Mapping[str, Any]]) -> None:
    """Draw the learning rate against the step, with its maximum as the only tick.

    Parameters
    ----------
    ax : Axes
        Where to draw.
    records : list of dict
        Rows of metrics.jsonl.
    """
    steps, rate = series(records, "lr")
    peak = rate.max(initial=0)
    ax.fill_between(steps, rate, color=LINE, alpha=0.5, linewidth=0)
    ax.plot(steps, rate, color=FAINT, linewidth=1.2, **_lone(steps))
    ax.set(title="Learning rate", ylim=(0, 1.1 * peak or 1), yticks=[0, peak],
           yticklabels=["0", f"{peak:.2g}"])
    _steps(ax, records)


@tidy
def draw_accuracy(ax: Axes, records: Sequence[Mapping[str, Any]],
                  chance: Mapping[str, float] | None = None,
                  final: Mapping[str, tuple[float, int]] | None = None) -> None:
    """Draw held-out and training accuracies against the step, with their names on the right.

    Parameters
    ----------
    ax : Axes
        Where to draw.
    records : list of dict
        Rows of metrics.jsonl.
    chance : dict of float, optional
        Chance level of each accuracy, in [0, 1], drawn as a dotted line.
    final : dict of (float, int), optional
        Accuracy after training and number of its examples, drawn as a ring at the last step.
    """
    names, last = accuracies(records), max([r["step"] for r in records], default=0)
    for name, shade in zip(names, SHADES * len(names)):
        steps, values = series(records, f"train/{name}")
        means = smooth(values)
        ax.plot(steps, means, color=shade, linewidth=0.9, alpha=0.55, **_lone(steps))
        held, scores = series(records, f"eval/{name}")
        ax.plot(held, scores, color=shade, linewidth=2, marker="o", markersize=4, clip_on=False)
        if chance and name in chance:
            ax.axhline(chance[name], color=shade, linewidth=1, linestyle=(0, (1, 2)))
        if final and name in final:
            ax.plot(last, final[name][0], color=shade, markerfacecolor="white", marker="o",
                    markersize=8, markeredgewidth=1.5, clip_on=False, zorder=3)
    _draw_labels(ax, ends(records, final))
    ax.set(title="Accuracy", ylim=(0, 1))
    ax.yaxis.set_major_formatter(PercentFormatter(1, decimals=0))
    ax.grid(axis="y", color=LINE, linewidth=0.5, alpha=0.6)
    _steps(ax, records)


@tidy
def draw_curves(records: Sequence[Mapping[str, Any]], title: str = "Training",
                chance: Mapping[str, float] | None = None,
                final: Mapping[str, tuple[float, int]] | None = None) -> Figure:
    """Draw loss, learning rate and accuracies of a run.

    Parameters
    ----------
    records : list of dict
        Rows of metrics.jsonl, such as {"step": 10, "loss": 2.3, "lr": 0.001, "train/verb": 0.4}.
        Keys "train/..." and "eval/..." are accuracies. Any key except "step" may be absent.
    title : str, optional
        Title of the page.
    chance : dict of float, optional
        Chance level of each accuracy, in [0, 1].
    final : dict of (float, int), optional
        Accuracy of each head after training, on all held-out examples, and their number.

    Returns
    -------
    Figure
        The page. It is wide and high enough for the labels of all accuracies.
    """
    labels = [text for text, _ in ends(records, final)]
    widest = max((text_width(text, weight="bold", fontsize=SIZE) for text in labels), default=0)
    bottom = max(BOTTOM, TOP + LINE_HEIGHT * (len(labels) + 1))
    figure = sheet(max(2070, RIGHT + WIDTH + 60 + widest), bottom + 90, title,
                   with_note(WORDS.caption, [title, *accuracies(records)]), LEFT, 76, tail=42)
    draw_loss(place(figure, LEFT, TOP, 780, 320), records)
    draw_rate(place(figure, LEFT, 588, 780, BOTTOM - 588), records)
    draw_accuracy(place(figure, RIGHT, TOP, WIDTH, bottom - TOP), records, chance, final)
    return figure


def ends(records: Sequence[Mapping[str, Any]],
         final: Mapping[str, tuple[float, int]] | None = None) -> list[tuple[str, float]]:
    """Return the label of each accuracy and its value: the final one, else the last one logged."""
    found = []
    for name in accuracies(records):
        held, train = (series(records, f"{part}/{name}")[1] for part in ("eval", "train"))
        value, where = (held[-1], "") if len(held) else (smooth(train)[-1], " train")
        if final and name in final:
            value, where = final[name][0], f" of {final[name][1]}"
        found.append((f"{writable(shortened(name))}  {value:.1%}{where}", value))
    return found


def _draw_labels(ax, found):
    """Write labels at the right, as near as possible to their values, without overlap."""
    size = points(SIZE)
    gap = LINE_HEIGHT * size / SIZE / ax.get_window_extent().height
    places = spread([value for _, value in found], gap)
    for (text, _), at, shade in zip(found, places, SHADES * len(found)):
        ax.annotate(text, (1.035, at), xycoords=("axes fraction", "data"), va="center",
                    color=shade, annotation_clip=False, weight="bold", fontsize=size)


def _lone(steps):
    """Return line options that show a single record as a point."""
    return {"marker": "o", "markersize": 4, "clip_on": False} if len(steps) == 1 else {}


def _steps(ax, records):
    """Set the horizontal axis, the same for all panels: whole steps from zero."""
    ax.set(xlim=(0, max([r["step"] for r in records], default=0) or 1), xlabel="steps")
    room = int(ax.get_window_extent().width / 75)  # a label of a narrow plot needs 75 pixels
    ax.xaxis.set_major_locator(MaxNLocator(max(2, min(6, room)), integer=True))
