"""A whole tiny model on videos and images, with every option of a Config."""

from dataclasses import replace

import numpy as np

from tubevit_np.conformance.case import Case, Draw, plain
from tubevit_np.conformance.cases.layout import OVERLAPPING, PACKED, PATCH, SMALL
from tubevit_np.model.config import Config
from tubevit_np.model.params import shapes

MODEL = Config((PACKED, PATCH, OVERLAPPING), dim=20, depth=2, heads=5, mlp_dim=14,
               classes={"verb": 4, "noun": 7}, channels=2, position_scale=0.75, tau=50.0)
ONE = replace(MODEL, depth=1)
FAINT = 2.0**-9

CONFIGS = {
    "video": (MODEL, (2, *SMALL), "8 packed tokens, 12 patches, 12 overlapping; two heads"),
    "image": (MODEL, (2, *SMALL[1:]), "the patches alone, at t = 0, by the same weights"),
    "one-frame": (MODEL, (1, 1, *SMALL[1:]), "a video of one frame is an image"),
    "too-short": (ONE, (1, 4, *SMALL[1:]), "a tube that does not fit gives no tokens"),
    "erf-shared": (replace(ONE, gelu="erf", shared_kernel=True), (1, *SMALL),
                   "one kernel for both video tubes, its first channels for the packed one"),
    "gate-all": (replace(MODEL, gate_layer=0), (1, *SMALL), "the gate adds every token again"),
    "gate-tubes": (replace(MODEL, gate_layer=1, gate_tokens="tubes", pool_mlp=True), (1, *SMALL),
                   "the gate leaves the patches out; pooling with its MLP"),
    "large-eps": (replace(ONE, eps=0.25, pool_mlp=True), (1, *SMALL), "every norm has this eps"),
}


def models():
    for name, (cfg, shape, why) in CONFIGS.items():
        draw, heads = Draw(f"model {name}"), list(cfg.classes) if name == "video" else ["noun"]
        arrays = {"x": draw(*shape, cfg.channels)} | draw.params(shapes(cfg))
        yield Case("model", f"forward-{name}", "forward", why, arrays,
                   {"cfg": plain(cfg), "heads": heads}, ("params",))


def faint():
    """Values before the first norm are at most FAINT, so that eps changes the answer."""
    cfg, draw = replace(ONE, position_scale=FAINT), Draw("model faint")
    arrays = {"x": draw(1, *SMALL, cfg.channels)} | draw.params(shapes(cfg))
    block = "params.blocks.0"
    for name in arrays:
        if name.startswith(("params.tubes", f"{block}.attn.out", f"{block}.mlp.down")):
            arrays[name] = arrays[name] * np.float32(FAINT)
    yield Case("model", "forward-faint", "forward", "faint tokens: eps counts in every norm",
               arrays, {"cfg": plain(cfg), "heads": ["noun"]}, ("params",))


def pixels():
    cfg, draw = replace(ONE, mean=0.45, std=0.27), Draw("model uint8")
    arrays = {"x": draw.rng.integers(0, 256, (1, *SMALL, cfg.channels), np.uint8)}
    yield Case("model", "forward-uint8", "forward", "uint8 is scaled by the Config's mean and std",
               arrays | draw.params(shapes(cfg)), {"cfg": plain(cfg), "heads": ["noun"]},
               dtypes=("float32",))


def cases():
    return [*models(), *faint(), *pixels()]
