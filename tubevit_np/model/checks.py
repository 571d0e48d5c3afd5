"""Checks of arguments; nothing is computed here. Each error is a ValueError of one line."""

import warnings
from functools import cache

import numpy as np

from tubevit_np.model.config import Config, format_size
from tubevit_np.model.geometry import grid


def check_forward(shape, dtype, cfg, head):
    """Do all checks of forward, then return the names of the heads as a tuple.

    dtype: as text, such as "float32". Raises ValueError for an unknown head, for an input of a
    wrong shape or dtype, and for a VariantConfig, which needs variants.forward.
    """
    check_plain(cfg)
    check_input(shape, dtype, cfg)
    return check_heads(head, cfg)


def check_plain(cfg):
    """Raise ValueError for a variant, whose forward and backward passes are in variants/."""
    if type(cfg) is not Config:
        raise ValueError("this Config describes a variant of TubeViT (with a different attention "
                         "or position); use variants.forward and variants.backward")


def check_heads(head, cfg):
    """Names of the heads, as a tuple; ValueError for a head that the model lacks."""
    names = (head,) if isinstance(head, str) else tuple(head)
    unknown = [name for name in names if name not in cfg.classes]
    if unknown:
        known = ", ".join(cfg.classes) or "none"
        raise ValueError(f"no head {unknown[0]!r}; this model has {known}")
    return names


def check_input(shape, dtype, cfg):
    """Raise ValueError unless forward accepts this shape and this dtype, given as text."""
    if len(shape) not in (4, 5):
        raise ValueError(f"input of shape {shape}: a video is (B, T, H, W, C), "
                         "an image (B, H, W, C)")
    if 0 in shape:
        raise ValueError(f"input of shape {shape} is empty")
    if shape[-1] != cfg.channels:
        raise ValueError(f"input of shape {shape} has {shape[-1]} channels in its last axis, "
                         f"the model takes {cfg.channels}")
    if dtype != "uint8" and not dtype.startswith("float"):
        raise ValueError(f"input of dtype {dtype}: use uint8 (0 to 255) or floats")
    check_tubes(shape[1:4] if len(shape) == 5 else (1, *shape[1:3]), cfg)


def warn_of_raw_pixels(x, cfg):
    """Warn once if floats look like pixels from 0 to 1 or to 255, which forward uses unchanged.

    Normalized pixels have values below 0, except in very bright clips. Only a NumPy array is
    checked: the numbers of a lazy Tensor are not there yet.
    """
    if not isinstance(x, np.ndarray) or x.dtype == np.uint8 or cfg.mean <= 0 or x.min() < 0:
        return
    highest, white = x.max(), (1 - cfg.mean) / cfg.std
    if highest > 2 * white:
        found, way = "255", f"(x / 255 - {cfg.mean:g}) / {cfg.std:g}"
    elif 0.5 < highest <= 1 and x.min() < 0.1:
        found, way = "1", f"(x - {cfg.mean:g}) / {cfg.std:g}"
    else:
        return  # all black, or bright
    warn_once(f"the float pixels look like values from 0 to {found}; the model expects "
              f"{-cfg.mean / cfg.std:.3g} to {white:.3g}: pass uint8, or {way}")


def check_tubes(shape, cfg):
    """Raise ValueError if no tube fits into (T, H, W); warn about tubes that do not fit a video."""
    missing = [tube for tube in cfg.tubes if not all(grid(tube, shape))]
    size = format_size(shape)
    needed = [format_size(tube.extent) for tube in missing]
    if len(missing) == len(cfg.tubes):
        raise ValueError(f"no tube fits into {size} (T x H x W); they need {', '.join(needed)}: "
                         "use a larger input or smaller tubes")
    for tube, need in zip(missing, needed, strict=True) if shape[0] > 1 else ():
        warn_once(f"tube {tube.name} needs {need} and gives no tokens for {size} (T x H x W)")


@cache
def warn_once(text):
    """Warn once per process; warnings.simplefilter("once") can repeat a warning."""
    warnings.warn(text, stacklevel=3)


def check_params(flat, expected, where="the parameters"):
    """Raise ValueError if arrays {name: array} are missing, extra, or of an unexpected shape.

    expected: {name: shape}. The message lists the names.
    """
    kinds = {"missing": [n for n in expected if n not in flat],
             "extra": [n for n in flat if n not in expected],
             "with a wrong shape": [f"{n} {tuple(flat[n].shape)}, expected {expected[n]}"
                                  for n in expected
                                  if n in flat and tuple(flat[n].shape) != expected[n]]}
    problems = [f"{len(names)} {what}: {', '.join(names[:5])}{' ...' if len(names) > 5 else ''}"
                for what, names in kinds.items() if names]
    if problems:
        raise ValueError(f"{where} do not match the Config; {'; '.join(problems)}")
