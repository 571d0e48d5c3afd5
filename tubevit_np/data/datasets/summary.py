"""A summary of a data set at the start of training, stored in the run folder.

Files are named relative to the folder of their set, so a set that has moved is still the same."""

import hashlib
import os
from collections import Counter

from tubevit_np.data.datasets.parts import name_in_set


def describe(source, train, val):
    """Files per class, files left out with reasons, a digest, and all files with their bytes.

    train, val: [(path, class index)] of the files in use."""
    short = {"shorter than their clips": source.short} if source.short else {}
    sizes = {part: {name_in_set(path, source.folder): file_size(path) for path, _ in items}
             for part, items in (("train", train), ("val", val))}
    labels = [label for _, label in (*train, *val)]
    return {"kind": source.kind, "head": source.head,
            "train": count_per_class(train, source.names),
            "val": count_per_class(val, source.names),
            "left out": [[str(path), reason] for path, reason in source.left_out],
            **short, "digest": digest([*sizes["train"].items(), *sizes["val"].items()], labels),
            "held out": {"rule": source.rule, "files": sizes["val"]},
            "trained on": {"files": sizes["train"]}}


def count_per_class(items, names):
    """{class name: number of files}."""
    counts = Counter(label for _, label in items)
    return {name: counts[k] for k, name in enumerate(names)}


def file_size(path):
    """Bytes of a file; -1 if it is gone."""
    return path.stat().st_size if path.exists() else -1


def digest(files, labels):
    """SHA-256 of names, sizes and classes, in order; the files themselves are not read.

    files: (name, bytes);  labels: class indices."""
    lines = (f"{name}\t{size}\t{label}\n" for (name, size), label in zip(files, labels,
                                                                          strict=True))
    return sha256("".join(lines))


def first_digest(items, now, then):
    """The digest of the first releases: SHA-256 of whole paths and classes.

    items: [(path, class index)];  now, then: where the set is, and where it was."""
    text = "".join(f"{path_then(path, now, then)}\t{label}\n" for path, label in items)
    return sha256(text)


def sha256(text):
    """SHA-256 of a text, in which names of files may be any bytes."""
    return hashlib.sha256(text.encode(errors="backslashreplace")).hexdigest()


def path_then(path, now, then):
    """The path of a file before its set moved."""
    if now == then:
        return str(path)
    return os.path.normpath(os.path.join(then, os.path.relpath(path, now)))


def describe_change(before, after):
    """One line that says how the files of a source have changed; two results of `describe`."""
    changes = [f"{part}: {sum(before[part].values())} files then, {sum(after[part].values())} now"
               for part in ("train", "val")]
    if "held out" in before:  # else it is from a release that stored no names
        changes += differences(before, after)
    return (f"{after['head']}: files have changed since the run began, or an older version of this "
            f"program listed them in another way ({'; '.join(changes)})")


def differences(before, after):
    """The number and the first of the files that were added, removed, and so on, in words."""
    then, now = ({name: (part, size) for part in ("trained on", "held out")
                  for name, size in one[part]["files"].items()}
                 for one in (before, after))
    both = then.keys() & now.keys()
    kinds = {"added": now.keys() - then.keys(), "removed": then.keys() - now.keys(),
             "of another size": {name for name in both if then[name][1] != now[name][1]}}
    kinds |= {f"{part} now": {name for name in both if then[name][0] != now[name][0] == part}
              for part in ("trained on", "held out")}
    return [f"{len(names)} {what}, the first: {min(names)}" for what, names in kinds.items()
            if names]
