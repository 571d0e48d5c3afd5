"""The progress bar of a training, and its scores: beside the bar, or in lines below it."""

import sys

from tqdm import tqdm

SHORTEST_BAR = 10  # columns; scores move below the bar if it would become shorter


class TrainingBar:
    """A progress bar over the steps from `done` to `total`; a terminal shows every score."""

    def __init__(self, done=0, total=0, disable=False):
        in_terminal = sys.stderr is not None and sys.stderr.isatty()
        self.steps = tqdm(range(done, total), "training", total, initial=done, unit="step",
                          mininterval=1, dynamic_ncols=in_terminal, disable=disable)
        if not in_terminal:
            self.steps.ncols = None  # a file has no width
        self.below = []  # a tqdm for each line of scores

    def show(self, scores):
        """Show {name: number}, beside the bar if there is room, else below."""
        items = [f"{name}={value:.2f}" for name, value in scores.items()]
        lines = self._lines(items)
        self.steps.set_postfix_str("" if lines else ", ".join(items), refresh=not lines)
        if not self.steps.disable:
            while len(self.below) < len(lines):
                self.below.append(tqdm(bar_format="{desc}", position=len(self.below) + 1))
        for i, line in enumerate(self.below):  # a wider terminal leaves the last ones empty
            line.set_description_str(lines[i] if i < len(lines) else "")

    def close(self):
        """Leave the bar and the scores as they are."""
        for line in (self.steps, *self.below):
            line.close()

    def _lines(self, items):
        """The scores in lines as wide as the terminal; none if they fit beside the bar."""
        state = self.steps.format_dict
        width = state["ncols"]
        if width is None:
            return []
        text = self.steps.format_meter(**state | {
            "postfix": ", ".join(items), "ncols": None, "bar_format": "{l_bar}{r_bar}"})
        return [] if len(text) + SHORTEST_BAR <= width else fold(items, width)


def fold(items, width):
    """Join items by commas in lines of at most `width` columns; one longer item is cut short."""
    lines = [""]
    for item in items:
        if len(item) >= width:
            name, _, value = item.rpartition("=")
            item = f"{name[:width - len(value) - 4]}..={value}"
        if lines[-1] and len(lines[-1]) + len(item) + 3 > width:
            lines[-1] += ","
            lines.append("")
        lines[-1] += f", {item}" if lines[-1] else item
    return lines
