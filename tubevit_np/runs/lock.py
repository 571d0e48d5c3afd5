"""The lock of a run folder: one process at a time trains in it.

The system releases the lock when the process ends, also after kill -9."""

import os
import platform
import warnings
from contextlib import suppress

from filelock import FileLock, Timeout

LOCK = ".lock"


def lock_run(folder):
    """Lock a run folder for this process, until the last result of this function is deleted.

    Raises ValueError if another process has locked it.  Some network drives have no locks: then
    there is a warning."""
    path = folder / LOCK
    lock = FileLock(path, thread_local=False, is_singleton=True, fallback_to_soft=False)
    try:
        lock.acquire(timeout=0)
    except Timeout:
        raise ValueError(f"another process trains in {folder}{holder(path)}; wait until it ends, "
                         "or stop it") from None
    except OSError as error:
        warnings.warn(f"cannot lock {folder} ({error.strerror}); make sure that no other process "
                      "trains in it")
        return lock
    with suppress(OSError):  # Windows: nobody writes into a locked file
        path.write_text(f"process {os.getpid()} on {platform.node()}", encoding="utf-8")
    return lock


def unlock_run(lock):
    """Release a lock and delete its file, where no run was begun."""
    lock.release(force=True)
    with suppress(FileNotFoundError):
        os.remove(lock.lock_file)


def holder(path):
    """Name the process that has written the lock file, for an error line."""
    with suppress(OSError, UnicodeDecodeError):
        return f" ({path.read_text(encoding='utf-8')})"
    return ""
