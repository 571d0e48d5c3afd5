"""The recipe that the options of train give: fields with absolute paths."""

import os
import re
from dataclasses import fields
from pathlib import Path

from tubevit_np.commands.recipe_help import COMMENTS, OPTIONS
from tubevit_np.data.sources import CAMERA, GENERATED, OLDER_NAMES
from tubevit_np.runs.recipe import Recipe
from tubevit_np.runs.recipe_defaults import RECIPES
from tubevit_np.runs.recipe_files import is_file, read_fields
from tubevit_np.runs.recipe_formats import to_toml
from tubevit_np.storage.hub import is_hub_name, with_commit


def given_fields(options):
    """{field: value} of the options that were typed, with epochs and recipe, for recipe_for."""
    names = "epochs", *(field.name for field in fields(Recipe))
    given = {name: absolute(name, getattr(options, name)) for name in names
             if hasattr(options, name)}
    return given | ({"recipe": named_or_read(options.recipe)} if hasattr(options, "recipe") else {})


def named_or_read(text):
    """A name of the paper's recipes, or the fields of a recipe file.

    Relative paths in a file start at the current folder, as those of options."""
    if text in RECIPES or not is_file(text):
        return text
    return {name: absolute(name, as_typed(name, value))
            for name, value in read_fields(text).items()}


def as_typed(name, value):
    """A value of a recipe file as argparse gives that of the option: paths as Path."""
    if value is None or OPTIONS.get(name, (None,))[0] is not Path:
        return value
    return [Path(one) for one in value] if isinstance(value, tuple) else Path(value)


def absolute(name, value):
    """The value of a field with absolute paths; a start on the Hub with its commit."""
    on_hub = name == "start" and value is not None and is_hub_name(value)
    return with_commit(value) if on_hub else whole_paths(value)


def print_recipe(recipe):
    """Print a recipe as TOML; its comments are the first words of the options' help."""
    print(to_toml(recipe, COMMENTS))


def whole_paths(given):
    """The value of an option with absolute paths, so that a run resumes from any folder.

    Links stay links: a run follows a link that is changed."""
    if isinstance(given, list):  # of data sets, or numbers
        return [whole_set(one) if isinstance(one, Path) else one for one in given]
    return os.path.abspath(given) if isinstance(given, Path) else given


def whole_set(given):
    """As whole_paths, of a data set: it may be a name, or have a name or "camera:" before its path.
    """
    text, before = str(given), ""
    if text in (*GENERATED, *OLDER_NAMES):
        return text
    if not given.exists():
        before, text = re.fullmatch(f"((?:[^=/:]*=)?(?:{CAMERA})?)(.*)", text, re.DOTALL).groups()
    return before + os.path.abspath(text) if text else before
