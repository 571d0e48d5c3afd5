"""Whether a notebook built anew shows what the stored one shows.

Another processor may round the last bit otherwise: text must be equal but for the last printed
digit of numbers that are no whole ones, pictures but for shades that nobody sees."""

import base64
import io
import re
from decimal import Decimal

import nbformat
import numpy as np
from PIL import Image, ImageSequence

PICTURE = re.compile(r"data:image/png;base64,([A-Za-z0-9+/=]+)")
NUMBER = re.compile(r"(-?\d+\.\d+(?:e[+-]\d+)?|-?\d+e[+-]\d+)")  # not a whole one
LEVELS, SHARE = 8, 1e-3  # so much may this share of a picture's values be off


def differences(stored, built):
    """A line for each cell of two notebooks (texts) that differs; none where all agree."""
    stored, built = (nbformat.reads(text, as_version=4) for text in (stored, built))
    if len(stored.cells) != len(built.cells):
        return [f"{len(stored.cells)} cells, built anew {len(built.cells)}"]
    return [f"cell {k}: {words}" for k, pair in enumerate(zip(stored.cells, built.cells))
            if (words := _differ(*pair))]


def _differ(stored, built):
    """How two cells differ, in words, or nothing."""
    if (stored.cell_type, stored.source) != (built.cell_type, built.source):
        return "its source is another"
    (texts, pictures), (anew, pictures_anew) = _shown(stored), _shown(built)
    for old, new in zip(texts, anew):
        if not same(old, new):
            return f"it shows {_first(new, old)!r}, stored is {_first(old, new)!r}"
    if (len(texts), len(pictures)) != (len(anew), len(pictures_anew)):
        return f"{len(anew)} outputs, stored are {len(texts)}"
    off = [k for k, pair in enumerate(zip(pictures, pictures_anew)) if not alike(*pair)]
    return f"its picture {off[0]} is another" if off else ""


def _shown(cell):
    """All that a cell shows: texts, without their pictures, and PNG bytes."""
    texts = []
    for output in cell.get("outputs", ()):
        data = output.get("data", {})
        texts += [output.get("text", ""), *(data[kind] for kind in sorted(data))]
    pictures = [base64.b64decode(code) for text in texts for code in PICTURE.findall(text)]
    return [PICTURE.sub("", text) for text in texts], pictures


def same(text, other):
    """Two texts that agree but for the last digit of their numbers, and for blanks."""
    parts, others = (NUMBER.split(" ".join(each.split())) for each in (text, other))
    return len(parts) == len(others) and all(
        a == b or (k % 2 and abs(Decimal(a) - Decimal(b)) <= max(unit(a), unit(b)))
        for k, (a, b) in enumerate(zip(parts, others)))


def unit(number):
    """One in the last place: 0.01 of "1.25", 1e-7 of "1.2e-6"."""
    return Decimal(1).scaleb(Decimal(number).as_tuple().exponent)


def _first(text, other):
    """The first line of a text that is another than that in its place in the other."""
    lines, others = text.splitlines(), other.splitlines()
    return next((line for k, line in enumerate(lines)
                 if k >= len(others) or not same(line, others[k])), "nothing")


def alike(png, other):
    """Two pictures, still or moving, of one size and almost the same values."""
    first, second = (_frames(data) for data in (png, other))
    return first.shape == second.shape and np.mean(np.abs(first - second) > LEVELS) <= SHARE


def _frames(png):
    return np.stack([np.array(frame.convert("RGB"), np.int16)
                     for frame in ImageSequence.Iterator(Image.open(io.BytesIO(png)))])
