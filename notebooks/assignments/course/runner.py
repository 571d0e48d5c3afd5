"""Run a student's cells in a separate process; stop it if it hangs, or prints without end."""

import os
import queue
import signal
import subprocess
import sys
import tempfile
import threading
from pathlib import Path

from .calls import ENDS_PYTHON
from .packing import pack, receive, send, unpack

SECONDS = 10  # processor time for a cell, and for a call
PATIENCE = 60  # seconds of the clock on top, for code that waits: a machine may be busy
PRINTED = 1 << 20  # bytes; a process that prints more is stopped
RETURNED = 1 << 28  # largest size of a reply in bytes
ENDLESS = "does not end, so it was stopped"
TIME_IS_UP = getattr(signal, "SIGPROF", 0)  # signal that ends a process after its time limit
LEFT_OUT = "; the cell is left out"
KEPT = ("PATH", "SYSTEMROOT", "LANG", "DEV", "HOME", "CACHEDB", "XDG_CACHE_HOME")
START = "import sys; sys.path.insert(0, {!r}); from course.child import serve; serve({})"


class Student:
    """A student's process.  Use it in a with statement, or call close().

    cells: [(name, source, whole)].  A cell that hangs or kills its process is left out from then
    on, and `notes` names it."""

    def __init__(self, cells, seconds=SECONDS):
        self.cells, self.seconds, self.notes, self.failed = cells, seconds, [], {}
        self.process, self.folder = None, tempfile.TemporaryDirectory()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def call(self, name, probe, case):
        """{"result": value} or {"error": text} of an exercise for one case."""
        self._load()
        reply = self._ask({"name": name, "probe": probe, "case": case}, f"exercise {name}")
        if "error" in reply and name in self.failed:
            reply["error"] = f"its cell raises an error: {self.failed[name]}"
        return reply

    def _load(self):
        while self.process is None:
            self._start()
            exercises = [name for name, _, whole in self.cells if whole]
            for cell in [kept for kept in self.cells if kept[0] not in self._lost()]:
                reply = self._ask(dict(zip(("cell", "source", "whole"), cell)) | {
                    "exercises": exercises}, f"cell {cell[0]}")
                if taken := reply.get("result"):
                    self._note(f"cell {cell[0]} also defines {', '.join(taken)}; only the cell "
                               "of the exercise counts")
                if "error" in reply:
                    self.failed[cell[0]] = reply["error"]
                if self.process is None:
                    self.failed[cell[0]] += LEFT_OUT
                    break
            else:
                self._note_changes()

    def _note_changes(self):
        """Note replaced functions of NumPy and Python; replacing them does not change points."""
        changed = self._ask({"changed": True}, "looking for changes").get("result")
        if changed:
            self._note(f"the notebook replaces {', '.join(changed[:8])}")

    def _note(self, words):
        """Add a note once, even if cells run again in a new process."""
        if words not in self.notes:
            self.notes.append(words)

    def _lost(self):
        return {name for name, error in self.failed.items() if error.endswith(LEFT_OUT)}

    def _ask(self, request, what):
        try:
            send(self.process.stdin, pack(request))
            reply = unpack(self.replies.get(timeout=PATIENCE + self.seconds))
            if reply.get("error") == ENDS_PYTHON:
                self.notes.append(f"{what} ends Python")
            return reply
        except queue.Empty:
            words = ENDLESS
        except Exception:  # noqa: BLE001  the process is dead, or sent no valid reply
            words = ENDLESS if self._code() == -TIME_IS_UP else "ends the Python process"
        words = "prints without end" if self.printed > PRINTED else words
        self.close_process()
        self.notes.append(f"{what} {words}")
        return {"error": words, "lost": True}

    def _code(self):
        try:
            return self.process.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            return None

    def _start(self):
        top = str(Path(__file__).resolve().parents[1])
        surroundings = {name: os.environ[name] for name in KEPT if name in os.environ}
        self.process = subprocess.Popen(
            [sys.executable, "-I", "-c", START.format(top, self.seconds)], cwd=self.folder.name,
            env=surroundings | {"OPENBLAS_NUM_THREADS": "1"}, stdin=subprocess.PIPE,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        self.printed, self.replies = 0, queue.Queue()
        for job in (self._listen, self._count):
            threading.Thread(target=job, args=(self.process, self.replies), daemon=True).start()

    def _listen(self, process, replies):
        while data := receive(process.stdout, RETURNED):
            replies.put(data)
        replies.put(b"")

    def _count(self, process, _):
        while data := process.stderr.read1(1 << 16):
            self.printed += len(data)
            if self.printed > PRINTED:
                process.kill()

    def close_process(self):
        if self.process is not None:
            self.process.kill()
            self.process.wait()
            self.process = None

    def close(self):
        self.close_process()
        self.folder.cleanup()
