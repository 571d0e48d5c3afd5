"""Recipe files in TOML, JSON and YAML: from text to {field: value}, and from a recipe to TOML."""

import json
import re
import textwrap
import tomllib
from collections.abc import Callable
from dataclasses import asdict
from typing import Any

YAML_FLOAT = re.compile(r"[-+]?(\d+\.?\d*|\.\d+)[eE][-+]?\d+$")  # PyYAML reads 1e-4 as text


def parse_yaml(text):
    """The value of a YAML text.  1e-4 is a number, as in YAML 1.2."""
    import yaml  # an extra

    class Loader(yaml.SafeLoader):
        pass

    Loader.add_implicit_resolver("tag:yaml.org,2002:float", YAML_FLOAT, list("-+.0123456789"))
    try:
        return yaml.load(text, Loader)
    except yaml.YAMLError as error:
        raise ValueError(" ".join(str(error).split())) from None


PARSERS: dict[str, Callable[[str], Any]] = {
    ".toml": tomllib.loads, ".json": json.loads, ".yaml": parse_yaml, ".yml": parse_yaml}


def to_toml(recipe, comments):
    """A recipe as TOML, with a comment above each field.  None, which TOML lacks, becomes false."""
    lines = ["# A recipe of TubeViT. Save it as FILE.toml, then: train --recipe FILE.toml",
             "# A line that you delete gets its usual value. false can also mean: not used."]
    for name, value in asdict(recipe).items():
        lines += ["", *(f"# {line}" for line in textwrap.wrap(comments[name], 98)),
                  f"{name} = {toml_value(value)}"]
    return "\n".join(lines)


def toml_value(value):
    """A number, a bool, a text or a list of them: TOML writes them as JSON does, but for DEL."""
    text = json.dumps(False if value is None else value, ensure_ascii=False)
    return text.replace("\x7f", "\\u007f")
