"""One 8x8x8 kernel resized for every video tube: fewer parameters, any shape (Sec. 3.4)."""

from tubevit_np.model.kernels import SHARED_SIZE, interpolation_matrix
from tubevit_tg.backend.device import constant
from tubevit_tg.backend.operations import matmul


def resize_kernel(w, size):
    """Trilinear resize of w (kt, kh, kw, C, D) to size (t, h, w): (*size, C, D).

    Values are not multiplied to make up for the changed number of voxels."""
    matrices = [constant(interpolation_matrix, n_in, n_out, dtype=w.dtype, device=w.device)
                for n_in, n_out in zip(w.shape[:3], size, strict=True)]
    for matrix in matrices:  # each resizes the first axis and makes it the third: in the end t h w
        resized = matmul(matrix, w.reshape(w.shape[0], -1))
        w = resized.reshape(-1, *w.shape[1:]).permute(1, 2, 0, 3, 4)
    return w


def tube_kernel(params, cfg, i):
    """The kernel of tube i, (kt, kh, kw, C, D/S): its own, or resized from the shared one.

    A packed tube takes the first D/S channels of the shared kernel; 2D patches keep their own."""
    tube = cfg.tubes[i]
    if not cfg.shared_kernel or tube.is_patch:
        return params["tubes"][str(i)]["w"]
    return resize_kernel(params["kernel"]["w"][..., :cfg.dim // tube.members], tube.kernel)
