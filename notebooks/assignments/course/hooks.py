"""What nbgrader does here instead of running notebooks in a kernel: see nbgrader_config.py.

A kernel would let a student's cell change the tests that come after it.  So cells that were handed
out are put in place first, and a judge in this process writes the outputs of the test cells, which
nbgrader reads as ever: an error is no points, a number part of them."""

from pathlib import Path

import nbformat
from nbformat import v4
from nbgrader.preprocessors import NbGraderPreprocessor

from .handing import locked, mended, oddities, read, role, text
from .picturing import error_tag
from .submission import hidden_part, judged

TOP = Path(__file__).resolve().parents[1]
MOST = 2000  # characters of what a student's cell has printed


class Mend(NbGraderPreprocessor):
    """Cells that are missing, doubled or changed become what was handed out, and this is said."""

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
    """Outputs of the test cells, and what was odd as a text at the top."""

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
            nb.cells.insert(0, v4.new_markdown_cell(f"**What was odd**\n\n{words}", id="odd"))
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
    """Of the outputs as handed in: text, not too much of it, and pictures.  No scripts."""
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
