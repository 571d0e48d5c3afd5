"""The versions of this software and of what it computes with."""

import platform
from importlib.metadata import version

import numpy as np

import tubevit_np


def print_versions(package):
    """Print one line; return exit status 0.  Of other packages it needs only NumPy and tinygrad."""
    mirror = f"tinygrad {version('tinygrad')}, " if package == "tubevit_tg" else ""
    print(f"tubevit {tubevit_np.__version__} ({mirror}NumPy {np.__version__}, "
          f"Python {platform.python_version()})")
    return 0
