"""Types of a recipe's fields: every value must have the type of its field's annotation."""

import math
import os
from types import UnionType
from typing import get_args, get_origin, get_type_hints

import numpy as np

EXPECTED = {int: ("a whole number", "whole numbers"), float: ("a finite number", "finite numbers"),
            str: ("text", "texts"), bool: ("true or false", "true or false"),
            type(None): ("None", "None")}  # in words: one value, a list


def check_types(owner, values):
    """{field: value} in plain Python types; ValueError names the field whose type is wrong.

    owner: the dataclass with the annotations.  A whole number is accepted as a float."""
    hints = get_type_hints(owner)
    return {name: check_type(name, plain(value), hints[name]) for name, value in values.items()}


def check_type(name, value, annotation):
    """The value; ValueError if its type is not the annotated one, or one of several."""
    kinds = kinds_of(annotation)
    if not any(fits(value, kind) for kind in kinds):
        raise ValueError(f"{name} is {value!r}; it must be {' or '.join(map(expected, kinds))}")
    return value


def kinds_of(annotation):
    """The types of int | None, for example; one type is alone."""
    return get_args(annotation) if isinstance(annotation, UnionType) else (annotation,)


def accepts_none(owner, name):
    """Whether a field of a dataclass can be None."""
    return type(None) in kinds_of(get_type_hints(owner)[name])


def plain(value):
    """NumPy's scalars as Python's numbers, paths as text, lists as tuples."""
    if isinstance(value, np.generic):
        return value.item()
    if isinstance(value, os.PathLike):
        return os.fspath(value)
    return tuple(map(plain, value)) if isinstance(value, list | tuple) else value


def fits(value, kind):
    """Whether a value has this type.  True is no number here; NaN and infinity are no floats."""
    if get_origin(kind) is tuple:
        return isinstance(value, tuple) and all(fits(one, get_args(kind)[0]) for one in value)
    if kind is float:
        return type(value) in (int, float) and abs(value) < math.inf
    return type(value) is kind


def expected(kind):
    """A type in words."""
    if get_origin(kind) is tuple:
        return f"a list of {EXPECTED[get_args(kind)[0]][1]}"
    return EXPECTED[kind][0]
