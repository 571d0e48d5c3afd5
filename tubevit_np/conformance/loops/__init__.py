"""TubeViT as plain loops: slow, one number at a time, easy to check.

The tests compare the vectorized functions with these, so the loops use nothing from the rest of
tubevit_np. They take one clip at a time: video (T, H, W, C), tokens (N, D). p is the flat dict of
parameters. A number may be a float or an Exact of exact.py: np.exp and similar functions take both.
"""

from tubevit_np.conformance.loops.layers import (
    attend,
    attention,
    block,
    divided_block,
    erf,
    feed_forward,
    gate,
    gelu,
    layer_norm,
    linear,
    pool,
    self_attention,
    softmax,
)
from tubevit_np.conformance.loops.model import (
    centers,
    encode,
    encoder_block,
    forward,
    gated,
    tokens,
)
from tubevit_np.conformance.loops.training import (
    adamw,
    adamw_waves,
    bias_correction,
    clip,
    cross_entropy,
    from_waves,
    learning_rate,
    moments,
    to_waves,
    wave,
)
from tubevit_np.conformance.loops.tubes import (
    center,
    dot,
    grid,
    kernel,
    member_start,
    places,
    position,
    resize_kernel,
    tube_tokens,
    under_kernel,
)
