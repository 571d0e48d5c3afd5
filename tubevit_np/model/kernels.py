"""One 8x8x8 kernel resized for every video tube: fewer parameters, any shape (Section 3.4)."""

import numpy as np

from tubevit_np.model.types import Array, Size

SHARED_SIZE = (8, 8, 8)


def interpolation_matrix(n_in, n_out):
    """Matrix (n_out, n_in) that interpolates n_in samples linearly at n_out places; rows sum to 1.

    Half-pixel centers: place i is (i + 1/2) * n_in / n_out - 1/2. A place outside the samples is
    moved to the nearest sample. There is no antialiasing. The paper does not state the convention;
    PyTorch's interpolate has this one.
    """
    at = np.clip((np.arange(n_out) + 0.5) * n_in / n_out - 0.5, 0, n_in - 1)
    return np.maximum(0, 1 - np.abs(at[:, None] - np.arange(n_in)))


def resize_kernel(w: Array, size: Size) -> Array:
    """Resize a kernel by trilinear interpolation: y = M w on each of its three axes.

    Values are not rescaled to make up for the changed number of voxels.

    Parameters
    ----------
    w : array, shape (kt, kh, kw, C, D)
    size : (t, h, w)
        New size of the kernel.

    Returns
    -------
    array, shape (t, h, w, C, D)

    References
    ----------
    Section 3.4, Table 7e.

    Examples
    --------
    >>> w = np.array([0.0, 4.0]).reshape(2, 1, 1, 1, 1)
    >>> resize_kernel(w, (4, 1, 1)).ravel()
    array([0., 1., 3., 4.])
    """
    matrices = [interpolation_matrix(n_in, n_out).astype(w.dtype)
                for n_in, n_out in zip(w.shape[:3], size, strict=True)]
    return np.einsum("it,jh,kw,thwcd->ijkcd", *matrices, w, optimize=True)


def tube_kernel(params, cfg, i):
    """Kernel of tube i, (kt, kh, kw, C, D/S): a separate one, or resized from the shared kernel.

    A space-to-depth tube takes the first D/S channels of the shared kernel. 2D patches always have
    a separate kernel.
    """
    tube = cfg.tubes[i]
    if not cfg.shared_kernel or tube.is_patch:
        return params["tubes"][str(i)]["w"]
    return resize_kernel(params["kernel"]["w"][..., :cfg.dim // tube.members], tube.kernel)
