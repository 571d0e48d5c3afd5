"""Any Config through embed, encode and classify: a variant has another block or embedding.

Computed by fast/.  Training and evaluation hand in further blocks and embeddings: with dropout,
frozen, or without intermediates."""

from functools import partial

from tubevit_np.fast.backward import block_backward, classify_backward, tokenize_backward
from tubevit_np.fast.layers import block
from tubevit_np.fast.model import as_video, classify
from tubevit_np.fast.tubes import tokenize
from tubevit_np.model.backward import encode_backward
from tubevit_np.model.checks import check_heads, check_input
from tubevit_np.model.geometry import grid
from tubevit_np.model.model import encode
from tubevit_np.variants.config import attention_of, position_of
from tubevit_np.variants.divided_attention import divided_block
from tubevit_np.variants.divided_backward import divided_block_backward
from tubevit_np.variants.positions import learned_backward, positions


def embed(params, video, cfg):
    """z0 (B, N, D): tokens and the positions that the Config asks for."""
    tokens = tokenize(params, video, cfg)
    z = tokens + positions(params, cfg, video.shape[1:4]).astype(tokens.dtype)
    return z, {"tokens": tokens, "with_position": z}


def embed_backward(d_z, params, out, cfg):
    """Gradients of tubes and learned positions, from d_z (B, N, D)."""
    grads = tokenize_backward(d_z, out["video"], cfg)
    if position_of(cfg) == "learned":
        shape = out["video"].shape[1:4]
        grads["position.w"] = learned_backward(d_z, params["position"]["w"], cfg, shape)
    return grads


def blocks_of(cfg, shape, block=block, divided=divided_block):
    """{layer: block} that the Config asks for, on a (T, H, W) video."""
    if attention_of(cfg) == "divided":
        block = partial(divided, frames=grid(cfg.tubes[0], shape)[0], block=block)
    return dict.fromkeys(range(cfg.depth), block)


def forward(params, x, cfg, head, embed=embed, blocks_of=blocks_of):
    """model.forward for any Config, with the embedding and the blocks that are handed in."""
    check_input(x.shape, str(x.dtype), cfg)
    names = check_heads(head, cfg)
    video = as_video(x, cfg)
    z, embedded = embed(params, video, cfg)
    z, encoded = encode(params, z, cfg, video.shape[1:4], blocks_of(cfg, video.shape[1:4]))
    logits, classified = classify(params, z, cfg, names)
    out = {"video": video} | embedded | encoded | classified
    return logits[head] if isinstance(head, str) else logits, out


def blocks_backward_of(cfg, shape):
    """{layer: block_backward}, the reverse of blocks_of."""
    return blocks_of(cfg, shape, block_backward, divided_block_backward)


def backward(params, out, d_logits, cfg, embed_backward=embed_backward,
             blocks_backward_of=blocks_backward_of):
    """model.backward for any Config, in reverse of what was handed to forward."""
    d_z, grads = classify_backward(d_logits, params, out, cfg)
    blocks = blocks_backward_of(cfg, out["video"].shape[1:4])
    d_z, found = encode_backward(d_z, params, out, cfg, blocks)
    return grads | found | embed_backward(d_z, params, out, cfg)
