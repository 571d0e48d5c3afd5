"""TubeViT: one set of weights for videos and images, a head per set of classes (Fig. 2).

forward calls embed, encode and classify. The models of variants/ and the training step reuse these
functions. They pass a different block to `encode`, or use a different `embed`.
"""

from collections.abc import Iterable
from typing import Any

from tinygrad import Tensor, dtypes

from tubevit_np.model.checks import check_forward, warn_of_raw_pixels
from tubevit_np.model.config import Config
from tubevit_np.model.gate import gated_tokens
from tubevit_np.model.layers import with_prefix
from tubevit_tg.backend.device import check_tensors, dtype_name, from_host
from tubevit_tg.model.gate import gate
from tubevit_tg.model.layers import block, layer_norm, linear
from tubevit_tg.model.pooling import attention_pool
from tubevit_tg.model.position import positions
from tubevit_tg.model.tubes import tokenize
from tubevit_tg.model.types import Array, Arrays, Params


def forward(params: Params, x: Array, cfg: Config, head: str | Iterable[str]
            ) -> tuple[Any, Arrays]:
    """Classify videos or images: classify(encode(embed(x))).

    Videos pass through all tubes that fit, images through the 2D patches alone.

    Parameters
    ----------
    params : dict
        All parameters in nested dicts, for example from init or load.
    x : array, shape (B, T, H, W, C) or (B, H, W, C), float or uint8
        uint8 becomes (x / 255 - mean) / std of cfg. Floats are used unchanged: give them in this
        range, by default -1 to 1.
    cfg : Config
    head : str or iterable of str
        Names of one or several heads.

    Returns
    -------
    logits : array, shape (B, K), or dict of arrays by head
        A dict unless head is a str.
    cache : dict
        Every intermediate by name: "video", "tokens", "with_position", "blocks.i" (the output of
        block i), "blocks.i.NAME" (the array NAME in the cache of block i), "norm", "pooled",
        "pool.NAME". backward needs this dict.

    Raises
    ------
    ValueError
        If a head is unknown; if x has a wrong shape or dtype; if no tube fits into x; or if cfg
        describes a model of variants/ (a VariantConfig).

    Warns
    -----
    UserWarning
        If a tube does not fit into a video of several frames. Each tube warns once per video size.
        If x is a NumPy array of floats that look like pixels from 0 to 1 or from 0 to 255; once.

    References
    ----------
    Fig. 2, Sections 3.2 to 3.5.
    """
    warn_of_raw_pixels(x, cfg)
    x = x if isinstance(x, Tensor) else Tensor(x)
    names = check_forward(x.shape, dtype_name(x.dtype), cfg, head)
    check_tensors(params["norm"]["g"])
    video = as_video(x, cfg)
    z, embedded = embed(params, video, cfg)
    z, encoded = encode(params, z, cfg, video.shape[1:4], dict.fromkeys(range(cfg.depth), block))
    logits, classified = classify(params, z, cfg, names)
    out = {"video": video} | embedded | encoded | classified
    return logits[head] if isinstance(head, str) else logits, out


def as_video(x, cfg):
    """Float video (B, T, H, W, C) of x; an image (B, H, W, C) is a video of one frame."""
    video = x if x.ndim == 5 else x[:, None]
    return scale_uint8(video, cfg) if video.dtype == dtypes.uint8 else video


def scale_uint8(x, cfg):
    """(x / 255 - mean) / std as float32."""
    return (x.cast(dtypes.float32) / 255 - cfg.mean) / cfg.std


def embed(params, video, cfg):
    """Embedding z0 = tokens + positions: (B, N, D), without a class token (Sections 3.2, 3.3)."""
    tokens = tokenize(params, video, cfg)
    at = positions(cfg, video.shape[1:4], tokens.dtype).to(tokens.device)
    z = tokens + at
    return z, {"tokens": tokens, "with_position": z}


def encode(params, z, cfg, shape, blocks):
    """Apply all blocks in turn (Eq. 1-2), and the gate (Eq. 8) after its block if there is one.

    shape: (T, H, W) of the video. blocks: {layer: function}; in TubeViT every function is `block`.
    "blocks.i" in the cache is the output of block i, after the gate if block i has one.
    """
    z0, out = z, {}
    for layer, apply in blocks.items():
        z, cache = apply(z, **params["blocks"][str(layer)], heads=cfg.heads, eps=cfg.eps,
                         form=cfg.gelu)
        if layer == cfg.gate_layer:
            mask = from_host(gated_tokens(cfg, shape), z)
            z = gate(z, z0, params["gate"]["alpha"], mask)
        out |= {f"blocks.{layer}": z} | with_prefix(f"blocks.{layer}", cache)
    return z, out


def classify(params, z, cfg, names):
    """Logits {head: (B, K)} of encoded tokens z (B, N, D): attention_pool(LN(z)) w + b."""
    out = {"norm": layer_norm(z, **params["norm"], eps=cfg.eps)}
    out["pooled"], cache = attention_pool(  # (B, D)
        out["norm"], **params["pool"], heads=cfg.heads, eps=cfg.eps, form=cfg.gelu)
    logits = {name: linear(out["pooled"], **params["heads"][name]) for name in names}
    return logits, out | with_prefix("pool", cache)
