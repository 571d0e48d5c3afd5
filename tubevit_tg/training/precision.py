"""Mixed precision: matrix products in 16 bits; parameters, moments, norms and loss in float32.

bfloat16 has the range of float32. half (float16) covers only 6e-8 to 65504. So with half the loss
is multiplied by a scale, as large as the gradients allow, and the gradients are divided by it
(loss scaling, Micikevicius et al., 2018).
"""

import numpy as np
from tinygrad import Tensor

from tubevit_np.training.optim import is_decayed

SCALE, GROWTH_INTERVAL = 2.0**15, 1000  # first scale;  finite steps in a row until it doubles


def lowered(params, precision):
    """Cast the matrices and kernels of a nested tree to a precision; float32 changes nothing.

    operations.matmul computes a product in the precision of its weight and returns float32.  The
    gradients of params are float32, too.
    """
    if precision == "float32":
        return params
    if isinstance(params, dict):
        return {name: lowered(value, precision) for name, value in params.items()}
    return params.cast(precision) if is_decayed(params.shape) else params


def new_scaling():
    """State of the loss scaling of half; it is stored with the moments.

    scale: current scale;  good: finite steps since it last changed;  left_out: skipped steps.
    """
    return {name: np.array(value, np.float32)
            for name, value in (("scale", SCALE), ("good", 0), ("left_out", 0))}


def judged(t, result, scaling):
    """Return the number of the step, without the skipped ones, and whether its result is finite.

    The latter is a bool Tensor. Without scaling no step is skipped, and it is None.
    """
    if not scaling:
        return t, None
    return t - scaling["left_out"], result.isfinite().realize()


def rescale(scaling, finite):
    """Halve the scale in place after a skipped step; double it after enough finite steps."""
    if not scaling:
        return
    scale, good = scaling["scale"], finite.where(scaling["good"] + 1, 0)
    grow = good >= GROWTH_INTERVAL
    new = {"scale": finite.where(grow.where(2 * scale, scale), scale / 2),
           "good": grow.where(0, good), "left_out": finite.where(0, 1) + scaling["left_out"]}
    for name, value in new.items():
        scaling[name].assign(value.cast(scaling[name].dtype))
    Tensor.realize(*scaling.values())
