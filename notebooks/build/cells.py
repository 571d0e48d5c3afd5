"""The source of a lesson, in the py:percent format, as cells of a notebook.

`# %% [markdown]` begins a text cell, whose lines begin with "# "; `# %%` begins a code cell.
VS Code, Spyder, PyCharm and jupytext read this format.  Metadata may follow: `# %% tags=["x"]`."""

import hashlib
import json
import re
from pathlib import Path

from nbformat import v4

FOLDER = Path(__file__).resolve().parents[1]
METADATA = {"kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
            "language_info": {"file_extension": ".py", "mimetype": "text/x-python",
                              "name": "python", "pygments_lexer": "ipython3"}}
MARK = re.compile(r"^# %%( \[markdown\])?((?: \w+=.+)?)$", re.MULTILINE)


def lessons(names=()):
    paths = {path.stem: path for path in sorted(FOLDER.glob("[0-9][0-9]_*.py"))}
    return [paths[name] for name in chosen(paths, "lesson", names)]


def chosen(known, what, names):
    """All of `known`, or the entries that begin with one of `names`.

    Raises ValueError for a name that matches nothing."""
    for name in names:
        if not any(one.startswith(name) for one in known):
            raise ValueError(f"no {what} {name!r}; there are {', '.join(known)}")
    return [one for one in known if not names or one.startswith(tuple(names))]


def split(text):
    """[("markdown" or "code", source)] of a py:percent text.

    Raises ValueError for text before the first cell, and for a text line without "# "."""
    return [(kind, source) for kind, source, _ in parts(text)]


def parts(text):
    """[("markdown" or "code", source, metadata)]; see split."""
    before, *rest = MARK.split(text)
    if before.strip():
        raise ValueError(f"{before.strip().splitlines()[0]!r} comes before the first # %%")
    return [("markdown", _prose(source), _metadata(marks)) if kind
            else ("code", source.strip(), _metadata(marks))
            for kind, marks, source in zip(rest[::3], rest[1::3], rest[2::3], strict=True)]


def _metadata(marks):
    """' a=[1] b={"c": 2}' -> {"a": [1], "b": {"c": 2}}."""
    values, marks = {}, marks.strip()
    while marks:
        name, marks = marks.split("=", 1)
        try:
            values[name], end = json.JSONDecoder().raw_decode(marks)
        except ValueError:
            raise ValueError(f"{name}={marks} after # %% is not valid JSON") from None
        marks = marks[end:].strip()
    return values


def _prose(source):
    lines = source.strip().splitlines()
    for line in lines:
        if not (line == "#" or line.startswith("# ")):
            raise ValueError(f"{line!r} in a text cell does not begin with '# '")
    return "\n".join(line[2:] for line in lines)


def notebook(text):
    """A notebook without outputs.

    The id of a cell is a hash of its source, so it stays when other cells change."""
    return of_cells(parts(text))


def of_cells(cells):
    """The notebook of [(kind, source, metadata)]."""
    made, counts = [], {}
    for kind, source, metadata in cells:
        digest = hashlib.sha256(source.encode()).hexdigest()[:8]
        counts[digest] = counts.get(digest, 0) + 1
        new = v4.new_markdown_cell if kind == "markdown" else v4.new_code_cell
        made.append(new(source, id=f"{digest}-{counts[digest]}", metadata=metadata))
    return v4.new_notebook(cells=made, metadata=METADATA)
