"""The command export-log: the log of a run for other programs."""

from pathlib import Path

from tubevit_np.runs.run_folder import METRICS, read_metrics
from tubevit_np.runs.tensorboard import TensorBoard, has_events
from tubevit_np.storage.atomic_files import check_folder, make_folder, write_csv


def export_log(options, engine):
    """Write the log of a run for TensorBoard, as CSV, or both; print what was written."""
    records = records_of(options.run)
    check_places(options)
    if options.tensorboard:
        TensorBoard(options.tensorboard).start(records)
        print(f"{options.tensorboard}: {len(records)} records; look at them with: "
              f"tensorboard --logdir {options.tensorboard}")
    if options.csv:
        make_folder(Path(options.csv).parent, "--csv")
        write_csv(Path(options.csv), *columns_and_rows(records))
        print(f"{options.csv}: {len(records)} rows")


def records_of(run):
    """The records of a run's log.  Raises ValueError if there are none."""
    path = Path(run) / METRICS
    if not (records := read_metrics(path)):
        raise ValueError(f"{run} has no log: {path} is missing or empty; give a run folder")
    return records


def check_places(options):
    """Raise ValueError if no place is given, or if something is already there."""
    if not (options.tensorboard or options.csv):
        raise ValueError("name a place for the log, with --tensorboard FOLDER or --csv FILE")
    if options.tensorboard and has_events(options.tensorboard):
        raise ValueError(f"{options.tensorboard} already holds a log for TensorBoard; give another "
                         "--tensorboard")
    if options.csv:
        check_folder(Path(options.csv).absolute().parent, "--csv")
        if Path(options.csv).exists():
            raise ValueError(f"{options.csv} exists already; give another --csv")


def columns_and_rows(records):
    """Names of all values, in the order in which they first occur, and one row per record."""
    columns = list(dict.fromkeys(name for record in records for name in record))
    return columns, [[record.get(name, "") for name in columns] for record in records]
