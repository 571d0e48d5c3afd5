"""One 8x8x8 kernel resized for every video tube: fewer parameters, any shape (Sec. 3.4)."""

import numpy as np

SHARED_SIZE = (8, 8, 8)


def interpolation_matrix(n_in, n_out):
    """Linear interpolation from n_in to n_out samples as a matrix (n_out, n_in); rows sum to 1.

    Half-pixel centers: sample i sits at (i + 1/2) * n_in / n_out - 1/2, clamped to the ends,
    without antialiasing.  The paper doesn't say; PyTorch's interpolate does the same."""
    at = np.clip((np.arange(n_out) + 0.5) * n_in / n_out - 0.5, 0, n_in - 1)
    return np.maximum(0, 1 - np.abs(at[:, None] - np.arange(n_in)))


def resize_kernel(w, size):
    """Trilinear resize of w (kt, kh, kw, C, D) to size (t, h, w): (*size, C, D).

    Values are not multiplied to make up for the changed number of voxels."""
    matrices = [interpolation_matrix(n_in, n_out).astype(w.dtype)
                for n_in, n_out in zip(w.shape[:3], size, strict=True)]
    return np.einsum("it,jh,kw,thwcd->ijkcd", *matrices, w, optimize=True)


def tube_kernel(params, cfg, i):
    """The kernel of tube i, (kt, kh, kw, C, D/S): its own, or resized from the shared one.

    A packed tube takes the first D/S channels of the shared kernel; 2D patches keep their own."""
    tube = cfg.tubes[i]
    if not cfg.shared_kernel or tube.is_patch:
        return params["tubes"][str(i)]["w"]
    return resize_kernel(params["kernel"]["w"][..., :cfg.dim // tube.members], tube.kernel)
