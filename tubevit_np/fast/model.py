"""model/model.py and pooling.py, tuned: the same text over the tuned layers; positions are kept."""

from functools import lru_cache

import numpy as np

from tubevit_np.fast.blocks import row_blocks
from tubevit_np.fast.layers import (
    attention,
    block,
    feed_forward,
    layer_norm,
    linear,
    merge_heads,
    split_heads,
    with_prefix,
)
from tubevit_np.fast.tubes import tokenize
from tubevit_np.model.checks import check_forward
from tubevit_np.model.geometry import centers
from tubevit_np.model.model import encode
from tubevit_np.model.position import sincos_3d


def forward(params, x, cfg, head):
    names = check_forward(x.shape, str(x.dtype), cfg, head)
    video = as_video(x, cfg)
    z, embedded = embed(params, video, cfg)
    z, encoded = encode(params, z, cfg, video.shape[1:4], dict.fromkeys(range(cfg.depth), block))
    logits, classified = classify(params, z, cfg, names)
    out = {"video": video} | embedded | encoded | classified
    return logits[head] if isinstance(head, str) else logits, out


def as_video(x, cfg):
    video = x if x.ndim == 5 else x[:, None]
    return scale_uint8(video, cfg) if video.dtype == np.uint8 else video


def scale_uint8(x, cfg):
    y = np.empty(x.shape, np.float32)
    for part, scaled in row_blocks(x, y):
        np.multiply(part, np.float32(1 / (255 * cfg.std)), out=scaled)
        scaled -= cfg.mean / cfg.std
    return y


def positions(cfg, shape):
    return cfg.position_scale * kept_sincos(cfg.tubes, tuple(shape), cfg.dim, cfg.tau)


@lru_cache(maxsize=8)  # every batch asks again: those of images, of videos and of their parts
def kept_sincos(tubes, shape, dim, tau):
    return sincos_3d(np.concatenate([centers(tube, shape) for tube in tubes]), dim, tau)


def embed(params, video, cfg):
    tokens = tokenize(params, video, cfg)
    z = tokens + positions(cfg, video.shape[1:4]).astype(tokens.dtype)
    return z, {"tokens": tokens, "with_position": z}


def classify(params, z, cfg, names):
    out = {"norm": layer_norm(z, **params["norm"], eps=cfg.eps)}
    out["pooled"], cache = attention_pool(
        out["norm"], **params["pool"], heads=cfg.heads, eps=cfg.eps, form=cfg.gelu)
    logits = {name: linear(out["pooled"], **params["heads"][name]) for name in names}
    return logits, out | with_prefix("pool", cache)


def attention_pool(x, probe, q, kv, out, heads, eps, form, ln=None, mlp=None):
    cache = {"q": linear(probe[None, None], **q), "kv": linear(x, **kv)}
    k, v = (split_heads(part, heads) for part in np.split(cache["kv"], 2, axis=-1))
    mixed, cache["weights"] = attention(split_heads(cache["q"], heads), k, v)
    cache["mixed"] = merge_heads(mixed)[:, 0]
    y = cache["attended"] = linear(cache["mixed"], **out)
    if mlp is None:
        return y, cache
    cache["ln"] = layer_norm(y, **ln, eps=eps)
    change, inner = feed_forward(cache["ln"], **mlp, form=form)
    return y + change, cache | with_prefix("mlp", inner)
