"""The suite under pytest: both packages in both dtypes, or the port of --adapter.

    python -m pytest tests/conformance/test_port.py --adapter my_port.adapter --report r.json"""

from pathlib import Path

from tubevit_np.conformance import adapters
from tubevit_np.conformance.pytest_port import *

HERE = "tubevit_np.conformance.adapters"
ADAPTERS = {f"{HERE}.tubevit_np:adapter": None, f"{HERE}.tubevit_np_fast:adapter": None,
            f"{HERE}.tubevit_tg:adapter": Path(adapters.__file__).with_name("tubevit_tg.txt")}
COMPLETE = True  # all three have every function: a skipped check is a failure
