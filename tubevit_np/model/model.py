"""TubeViT: one set of weights for videos and images, a head for each data set (Fig. 2, 3.5)."""

import warnings
from functools import cache

import numpy as np

from tubevit_np.fast.blocks import rows
from tubevit_np.model.config import by
from tubevit_np.model.gate import gate, patch_rows
from tubevit_np.model.layers import layer_norm, linear, under
from tubevit_np.model.pooling import attention_pool
from tubevit_np.model.position import learned_rows, positions
from tubevit_np.model.tubes import grid, token_counts, tokenize
from tubevit_np.training.dropout import TOKENS, no_dropout
from tubevit_np.variants.divided_attention import block_for


def forward(params, x, cfg, head, inner=True, drop=no_dropout, frozen=0):
    """Class scores of videos (B, T, H, W, C), or of images (B, H, W, C) by their 2D patches alone.

    params: the nested tree.  x: floats, taken as they are, or uint8, scaled by cfg's mean and std.
    head: a name, or several.  drop: dropout, in training.  frozen: so many first blocks do not
    train.  Returns logits (B, K) (of several heads: a dict) and out, every intermediate by name,
    but for those inside frozen blocks; without inner none inside any.  Raises ValueError for an
    input of another kind or too small for every tube, and for an unknown head."""
    video = as_video(x, cfg)
    names = check_heads(head, cfg)
    out = {"video": video, "tokens": tokenize(params, video, cfg)}
    if cfg.position == "learned":
        at = np.concatenate([params["position"]["w"][rows]
                             for rows in learned_rows(cfg, video.shape[1:4])])
    else:
        at = positions(cfg, video.shape[1:4]).astype(out["tokens"].dtype)
    z = out["with_position"] = drop(0, TOKENS, out["tokens"] + at)  # (B, N, D)
    block = block_for(cfg, video.shape[1:4])
    for layer in range(cfg.depth):
        z, seen = block(z, **params["blocks"][str(layer)],
                        heads=cfg.heads, eps=cfg.eps, form=cfg.gelu, drop=drop, layer=layer,
                        keep=inner and layer >= frozen)
        if layer == cfg.gate_layer:
            keep = gated_tokens(cfg, video.shape[1:4])
            z = gate(z, out["with_position"], params["gate"]["alpha"], keep)
        out[f"blocks.{layer}"] = z
        out |= under(f"blocks.{layer}", seen)
    out["norm"] = layer_norm(z, **params["norm"], eps=cfg.eps)
    out["pooled"], seen = attention_pool(  # (B, D)
        out["norm"], **params["pool"], heads=cfg.heads, eps=cfg.eps, form=cfg.gelu)
    out |= under("pool", seen)
    logits = {name: linear(out["pooled"], **params["heads"][name]) for name in names}
    return logits[head] if isinstance(head, str) else logits, out


def as_video(x, cfg):
    """x checked, as a float video (B, T, H, W, C); an image becomes a video of one frame."""
    check_input(x.shape, str(x.dtype), cfg)
    video = x if x.ndim == 5 else x[:, None]
    return scale_uint8(video, cfg) if video.dtype == np.uint8 else video


def scale_uint8(x, cfg):
    """(x / 255 - mean) / std as float32."""
    y = np.empty(x.shape, np.float32)
    for part, scaled in rows(x, y):
        np.multiply(part, np.float32(1 / (255 * cfg.std)), out=scaled)
        scaled -= cfg.mean / cfg.std
    return y


def check_input(shape, dtype, cfg):
    """Raises ValueError unless forward can take an input of this shape and dtype (a name)."""
    if len(shape) not in (4, 5):
        raise ValueError(f"input of shape {shape}: a video is (B, T, H, W, C), "
                         "an image (B, H, W, C)")
    if 0 in shape:
        raise ValueError(f"input of shape {shape} is empty")
    if shape[-1] != cfg.channels:
        raise ValueError(f"input of shape {shape} has {shape[-1]} channels in its last axis, "
                         f"the model takes {cfg.channels}")
    if dtype != "uint8" and not dtype.startswith("float"):
        raise ValueError(f"input of dtype {dtype}: use uint8 (0 to 255) or floats")
    check_tubes(shape[1:4] if len(shape) == 5 else (1, *shape[1:3]), cfg)


def check_tubes(shape, cfg):
    """Raises ValueError if no tube fits into (T, H, W); warns once of each that does not."""
    missing = [tube for tube in cfg.tubes if not all(grid(tube, shape))]
    if len(missing) == len(cfg.tubes):
        raise ValueError(f"no tube fits into {by(shape)} (T x H x W); they need "
                         f"{', '.join(by(tube.extent) for tube in missing)}: use a larger input "
                         "or smaller tubes")
    for tube in missing if shape[0] > 1 else ():
        say_once(f"tube {tube.name} needs {by(tube.extent)} and gives no tokens of "
                 f"{by(shape)} (T x H x W)")


@cache
def say_once(text):
    """A warning for this process; Python's own "once" begins anew whenever a filter changes."""
    warnings.warn(text, stacklevel=3)


def check_heads(head, cfg):
    """The head names asked for, as a tuple.  Raises ValueError for one that the model has not."""
    names = (head,) if isinstance(head, str) else tuple(head)
    unknown = [name for name in names if name not in cfg.classes]
    if unknown:
        known = ", ".join(cfg.classes) or "none"
        raise ValueError(f"no head {unknown[0]!r}; this model has {known}")
    return names


def gated_tokens(cfg, shape):
    """Which tokens of a (T, H, W) video the gate adds again: (N,) bool."""
    rows = patch_rows(cfg.tubes, token_counts(cfg, shape))
    return ~rows if cfg.gate_tokens == "tubes" else np.ones_like(rows)
