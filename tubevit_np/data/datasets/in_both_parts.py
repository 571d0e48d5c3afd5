"""Files that are in train and in val: the same file twice, or two files with the same content."""

import hashlib
import os
import warnings

BLOCK = 2**16  # bytes at each end of a file that are compared
NOT_COMPARED = None


def warn_of_files_in_both(parts, path):
    """Warn if held-out files are also in train, by path or by content: the score is too high."""
    train, val = ([row for row in parts.get(part, ()) if row.label and not row.reason]
                  for part in ("train", "val"))
    if pairs := sorted(pairs_with_the_same_content(train, val)):
        (_, one, other), number = pairs[0], len({pair[0] for pair in pairs})
        names = (f"{one.file}" if one.file == other.file else
                 f"{one.file} has the content of {other.file}")
        other_class = len({pair[0] for pair in pairs if pair[1].label != pair[2].label})
        classes = f", {other_class} of them with another class" * (other_class > 0)
        warnings.warn(f"{path}: held-out files that are also in train: {number}{classes}, the "
                      f"first: {names}; the score can be too high", stacklevel=3)


def pairs_with_the_same_content(train, val):
    """Yield (number in val, row of val, row of train) of files with equal content.

    Files are compared by size, then by the first and the last BLOCK bytes. So only the ends of few
    files are read."""
    groups = [(train, [*enumerate(val)])]
    for key in (size, ends):
        groups = [pair for group in groups for pair in grouped(*group, key)]
    for some, numbered in groups:
        for number, row in numbered:
            yield number, row, next((one for one in some if one.file == row.file), some[0])


def grouped(train, val, key):
    """Yield the (train, val) whose files have the same key, if there are files in both."""
    by_key = {}
    for row in train:
        by_key.setdefault(key(row.file), ([], []))[0].append(row)
    for number, row in val:
        found = key(row.file)
        if found in by_key:
            by_key[found][1].append((number, row))
    by_key.pop(NOT_COMPARED, None)
    return (group for group in by_key.values() if group[1])


def size(path):
    """Bytes of a file; NOT_COMPARED if it is empty or is not there."""
    try:
        return os.stat(path).st_size or NOT_COMPARED
    except OSError:
        return NOT_COMPARED


def ends(path):
    """A digest of the first and the last BLOCK bytes; NOT_COMPARED if a file cannot be read."""
    try:
        with open(path, "rb") as file:
            digest = hashlib.blake2b(file.read(BLOCK))
            file.seek(max(0, os.stat(path).st_size - BLOCK))
            digest.update(file.read(BLOCK))
        return digest.digest()
    except OSError:
        return NOT_COMPARED
