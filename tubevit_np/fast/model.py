"""model/model.py, position.py, pooling.py, tuned: over the tuned layers, with cached positions."""

from functools import lru_cache

import numpy as np

from tubevit_np.fast import layers
from tubevit_np.fast.blocks import row_blocks
from tubevit_np.fast.retuned import retuned
from tubevit_np.fast.tubes import tokenize
from tubevit_np.model import model as reference
from tubevit_np.model import pooling
from tubevit_np.model.config import Config
from tubevit_np.model.geometry import centers
from tubevit_np.model.position import sincos_3d
from tubevit_np.model.types import Array, Size


def scale_uint8(x, cfg):
    """(x / 255 - mean) / std as float32, one block of the cache at a time."""
    y = np.empty(x.shape, np.float32)
    for part, scaled in row_blocks(x, y):
        np.multiply(part, np.float32(1 / (255 * cfg.std)), out=scaled)
        scaled -= cfg.mean / cfg.std
    return y


def positions(cfg: Config, shape: Size) -> Array:
    """Position of every token (N, D), from the cache after the first call."""
    return cfg.position_scale * kept_sincos(cfg.tubes, tuple(shape), cfg.dim, cfg.tau)


@lru_cache(maxsize=8)  # batches of images, of videos and of parts of videos repeat the call
def kept_sincos(tubes, shape, dim, tau):
    """sincos_3d of all tokens; callers must not change it."""
    return sincos_3d(np.concatenate([centers(tube, shape) for tube in tubes]), dim, tau)


attention_pool, = retuned(__name__, pooling, "attention_pool", vars(layers))
as_video, embed, classify, forward = retuned(
    __name__, reference, "as_video embed classify forward", vars(layers) | {
        "scale_uint8": scale_uint8, "positions": positions, "tokenize": tokenize,
        "attention_pool": attention_pool})
