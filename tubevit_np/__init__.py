"""Video classification with sparse tubes (TubeViT), in NumPy, with every gradient by hand.

TubeViT turns a video into tokens with a few 3D convolution kernels of large stride ("tubes"), then
runs a standard vision transformer. The same weights accept images. The functions here are the
reference implementation of model/, which is written to be read beside the paper. `fast` has the
same functions tuned for a CPU, and `variants` has the models that TubeViT is compared with.

Letters in shapes: B clips, T H W frames rows columns, C channels, N tokens, D width, A heads,
E = D / A, M MLP width, K classes, S members of a space-to-depth token. Axes are always in the order
t, h, w.

Arrays of floats may be float32 or float64. Results have the dtype of the inputs, unless a docstring
says otherwise. A video may also be uint8.

Examples
--------
>>> import numpy as np
>>> import tubevit_np as tv
>>> patch, tube = tv.Tube((1, 8, 8), (4, 8, 8)), tv.Tube((4, 4, 4), (4, 8, 8))
>>> cfg = tv.Config((patch, tube), dim=12, depth=1, heads=2, mlp_dim=24, classes={"verb": 5})
>>> params = tv.init(cfg, np.random.default_rng(0))
>>> videos = np.zeros((2, 8, 16, 16, 3), np.uint8)
>>> logits, cache = tv.forward(params, videos, cfg, "verb")
>>> logits.shape, cache["tokens"].shape  # 8 patches and 8 tubes in each video
((2, 5), (2, 16, 12))
>>> logits, cache = tv.forward(params, videos[:, 0], cfg, "verb")  # images
>>> logits.shape, cache["tokens"].shape
((2, 5), (2, 4, 12))
"""

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
    "backward",
    "block",
    "centers",
    "centres",
    "check",
    "clip",
    "clip_grad_norm",
    "count",
    "cross_entropy",
    "divided_block",
    "fast",
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
    "to_json",
    "tokenize",
    "tube_tokens",
    "variant",
    "variants",
    "with_tubes",
]

# The names of earlier releases.
centres, clip, count = centers, clip_grad_norm, num_params
