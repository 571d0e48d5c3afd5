"""forward and backward for any Config: a variant has another block or another embed.

Both use the tuned functions of fast/. Training and evaluation pass other blocks and another embed:
with dropout, frozen, or without intermediates.
"""

from collections.abc import Callable, Iterable
from functools import partial
from typing import Any

from tubevit_np.fast.backward import block_backward, classify_backward, tokenize_backward
from tubevit_np.fast.layers import block
from tubevit_np.fast.model import as_video, classify
from tubevit_np.fast.tubes import tokenize
from tubevit_np.model.backward import encode_backward
from tubevit_np.model.checks import check_heads, check_input, warn_of_raw_pixels
from tubevit_np.model.config import Config
from tubevit_np.model.geometry import grid
from tubevit_np.model.model import encode
from tubevit_np.model.types import Array, Arrays, Params
from tubevit_np.variants.config import attention_of, position_of
from tubevit_np.variants.divided_attention import divided_block
from tubevit_np.variants.divided_backward import divided_block_backward
from tubevit_np.variants.positions import learned_backward, positions


def embed(params, video, cfg):
    """Embedding z0 (B, N, D): tokens plus the positions of this Config."""
    tokens = tokenize(params, video, cfg)
    z = tokens + positions(params, cfg, video.shape[1:4]).astype(tokens.dtype)
    return z, {"tokens": tokens, "with_position": z}


def embed_backward(d_z, params, out, cfg):
    """Gradients of the tubes and of learned positions, from d_z (B, N, D)."""
    grads = tokenize_backward(d_z, out["video"], cfg)
    if position_of(cfg) == "learned":
        shape = out["video"].shape[1:4]
        grads["position.w"] = learned_backward(d_z, params["position"]["w"], cfg, shape)
    return grads


def blocks_of(cfg, shape, block=block, divided=divided_block):
    """Blocks {layer: block} of this Config for a (T, H, W) video."""
    if attention_of(cfg) == "divided":
        block = partial(divided, frames=grid(cfg.tubes[0], shape)[0], block=block)
    return dict.fromkeys(range(cfg.depth), block)


def forward(params: Params, x: Array, cfg: Config, head: str | Iterable[str],
            embed: Callable = embed, blocks_of: Callable = blocks_of) -> tuple[Any, Arrays]:
    """Classify videos or images with any Config: classify(encode(embed(x))).

    Parameters
    ----------
    params : dict
        The nested tree of parameters, as from init or load.
    x : array, shape (B, T, H, W, C) or (B, H, W, C), float or uint8
        Floats are used unchanged. uint8 becomes (x / 255 - mean) / std of cfg.
    cfg : Config
        A VariantConfig, too.
    head : str or iterable of str
        Names of one or several heads.
    embed : callable
        embed(params, video, cfg) -> z0, cache.
    blocks_of : callable
        blocks_of(cfg, shape) -> {layer: block}.

    Returns
    -------
    logits : array, shape (B, K), or dict of arrays by head
        A dict if several heads are named.
    cache : dict
        Every intermediate by name, as from the forward of TubeViT.

    Raises
    ------
    ValueError
        If a head is unknown, if x has a wrong shape or dtype or is too small for every tube, or if
        learned positions are for another size.

    Warns
    -----
    UserWarning
        Once for each tube that does not fit into a video, which gives no tokens. Once if x is a
        NumPy array of floats that look like pixels from 0 to 1 or from 0 to 255.

    References
    ----------
    Tables 5 and 7a.
    """
    check_input(x.shape, str(x.dtype), cfg)
    warn_of_raw_pixels(x, cfg)
    names = check_heads(head, cfg)
    video = as_video(x, cfg)
    z, embedded = embed(params, video, cfg)
    z, encoded = encode(params, z, cfg, video.shape[1:4], blocks_of(cfg, video.shape[1:4]))
    logits, classified = classify(params, z, cfg, names)
    out = {"video": video} | embedded | encoded | classified
    return logits[head] if isinstance(head, str) else logits, out


def blocks_backward_of(cfg, shape):
    """Gradients of blocks {layer: block_backward}, in reverse of blocks_of."""
    return blocks_of(cfg, shape, block_backward, divided_block_backward)


def backward(params: Params, out: Arrays, d_logits: Arrays, cfg: Config,
             embed_backward: Callable = embed_backward,
             blocks_backward_of: Callable = blocks_backward_of) -> Arrays:
    """Gradients of all parameters of any Config: classify, encode and embed in reverse.

    Parameters
    ----------
    params : dict
        The nested tree of parameters.
    out : dict
        The cache that forward returned.
    d_logits : dict
        Gradient of the loss, an array (B, K), by the name of the head.
    cfg : Config
        A VariantConfig, too.
    embed_backward : callable
        embed_backward(d_z0, params, out, cfg) -> gradients.
    blocks_backward_of : callable
        blocks_backward_of(cfg, shape) -> {layer: block_backward}.

    Returns
    -------
    dict
        Gradients by dotted names. Heads that are not in d_logits and tubes that did not fit into
        the video have none.
    """
    d_z, grads = classify_backward(d_logits, params, out, cfg)
    blocks = blocks_backward_of(cfg, out["video"].shape[1:4])
    d_z, d_encoder = encode_backward(d_z, params, out, cfg, blocks)
    return grads | d_encoder | embed_backward(d_z, params, out, cfg)
