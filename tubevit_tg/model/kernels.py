"""One 8x8x8 kernel resized for every video tube: fewer parameters, any shape (Section 3.4)."""

from tubevit_np.model.kernels import SHARED_SIZE, interpolation_matrix
from tubevit_tg.backend.device import constant
from tubevit_tg.backend.operations import matmul
from tubevit_tg.model.types import Array, Size


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
    """
    matrices = [constant(interpolation_matrix, n_in, n_out, dtype=w.dtype, device=w.device)
                for n_in, n_out in zip(w.shape[:3], size, strict=True)]
    for matrix in matrices:  # each resizes the first axis and makes it the third; at last t h w
        resized = matmul(matrix, w.reshape(w.shape[0], -1))
        w = resized.reshape(-1, *w.shape[1:]).permute(1, 2, 0, 3, 4)
    return w


def tube_kernel(params, cfg, i):
    """Kernel of tube i, (kt, kh, kw, C, D/S): a separate one, or resized from the shared kernel.

    A space-to-depth tube takes the first D/S channels of the shared kernel. 2D patches always have
    a separate kernel.
    """
    tube = cfg.tubes[i]
    if not cfg.shared_kernel or tube.is_patch:
        return params["tubes"][str(i)]["w"]
    return resize_kernel(params["kernel"]["w"][..., :cfg.dim // tube.members], tube.kernel)
