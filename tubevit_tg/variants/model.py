"""forward for any Config: a variant has another block or another embed.

Training passes other blocks and another embed: with dropout, or frozen.
"""

from collections.abc import Callable, Iterable
from functools import partial
from typing import Any

from tinygrad import Tensor

from tubevit_np.model.checks import check_heads, check_input, warn_of_raw_pixels
from tubevit_np.model.config import Config
from tubevit_np.model.geometry import grid
from tubevit_np.variants.config import attention_of
from tubevit_tg.backend.device import check_tensors, dtype_name
from tubevit_tg.model.layers import block
from tubevit_tg.model.model import as_video, classify, encode
from tubevit_tg.model.tubes import tokenize
from tubevit_tg.model.types import Array, Arrays, Params
from tubevit_tg.variants.divided_attention import divided_block
from tubevit_tg.variants.positions import positions


def embed(params, video, cfg):
    """Embedding z0 (B, N, D): tokens plus the positions of this Config."""
    tokens = tokenize(params, video, cfg)
    z = tokens + positions(params, cfg, video.shape[1:4], tokens)
    return z, {"tokens": tokens, "with_position": z}


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
    warn_of_raw_pixels(x, cfg)
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
