"""The command predict."""

import os
import sys
import warnings
from contextlib import closing, nullcontext

from tqdm import tqdm

from tubevit_np.commands.prediction_lines import printable, printer
from tubevit_np.commands.prediction_tables import STANDARD_OUTPUT, check_out, open_table
from tubevit_np.commands.report import parse_views
from tubevit_np.runs.recipe import given_at_least

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
