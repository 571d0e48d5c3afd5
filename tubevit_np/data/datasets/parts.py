"""The parts of a listed set, and where they come from."""

import os


class Parts(dict):
    """{"train": rows, "val": rows}, or the parts that exist; rows are sorted by file.

    folder: of the set, as text; names of files are relative to it.  rule: how val was chosen, in
    words."""

    def __init__(self, parts, folder, rule):
        super().__init__(parts)
        self.folder, self.rule = str(folder), rule


def name_in_set(file, folder):
    """The path of a file below the folder of its set, with slashes; else its whole path.

    It stays the same when the set moves."""
    path, root = str(file), os.path.join(folder, "")
    return path.removeprefix(root).replace(os.sep, "/") if path.startswith(root) else path
