"""Where a token is: fixed sines and cosines of the centre of its tube (Sec. 3.3, Eq. 3-7)."""

from tinygrad import Tensor, dtypes

from tubevit_np.model import position
from tubevit_np.model.geometry import centers
from tubevit_np.model.position import sincos_3d
from tubevit_np.variants.positions import learned_rows


def positions(cfg, shape, dtype=dtypes.float32):
    """The positions of all tokens of a (T, H, W) video, in token order: (N, D).

    Computed by NumPy in float64, which not every GPU has; dtype: what it is given in."""
    return Tensor(position.positions(cfg, shape), dtype=dtype)
