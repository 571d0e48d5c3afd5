"""TubeViT in NumPy: the specification.

Letters: B clips, T H W frames rows columns, C channels, N tokens, D width, A heads, E = D / A,
M MLP width, K classes, S members of a packed token.  Axes are always in the order t, h, w."""

from tubevit_np.model.backward import backward
from tubevit_np.model.config import PRESETS, TUBE_SETS, Config, Tube, from_json, to_json, with_tubes
from tubevit_np.model.gate import gate
from tubevit_np.model.kernels import resize_kernel
from tubevit_np.model.layers import (
    attention,
    block,
    feed_forward,
    gelu,
    layer_norm,
    linear,
    self_attention,
    softmax,
)
from tubevit_np.model.model import forward
from tubevit_np.model.params import check, count, flatten, init, load, nest, save, shapes
from tubevit_np.model.pooling import attention_pool
from tubevit_np.model.position import centres, positions, sincos_3d
from tubevit_np.model.tubes import grid, tokenize, tube_tokens
from tubevit_np.training.loss import accuracy, cross_entropy
from tubevit_np.training.optim import adamw, adamw_state, clip, learning_rate
from tubevit_np.variants.divided_attention import divided_block
