"""Run a lesson from top to bottom and write the notebook: the same bytes each time."""

import os
from concurrent.futures import ThreadPoolExecutor

import nbformat
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError

from notebooks.build.cells import FOLDER, METADATA, notebook
from notebooks.build.prose import to_html
from tubevit_np.storage.atomic_files import write_text

TIMEOUT = 120  # seconds for a cell
SURROUNDINGS = {"OPENBLAS_NUM_THREADS": "1", "PYTHONHASHSEED": "0"}  # a fixed order of sets


def executed(source):
    """The text of the .ipynb of a lesson (a path), with its outputs.

    Raises ValueError that shows the cell that fails or the formula that is broken."""
    book = notebook(source.read_text(encoding="utf-8"))
    for cell in book.cells:
        if cell.cell_type == "markdown":
            _check_formulas(cell.source, source.name)
    return run(book, source.name, FOLDER)


def _check_formulas(text, name):
    try:
        to_html(text)
    except ValueError as error:
        raise ValueError(f"{name}: {error}") from None


def run(made, name, folder, **surroundings):
    """The text of a notebook, executed in a folder; surroundings: further environment variables."""
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
    """Write the notebooks of these lessons into folder; yield each path when it is written."""
    def one(source):
        path = folder / f"{source.stem}.ipynb"
        write_text(path, executed(source))
        return path
    with ThreadPoolExecutor(jobs) as pool:
        yield from pool.map(one, sources)
