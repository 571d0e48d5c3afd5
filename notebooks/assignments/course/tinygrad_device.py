"""Choose the processor (CPU) as the device of tinygrad.  Import this before tinygrad.

Without clang on an x86-64 machine, tinygrad generates the machine code itself.  The environment
variable DEV overrides this choice."""

import os
import platform
from shutil import which

if which("clang"):
    os.environ.setdefault("DEV", "CPU")
elif platform.machine() in ("x86_64", "AMD64"):
    os.environ.setdefault("DEV", "CPU:X86")
