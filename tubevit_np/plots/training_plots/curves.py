"""How a run went: loss, learning rate, and accuracy on training and held-out clips, by step."""

import numpy as np
from matplotlib.ticker import MaxNLocator, PercentFormatter

from tubevit_np.plots.layout import sheet, words
from tubevit_np.plots.style import FAINT, INK, LINE, place, tidy

# Okabe-Ito again, the dark ones first, which thin lines need; here they mean heads, not tubes.
SHADES = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#000000")
LEFT, RIGHT, BOTTOM = 110, 1010, 712  # pixels
WORDS = words("curves")


def series(records, key):
    """Steps and values of one key, in order; of a step that was logged twice the later counts."""
    found = {r["step"]: r[key] for r in records if r.get(key) is not None}
    steps = sorted(found)
    return np.array(steps, dtype=float), np.array([found[s] for s in steps], dtype=float)


def smooth(values):
    """Mean under a centered Gaussian, a sixtieth of the series wide; skips what is not finite."""
    if not len(values):
        return values
    width = max(len(values) / 60, 0.1)
    half = int(3 * width) + 1
    weights = np.exp(-0.5 * (np.arange(-half, half + 1) / width) ** 2)
    good = np.isfinite(values)
    sums, counts = (np.convolve(np.pad(x, half), weights, mode="valid")
                    for x in (np.where(good, values, 0.0), 1.0 * good))
    return np.where(good, sums / np.where(good, counts, 1), np.nan)


def spread(heights, gap, top=1.0):
    """Heights for labels at least `gap` apart and not above the top, in the order given."""
    order = np.argsort(heights, kind="stable")
    placed = np.array(heights, dtype=float)[order]
    for i in range(1, len(placed)):
        placed[i] = max(placed[i], placed[i - 1] + gap)
    for i in range(len(placed) - 1, -1, -1):
        placed[i] = min(placed[i], top - gap * (len(placed) - 1 - i))
    return placed[np.argsort(order)]


def accuracies(records):
    """Names under train/ and eval/ whose values are all fractions, in order of appearance."""
    found = {}
    for key, value in (item for record in records for item in record.items()):
        if key.startswith(("train/", "eval/")) and value is not None:
            found.setdefault(key.split("/", 1)[1], []).append(value)
    return [name for name, values in found.items()
            if name not in ("loss", "count") and all(0 <= value <= 1 for value in values)]


@tidy
def draw_loss(ax, records):
    """Loss as logged and smoothed, from zero."""
    steps, loss = series(records, "loss")
    ax.plot(steps, loss, color=LINE, linewidth=0.8)
    ax.plot(steps, smooth(loss), color=INK, linewidth=1.6, **_lone(steps))
    finite = loss[np.isfinite(loss)]
    top = np.percentile(finite, 99.5) if len(finite) else 1  # a single spike hides nothing
    ax.set(title="Loss", ylim=(0, 1.05 * max(top, 1e-9)))
    _steps(ax, records)


@tidy
def draw_rate(ax, records):
    """The learning rate, from zero, its peak as the only tick."""
    steps, rate = series(records, "lr")
    peak = rate.max(initial=0)
    ax.fill_between(steps, rate, color=LINE, alpha=0.5, linewidth=0)
    ax.plot(steps, rate, color=FAINT, linewidth=1.2, **_lone(steps))
    ax.set(title="Learning rate", ylim=(0, 1.1 * peak or 1), yticks=[0, peak],
           yticklabels=["0", f"{peak:.2g}"])
    _steps(ax, records)


@tidy
def draw_accuracy(ax, records, chance=None):
    """Accuracies, held out and in training, named at the right.  chance {name: fraction}."""
    names, ends = accuracies(records), []
    for name, shade in zip(names, SHADES * len(names)):
        steps, values = series(records, f"train/{name}")
        means = smooth(values)
        ax.plot(steps, means, color=shade, linewidth=0.9, alpha=0.55, **_lone(steps))
        held, scores = series(records, f"eval/{name}")
        ax.plot(held, scores, color=shade, linewidth=2, marker="o", markersize=4, clip_on=False)
        if name in (chance or {}):
            ax.axhline(chance[name], color=shade, linewidth=1, linestyle=(0, (1, 2)))
        ends.append((scores[-1], "") if len(scores) else (means[-1], " train"))
    places = spread([end for end, _ in ends], 0.055)
    for name, (end, where), at, shade in zip(names, ends, places, SHADES * len(names)):
        ax.annotate(f"{name}  {end:.1%}{where}", (1.02, at), xycoords=("axes fraction", "data"),
                    va="center", color=shade, weight="bold", fontsize=9)
    ax.set(title="Accuracy", ylim=(0, 1))
    ax.yaxis.set_major_formatter(PercentFormatter(1, decimals=0))
    ax.grid(axis="y", color=LINE, linewidth=0.5, alpha=0.6)
    _steps(ax, records)


@tidy
def draw_curves(records, title="Training", chance=None):
    """The page of a run from the rows of its metrics.jsonl, [{"step": ..., "loss": ..., ...}, ...].

    Accuracies are found as "train/..." and "eval/..."; any part of a row may be absent."""
    figure = sheet(2070, BOTTOM + 90, title, WORDS.caption, LEFT, 76, tail=42)
    draw_loss(place(figure, LEFT, 150, 780, 320), records)
    draw_rate(place(figure, LEFT, 588, 780, BOTTOM - 588), records)
    draw_accuracy(place(figure, RIGHT, 150, 660, BOTTOM - 150), records, chance)
    return figure


def _lone(steps):
    """A single record makes no line: show it as a point."""
    return {"marker": "o", "markersize": 4, "clip_on": False} if len(steps) == 1 else {}


def _steps(ax, records):
    """The same horizontal axis for all, whole steps from zero."""
    ax.set(xlim=(0, max([r["step"] for r in records], default=0) or 1), xlabel="steps")
    ax.xaxis.set_major_locator(MaxNLocator(6, integer=True))
