"""Adds one argument to an argparse parser: with or without a value, or a recipe's field."""

from argparse import BooleanOptionalAction
from pathlib import Path

from tubevit_np.commands.recipe_help import CHOICES, OPTIONS
from tubevit_np.runs.recipe_defaults import usual_elsewhere

METAVARS = {Path: "PATH", str: "NAME", int: "N", float: "X"}
FIELDS = {"cache": "FOLDER", "group_by": "REGEX"}  # fields of a recipe with another metavar


def add(sub, name, metavar, text, values=(), **form):
    """Add an argument with a value, an integer if it is called N; form: arguments for argparse.

    values: all values that it can have, for completion."""
    kind = {"type": int} if metavar == "N" else {}
    option = sub.add_argument(name, metavar=metavar, help=text, **kind | form)
    option.values = values


def flag(sub, name, text):
    """Add an option without a value."""
    sub.add_argument(name, action="store_true", help=text)


def field(sub, name, text=None, **form):
    """Add the option of a recipe's field; text replaces its usual help text."""
    kind, usual = OPTIONS[name]
    option, text = f"--{name.replace('_', '-')}", text or usual
    if kind is bool:
        sub.add_argument(option, action=BooleanOptionalAction, help=text, **form)
    else:
        metavar = FIELDS.get(name, METAVARS[kind])
        add(sub, option, metavar, text, CHOICES.get(name, ()), **{"type": kind} | form)


def default_text(name, default):
    """The default of a recipe's field, and the defaults of other models and data."""
    if default is None or isinstance(default, tuple | bool):  # the help text itself describes it
        return ""
    others = (f"; {where}: {value:g}"
              for value, where in usual_elsewhere(name).items())
    default = f"{default:g}" if isinstance(default, float) else default
    return f" (default {default}{''.join(others)})"
