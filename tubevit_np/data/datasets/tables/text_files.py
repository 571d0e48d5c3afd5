"""Reads the text files of a data set: tables, lists and class names, all in UTF-8."""

import codecs
import re
from pathlib import Path

from tubevit_np.data.decoding.images import error_text

UTF16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)  # the first two bytes of UTF-16


def read_text(path):
    """The text of a file in UTF-8, with or without a byte order mark; every line ends in "\\n".

    Raises ValueError, one line with the file, for another encoding and for a file without text."""
    path = Path(path)
    try:
        data = path.read_bytes()
    except OSError as error:
        raise ValueError(f"{path} cannot be read: {error_text(error)}") from None
    if problem := utf16_problem(path, data) or utf8_problem(path, data):
        raise ValueError(problem)
    text = data.decode("utf-8-sig").replace("\r\n", "\n").replace("\r", "\n")
    if not text.strip():
        raise ValueError(f"{path} is empty")
    return text


def read_lines(path):
    """[(line number, text)] of the lines that are not blank, without the spaces around them."""
    return [(number, line.strip()) for number, line in enumerate(read_text(path).split("\n"), 1)
            if line.strip()]


def utf16_problem(path, data):
    """Why bytes with zeros are no text in UTF-8, and what to do; "" if there are no zeros."""
    marked = data.startswith(UTF16)
    if not marked and b"\0" not in data:
        return ""
    line = 1 if marked else len(byte_lines(data[:data.index(b"\0")]))
    even, odd = data[::2].count(0), data[1::2].count(0)
    if marked or max(even, odd) > len(data) / 8:  # of ASCII in UTF-16, every other byte is 0
        encoding = "UTF-16" + ("" if marked else "BE" if even > odd else "LE")
        return f"{path}, line {line}: not UTF-8; it looks like UTF-16; {conversion(encoding)}"
    return (f"{path}, line {line}: a byte 00, so this is not a text file; give one in UTF-8 (save "
            "a spreadsheet as CSV)")


def utf8_problem(path, data):
    """Which line is not UTF-8, how it would read, and what to do; "" if all lines are UTF-8."""
    lines = byte_lines(data)
    bad = [number for number, line in enumerate(lines) if not is_utf8(line)]
    if not bad:
        return ""
    where = f"{path}, line {bad[0] + 1}: not UTF-8"
    line = quoted(lines[bad[0]].decode("cp1252", "replace"))
    if any(not line.isascii() and is_utf8(line) for line in lines):
        return f"{where}, but other lines are; correct this line (in Windows-1252 it reads {line})"
    return (f"{where}; it looks like Latin-1 or Windows-1252, in which the line reads {line}; "
            f"{conversion('WINDOWS-1252')}; if it should read otherwise, give iconv the right "
            "encoding")


def conversion(encoding):
    """How to convert a file to UTF-8, in words."""
    return (f"convert the file with: iconv -f {encoding} -t UTF-8 FILE > NEW (or open it in an "
            "editor or a spreadsheet and save it as UTF-8)")


def byte_lines(data):
    """The lines of a file, as bytes."""
    return re.split(b"\r\n|\r|\n", data)


def is_utf8(data):
    """Whether bytes are text in UTF-8."""
    return data.decode("utf-8", "ignore").encode("utf-8") == data


def quoted(text, length=80):
    """A text in quotes, cut if it is long."""
    text = text.strip()
    return repr(text if len(text) <= length else f"{text[:length - 3]}...")
