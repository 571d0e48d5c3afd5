"""The recipe that the options of train give: fields with absolute paths."""

import os
import re
from pathlib import Path

from tubevit_np.data.sources import CAMERA, GENERATED, OLDER_NAMES


def whole_paths(given):
    """The value of an option with absolute paths, so that a run resumes from any folder.

    Links stay links: a run follows a link that is changed."""
    if isinstance(given, list):  # of data sets, or numbers
        return [whole_set(one) if isinstance(one, Path) else one for one in given]
    return os.path.abspath(given) if isinstance(given, Path) else given


def whole_set(given):
    """As whole_paths, of a data set: it may be a name, or have a name or "camera:" before its path.
    """
    text, before = str(given), ""
    if text in (*GENERATED, *OLDER_NAMES):
        return text
    if not given.exists():
        before, text = re.fullmatch(f"((?:[^=/:]*=)?(?:{CAMERA})?)(.*)", text, re.DOTALL).groups()
    return before + os.path.abspath(text) if text else before
