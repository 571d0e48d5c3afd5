"""Small models and clips with a different size on each axis, so that swapped axes show."""

from dataclasses import replace

import numpy as np

import tubevit_np as tv

ROUNDING = 1e-14  # ten times the measured difference of loops and NumPy in float64, 1e-15

PATCH = tv.Tube((1, 4, 3), (4, 6, 5))  # 2x2x3 tokens of a 7x10x13 video
OVERLAPPING = tv.Tube((4, 3, 2), (2, 5, 4), (1, 2, 3))  # 2x2x3, overlap in time
PACKED = tv.Tube((2, 3, 4), (4, 4, 6), (0, 1, 2), s2d=(2, 1, 3))  # 2x2x2, overruns t and w

MODEL = tv.Config((PACKED, PATCH, OVERLAPPING), dim=24, depth=2, heads=3, mlp_dim=10,
                  classes={"verb": 5, "noun": 7}, channels=2, position_scale=0.7, tau=50.0)

FRAMES = tv.Tube((1, 4, 3), (1, 6, 5))  # 7x2x3: every frame

MODELS = {
    "plain": MODEL,
    "erf": replace(MODEL, gelu="erf", depth=1),
    "pool_mlp": replace(MODEL, pool_mlp=True, depth=1),
    "gate_all": replace(MODEL, gate_layer=0),
    "gate_tubes": replace(MODEL, gate_layer=1, gate_tokens="tubes"),
    "learned": tv.variant(MODEL, depth=1, position="learned", learned_for=(7, 10, 13)),
    "shared_kernel": replace(MODEL, shared_kernel=True, depth=1),
    "shared_unpacked": replace(MODEL, shared_kernel=True, depth=1, tubes=(PATCH, OVERLAPPING)),
    "divided": tv.variant(MODEL, attention="divided", depth=1, gate_layer=0, tubes=(FRAMES,)),
}


def params(cfg, rng):
    """Random float64 parameters; a new model's zeros and ones would hide biases and gains."""
    flat = {}
    for name, shape in tv.shapes(cfg).items():
        spread = 1.2 / np.sqrt(shape[0] if len(shape) == 2 else 4)
        flat[name] = np.asarray(rng.normal(name.endswith(".g"), spread, shape))
    return tv.nest(flat)


def clips(rng, batch=2, shape=(7, 10, 13), channels=2):
    return rng.standard_normal((batch, *shape, channels))


def assert_close(found, wanted, tolerance=ROUNDING):
    """Check the largest difference, relative to the largest wanted value."""
    assert np.shape(found) == np.shape(wanted)  # otherwise NumPy would broadcast
    error = np.abs(np.subtract(found, wanted)).max() / np.abs(wanted).max()
    assert error <= tolerance, f"off by {error:.1e} of the largest value"


def forward(params, x, cfg, head):
    """Forward pass of the reference, or of variants for a variant."""
    return (tv if type(cfg) is tv.Config else tv.variants).forward(params, x, cfg, head)


def backward(params, out, d_logits, cfg):
    """Backward pass for `forward`."""
    return (tv if type(cfg) is tv.Config else tv.variants).backward(params, out, d_logits, cfg)
