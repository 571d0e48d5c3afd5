"""A case of the suite, and the generator of its input numbers."""

import json
import zlib
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

import numpy as np

from tubevit_np.model.config import Config, Tube
from tubevit_np.variants.config import to_json

LEVELS = ("layout", "operations", "block", "model", "gradients", "optimizer", "training",
          "checkpoint", "refusals", "initial")
FLOATS = ("float32", "float64")


@dataclass(frozen=True)
class Case:
    """One call, adapter.op(**arrays, **attributes), and how to judge its answer.

    Parameters
    ----------
    level : str
        One of LEVELS.
    name : str
        Name within the level.
    op : str
        Name of the adapter's function.
    why : str
        Purpose of the input.
    arrays : dict from str to array
        Input arrays; "params.x" becomes params["x"].
    attributes : dict
        Other arguments: plain dicts, lists, numbers and strings.
    gradients : tuple of str
        Arrays with respect to which gradients are checked; "params" for all parameters.
    judge : {"rounding", "exact", "spread", "refused"}
        How to compare: within a tolerance, exactly, by mean and standard deviation of new
        parameters, or as an input that must raise an exception.
    dtypes : tuple of str
        Precisions in which the case exists.
    """

    level: str
    name: str
    op: str
    why: str
    arrays: dict[str, np.ndarray] = field(default_factory=dict)
    attributes: dict[str, Any] = field(default_factory=dict)
    gradients: tuple[str, ...] = ()
    judge: str = "rounding"
    dtypes: tuple[str, ...] = FLOATS


class Draw:
    """Random numbers that depend only on a name.

    Each is a small multiple of a power of two, so that float32 represents it exactly and all ports
    start from the same numbers.

    Parameters
    ----------
    name : str
        Seed.
    """

    def __init__(self, name: str) -> None:
        self.rng = np.random.default_rng(zlib.crc32(name.encode()))

    def __call__(self, *shape: int, most: float = 2.0, about: float = 0.0) -> np.ndarray:
        """Draw float32 numbers between about - most and about + most, in steps of most / 64."""
        return np.asarray(about + self.rng.integers(-64, 65, shape) * (most / 64), np.float32)

    def params(self, shapes: Mapping[str, tuple[int, ...]]) -> dict[str, np.ndarray]:
        """Draw {"params.name": array}: gains near 1, matrices scaled by their fan-in, no zeros."""
        return {f"params.{name}": self(*shape, most=0.5, about=1.0) if name.endswith(".g") else
                self(*shape, most=_spread(shape)) for name, shape in shapes.items()}

    def labels(self, classes: int, *shape: int) -> np.ndarray:
        """Draw integers from 0 to classes - 1."""
        return self.rng.integers(0, classes, shape)


def _spread(shape: tuple[int, ...]) -> float:
    """Return the power of two nearest to 2 / sqrt(fan-in)."""
    fan_in = np.prod(shape[:-1]) if len(shape) > 1 else 4
    return 2.0 ** round(np.log2(2 / np.sqrt(fan_in)))


def plain(thing: Tube | Config) -> dict[str, Any]:
    """Return a Tube or a Config in the form in which adapters receive it.

    Parameters
    ----------
    thing : Tube or Config
        The object.

    Returns
    -------
    dict
        Its fields as dicts, lists, numbers and strings.

    Examples
    --------
    >>> plain(Tube((8, 4, 4), (16, 32, 32)))["kernel"]
    [8, 4, 4]
    """
    text = to_json(thing) if isinstance(thing, Config) else json.dumps(asdict(thing))
    return json.loads(text)


def gathered(arrays: Mapping[str, Any]) -> dict[str, Any]:
    """Put arrays of one group into a dict, as arguments of an adapter's function.

    Parameters
    ----------
    arrays : mapping from str to array
        Arrays by dotted name.

    Returns
    -------
    dict
        Arrays without a dot in their names, and a dict for each first part of a dotted name.

    Examples
    --------
    >>> gathered({"x": 1, "params.w": 2, "params.b": 3})
    {'x': 1, 'params': {'w': 2, 'b': 3}}
    """
    arguments: dict[str, Any] = {}
    for name, array in arrays.items():
        group, _, rest = name.partition(".")
        if rest:
            arguments.setdefault(group, {})[rest] = array
        else:
            arguments[name] = array
    return arguments
