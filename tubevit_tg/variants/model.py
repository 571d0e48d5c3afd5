"""Any Config through embed, encode and classify: a variant has another block or embedding.

Training hands in further blocks and embeddings: with dropout, or frozen."""

from functools import partial

from tinygrad import Tensor

from tubevit_np.model.checks import check_heads, check_input
from tubevit_np.model.geometry import grid
from tubevit_np.variants.config import attention_of
from tubevit_tg.backend.device import check_tensors, dtype_name
from tubevit_tg.model.layers import block
from tubevit_tg.model.model import as_video, classify, encode
from tubevit_tg.model.tubes import tokenize
from tubevit_tg.variants.divided_attention import divided_block
from tubevit_tg.variants.positions import positions


def embed(params, video, cfg):
    """z0 (B, N, D): tokens and the positions that the Config asks for."""
    tokens = tokenize(params, video, cfg)
    z = tokens + positions(params, cfg, video.shape[1:4], tokens)
    return z, {"tokens": tokens, "with_position": z}


def blocks_of(cfg, shape, block=block, divided=divided_block):
    """{layer: block} that the Config asks for, on a (T, H, W) video."""
    if attention_of(cfg) == "divided":
        block = partial(divided, frames=grid(cfg.tubes[0], shape)[0], block=block)
    return dict.fromkeys(range(cfg.depth), block)


def forward(params, x, cfg, head, embed=embed, blocks_of=blocks_of):
    """model.forward for any Config, with the embedding and the blocks that are handed in."""
    x = x if isinstance(x, Tensor) else Tensor(x)
    check_input(x.shape, dtype_name(x.dtype), cfg)
    names = check_heads(head, cfg)
    check_tensors(params["norm"]["g"])
    video = as_video(x, cfg)
    z, embedded = embed(params, video, cfg)
    z, encoded = encode(params, z, cfg, video.shape[1:4], blocks_of(cfg, video.shape[1:4]))
    logits, classified = classify(params, z, cfg, names)
    out = {"video": video} | embedded | encoded | classified
    return logits[head] if isinstance(head, str) else logits, out
