"""The parts of a listed set, where they come from, and the names of files and classes."""

import os


class Parts(dict):
    """{"train": rows, "val": rows}, or the parts that exist; rows are sorted by file.

    folder: of the set, as text; names of files are relative to it.  rule: how val was chosen, in
    words.  unused: (path, reason) of everything below the folder that is in neither part.  whole:
    whether val holds all files, because they are only scored; then the rule is the set's name."""

    def __init__(self, parts, folder, rule, unused=(), whole=False):
        super().__init__(parts)
        self.folder, self.rule, self.unused = str(folder), rule, tuple(unused)
        self.whole = whole

    def held_out_fields(self):
        """The fields of a source that has only the held-out part, see labeled_files.py."""
        others = split_usable(self.get("train", ()))[0]
        return {"folder": self.folder, "rule": self.rule, "whole": self.whole,
                "others": len(others)}


def problem(row):
    """Why a row cannot be used; "" if it can."""
    return row.reason or ("no label" if not row.label else
                          "" if os.path.isfile(row.file) else "no such file")


def split_usable(rows):
    """(usable rows, (file, reason) of the other rows)."""
    reasons = {row: problem(row) for row in rows}
    return ([row for row in rows if not reasons[row]],
            tuple((row.file, reasons[row]) for row in rows if reasons[row]))


def name_in_set(file, folder):
    """The path of a file below the folder of its set, with slashes; else its whole path.

    It stays the same when the set moves."""
    path, root = str(file), os.path.join(folder, "")
    return path.removeprefix(root).replace(os.sep, "/") if path.startswith(root) else path


def check_class_names(rows):
    """Raise ValueError for the name of a class that is not UTF-8: no checkpoint can store it."""
    files = {row.label: row.file for row in reversed(rows)}
    for label, file in files.items():
        if not is_utf8(label):
            raise ValueError(f"the name of class {label!r} is not UTF-8, so a checkpoint cannot "
                             f"store it (its first file: {file}); rename the folder, for example "
                             "with: convmv -f latin1 -t utf8 -r --notest FOLDER")


def is_utf8(name):
    """Whether the name of a file or folder is text in UTF-8."""
    return name.isascii() or name.encode(errors="ignore").decode() == name
