"""Runs a lesson from top to bottom and writes the notebook: the same bytes each time."""

import os
from concurrent.futures import ThreadPoolExecutor

import nbformat
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError

from notebooks.build.cells import FOLDER, METADATA, notebook
from tubevit_np.storage.atomic_files import write_text

TIMEOUT = 120  # seconds for a cell
SURROUNDINGS = {"OPENBLAS_NUM_THREADS": "1", "PYTHONHASHSEED": "0"}  # sets of text in one order


def executed(source):
    """The text of the .ipynb of a lesson (a path), with its outputs.

    Raises ValueError that shows the cell, where one fails."""
    return run(notebook(source.read_text(encoding="utf-8")), source.name, FOLDER)


def run(made, name, folder, **surroundings):
    """The text of a notebook, executed in a folder;  surroundings: of its process, beside ours."""
    client = NotebookClient(made, timeout=TIMEOUT, kernel_name="python3", record_timing=False,
                            coalesce_streams=True, extra_arguments=["--log-level=ERROR"],
                            resources={"metadata": {"path": str(folder)}})
    try:
        client.execute(env=os.environ | SURROUNDINGS | surroundings)
    except CellExecutionError as error:
        raise ValueError(f"{name}: {error}") from None
    made.metadata = nbformat.from_dict(METADATA)  # without the kernel's version
    return nbformat.writes(made) + "\n"


def build(sources, folder, jobs=2):
    """Write the notebooks of these lessons into folder; yields each path as it is done."""
    def one(source):
        path = folder / f"{source.stem}.ipynb"
        write_text(path, executed(source))
        return path
    with ThreadPoolExecutor(jobs) as pool:
        yield from pool.map(one, sources)
