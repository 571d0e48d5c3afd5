"""Logits of held-out examples; tubevit_np/training/evaluate.py scores them."""

from tinygrad import TinyJit

from tubevit_tg.backend.device import on_one, to_arrays, to_tensors
from tubevit_tg.variants.model import forward


def logits_of(params, cfg, x, heads):
    """Logits {head: (B, K)} of a batch of videos or images."""
    return forward(params, x, cfg, heads)[0]


def predictor(params, cfg):
    """predict(x, heads) -> {head: logits (B, K)}, arrays in and out, with these parameters.

    Captured once for each shape and replayed; parameters that train on are read as they are then.
    In float32 on one device, whatever they are trained with."""
    params, captured = to_tensors(params), {}

    def predict(x, heads):
        kind = x.shape, x.dtype.name, tuple(heads)
        if kind not in captured:
            captured[kind] = TinyJit(
                lambda x: {name: y.realize()
                           for name, y in logits_of(on_one(params), cfg, x, heads).items()})
        return to_arrays(captured[kind](to_tensors(x)))

    return predict
