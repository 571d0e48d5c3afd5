"""A data set in a few numbers, kept in the run folder: what it held when the training began."""

import hashlib


def describe(source, train, val):
    """How many files of each class, which are left out and why, and a digest of the list.

    train, val: [(path, class number)] of the files that are used."""
    short = {"shorter than their clips": source.short} if source.short else {}
    return {"kind": source.kind, "head": source.head,
            "train": per_class(train, source.names), "val": per_class(val, source.names),
            "left out": [[str(path), why] for path, why in source.left_out],
            **short, "digest": digest([*train, *val])}


def per_class(items, names):
    counts = [0] * len(names)
    for _, label in items:
        counts[label] += 1
    return dict(zip(names, counts, strict=True))


def digest(items):
    """Of paths and classes, in their order; the files themselves are not read."""
    text = "".join(f"{path}\t{label}\n" for path, label in items)
    return hashlib.sha256(text.encode()).hexdigest()


def changed(old, new):
    """What is not as it was, one line for each source; both lists of `describe`."""
    for was, now in zip(old, new, strict=False):
        if was["digest"] != now["digest"]:
            counts = (f"{sum(was[part].values())} files of {part} then, {sum(now[part].values())} "
                      "now" for part in ("train", "val"))
            yield f"{now['head']}: other files than when the run began ({', '.join(counts)})"
