"""Other positions than the fixed ones (Table 7a): strideless, learned, or none."""

from tinygrad import Tensor

from tubevit_np.variants import positions as reference
from tubevit_np.variants.config import position_of
from tubevit_np.variants.positions import learned_rows, strideless, strideless_centers
from tubevit_tg.backend.device import from_host


def positions(params, cfg, shape, like):
    """Positions (N, D) that embed adds to the tokens of a (T, H, W) video, in the dtype of `like`.

    Learned positions are a parameter; NumPy computes all others.
    """
    if position_of(cfg) != "learned":
        return from_host(reference.positions(params, cfg, shape), like)
    rows = [params["position"]["w"][rows] for rows in learned_rows(cfg, shape)]
    return Tensor.cat(*rows).cast(like.dtype)
