"""Where the project lies, for the cells of an assignment that look at its trained model."""

import sys
from pathlib import Path

MODEL = "figures/demo/model.safetensors"  # an installed tubevit_np comes without it


def find_project(folder=None):
    """The project's folder, from now on first on Python's path: the one that is given, or else one
    above this notebook or on the path.  AssertionError if it is not there."""
    places = [Path(folder)] if folder else [*Path.cwd().parents, *map(Path, sys.path)]
    top = next((top for top in places if (top / MODEL).is_file()), None)
    assert top, "the project is not there: write its folder into the line PROJECT = ..."
    sys.path.insert(0, str(top))
    return top
