"""A checkpoint to load, and files, Configs, inputs and labels that a port must refuse."""

from dataclasses import replace

import numpy as np

from tubevit_np.conformance.case import Case, Draw, plain
from tubevit_np.conformance.cases.layout import OVERLAPPING, PACKED, PATCH, SMALL
from tubevit_np.conformance.files import FILES, TINY
from tubevit_np.model.params import shapes

GOOD = plain(replace(TINY, tubes=(PACKED, PATCH), dim=8))

CONFIGS = {
    "heads": ({"heads": 3}, "heads do not divide the width"),
    "members": ({"dim": 6}, "4 members do not divide the width"),
    "gelu": ({"gelu": "relu"}, "no such GELU"),
    "gate": ({"gate_layer": 1}, "the gate lies behind the last block"),
    "eps": ({"eps": 0.0}, "a norm of constant tokens would divide by 0"),
    "no-tubes": ({"tubes": []}, "no tubes"),
    "stride": ({"tubes": [plain(PATCH) | {"stride": [4, 0, 5]}]}, "a stride of 0"),
    "offset": ({"tubes": [plain(PATCH) | {"offset": [0, -1, 0]}]}, "a negative offset"),
    "s2d": ({"tubes": [plain(PACKED) | {"s2d": [3, 1, 2]}]}, "stride is no multiple of s2d"),
    "patch-in-time": ({"tubes": [plain(PATCH) | {"s2d": [2, 1, 1]}]}, "an image has one frame"),
    "head-name": ({"classes": {"a.b": 3}}, "a dot in a head's name hides in the file's names"),
}

INPUTS = {
    "small": ((2, 7, 2, 2, 2), np.float32, "no tube fits"),
    "channels": ((2, *SMALL, 3), np.float32, "three colours where the model takes two"),
    "axes": ((10, 13, 2), np.float32, "neither a video nor an image"),
    "integers": ((2, *SMALL, 2), np.int64, "integers that are not uint8: which scale?"),
}


def configs():
    for name, (change, why) in CONFIGS.items():
        yield Case("refusals", f"config-{name}", "shapes", why,
                   attributes={"cfg": GOOD | change}, judge="refused")


def inputs():
    draw = Draw("refused inputs")
    params, attributes = draw.params(shapes(TINY)), {"cfg": plain(TINY), "heads": ["verb"]}
    for name, (shape, dtype, why) in INPUTS.items():
        yield Case("refusals", f"input-{name}", "forward", why,
                   {"x": np.zeros(shape, dtype)} | params, attributes, judge="refused")
    video = {"x": draw(1, *SMALL, 2)}
    yield Case("refusals", "head", "forward", "no such head", video | params,
               attributes | {"heads": ["adjective"]}, judge="refused")
    deep = replace(TINY, tubes=(OVERLAPPING,))
    yield Case("refusals", "image-without-patches", "forward", "no 2D patch sees an image",
               {"x": draw(1, *SMALL[1:], 2)} | draw.params(shapes(deep)),
               attributes | {"cfg": plain(deep)}, judge="refused")
    for name, labels in (("below", [0, -1]), ("above", [4, 0])):
        yield Case("refusals", f"labels-{name}", "cross_entropy", "labels are 0 to K - 1",
                   {"logits": draw(2, 4), "labels": np.array(labels)}, {"smoothing": 0.0},
                   judge="refused")


def checkpoints():
    yield Case("checkpoint", "load", "load", "names, shapes and numbers as in the file",
               attributes={"path": "good.safetensors"}, judge="exact")
    for name, (_, why) in FILES.items():
        if name != "good.safetensors":
            yield Case("refusals", f"file-{name.partition('.')[0]}", "load", why,
                       attributes={"path": name}, judge="refused")


def cases():
    return [*checkpoints(), *configs(), *inputs()]
