"""Steps from epochs: in one epoch, every file of a set is used once for training."""

import math
import warnings
from dataclasses import replace

from tubevit_np.data.sources import open_sources

EPOCHS = 100  # usual for files, see tests/benchmarks/README.md
FEWEST, MOST = 200, 3200  # usual steps for files: few clips need some steps, many need not all


def steps_for(recipe, epochs=None):
    """The steps of this number of epochs for a recipe, whose own steps do not count.

    Without a number, the steps are those of EPOCHS, but at least FEWEST and at most MOST.  Raises
    ValueError if no set is made of files, or if a set cannot be opened."""
    if epochs is not None and not 0 < epochs < math.inf:
        raise ValueError(f"epochs is {epochs}; it must be above 0")
    _, length = epoch(recipe, undecoded(recipe))
    if epochs is None:
        return min(max(math.ceil(EPOCHS * length), FEWEST), MOST)
    return math.ceil(epochs * length)


def undecoded(recipe):
    """The sources of a recipe without warnings; files are listed, and almost none is decoded."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # opening them again for training issues these warnings
        return open_sources(replace(recipe, memory=0.0, cache=None))


def epoch(recipe, sources):
    """(source, steps) of the set whose epoch takes most steps, so each set has all its epochs.

    Images count only if no videos are files.  Raises ValueError if there are no files."""
    steps = [(source.num_training / count, source) for source, (*_, count, _)
             in zip(sources, recipe.sets, strict=True) if hasattr(source, "num_training")]
    videos = [one for one in steps if one[1].kind == "video"]
    if not steps:
        raise ValueError("generated data have no epochs, each example is new; leave out --epochs, "
                         "or give --steps")
    length, source = max(videos or steps, key=lambda one: one[0])
    return source, length
