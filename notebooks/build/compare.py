"""Compare a newly built notebook with the stored one.

Processors differ in rounding. So texts must be equal except for the last printed digit of
decimal numbers, and pictures except for invisible differences in color."""

import base64
import io
import re
from decimal import Decimal

import nbformat
import numpy as np
from PIL import Image, ImageSequence

PICTURE = re.compile(r"data:image/png;base64,([A-Za-z0-9+/=]+)")
NUMBER = re.compile(r"(-?\d+\.\d+(?:e[+-]\d+)?|-?\d+e[+-]\d+)")  # not an integer
LEVELS, SHARE = 8, 1e-3  # this fraction of a picture's values may differ by more than LEVELS


def differences(stored, built):
    """A line for each cell in which two notebooks (texts) differ."""
    stored, built = (nbformat.reads(text, as_version=4) for text in (stored, built))
    if len(stored.cells) != len(built.cells):
        return [f"stored {len(stored.cells)} cells, new {len(built.cells)}"]
    return [f"cell {k}: {words}" for k, pair in enumerate(zip(stored.cells, built.cells))
            if (words := _differ(*pair))]


def _differ(stored, built):
    """How two cells differ, or an empty text."""
    if (stored.cell_type, stored.source) != (built.cell_type, built.source):
        return "the source differs"
    (texts, pictures), (anew, pictures_anew) = _shown(stored), _shown(built)
    for old, new in zip(texts, anew):
        if not same(old, new):
            return f"new output {_first(new, old)!r}, stored {_first(old, new)!r}"
    if (len(texts), len(pictures)) != (len(anew), len(pictures_anew)):
        return f"new outputs {len(anew)}, stored {len(texts)}"
    off = [k for k, pair in enumerate(zip(pictures, pictures_anew)) if not alike(*pair)]
    return f"picture {off[0]} differs" if off else ""


def _shown(cell):
    """The outputs of a cell: texts without pictures, and the PNG bytes of the pictures."""
    texts = []
    for output in cell.get("outputs", ()):
        data = output.get("data", {})
        texts += [output.get("text", ""), *(data[kind] for kind in sorted(data))]
    pictures = [base64.b64decode(code) for text in texts for code in PICTURE.findall(text)]
    return [PICTURE.sub("", text) for text in texts], pictures


def same(text, other):
    """True if two texts are equal except for the last digit of decimals and for whitespace."""
    parts, others = (NUMBER.split(" ".join(each.split())) for each in (text, other))
    return len(parts) == len(others) and all(
        a == b or (k % 2 and abs(Decimal(a) - Decimal(b)) <= max(unit(a), unit(b)))
        for k, (a, b) in enumerate(zip(parts, others)))


def unit(number):
    """The value of the last digit: 0.01 for "1.25", 1e-7 for "1.2e-6"."""
    return Decimal(1).scaleb(Decimal(number).as_tuple().exponent)


def _first(text, other):
    """The first line of a text that differs from the same line of the other."""
    lines, others = text.splitlines(), other.splitlines()
    return next((line for k, line in enumerate(lines)
                 if k >= len(others) or not same(line, others[k])), "nothing")


def alike(png, other):
    """True if two pictures, still or moving, have the same size and almost the same values."""
    first, second = (_frames(data) for data in (png, other))
    return first.shape == second.shape and np.mean(np.abs(first - second) > LEVELS) <= SHARE


def _frames(png):
    return np.stack([np.array(frame.convert("RGB"), np.int16)
                     for frame in ImageSequence.Iterator(Image.open(io.BytesIO(png)))])
