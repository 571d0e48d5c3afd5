"""Grade /autograder/submission for Gradescope and write results.json.

Set the environment variable AUTOGRADER to another folder to try this without Gradescope."""

import json
import os
from pathlib import Path

from . import assignment
from .handing import read
from .submission import hidden_part, judged

HERE = Path(__file__).resolve().parents[1]


def main():
    top = Path(os.environ.get("AUTOGRADER", "/autograder"))
    (top / "results").mkdir(exist_ok=True)
    result = results(top / "submission")
    (top / "results/results.json").write_text(json.dumps(result, indent=1), encoding="utf-8")


def results(folder):
    """The dict that Gradescope expects, for the first notebook in a folder."""
    exercises = assignment(HERE)["exercises"]
    try:
        notebooks = sorted(folder.glob("*.ipynb")) or [folder / f"{assignment(HERE)['name']}.ipynb"]
        verdicts, notes = judged(read(notebooks[0]), HERE, hidden_part(HERE / "hidden.npz"))
    except ValueError as error:
        return {"score": 0, "output": str(error)}
    return {"output": "\n".join(notes), "tests": [
        {"name": name, "score": verdict.share * exercises[name]["points"],
         "max_score": exercises[name]["points"], "output": verdict.words, "visibility": "visible"}
        for name, verdict in verdicts.items()]}


if __name__ == "__main__":
    main()
