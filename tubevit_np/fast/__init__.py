"""The functions of model/ under the same names, tuned for a CPU's caches.

What they compute and why stands in model/; here is only how.  A test holds both together, name by
name.  What is not tuned (grids, the gate, encode) is the reference's own."""

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
