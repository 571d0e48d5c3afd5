"""Fixed positions: sines and cosines of the center of each token (Section 3.3, Eq. 3-7)."""

import numpy as np
from tinygrad import Tensor, dtypes
from tinygrad.dtype import DType

from tubevit_np.model.checks import check_plain
from tubevit_np.model.config import Config
from tubevit_np.model.geometry import centers
from tubevit_np.model.position import sincos_3d
from tubevit_tg.model.types import Array, Size


def positions(cfg: Config, shape: Size, dtype: DType = dtypes.float32) -> Array:
    """Position of every token: position_scale * sincos_3d(centers).

    Parameters
    ----------
    cfg : Config
    shape : (T, H, W)
        Size of the video, in frames and pixels.
    dtype : DType, default dtypes.float32
        Precision of the result.

    Returns
    -------
    array, shape (N, D)
        In the order of the tokens; float64 in NumPy.

    Raises
    ------
    ValueError
        If cfg describes a model of variants/ (a VariantConfig).

    References
    ----------
    Section 3.3.
    """
    check_plain(cfg)
    at = np.concatenate([centers(tube, shape) for tube in cfg.tubes])
    return Tensor(cfg.position_scale * sincos_3d(at, cfg.dim, cfg.tau), dtype=dtype)
