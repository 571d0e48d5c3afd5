"""The command predict."""

import os
import shutil
import sys
import warnings
from contextlib import closing, nullcontext

from tqdm import tqdm

from tubevit_np.commands.prediction_tables import STANDARD_OUTPUT, check_out, open_table
from tubevit_np.commands.report import parse_views
from tubevit_np.runs.recipe import given_at_least

TOP = 5  # classes that are printed
LONGEST_NAME = 40  # columns for the names of files; a longer name moves its line to the right
BAD_FILES = 3  # exit status


def predict(options, engine):
    """Predict the classes of files: print them or write a table; BAD_FILES if one is unreadable."""
    from tubevit_np.data.datasets.find_files import find_files
    from tubevit_np.runs.predict_files import predictions
    from tubevit_np.runs.run_folder import load_model

    given_at_least(1, options, "top", "batch")
    views = parse_views(options.views)
    if options.out is not None:
        check_out(options.out)
    _, params, cfg, notes = load_model(options.run)
    files = list(find_files(given_names(options.file)))
    refuse_without_files(files)
    rows = predictions(engine.predictor(params, cfg), notes, files, views, options.batch,
                       options.cache)
    show = printer(files, options.top)
    table = open_table(options.out, notes) if options.out else nullcontext(show)
    with closing(rows), table as write:
        num_bad, notes_of_files = write_all(rows, len(files), write)
    if options.out not in (None, STANDARD_OUTPUT):
        print(f"written: {options.out}")
    warn_of(num_bad, notes_of_files, len(files))
    return BAD_FILES if num_bad else 0


def write_all(rows, total, write):
    """Write each Prediction, with a progress bar; return the number of bad files, and all notes."""
    num_bad, notes = 0, []
    for row in tqdm(rows, "predicting", total, unit="file", leave=False, disable=None):
        if row.error:
            num_bad += 1
            warnings.warn(printable(row.error))
        notes += [row.note] if row.note else []
        with tqdm.external_write_mode():
            write(row)
    return num_bad, notes


def warn_of(num_bad, notes, total):
    """Warn of bad files, and of damaged and short ones: those are many in some folders."""
    if notes:
        count = f"{len(notes)} of {total} files are damaged or short, but were used; the first: "
        warnings.warn((count if total > 1 else "") + printable(notes[0]))
    if num_bad and total > 1:
        warnings.warn(f"{num_bad} of {total} files could not be read")


def given_names(names):
    """The names, with those from standard input in place of "-"."""
    for name in names:
        yield from listed(sys.stdin) if name == "-" else [name]


def listed(stream):
    """The names in a list: one a line, or with a zero byte after each, as find -print0 writes."""
    if stream is None:
        raise ValueError("- is given, but there is no standard input")
    text = stream.buffer.read()
    names = text.split(b"\0") if b"\0" in text else text.splitlines()
    return [os.fsdecode(name) for name in names if name]


def refuse_without_files(files):
    """Raise ValueError if no file was found: a mistake in the command."""
    if not files:
        raise ValueError("the list of files is empty; give a file, a folder or a pattern")
    if all(found.error for found in files):
        more = f"; none of the {len(files)} names is that of a file" if len(files) > 1 else ""
        raise ValueError(files[0].error + more)


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
