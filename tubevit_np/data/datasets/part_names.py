"""The names of the parts of a data set."""

PARTS = {"train": ("train", "training"),
         "val": ("val", "validation", "validate", "valid", "dev", "eval", "evaluation"),
         "test": ("test", "testing")}


def canonical_part(name):
    """"train", "val" or "test" for any of their names, in any case; else None."""
    name = name.strip().lower()
    return next((part for part, names in PARTS.items() if name in names), None)
