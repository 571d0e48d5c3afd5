"""Files and tables of data sets that a test lists and does not decode."""

import os


def touch(folder, *names):
    """Create files with different content in a folder; return the folder."""
    for name in names:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(os.fsencode(f"{name} in {folder}"))
    return folder


def table(path, *lines):
    """Write lines of text; return the path."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path
