"""Which files belong to one recording, a group: files that a split must not separate.

Clips cut from one recording look alike. If some are trained on and others are held out, the score
says how well the model remembers the recording."""

import re
import warnings
from collections import Counter

from tubevit_np.data.datasets.parts import name_in_set
from tubevit_np.data.datasets.split import VAL_EVERY

FILES_ALONE = ""  # group_by of the runs from before there were groups: every file by itself
CONVENTIONS = (  # data sets whose file names hold the recording: group 1
    ("UCF101", re.compile(r"^(v_\w+_g\d\d)_c\d\d\.")),
    ("Kinetics", re.compile(r"^([\w-]{11})_\d{6}_\d{6}\.")),
    ("KTH", re.compile(r"^(person\d\d)_[a-z]+_d\d[_.]")),
)


def recordings(rows, folder, group_by=None, must_match=True):
    """({row: its recording}, how they were found, in words).  Other rows are recordings alone.

    group_by: a regular expression, searched in the name of a file in its set; None: the column
    group of a CSV, else the names of known data sets.  Raises ValueError as by_pattern does."""
    if group_by == FILES_ALONE:
        return {}, ""
    if group_by is not None:
        return by_pattern(rows, folder, group_by, must_match)
    if found := {row: row.group for row in rows if row.group}:
        return found, "by the column group"
    return by_convention(rows)


def by_pattern(rows, folder, group_by, must_match=True):
    """`recordings` of a regular expression: its group 1 if it has one, else the whole match.

    Raises ValueError if all files are one recording, and, with must_match, if no name matches."""
    pattern = compiled(group_by)
    matches = {row: pattern.search(name_in_set(row.file, folder)) for row in rows}
    found = {row: match[min(1, pattern.groups)] for row, match in matches.items() if match}
    found = {row: group for row, group in found.items() if group is not None}
    if rows and not found:
        message = (f"--group-by {group_by} matches none of the {len(rows)} files of {folder}, for "
                   f"example {name_in_set(rows[0].file, folder)}")
        if must_match:
            raise ValueError(f"{message}; change the regular expression")
        warnings.warn(f"{message}; the option is not used for this data set")
        return by_convention(rows)
    if len(found) == len(rows) > 1 and len({*found.values()}) == 1:
        raise ValueError(f"--group-by {group_by} puts all {len(rows)} files of {folder} into one "
                         f"recording, {found[rows[0]]!r}; it must match a part of the names that "
                         "differs between recordings")
    alone = f"; {len(rows) - len(found)} files do not match and count as one recording each"
    return found, f"by --group-by {group_by}" + alone * (len(found) < len(rows))


def compiled(group_by):
    """The compiled regular expression.  Raises ValueError if it is none."""
    try:
        return re.compile(group_by)
    except re.error as error:
        raise ValueError(f"--group-by {group_by} is not a regular expression: {error}") from None


def by_convention(rows):
    """`recordings` of the files that are named as in a known data set."""
    found, sets = {}, []
    for name, pattern in CONVENTIONS:
        matches = {row: pattern.search(row.file.name) for row in rows}
        groups = {row: match[1] for row, match in matches.items() if match}
        if len({*groups.values()}) < len(groups):  # else no two files share a recording
            found |= groups
            sets.append(name)
    return found, f"by file names as in {' and '.join(sets)}" if sets else ""


def warn_if_cut(parts, groups, path):
    """Warn of recordings with files in train and in val, where the set says itself what is val."""
    train, val = ({groups[row]: row.file for row in parts.get(part, []) if row in groups}
                  for part in ("train", "val"))
    if cut := sorted(train.keys() & val.keys()):
        warnings.warn(f"{path}: recordings with files in train and in val: {len(cut)}, the first: "
                      f"{cut[0]} ({train[cut[0]].name}, {val[cut[0]].name}); the score can be too "
                      "high", stacklevel=2)


def warn_of_single(rows, val, path):
    """Warn of classes without a held-out file, although they have enough files for one."""
    counts, held = Counter(row.label for row in rows), {row.label for row in val}
    if single := sorted(label for label, count in counts.items()
                        if count >= VAL_EVERY and label not in held):
        warnings.warn(f"{path}: classes with a single recording, which stays in train: "
                      f"{', '.join(single[:5])}{', ...' * (len(single) > 5)}", stacklevel=2)
