"""Tube kernels that begin as the 2D kernel of an image model, spread over time.

A static video then gives the token that an image gives: for a tube of any size and any picture,
the token of that picture resized linearly to the size of the patch.  So kernels are made by the
transposed resize: resizing the kernel itself would change its sum, and every token's size with it
(a 16x16 kernel to 4x4: a sixteenth), which ports that divide by the length alone forget."""

import numpy as np

from tubevit_np.model.kernels import interpolation_matrix


def inflate(w, size):
    """The 2D kernel w (1, kh, kw, C, D) as a tube of size (t, h, w): (t, h, w, C, D).

    inflate(w) . video = w . (mean frame of the video, resized to kh x kw), exactly."""
    t, *picture = size
    rows, columns = (interpolation_matrix(n_in, n_out).astype(w.dtype)  # (kh, h)
                     for n_in, n_out in zip(picture, w.shape[1:3], strict=True))
    frame = np.einsum("ah,bw,abcd->hwcd", rows, columns, w[0], optimize=True) / t
    return np.broadcast_to(frame, (t, *frame.shape)).copy()


def inflate_tubes(flat, cfg, patch):
    """Put the patch kernel and bias of tube `patch` into every video tube of flat, in place.

    A packed tube has D/S channels for each member, shared by all of them: it takes the first D/S
    channels of the kernel, as from a shared kernel, so each member of a static video gives those of
    the image's token.  A shared kernel is inflated to its own size: that of an 8x8x8 tube is exact,
    others are cut and resized from it, so their tokens grow and shrink with their volume."""
    w, b = flat[f"tubes.{patch}.w"], flat[f"tubes.{patch}.b"]
    for i, tube in enumerate(cfg.tubes):
        if not tube.is_patch:
            width = cfg.dim // tube.members
            flat[f"tubes.{i}.b"] = b[:width].copy()
            if not cfg.shared_kernel:
                flat[f"tubes.{i}.w"] = inflate(w[..., :width], tube.kernel)
    if cfg.shared_kernel:
        flat["kernel.w"] = inflate(w, flat["kernel.w"].shape[:3])
