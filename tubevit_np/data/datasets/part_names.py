"""The names of the parts of a data set, alone or as a word in the name of a folder or a table."""

import re

PARTS = {"train": ("train", "training"),
         "val": ("val", "validation", "validate", "valid", "dev", "eval", "evaluation"),
         "test": ("test", "testing")}
SEPARATORS = "[-_. ]"  # between the words of a file's name


def canonical_part(name):
    """"train", "val" or "test" for any of their names, in any case; else None."""
    name = name.strip().lower()
    return next((part for part, names in PARTS.items() if name in names), None)


def part_word(name):
    """The first word that names a part, such as "train" in train_list; None if no word does."""
    return next(filter(canonical_part, re.split(SEPARATORS, name.lower())), None)


def part_in_name(name):
    """The part in a name, such as "val" for kinetics-400_validate; None if no word names one."""
    word = part_word(name)
    return canonical_part(word) if word else None


def name_without_part(name):
    """The words of a name, without the words for parts."""
    return [word for word in re.split(SEPARATORS, name.lower()) if not canonical_part(word)]


def rank(word):
    """The place of a word among the names of its part: val is preferred to dev."""
    return PARTS[canonical_part(word)].index(word)
