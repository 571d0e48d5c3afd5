"""Predictions as they are printed: a chart for a single file, else one line per head."""

import shutil
import sys

TOP = 5  # classes that are printed
LONGEST_NAME = 40  # columns for the names of files; a longer name moves its line to the right


def printer(files, top):
    """A function that prints a prediction: a chart for a single file, else one line per head."""
    if len(files) == 1:
        return lambda row: print_chart(row, top or TOP)
    width = min(LONGEST_NAME, max(len(printable(found.file)) for found in files))
    fits = None if top or not is_terminal() else shutil.get_terminal_size().columns
    return lambda row: print_lines(row, top or TOP, width, fits)


def is_terminal():
    return sys.stdout is not None and sys.stdout.isatty()


def most_likely(named, top):
    """The `top` (class name, probability), most probable first."""
    return sorted(named.items(), key=lambda item: -item[1])[:top]


def print_chart(row, top):
    """Print the most probable classes of each head with bars."""
    for head, named in row.probabilities.items():
        print(f"{head} of the {row.kind} {printable(row.file)}")
        for name, probability in most_likely(named, top):
            print(f"  {probability:6.1%}  {'#' * round(30 * probability):30}  {name}")


def print_lines(row, top, width, fits):
    """Print a line per head: file, head, and the most probable classes.

    fits: columns that the line may have; then classes after the first are left out."""
    for head, named in row.probabilities.items():
        line = f"{printable(row.file):{width}}  {head}:"
        for k, (name, probability) in enumerate(most_likely(named, top)):
            longer = f"{line}{',' * (k > 0)} {name} {probability:.1%}"
            if fits and k and len(longer) > fits:
                break
            line = longer
        print(line)


def printable(text):
    """The text on one line: line breaks and other control characters become escapes."""
    return "".join(letter if letter.isprintable() or "\udc80" <= letter <= "\udcff" else
                   letter.encode("unicode_escape").decode() for letter in text)
