"""Tube kernels as sums of waves, the basis that AdamW steps them in: a 4D cosine transform.

Neighbouring voxels of a video are nearly equal, so a kernel's gradient by voxels is almost all
slow waves, and steps of equal size for every voxel hardly change the fast ones, which see edges and
motion.  By waves, AdamW scales each alone.  The model does not change: this is its training."""

from tubevit_np.training.cosine_basis import cosines, roughness
from tubevit_tg.backend.device import constant
from tubevit_tg.model.layers import matmul


def to_waves(w):
    """(kt, kh, kw, C, D) by voxel and colour -> the same shape by frequency along all four axes."""
    return _along_axes(w, _cosines(w))


def from_waves(w):
    """The inverse of to_waves."""
    return _along_axes(w, [matrix.T for matrix in _cosines(w)])


def smooth(w, amount):
    """A kernel whose waves have shrunk, fast ones most, by 1 / (1 + amount roughness); amount >= 0.

    What a loss has no use for fades; else the noise that training began with would stay in sight.
    """
    squares = constant(roughness, w.shape, dtype=w.dtype, device=w.device)
    return from_waves(to_waves(w) / (1 + amount * squares))


def _along_axes(w, matrices):
    for axis, matrix in enumerate(matrices):
        front = w.transpose(0, axis)
        w = matmul(matrix, front.flatten(1)).reshape(front.shape).transpose(0, axis)
    return w.contiguous()  # or both moments would be computed from the last product again


def _cosines(w):
    return [constant(cosines, n, dtype=w.dtype, device=w.device) for n in w.shape[:4]]
