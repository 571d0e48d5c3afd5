"""The files that a run was trained on, by the names and sizes in its data.json."""

import json
import warnings
from pathlib import Path

from tubevit_np.data.datasets.parts import name_in_set
from tubevit_np.data.datasets.summary import file_size
from tubevit_np.runs.run_folder import DATA


def stored_sizes(run):
    """{name: bytes} of the files on which a run was trained, or None, for each of its sets."""
    if not (run / DATA).exists():
        return []
    summaries = json.loads((run / DATA).read_text(encoding="utf-8"))
    return [summary.get("trained on", {}).get("files") for summary in summaries]


def trained_files(stored, parts):
    """The files of a set that a run was trained on, by names in the set and sizes.

    If the set holds at most half of the run's training files, it is another set: no file.
    stored: the result of stored_sizes."""
    files = {row.file: (name_in_set(row.file, parts.folder), file_size(row.file))
             for row in parts["val"]}
    for sizes in stored:
        known = {file for file, named in files.items() if named in sizes.items()}
        if sizes and len(known) > len(sizes) / 2:
            return known
    return set()


def warn_of_trained_files(parts, stored):
    """Warn of files that are scored and have the name and size of a training file."""
    known = {(Path(name).name, size) for sizes in stored for name, size in sizes.items()}
    same = [row.file for row in parts["val"] if (row.file.name, file_size(row.file)) in known]
    if same:
        warnings.warn(f"{len(same)} of {len(parts['val'])} files to score have the name and the "
                      f"size of a file that the model was trained on, the first: {same[0]}; the "
                      "score can be too high")
