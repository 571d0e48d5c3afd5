"""The functions of model/ under the same names, tuned for the caches of a CPU.

The docstrings in model/ explain what the functions compute; the docstrings here explain only the
tuning. A test compares both packages, name by name. Grids, the gate and encode are not tuned: they
come from model/.
"""

from tubevit_np.fast.backward import backward
from tubevit_np.fast.layers import (
    attention,
    block,
    feed_forward,
    gelu,
    layer_norm,
    linear,
    self_attention,
)
from tubevit_np.fast.model import attention_pool, forward, positions
from tubevit_np.fast.tubes import tokenize, tube_tokens

__all__ = [
    "attention",
    "attention_pool",
    "backward",
    "block",
    "feed_forward",
    "forward",
    "gelu",
    "layer_norm",
    "linear",
    "positions",
    "self_attention",
    "tokenize",
    "tube_tokens",
]
