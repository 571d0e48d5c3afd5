"""TubeViT: one set of weights for videos and images, a head for each data set (Fig. 2, 3.5)."""

from tinygrad import Tensor, dtypes

from tubevit_np.model.checks import check_heads, check_input, check_tubes
from tubevit_np.model.gate import gated_tokens
from tubevit_np.model.layers import with_prefix
from tubevit_np.training.dropout import TOKENS, no_dropout
from tubevit_tg.backend.device import check_tensors, dtype_name
from tubevit_tg.model.gate import gate
from tubevit_tg.model.layers import layer_norm, linear
from tubevit_tg.model.pooling import attention_pool
from tubevit_tg.model.position import learned_rows, positions
from tubevit_tg.model.tubes import tokenize
from tubevit_tg.variants.divided_attention import block_for


def forward(params, x, cfg, head, inner=True, drop=no_dropout, frozen=0):
    """Class scores of videos (B, T, H, W, C), or of images (B, H, W, C) by their 2D patches alone.

    params: the nested tree.  x: floats, taken as they are, or uint8, scaled by cfg's mean and std.
    head: a name, or several.  drop: dropout, in training.  frozen: so many first blocks do not
    train.  Returns logits (B, K) (of several heads: a dict) and out, every intermediate by name,
    but for those inside frozen blocks; without inner none inside any.  Raises ValueError for an
    input of another kind or too small for every tube, and for an unknown head."""
    video = as_video(x, cfg)
    names = check_heads(head, cfg)
    check_tensors(params["norm"]["g"])
    out = {"video": video, "tokens": tokenize(params, video, cfg)}
    if cfg.position == "learned":
        at = Tensor.cat(*[params["position"]["w"][rows]
                          for rows in learned_rows(cfg, video.shape[1:4])])
    else:
        at = positions(cfg, video.shape[1:4], out["tokens"].dtype)
    z = out["with_position"] = drop(0, TOKENS, out["tokens"] + at.to(video.device))  # (B, N, D)
    block = block_for(cfg, video.shape[1:4])
    for layer in range(cfg.depth):
        z, seen = block(z, **params["blocks"][str(layer)],
                        heads=cfg.heads, eps=cfg.eps, form=cfg.gelu, drop=drop, layer=layer,
                        keep=inner and layer >= frozen)
        if layer == cfg.gate_layer:
            keep = Tensor(gated_tokens(cfg, video.shape[1:4]), device=video.device)
            z = gate(z, out["with_position"], params["gate"]["alpha"], keep)
        z = out[f"blocks.{layer}"] = z.detach() if layer < frozen else z  # autograd ends there
        out |= with_prefix(f"blocks.{layer}", seen)
    out["norm"] = layer_norm(z, **params["norm"], eps=cfg.eps)
    out["pooled"], seen = attention_pool(  # (B, D)
        out["norm"], **params["pool"], heads=cfg.heads, eps=cfg.eps, form=cfg.gelu)
    out |= with_prefix("pool", seen)
    logits = {name: linear(out["pooled"], **params["heads"][name]) for name in names}
    return logits[head] if isinstance(head, str) else logits, out


def as_video(x, cfg):
    """x checked, as a float video (B, T, H, W, C); an image becomes a video of one frame.

    An array will do in place of a Tensor, except under TinyJit, which would bake it in."""
    x = x if isinstance(x, Tensor) else Tensor(x)
    check_input(x.shape, dtype_name(x.dtype), cfg)
    video = x if x.ndim == 5 else x[:, None]
    return scale_uint8(video, cfg) if video.dtype == dtypes.uint8 else video


def scale_uint8(x, cfg):
    """(x / 255 - mean) / std as float32."""
    return x.cast(dtypes.float32) * (1 / (255 * cfg.std)) - cfg.mean / cfg.std
