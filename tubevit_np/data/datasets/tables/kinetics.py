"""Kinetics: a CSV with youtube_id,time_start,time_end, and optionally label, split and is_cc.

The clip is ID_SSSSSS_EEEEEE.mp4, or ID.mp4 if no other row has that id."""

from collections import Counter

from tubevit_np.data.datasets.clip_index import dataset_folder, index_clips
from tubevit_np.data.datasets.tables.row import Row, cell

KINETICS = {"youtube_id", "time_start", "time_end"}


def kinetics_rows(table, path):
    """Yield the Rows of a Kinetics CSV; its clips are anywhere below the data set's folder.

    Raises ValueError if a time is not a whole number of seconds."""
    clips, ids = index_clips(dataset_folder(path)), Counter(row["youtube_id"] for row in table)
    for number, row in enumerate(table, 2):
        name = row["youtube_id"].strip()
        try:
            full_name = f"{name}_{int(row['time_start']):06d}_{int(row['time_end']):06d}"
        except (TypeError, ValueError):
            raise ValueError(f"{path}, line {number}: time_start and time_end must be whole "
                             f"seconds, not {row['time_start']!r} and {row['time_end']!r}"
                             ) from None
        file = clips.get(full_name) or (clips.get(name) if ids[name] == 1 else None)
        yield Row(file or dataset_folder(path) / f"{full_name}.mp4", cell(row, "label"),
                  cell(row, "split"), group=cell(row, "group"))
