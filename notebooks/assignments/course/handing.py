"""Read a student's notebook (JSON): take its cells, and list its problems."""

import json
from pathlib import Path

BIGGEST = 20 << 20  # bytes of a notebook file


def read(path):
    """The notebook in a file.  Raises ValueError if it is not a notebook, or too large."""
    path = Path(path)
    if not path.exists():
        raise ValueError(f"the file {path.name} is missing")
    if path.stat().st_size > BIGGEST:
        raise ValueError(f"{path.name} has {path.stat().st_size >> 20} MB, at most "
                         f"{BIGGEST >> 20} are allowed: clear its outputs and submit it again")
    try:
        notebook = json.loads(path.read_text(encoding="utf-8"))
        assert all(cell["cell_type"] and text(cell) is not None for cell in notebook["cells"])
    except (ValueError, KeyError, TypeError, AssertionError):
        raise ValueError(f"{path.name} is not a notebook: save it in Jupyter") from None
    return notebook


def text(cell):
    return cell["source"] if isinstance(cell["source"], str) else "".join(cell["source"])


def role(cell):
    """The metadata of nbgrader in a cell, or {}."""
    return cell.get("metadata", {}).get("nbgrader", {})


def locked(cell):
    return role(cell).get("locked") or (role(cell).get("grade") and not role(cell)["solution"])


def code_cells(notebook, released):
    """[(name, source, whole)] for runner.Student: the given cells, then the student's, in order.

    If a solution cell appears twice, the first one counts.  Locked cells come from `released`, not
    from the student's notebook."""
    cells = [(role(cell)["grade_id"], text(cell), False) for cell in released["cells"]
             if cell["cell_type"] == "code" and locked(cell) and not role(cell)["grade"]]
    names = set()
    for k, cell in enumerate(notebook["cells"]):
        name = role(cell).get("grade_id", f"cell{k}")
        if cell["cell_type"] == "code" and not locked(cell) and name not in names:
            cells.append((name, text(cell), bool(role(cell).get("solution"))))
            names.add(name)
    return cells


def oddities(notebook, released):
    """Lines of text that name missing, duplicated and edited cells, compared with `released`."""
    own = [role(cell).get("grade_id") for cell in notebook["cells"]]
    sources = {role(cell).get("grade_id"): text(cell) for cell in reversed(notebook["cells"])}
    names = [role(cell)["grade_id"] for cell in released["cells"] if role(cell)]
    edited = [role(cell)["grade_id"] for cell in released["cells"] if locked(cell)
              and sources.get(role(cell)["grade_id"], text(cell)).strip() != text(cell).strip()]
    problems = {"missing cells": [name for name in names if name not in own],
                "cells that appear more than once (the first counts)": [
                    name for name in names if own.count(name) > 1],
                "locked cells that were edited": edited}
    return [f"{what}: {', '.join(cells)}" for what, cells in problems.items() if cells]


def mended(notebook, released):
    """The released cells in order, with the student's answers.

    Cells that the student added follow the same cell as in the student's notebook."""
    answers, added, last = {}, {}, None
    for cell in notebook["cells"]:
        name = role(cell).get("grade_id")
        if name is None:
            if cell["cell_type"] == "code" or text(cell) not in _texts(released):
                added.setdefault(last, []).append(cell)
        else:
            last = name
            answers.setdefault(name, cell)
    cells = [*added.get(None, ())]
    for cell in released["cells"]:
        name = role(cell).get("grade_id")
        if name in answers and not locked(cell):
            cell = {**cell, "source": text(answers[name])}
            if cell["cell_type"] == "code":
                cell["outputs"] = answers[name].get("outputs", [])
        cells += [cell, *(added.get(name, ()) if name else ())]
    return cells


def _texts(released):
    return {text(cell) for cell in released["cells"] if cell["cell_type"] == "markdown"}
