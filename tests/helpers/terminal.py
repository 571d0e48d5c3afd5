"""A terminal of a given width: what a command shows on it."""

import fcntl
import os
import pty
import re
import struct
import subprocess
import termios
from typing import NamedTuple

TOKEN = re.compile(r"\x1b\[(\d*)([A-Za-z])|([\r\n])|([^\x1b\r\n]+)")


class Shown(NamedTuple):
    """status: of the command;  lines: on the screen at the end;  states: of each line in turn;
    widest: columns of the widest line that was ever written."""

    status: int
    lines: list
    states: list
    widest: int


def shown(arguments, columns, **options):
    """Run a command on a new terminal of this many columns; options: those of Popen."""
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 40, columns, 0, 0))
    process = subprocess.Popen(arguments, stdin=theirs, stdout=theirs, stderr=theirs, **options)
    os.close(theirs)
    parts = []
    while True:
        try:
            parts.append(os.read(ours, 65536))
        except OSError:  # Linux: the command has ended
            break
        if not parts[-1]:
            break
    os.close(ours)
    text = b"".join(parts).decode(errors="replace")
    return Shown(process.wait(), *screen(text))


def screen(text):
    """(lines, states, widest) of a text with carriage returns, line feeds and cursor moves.

    Lines have no end here: one that is too long for the terminal stays one line, and is seen in
    `widest`."""
    lines, states, row, column, widest = [""], [], 0, 0, 0
    for count, move, control, words in TOKEN.findall(text):
        if words:
            line = lines[row].ljust(column)
            lines[row] = line[:column] + words + line[column + len(words):]
            column += len(words)
            states.append(lines[row].rstrip())
            widest = max(widest, len(states[-1]))
        elif control == "\r":
            column = 0
        elif control == "\n":
            row += 1
            lines += [""] * (row == len(lines))
        elif move == "A":
            row -= int(count or 1)
    return [line.rstrip() for line in lines], states, widest
