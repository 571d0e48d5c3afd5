"""A summary of a data set at the start of training, stored in the run folder."""

import hashlib
from collections import Counter


def describe(source, train, val):
    """Files per class, files left out with reasons, and a digest of the list, as a dict for JSON.

    train, val: [(path, class index)] of the files in use."""
    short = {"shorter than their clips": source.short} if source.short else {}
    return {"kind": source.kind, "head": source.head,
            "train": count_per_class(train, source.names),
            "val": count_per_class(val, source.names),
            "left out": [[str(path), reason] for path, reason in source.left_out],
            **short, "digest": digest([*train, *val])}


def count_per_class(items, names):
    """{class name: number of files}."""
    counts = Counter(label for _, label in items)
    return {name: counts[k] for k, name in enumerate(names)}


def digest(items):
    """SHA-256 of paths and classes, in order; the files themselves are not read."""
    text = "".join(f"{path}\t{label}\n" for path, label in items)
    return hashlib.sha256(text.encode()).hexdigest()


def describe_changes(old, new):
    """Yield one line per source whose files have changed; old, new: lists of `describe`."""
    for before, after in zip(old, new, strict=False):
        if before["digest"] != after["digest"]:
            counts = (f"{part}: {sum(before[part].values())} files then, "
                      f"{sum(after[part].values())} now" for part in ("train", "val"))
            yield f"{after['head']}: files have changed since the run began ({'; '.join(counts)})"
