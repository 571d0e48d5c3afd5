"""TubeViT: one set of weights for videos and images, a head for each data set (Fig. 2, Sec. 3.5).

forward is embed, encode, classify.  A variant hands another block to encode, or embeds otherwise:
see variants/ and training/."""

from tinygrad import Tensor, dtypes

from tubevit_np.model.checks import check_forward
from tubevit_np.model.gate import gated_tokens
from tubevit_np.model.layers import with_prefix
from tubevit_tg.backend.device import check_tensors, dtype_name, from_host
from tubevit_tg.model.gate import gate
from tubevit_tg.model.layers import block, layer_norm, linear
from tubevit_tg.model.pooling import attention_pool
from tubevit_tg.model.position import positions
from tubevit_tg.model.tubes import tokenize


def forward(params, x, cfg, head):
    """Class scores of videos (B, T, H, W, C), or of images (B, H, W, C) by their 2D patches alone.

    params: the nested tree.  x: floats, taken as they are, or uint8, scaled by cfg's mean and std.
    head: a name, or several.  Returns logits (B, K) (of several heads: a dict) and every
    intermediate by name.  Raises ValueError for an unknown head, and for an input of another kind
    or too small for every tube."""
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
    """x as a float video (B, T, H, W, C); an image (B, H, W, C) is a video of one frame."""
    video = x if x.ndim == 5 else x[:, None]
    return scale_uint8(video, cfg) if video.dtype == dtypes.uint8 else video


def scale_uint8(x, cfg):
    """(x / 255 - mean) / std as float32."""
    return (x.cast(dtypes.float32) / 255 - cfg.mean) / cfg.std


def embed(params, video, cfg):
    """z0 = tokens + positions of a video: (B, N, D), without a class token (Sec. 3.2, 3.3)."""
    tokens = tokenize(params, video, cfg)
    at = positions(cfg, video.shape[1:4], tokens.dtype).to(tokens.device)
    z = tokens + at
    return z, {"tokens": tokens, "with_position": z}


def encode(params, z, cfg, shape, blocks):
    """All blocks in turn (Eq. 1-2), and after one of them the gate (Eq. 8): z (B, N, D).

    shape: (T, H, W) of the video;  blocks: {layer: function}, in a plain TubeViT always `block`.
    In the result "blocks.i" is the output of block i, after the gate if one follows; "blocks.i.x"
    is x of its cache."""
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
    """Logits {head: (B, K)} of encoded tokens (B, N, D): attention_pool(LN(z)) w + b per head."""
    out = {"norm": layer_norm(z, **params["norm"], eps=cfg.eps)}
    out["pooled"], cache = attention_pool(  # (B, D)
        out["norm"], **params["pool"], heads=cfg.heads, eps=cfg.eps, form=cfg.gelu)
    logits = {name: linear(out["pooled"], **params["heads"][name]) for name in names}
    return logits, out | with_prefix("pool", cache)
