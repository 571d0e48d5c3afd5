"""A student's notebook as JSON: what is taken from it, and what is odd about it."""

import json
from pathlib import Path

BIGGEST = 20 << 20  # bytes of a file that is read


def read(path):
    """The notebook of a file.  Raises ValueError for one that is none, or too large."""
    path = Path(path)
    if not path.exists():
        raise ValueError(f"there is no {path.name}")
    if path.stat().st_size > BIGGEST:
        raise ValueError(f"{path.name} has {path.stat().st_size >> 20} MB, {BIGGEST >> 20} are "
                         "allowed: clear its outputs and hand it in again")
    try:
        notebook = json.loads(path.read_text(encoding="utf-8"))
        assert all(cell["cell_type"] and text(cell) is not None for cell in notebook["cells"])
    except (ValueError, KeyError, TypeError, AssertionError):
        raise ValueError(f"{path.name} is not a notebook: save it in Jupyter") from None
    return notebook


def text(cell):
    return cell["source"] if isinstance(cell["source"], str) else "".join(cell["source"])


def role(cell):
    """nbgrader's metadata of a cell, or {}."""
    return cell.get("metadata", {}).get("nbgrader", {})


def locked(cell):
    return role(cell).get("locked") or (role(cell).get("grade") and not role(cell)["solution"])


def code_cells(notebook, released):
    """[(name, source, whole)] for a Student: the given cells, then the student's own in order.

    Of a solution cell that is there twice the first counts.  Locked cells are not taken from here.
    """
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
    """Lines: cells that are missing, doubled or edited, by the notebook that was handed out."""
    own = [role(cell).get("grade_id") for cell in notebook["cells"]]
    sources = {role(cell).get("grade_id"): text(cell) for cell in reversed(notebook["cells"])}
    names = [role(cell)["grade_id"] for cell in released["cells"] if role(cell)]
    edited = [role(cell)["grade_id"] for cell in released["cells"] if locked(cell)
              and sources.get(role(cell)["grade_id"], text(cell)).strip() != text(cell).strip()]
    problems = {"missing": [name for name in names if name not in own],
                "there twice or more; the first counts": [n for n in names if own.count(n) > 1],
                "edited, although locked": edited}
    return [f"cells {', '.join(cells)} {what}" for what, cells in problems.items() if cells]


def mended(notebook, released):
    """The cells that were handed out, in their order, with the student's answers, and behind each
    the cells that the student added there."""
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
