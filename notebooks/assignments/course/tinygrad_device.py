"""Import this before tinygrad: it chooses the processor, and where there is no clang the code for
x86-64 that tinygrad writes itself.  DEV in the environment is obeyed."""

import os
import platform
from shutil import which

if which("clang"):
    os.environ.setdefault("DEV", "CPU")
elif platform.machine() in ("x86_64", "AMD64"):
    os.environ.setdefault("DEV", "CPU:X86")
