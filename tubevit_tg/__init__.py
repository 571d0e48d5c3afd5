"""TubeViT in tinygrad: the text of tubevit_np, on a GPU.

A file has the functions and arguments of the file of the same name in tubevit_np, on Tensors.  What
computes nothing on Tensors is imported from there; tinygrad derives the gradients.  What is in no
formula, such as what is stored, is in backend/.
Letters: B clips, T H W frames rows columns, C channels, N tokens, D width, A heads, E = D / A,
M MLP width, K classes, S members of a packed token.  Axes are always in the order t, h, w."""

from tubevit_np.required import require

require("tubevit_tg", "tinygrad")

from tubevit_np import __version__
from tubevit_np.model.config import Config, Tube
from tubevit_np.model.geometry import centers, grid
from tubevit_np.model.params import flatten, nest
from tubevit_np.model.presets import PRESETS
from tubevit_np.storage.checkpoint import check, load, save
from tubevit_np.variants.config import VariantConfig, from_json, to_json, variant
from tubevit_np.variants.params import init, num_params, shapes
from tubevit_np.variants.tube_sets import TUBE_SETS, with_tubes
from tubevit_tg import variants
from tubevit_tg.backend.device import describe, to_arrays, to_tensors
from tubevit_tg.model.gate import gate
from tubevit_tg.model.kernels import resize_kernel
from tubevit_tg.model.layers import (
    attention,
    block,
    feed_forward,
    gelu,
    layer_norm,
    linear,
    self_attention,
    softmax,
)
from tubevit_tg.model.model import forward
from tubevit_tg.model.pooling import attention_pool
from tubevit_tg.model.position import positions, sincos_3d
from tubevit_tg.model.tubes import tokenize, tube_tokens
from tubevit_tg.training.cosine_basis import adamw_by_waves
from tubevit_tg.training.loss import accuracy, cross_entropy
from tubevit_tg.training.optim import adamw, adamw_state, autograd, clip_grad_norm, learning_rate
from tubevit_tg.variants.divided_attention import divided_block

__docformat__ = "numpy"  # pdoc reads it

# The names of earlier releases.
centres, clip, count = centers, clip_grad_norm, num_params
