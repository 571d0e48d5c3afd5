"""The sizes of an image ViT, by its arrays and by the settings beside them."""

import re
from typing import NamedTuple

from tubevit_np.model.config import Config, Tube
from tubevit_np.model.presets import PRESETS
from tubevit_np.variants.params import shapes

GELUS = {"gelu": "erf", "gelu_new": "tanh", "gelu_fast": "tanh", "gelu_tanh": "tanh",
         "gelu_pytorch_tanh": "tanh"}  # as settings call them
HEADS = {cfg.dim: cfg.heads for name, cfg in PRESETS.items() if not name.startswith("demo")}


class Facts(NamedTuple):
    """What a file of an image ViT tells beside its parameters."""

    form: str
    dim: int
    depth: int
    heads: int
    mlp_dim: int
    patch: tuple[int, int]  # kh, kw
    channels: int
    gelu: str
    eps: float
    pools: bool  # by attention, with an MLP, instead of a class token
    classes: int | None  # of its head
    mean: tuple | None  # of the pixels, 0 to 1, that its images are normalised with, by channel
    std: tuple | None
    aside: dict  # {its name: shape} of what has no place here
    notes: list  # lines that tell what is assumed


def facts_of(form, flat, settings, aside, heads=None, split=None):
    """flat: by our names, the head too;  heads: as asked for;  split: as the arrays tell.

    Raises ValueError for settings that do not fit the arrays, or are not known here."""
    _, kh, kw, channels, dim = flat["patch.w"].shape
    told, notes = _told(settings), []
    if told["dim"] not in (None, dim):
        raise ValueError(f"config.json beside it tells of width {told['dim']}, it has {dim}")
    if told["act"] not in (None, *GELUS):
        raise ValueError(f"it computes with {told['act']!r}, which is none of {', '.join(GELUS)}")
    if form.title == "Hugging Face" and told["eps"] is None:
        notes.append(f"no config.json tells GELU and eps: {form.gelu} and {form.eps:g} taken")
    if told["mean"] is None and form.mean is None:
        notes.append("not told how images are normalised: pixels from -1 to 1 taken")
    heads = heads or told["heads"] or split
    if not heads:
        heads = HEADS.get(dim, max(1, dim // 64))
        notes.append(f"heads are not told: {heads} of {dim // heads} channels taken")
    return Facts(
        form.title, dim, sum(name.endswith("ln1.g") for name in flat), int(heads),
        flat["blocks.0.mlp.up.w"].shape[1], (kh, kw), channels, GELUS.get(told["act"], form.gelu),
        float(told["eps"] or form.eps), "pool.probe" in flat,
        flat["head.w"].shape[1] if "head.w" in flat else None,
        *(_by_channel(name, told[name], form.mean, channels) for name in ("mean", "std")),
        aside, notes)


def image_config(facts):
    """The Config of the image ViT alone, its patches the only tube."""
    patch = (1, *facts.patch)
    return Config((Tube(patch, patch),), facts.dim, facts.depth, facts.heads, facts.mlp_dim,
                  channels=facts.channels, gelu=facts.gelu, eps=facts.eps, pool_mlp=facts.pools)


def check_shapes(flat, facts):
    """Raises ValueError for an array of flat that does not fit the others."""
    wanted = {re.sub("^tubes.0", "patch", name): shape
              for name, shape in shapes(image_config(facts)).items()}
    wanted |= {"head.w": (facts.dim, facts.classes), "head.b": (facts.classes,)}
    wrong = [f"{name} {x.shape}, expected {wanted[name]}" for name, x in flat.items()
             if x.shape != wanted[name]]
    if wrong:
        raise ValueError(f"{len(wrong)} arrays are of another shape, by our names: {some(wrong)}")


def some(names):
    """The first five, for a message."""
    names = list(names)
    return ", ".join(names[:5]) + (" ..." if len(names) > 5 else "")


def _told(settings):
    """What the settings of Hugging Face or of timm say, None where they say nothing."""
    args, images = settings.get("model_args", {}), settings.get("pretrained_cfg", settings)
    return {"dim": settings.get("hidden_size"),
            "heads": settings.get("num_attention_heads", args.get("num_heads")),
            "act": settings.get("hidden_act", args.get("act_layer")),
            "eps": settings.get("layer_norm_eps"),
            "mean": settings.get("image_mean", images.get("mean")),
            "std": settings.get("image_std", images.get("std"))}


def _by_channel(name, told, usual, channels):
    if told is None:
        return None if usual is None else (usual,) * channels
    if len(told) != channels:
        raise ValueError(f"{name} {told} is told beside it, but it has {channels} channels")
    return tuple(float(value) for value in told)
