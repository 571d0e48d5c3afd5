"""Preprocessors that grade for nbgrader without running notebooks in a kernel.

nbgrader_config.py lists them.  In a kernel, a student's cell could change the tests that follow it.
So `Mend` restores the released cells, and `Judge` writes the outputs of the test cells.  nbgrader
reads these as usual: an error means no points, a number means part of the points."""

from pathlib import Path

import nbformat
from nbformat import v4
from nbgrader.preprocessors import NbGraderPreprocessor

from .handing import locked, mended, oddities, read, role, text
from .picturing import error_tag
from .submission import hidden_part, judged

TOP = Path(__file__).resolve().parents[1]
MOST = 2000  # characters of printed output to keep for each output of a student


class Mend(NbGraderPreprocessor):
    """Restore missing, duplicated and changed cells, and note them in the metadata."""

    def preprocess(self, nb, resources):
        name = resources["nbgrader"]["assignment"]
        released = read(TOP / "release" / name / f"{name}.ipynb")
        notes = oddities(nb, released)
        cells = [nbformat.from_dict({**cell, "source": text(cell), "id": f"cell-{k}"}
                                    | ({"outputs": _tidy(cell)} if "outputs" in cell else {}))
                 for k, cell in enumerate(mended(nb, released))]
        nb.cells, nb.nbformat, nb.nbformat_minor = cells, 4, 5
        nb.metadata["course"] = {"notes": notes}
        return nb, resources


class Judge(NbGraderPreprocessor):
    """Write the outputs of the test cells, and the problems as a text at the top."""

    def preprocess(self, nb, resources):
        name = resources["nbgrader"]["assignment"]
        verdicts, notes = judged(nb, TOP / "source" / name,
                                 hidden_part(TOP / "hidden" / f"{name}.npz"))
        for cell in nb.cells:
            exercise = role(cell).get("grade_id", "").removeprefix("test_")
            if locked(cell) and exercise in verdicts:
                cell.outputs = _outputs(verdicts[exercise], role(cell)["points"])
        notes = nb.metadata["course"]["notes"] = nb.metadata["course"]["notes"] + notes
        if notes:
            words = "\n".join(f"- {note}" for note in notes)
            nb.cells.insert(0, v4.new_markdown_cell(
                f"**Problems with this notebook**\n\n{words}", id="odd"))
        return nb, resources


def _outputs(verdict, points):
    outputs = [v4.new_output("stream", name="stdout", text=verdict.words + "\n")]
    if verdict.picture:
        outputs.append(v4.new_output("display_data", {"text/html": error_tag(*verdict.picture),
                                                      "text/plain": verdict.picture[1]}))
    if verdict.share == 0:
        outputs.append(v4.new_output("error", ename="Wrong", evalue="no points", traceback=[]))
    elif verdict.share < 1:
        outputs.append(v4.new_output("execute_result", execution_count=1, data={
            "text/plain": f"{verdict.share * points:g}"}))
    return outputs


def _tidy(cell):
    """Outputs of a submitted cell that are kept: shortened text, and pictures, but no scripts."""
    if locked(cell):
        return []
    kept = []
    for output in cell.get("outputs", ()):
        picture = output.get("data", {}).get("image/png")
        if picture:
            kept.append(v4.new_output("display_data", {"image/png": picture}))
        elif output.get("output_type") == "stream":
            kept.append(v4.new_output("stream", name="stdout", text="".join(output["text"])[:MOST]))
    return kept
