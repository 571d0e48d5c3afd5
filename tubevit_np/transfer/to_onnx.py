"""Export a whole model as ONNX graphs (opset 20), one for videos and one for images.

A graph is for one size of input and any batch. It takes uint8 pixels and gives the logits of all
heads. Positions, the gate's mask and the pooling's query are constants."""

import json
import math

import numpy as np
from onnx import TensorProto

from tubevit_np.model.checks import check_tubes
from tubevit_np.model.gate import gated_tokens
from tubevit_np.model.geometry import grid
from tubevit_np.model.kernels import tube_kernel
from tubevit_np.model.layers import linear
from tubevit_np.model.params import flatten
from tubevit_np.transfer.new_folder import write_new
from tubevit_np.transfer.onnx_graph import INPUT, Graph, model_of
from tubevit_np.variants.config import attention_of
from tubevit_np.variants.positions import positions

MAX_BYTES = 2 ** 31  # of a file without external data


def export(folder, params, cfg, labels, shape):
    """Write model-video.onnx, and model-image.onnx if the model has 2D patches that fit.

    shape: (T, H, W) of a video.  Returns the names of the files.  Raises ValueError as to_onnx and
    write_new do."""
    image = (1, *shape[1:])
    shapes = {"model-video.onnx": shape}
    shapes |= {"model-image.onnx": image} if fits(cfg, image) else {}
    write_new(folder, {name: to_onnx(params, cfg, one, labels, one is image).SerializeToString()
                       for name, one in shapes.items()})
    return [*shapes]


def fits(cfg, shape):
    """Whether any tube fits into (T, H, W)."""
    return any(all(grid(tube, shape)) for tube in cfg.tubes)


def to_onnx(params, cfg, shape, labels=None, is_image=False):
    """An onnx.ModelProto for videos of shape (T, H, W), or for images of (1, H, W).

    labels: {head: class names}, stored in the file as JSON.  Raises ValueError if no tube fits, for
    divided attention, and for a model that is too large for one file."""
    if attention_of(cfg) != "global":
        raise ValueError(f"the model has {attention_of(cfg)} attention; only global attention can "
                         "be exported to ONNX")
    if 4 * sum(w.size for w in flatten(params).values()) > 0.99 * MAX_BYTES:
        raise ValueError("the weights take more than 2 GB, the limit of an ONNX file; use --format "
                         "torch")
    check_tubes(shape, cfg)
    g = Graph(params, cfg)
    z = embed(g, as_video(g, is_image), shape)
    pooled = attention_pool(g, g.norm(encode(g, z, shape), "norm"))
    logits = {head: g.linear(pooled, f"heads.{head}") for head in cfg.classes}
    return model_of(g, shape[1:] if is_image else shape, logits, {"labels": json.dumps(labels)})


def as_video(g, is_image):
    """(x / 255 - mean) / std, as (B, C, T, H, W)."""
    x = g("Unsqueeze", INPUT, [1]) if is_image else INPUT
    x = g("Div", g("Cast", x, to=TensorProto.FLOAT), 255.0)
    x = g("Div", g("Sub", x, g.cfg.mean), g.cfg.std)
    return g("Transpose", x, perm=[0, 4, 1, 2, 3])


def embed(g, video, shape):
    """Tokens of all tubes that fit, plus their positions."""
    fitting = [i for i, tube in enumerate(g.cfg.tubes) if all(grid(tube, shape))]
    tokens = g("Concat", *(tube_tokens(g, video, i, shape) for i in fitting), axis=1)
    return g("Add", tokens, positions(g.params, g.cfg, shape))


def tube_tokens(g, video, i, shape):
    """One strided convolution for all members, which are stride / s2d apart; then one token for
    each block of s2d neighbors."""
    tube, counts = g.cfg.tubes[i], grid(g.cfg.tubes[i], shape)
    steps = [stride // factor for stride, factor in zip(tube.stride, tube.s2d, strict=True)]
    ends = [offset + (count * factor - 1) * step + kernel for offset, count, factor, step, kernel
            in zip(tube.offset, counts, tube.s2d, steps, tube.kernel, strict=True)]
    beyond = np.maximum(0, np.subtract(ends, shape))  # members past the far edge read zeros
    if beyond.any():
        video = g("Pad", video, [0] * 7 + [*beyond])
    cut = g("Slice", video, tube.offset, ends, [2, 3, 4])
    w = tube_kernel(g.params, g.cfg, i).transpose(4, 3, 0, 1, 2)
    members = g("Conv", cut, w, g.weight(f"tubes.{i}.b"), strides=steps)
    pairs = [n for pair in zip(counts, tube.s2d, strict=True) for n in pair]
    members = g("Reshape", members, [0, len(w), *pairs])
    members = g("Transpose", members, perm=[0, 2, 4, 6, 3, 5, 7, 1])
    return g("Reshape", members, [0, math.prod(counts), g.cfg.dim])


def encode(g, z0, shape):
    """All blocks, and the gate after its block."""
    z = z0
    for layer in range(g.cfg.depth):
        name = f"blocks.{layer}"
        z = g("Add", z, self_attention(g, g.norm(z, f"{name}.ln1"), f"{name}.attn"))
        z = g("Add", z, feed_forward(g, g.norm(z, f"{name}.ln2"), f"{name}.mlp"))
        if layer == g.cfg.gate_layer:
            factor = np.tanh(g.flat["gate.alpha"]) * gated_tokens(g.cfg, shape)[:, None]
            z = g("Add", z, g("Mul", z0, factor))
    return z


def split(g, x, parts):
    """(B, N, parts * D) -> parts times (B, A, N, E)."""
    x = g("Reshape", x, [0, 0, parts, g.cfg.heads, g.cfg.dim // g.cfg.heads])
    x = g("Transpose", x, perm=[2, 0, 3, 1, 4])
    return [g("Gather", x, i, axis=0) for i in range(parts)]


def attend(g, q, k, v):
    """softmax(q k^T / sqrt(E)) v, with the heads side by side again: (B, Q, D)."""
    scores = g("MatMul", q, g("Transpose", k, perm=[0, 1, 3, 2]))
    scores = g("Div", scores, math.sqrt(g.cfg.dim // g.cfg.heads))
    mixed = g("MatMul", g("Softmax", scores, axis=-1), v)
    return g("Reshape", g("Transpose", mixed, perm=[0, 2, 1, 3]), [0, 0, g.cfg.dim])


def self_attention(g, x, prefix):
    return g.linear(attend(g, *split(g, g.linear(x, f"{prefix}.qkv"), 3)), f"{prefix}.out")


def feed_forward(g, x, prefix):
    approximate = "none" if g.cfg.gelu == "erf" else "tanh"
    return g.linear(g("Gelu", g.linear(x, f"{prefix}.up"), approximate=approximate),
                    f"{prefix}.down")


def attention_pool(g, x):
    """(B, N, D) -> (B, D); the query is the same for every clip."""
    q = linear(g.params["pool"]["probe"], **g.params["pool"]["q"])
    q = q.reshape(1, g.cfg.heads, 1, -1)
    y = g.linear(attend(g, q, *split(g, g.linear(x, "pool.kv"), 2)), "pool.out")
    if g.cfg.pool_mlp:
        y = g("Add", y, feed_forward(g, g.norm(y, "pool.ln"), "pool.mlp"))
    return g("Squeeze", y, [1])
