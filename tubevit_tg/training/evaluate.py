"""Predictions of held-out examples; tubevit_np/training/evaluate.py computes the scores."""

from tinygrad import TinyJit

from tubevit_tg.backend.device import on_one, to_arrays, to_tensors
from tubevit_tg.variants.model import forward


def logits_of(params, cfg, x, heads):
    """Logits {head: (B, K)} of a batch of videos or images."""
    return forward(params, x, cfg, heads)[0]


def predictor(params, cfg):
    """Make predict(x, heads) -> {head: logits (B, K)} for these parameters, arrays in and out.

    TinyJit captures it once for each shape and replays it. It reads the current values of the
    parameters, also while they are trained. It computes in float32 on one device, for any training
    precision and number of devices.
    """
    params, captured = to_tensors(params), {}

    def predict(x, heads):
        kind = x.shape, x.dtype.name, tuple(heads)
        if kind not in captured:
            captured[kind] = TinyJit(
                lambda x: {name: y.realize()
                           for name, y in logits_of(on_one(params), cfg, x, heads).items()})
        return to_arrays(captured[kind](to_tensors(x)))

    return predict
