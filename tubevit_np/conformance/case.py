"""A case, and the generator of its input numbers."""

import json
import zlib
from dataclasses import asdict, dataclass, field

import numpy as np

from tubevit_np.model.config import Config
from tubevit_np.variants.config import to_json

LEVELS = ("layout", "operations", "block", "model", "gradients", "optimizer", "training",
          "checkpoint", "refusals", "initial")
FLOATS = ("float32", "float64")


@dataclass(frozen=True)
class Case:
    """One call, adapter.op(**arrays, **attributes), and how its answer is judged.

    why: the purpose of its input.  arrays: {name: array}; "params.x" becomes params["x"].
    gradients: the arrays with respect to which gradients are checked, "params" for all parameters.
    judge: "rounding", "exact", "spread" (of new parameters) or "refused"."""

    level: str
    name: str
    op: str
    why: str
    arrays: dict = field(default_factory=dict)
    attributes: dict = field(default_factory=dict)
    gradients: tuple = ()
    judge: str = "rounding"
    dtypes: tuple = FLOATS


class Draw:
    """Numbers that depend on a case's name alone, each a few steps of a power of two.

    float32 holds them exactly: no two implementations start from different numbers."""

    def __init__(self, name):
        self.rng = np.random.default_rng(zlib.crc32(name.encode()))

    def __call__(self, *shape, most=2.0, about=0.0):
        """float32 in about +- most, in steps of most / 64."""
        return np.asarray(about + self.rng.integers(-64, 65, shape) * (most / 64), np.float32)

    def params(self, shapes):
        """{"params.name": array}: gains about 1, matrices by their fan in, nothing left at 0."""
        return {f"params.{name}": self(*shape, most=0.5, about=1.0) if name.endswith(".g") else
                self(*shape, most=_spread(shape)) for name, shape in shapes.items()}

    def labels(self, classes, *shape):
        return self.rng.integers(0, classes, shape)


def _spread(shape):
    """The power of two nearest to 2 / sqrt(fan in)."""
    fan_in = np.prod(shape[:-1]) if len(shape) > 1 else 4
    return 2.0 ** round(np.log2(2 / np.sqrt(fan_in)))


def plain(thing):
    """A Tube or Config as adapters get it: dicts, lists, numbers and texts."""
    text = to_json(thing) if isinstance(thing, Config) else json.dumps(asdict(thing))
    return json.loads(text)


def gathered(arrays):
    """{"x": ..., "params.a.w": ...} as arguments: {"x": ..., "params": {"a.w": ...}}."""
    found = {}
    for name, array in arrays.items():
        group, _, rest = name.partition(".")
        if rest:
            found.setdefault(group, {})[rest] = array
        else:
            found[name] = array
    return found
