"""The hyperparameters of an image ViT, from its arrays and its settings files."""

import re
from typing import NamedTuple

from tubevit_np.model.config import Config, Tube
from tubevit_np.transfer.vit_files.heads import number_of_heads
from tubevit_np.variants.params import shapes

# The GELUs of settings files, and ours.
GELU_NAMES = {"gelu": "erf", "gelu_new": "tanh", "gelu_fast": "tanh", "gelu_tanh": "tanh",
              "gelu_pytorch_tanh": "tanh"}


class Hyperparameters(NamedTuple):
    """Everything in a file of an image ViT except its parameters."""

    format_name: str
    cfg: Config  # of the image ViT, with its patches as the only tube
    classes: int | None  # of its head, if it has one
    mean: tuple | None  # of pixels in [0, 1], per channel, for normalization
    std: tuple | None
    unused: dict  # {its name: shape} of arrays that are not used
    notes: list  # lines on assumptions


def hyperparameters_of(fmt, flat, settings, unused, heads=None, heads_in_arrays=None):
    """The Hyperparameters of a file.

    flat: its arrays by our names, with the head;  settings: from the JSON files;  heads: number of
    attention heads, given by the user;  heads_in_arrays: from array shapes.  Raises ValueError for
    settings that contradict the arrays or are unknown, and for an unknown number of heads."""
    _, kh, kw, channels, dim = flat["patch.w"].shape
    given, notes = _read_settings(settings), []
    if given["dim"] not in (None, dim):
        raise ValueError(f"config.json has width {given['dim']}, the arrays have {dim}; are the "
                         "files of the same model?")
    if given["act"] not in (None, *GELU_NAMES):
        raise ValueError(f"its activation {given['act']!r} is not one of {', '.join(GELU_NAMES)}")
    if fmt.title == "Hugging Face" and given["eps"] is None:
        notes.append(f"no config.json: GELU {fmt.gelu} and eps {fmt.eps:g} assumed")
    if given["mean"] is None and fmt.mean is None:
        notes.append("normalization of images unknown: pixels from -1 to 1 assumed")
    mean, std = (_by_channel(name, given[name], fmt.mean, channels) for name in ("mean", "std"))
    depth, mlp_dim = (sum(name.endswith("ln1.g") for name in flat),
                      flat["blocks.0.mlp.up.w"].shape[1])
    heads = number_of_heads(dim, depth, mlp_dim, heads, (given["heads"], heads_in_arrays))
    cfg = Config((Tube((1, kh, kw), (1, kh, kw)),), dim, depth, heads, mlp_dim, channels=channels,
                 gelu=GELU_NAMES.get(given["act"], fmt.gelu),
                 eps=float(given["eps"] or fmt.eps), pool_mlp="pool.probe" in flat)
    classes = flat["head.w"].shape[1] if "head.w" in flat else None
    return Hyperparameters(fmt.title, cfg, classes, mean, std, unused, notes)


def check_shapes(flat, hparams):
    """Raises ValueError if an array of flat does not fit the others."""
    expected = {re.sub("^tubes.0", "patch", name): shape
                for name, shape in shapes(hparams.cfg).items()}
    expected |= {"head.w": (hparams.cfg.dim, hparams.classes), "head.b": (hparams.classes,)}
    wrong = [f"{name} {x.shape}, expected {expected[name]}" for name, x in flat.items()
             if x.shape != expected[name]]
    if wrong:
        raise ValueError(f"{len(wrong)} arrays (by their names in TubeViT) have the wrong shape: "
                         f"{some(wrong)}")


def some(names):
    """The first five names, for a message."""
    names = list(names)
    return ", ".join(names[:5]) + (" ..." if len(names) > 5 else "")


def _read_settings(settings):
    """The settings of Hugging Face or timm by our names; None for missing ones."""
    args, images = settings.get("model_args", {}), settings.get("pretrained_cfg", settings)
    return {"dim": settings.get("hidden_size"),
            "heads": settings.get("num_attention_heads", args.get("num_heads")),
            "act": settings.get("hidden_act", args.get("act_layer")),
            "eps": settings.get("layer_norm_eps"),
            "mean": settings.get("image_mean", images.get("mean")),
            "std": settings.get("image_std", images.get("std"))}


def _by_channel(name, given, default, channels):
    """A mean or std as a tuple, one number per channel; the default if not given.  ValueError."""
    if given is None:
        return None if default is None else (default,) * channels
    if len(given) != channels:
        raise ValueError(f"{name} is {given} in its settings, but it has {channels} channels")
    return tuple(float(value) for value in given)
