"""TubeViT in NumPy: the reference (model/), and what trains, stores and draws it.

Letters: B clips, T H W frames rows columns, C channels, N tokens, D width, A heads, E = D / A,
M MLP width, K classes, S members of a packed token.  Axes are always in the order t, h, w."""

from tubevit_np.required import require

require("tubevit_np", "numpy", "safetensors")

from tubevit_np import fast, variants
from tubevit_np.model.backward import backward
from tubevit_np.model.config import Config, Tube
from tubevit_np.model.gate import gate
from tubevit_np.model.geometry import centers, grid
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
from tubevit_np.model.params import flatten, nest
from tubevit_np.model.pooling import attention_pool
from tubevit_np.model.position import positions, sincos_3d
from tubevit_np.model.presets import PRESETS
from tubevit_np.model.tubes import tokenize, tube_tokens
from tubevit_np.storage.checkpoint import check, load, save
from tubevit_np.training.cosine_basis import adamw_by_waves
from tubevit_np.training.loss import accuracy, cross_entropy
from tubevit_np.training.optim import adamw, adamw_state, clip_grad_norm, learning_rate
from tubevit_np.variants.config import VariantConfig, from_json, to_json, variant
from tubevit_np.variants.divided_attention import divided_block
from tubevit_np.variants.params import init, num_params, shapes
from tubevit_np.variants.tube_sets import TUBE_SETS, with_tubes

__version__ = "0.2.0"
__docformat__ = "numpy"  # pdoc reads it

# The names of earlier releases.
centres, clip, count = centers, clip_grad_norm, num_params
