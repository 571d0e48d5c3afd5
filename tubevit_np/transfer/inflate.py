"""Inflate the 2D kernel of an image model to tube kernels, spread over time.

A video of identical frames then gives the same token as the image: for a tube of any size, the
token of that image resized linearly to the size of the patch. So the kernel is multiplied by the
transposed resize matrix. Resizing the kernel itself would change its sum, and with it the size of
every token (16x16 to 4x4: by 1/16). Ports that divide only by the length are wrong here."""

import numpy as np

from tubevit_np.model.kernels import interpolation_matrix


def inflate(w, size):
    """The 2D kernel w (1, kh, kw, C, D) as a tube of size (t, h, w): (t, h, w, C, D).

    Exactly: inflate(w) . video = w . (mean frame of the video, resized to kh x kw)."""
    frames, *image_size = size
    rows, columns = (interpolation_matrix(n_in, n_out).astype(w.dtype)  # (kh, h)
                     for n_in, n_out in zip(image_size, w.shape[1:3], strict=True))
    frame = np.einsum("ah,bw,abcd->hwcd", rows, columns, w[0], optimize=True) / frames
    return np.broadcast_to(frame, (frames, *frame.shape)).copy()


def inflate_tubes(flat, cfg, patch):
    """Inflate the patch kernel and bias of tube `patch` into every video tube of flat, in place.

    flat: {name: array}.  A packed tube with S members has D/S channels, shared by its members: it
    gets the first D/S channels of the kernel, so each member of a static video gives those channels
    of the image's token.  A shared kernel is inflated to its own size: exact for an 8x8x8 tube;
    other tubes are cropped and resized from it, so their tokens scale with their volume."""
    w, b = flat[f"tubes.{patch}.w"], flat[f"tubes.{patch}.b"]
    for i, tube in enumerate(cfg.tubes):
        if not tube.is_patch:
            width = cfg.dim // tube.members
            flat[f"tubes.{i}.b"] = b[:width].copy()
            if not cfg.shared_kernel:
                flat[f"tubes.{i}.w"] = inflate(w[..., :width], tube.kernel)
    if cfg.shared_kernel:
        flat["kernel.w"] = inflate(w, flat["kernel.w"].shape[:3])
