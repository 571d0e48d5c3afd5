"""Find the project's folder, for the cells that use its trained model."""

import sys
from pathlib import Path

MODEL = "figures/demo/model.safetensors"  # an installed tubevit_np comes without it


def find_project(folder=None):
    """The project's folder, which becomes the first entry of sys.path.

    folder: where it lies; by default the folders above this notebook and sys.path are searched.
    Raises AssertionError if it is not found."""
    places = [Path(folder)] if folder else [*Path.cwd().parents, *map(Path, sys.path)]
    top = next((top for top in places if (top / MODEL).is_file()), None)
    assert top, "the project was not found: write its folder into the line PROJECT = ..."
    sys.path.insert(0, str(top))
    return top
