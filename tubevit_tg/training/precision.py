"""Products in half as many bits, all else in float32: parameters, moments, sums, norms, the loss.

bfloat16 has the range of float32.  half (float16) ends at 65504 and 6e-8, so its loss is multiplied
by a scale, as large as the gradients allow, and these divided by it again (Micikevicius et al.)."""

import numpy as np
from tinygrad import Tensor

from tubevit_np.training.optim import is_decayed

SCALE, GROWTH_INTERVAL = 2.0**15, 1000  # the first scale;  good steps in a row that double it


def lowered(params, precision):
    """The nested tree with matrices and kernels cast to precision; with float32 as it is.

    operations.matmul computes a product in the precision of its weight, and returns float32.  The
    gradients of params come out in float32, too."""
    if precision == "float32":
        return params
    if isinstance(params, dict):
        return {name: lowered(value, precision) for name, value in params.items()}
    return params.cast(precision) if is_decayed(params.shape) else params


def new_scaling():
    """State of the loss scale of half: the scale, good steps since it changed, steps left out.

    It is stored with the moments."""
    return {name: np.array(value, np.float32)
            for name, value in (("scale", SCALE), ("good", 0), ("left_out", 0))}


def judged(t, result, scaling):
    """The step's number among those not left out, and whether its result, a number, is finite.

    The latter is a Tensor, or None without scaling, when every step counts."""
    if not scaling:
        return t, None
    return t - scaling["left_out"], result.isfinite().realize()


def rescale(scaling, finite):
    """After a step, in place: halve the scale if the step was left out, at times double it."""
    if not scaling:
        return
    scale, good = scaling["scale"], finite.where(scaling["good"] + 1, 0)
    grow = good >= GROWTH_INTERVAL
    new = {"scale": finite.where(grow.where(2 * scale, scale), scale / 2),
           "good": grow.where(0, good), "left_out": finite.where(0, 1) + scaling["left_out"]}
    for name, value in new.items():
        scaling[name].assign(value.cast(scaling[name].dtype))
    Tensor.realize(*scaling.values())
