"""Lists the unused files and folders of a set, each with a reason."""

import warnings
from collections import Counter
from pathlib import Path

from tubevit_np.data.datasets.class_folders import kind_in_set, subfolders
from tubevit_np.data.datasets.part_names import canonical_part
from tubevit_np.data.datasets.tables.class_names import CLASS_NAMES
from tubevit_np.data.datasets.tables.official_splits import CLASS_NUMBERS, is_official
from tubevit_np.data.datasets.tables.read import TABLES, beginning, is_table
from tubevit_np.data.datasets.tables.row import class_name
from tubevit_np.data.datasets.walk import LINK, is_hidden, walk_files
from tubevit_np.data.decoding.images import error_text

HIDDEN = "hidden"


def unused_files(path, kind, sources, rows):
    """[(path, reason)] of the files and folders of a set that no row names; of a table none."""
    if not path.is_dir():
        return []
    used, outside = {row.file for row in rows}, [source for source in sources.values()
                                                 if source.is_dir() and path not in source.parents]
    return sorted(one for top in {path, *outside} for one in unused_below(top, kind, sources, used)
                  if one[0] not in sources.values())


def unused_below(top, kind, sources, used):
    """[(path, reason)] of everything below a folder that is not among the used files."""
    unused = []
    files = walk_files(top, lambda error: unused.append((Path(error.filename), error_text(error))),
                       lambda *left_out: unused.append(left_out))
    reasons = {file: reason_of(file, kind, sources) for file in files if file not in used}
    unused = [one for one in unused if one[1] != LINK or not any(one[0] in file.parents
                                                                 for file in used)]
    return unused + [(file, reason) for file, reason in reasons.items() if reason]


def reason_of(file, kind, sources):
    """Why a file that no row names is not used; "" for the tables of a set."""
    if is_hidden(file.name):
        return HIDDEN
    if is_table_of(file, sources):
        return ""
    if file.suffix.lower() in TABLES and is_table(file):
        return "a table that is not used"
    found = kind_in_set(file, kind)
    if found == kind:
        return reason_by_place(file, sources.values())
    return with_article(found) if found else f"not {with_article(kind)}"


def with_article(kind):
    """"a video" or "an image"."""
    return {"video": "a video", "image": "an image"}[kind]


def reason_by_place(file, sources):
    """Why a file that could be used is not: where it lies."""
    if any(source.is_file() for source in sources):
        return "in no table"
    if any(file.is_relative_to(source) for source in sources):
        return "in no class folder"
    return f"outside of {' and '.join(sorted(source.name for source in sources))}"


def is_table_of(file, sources):
    """Whether a file is one of the tables of a set, or holds the names of their classes."""
    tables = [source for source in sources.values() if source.is_file()]
    lists = is_official(file) or file.name == CLASS_NUMBERS
    return (file in tables or lists and any(map(is_official, tables))
            or file.name in CLASS_NAMES and any(file.parent == table.parent
                                                and not beginning(table)[1] for table in tables))


def warn_of_unused(path, unused):
    """Warn with the number of unused files for each reason, if not all of them are hidden."""
    counts = Counter(reason for _, reason in unused)
    if counts.keys() - {HIDDEN}:
        first = next(one for one in sorted(unused) if one[1] != HIDDEN)
        kinds = ", ".join(f"{reason}: {count}" for reason, count in counts.most_common())
        warnings.warn(f"{path}: files and folders that are not used: {len(unused)} ({kinds}), "
                      f"the first: {first[0]}", stacklevel=3)


def warn_of_empty_classes(path, kind, sources, rows):
    """Warn of class folders without a file that could be used."""
    labels = {row.label for row in rows}
    empty = sorted({folder.name for source in sources.values() for folder in subfolders(source)
                    if class_name(folder.name) not in labels})
    if empty:
        warnings.warn(f"{path}: class folders without {with_article(kind)}: {len(empty)}, the "
                      f"first: {', '.join(empty[:5])}", stacklevel=3)


def warn_of_deeper_files(path, kind, sources, rows):
    """Say that files in folders below the class folders are used, too."""
    folders = {source for source in sources.values() if source.is_dir()}
    others = [row.file for row in rows
              if not folders & {row.file.parent, row.file.parent.parent}]
    deeper = [file for file in others for folder in folders if file.is_relative_to(folder)
              and not (canonical_part(file.parent.name) and file.parent.parent.parent == folder)]
    if deeper:
        warnings.warn(f"{path}: {kind}s in folders below the class folders: {len(deeper)}, used "
                      f"like the others, the first: {min(deeper)}", stacklevel=3)
