"""Fixed positions: sines and cosines of the center of each token (Section 3.3, Eq. 3-7)."""

import numpy as np

from tubevit_np.model.checks import check_plain
from tubevit_np.model.config import Config
from tubevit_np.model.geometry import centers
from tubevit_np.model.types import Array, Size


def sincos_3d(at: np.ndarray, dim: int, tau: float = 10000.0) -> np.ndarray:
    """Encode places p as sines and cosines of p * tau^(-j/n), where 0 <= j < n = dim // 6.

    Each frequency j has six channels: sin t, cos t, sin h, cos h, sin w, cos w. The paper prints
    tau^(-j) (Eq. 3). Every channel with j > 0 would then be nearly constant (tau^-1 is 1e-4), so
    tau^(-j/n) must be meant.

    Parameters
    ----------
    at : array, shape (N, 3)
        Places (t, h, w), in frames and pixels.
    dim : int
        Width D, any number. Channels after the last full group of six are zero. D = 1024 and 1280
        have such channels.
    tau : float, default 10000
        Base of the frequencies.

    Returns
    -------
    array, shape (N, dim), float64
        Values in [-1, 1].

    References
    ----------
    Section 3.3, Eq. 3-7.

    Examples
    --------
    >>> sincos_3d(np.zeros((1, 3)), 7)
    array([[0., 1., 0., 1., 0., 1., 0.]])
    """
    n = dim // 6
    frequencies = tau ** (-np.arange(n) / max(n, 1))
    angles = at[:, None, :] * frequencies[:, None]  # (N, n, 3)
    waves = np.stack([np.sin(angles), np.cos(angles)], axis=-1)  # (N, n, 3, 2)
    return np.pad(waves.reshape(len(at), 6 * n), ((0, 0), (0, dim - 6 * n)))


def positions(cfg: Config, shape: Size) -> Array:
    """Position of every token: position_scale * sincos_3d(centers).

    Parameters
    ----------
    cfg : Config
    shape : (T, H, W)
        Size of the video, in frames and pixels.

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
    return cfg.position_scale * sincos_3d(at, cfg.dim, cfg.tau)
