"""Where a token is: fixed sines and cosines of its center (Sec. 3.3, Eq. 3-7)."""

import numpy as np
from tinygrad import Tensor, dtypes

from tubevit_np.model.checks import check_plain
from tubevit_np.model.geometry import centers
from tubevit_np.model.position import sincos_3d


def positions(cfg, shape, dtype=dtypes.float32):
    """The position of every token of a (T, H, W) video, in token order: (N, D).

    NumPy computes it in float64.  Raises ValueError for a variant."""
    check_plain(cfg)
    at = np.concatenate([centers(tube, shape) for tube in cfg.tubes])
    return Tensor(cfg.position_scale * sincos_3d(at, cfg.dim, cfg.tau), dtype=dtype)
