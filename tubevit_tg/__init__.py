"""Video classification with sparse tubes (TubeViT) in tinygrad, for GPUs.

TubeViT turns a video into tokens with a few 3D convolution kernels of large stride ("tubes"), then
runs a standard vision transformer. The same weights accept images. Each file mirrors the file of
the same name in tubevit_np: the same functions and arguments, on Tensors. Functions that compute
nothing on Tensors are imported from tubevit_np, and tinygrad derives the gradients. backend/ holds
choices of implementation, for example which results are stored.

Letters in shapes: B clips, T H W frames rows columns, C channels, N tokens, D width, A heads,
E = D / A, M MLP width, K classes, S members of a space-to-depth token. Axes are always in the order
t, h, w.

Arrays of floats may be float32 or float64, for Tensors also float16. Results have the dtype of the
inputs, unless a docstring says otherwise. A video may also be uint8.

Examples
--------
>>> import numpy as np
>>> import tubevit_tg as tg
>>> patch, tube = tg.Tube((1, 8, 8), (4, 8, 8)), tg.Tube((4, 4, 4), (4, 8, 8))
>>> cfg = tg.Config((patch, tube), dim=12, depth=1, heads=2, mlp_dim=24, classes={"verb": 5})
>>> params = tg.to_tensors(tg.init(cfg, np.random.default_rng(0)))
>>> videos = np.zeros((2, 8, 16, 16, 3), np.uint8)
>>> logits, cache = tg.forward(params, videos, cfg, "verb")
>>> logits.shape, cache["tokens"].shape  # 8 patches and 8 tubes in each video
((2, 5), (2, 16, 12))
>>> logits, cache = tg.forward(params, videos[:, 0], cfg, "verb")  # images
>>> logits.shape, cache["tokens"].shape
((2, 5), (2, 4, 12))
"""

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
__all__ = [
    "PRESETS",
    "TUBE_SETS",
    "Config",
    "Tube",
    "VariantConfig",
    "accuracy",
    "adamw",
    "adamw_by_waves",
    "adamw_state",
    "attention",
    "attention_pool",
    "autograd",
    "block",
    "centers",
    "centres",
    "check",
    "clip",
    "clip_grad_norm",
    "count",
    "cross_entropy",
    "describe",
    "divided_block",
    "feed_forward",
    "flatten",
    "forward",
    "from_json",
    "gate",
    "gelu",
    "grid",
    "init",
    "layer_norm",
    "learning_rate",
    "linear",
    "load",
    "nest",
    "num_params",
    "positions",
    "resize_kernel",
    "save",
    "self_attention",
    "shapes",
    "sincos_3d",
    "softmax",
    "to_arrays",
    "to_json",
    "to_tensors",
    "tokenize",
    "tube_tokens",
    "variant",
    "variants",
    "with_tubes",
]

# The names of earlier releases.
centres, clip, count = centers, clip_grad_norm, num_params
