"""Kinetics: a CSV with youtube_id,time_start,time_end, and optionally label, split and is_cc.

The clip is ID_SSSSSS_EEEEEE.mp4, or ID.mp4 if no other row has that id."""

from collections import Counter

from tubevit_np.data.datasets.clip_index import dataset_folder, index_clips
from tubevit_np.data.datasets.tables.row import make_row, row_without, whole_number

KINETICS = ("youtube_id", "time_start", "time_end")


def kinetics_rows(records, path):
    """The Rows of the records of a Kinetics CSV; clips are anywhere below the data set's folder.

    records: [(where, {column: text})].  Raises ValueError for a time that is not a whole number of
    seconds."""
    folder, ids = dataset_folder(path), Counter(record["youtube_id"] for _, record in records)
    clips, rows = index_clips(folder), []
    for where, record in records:
        if not (name := record["youtube_id"]):
            rows.append(row_without("youtube_id", where, record))
            continue
        full_name = clip_name(record, where)
        file = clips.get(full_name, name) if ids[name] == 1 else clips.get(full_name)
        rows.append(make_row(folder, file or f"{full_name}.mp4", record["label"], record["split"],
                             record.get("group", "")))
    return rows


def clip_name(record, where):
    """The name of a clip, ID_SSSSSS_EEEEEE: its id, first and last second."""
    name, *times = (record[column] for column in KINETICS)
    seconds = [whole_number(time) for time in times]
    if None in seconds or min(seconds) < 0:
        raise ValueError(f"{where}: time_start and time_end must be whole seconds, not "
                         f"{times[0]!r} and {times[1]!r}")
    return "_".join([name, *(f"{second:06d}" for second in seconds)])
