"""Memory and time of a training step in NumPy, estimated before the training begins."""

import math

from tubevit_np.cost.count import BYTES_PER_FLOAT
from tubevit_np.cost.step import micro_batches
from tubevit_np.training.frozen import is_trainable
from tubevit_np.training.step import PARTS
from tubevit_np.variants.params import num_params, shapes

SLOWDOWN = 2.8  # time of a step / time of its products, measured: tests/benchmarks/README.md


def num_trainable(cfg, frozen):
    """Count the parameters that are trained."""
    return sum(math.prod(shape) for name, shape in shapes(cfg).items()
               if is_trainable(name, frozen))


def device():
    """Return the name of the device, if it has a memory of its own, else None."""
    return


def step_memory(cfg, recipe):
    """Estimate {what for: bytes} of a step.

    Two micro-batches are computed at a time, and each has its gradients, beside their sum.
    """
    trained = BYTES_PER_FLOAT * num_trainable(cfg, recipe.frozen)
    batches = micro_batches(cfg, recipe.inputs, PARTS * recipe.accumulate, recipe.frozen)
    return {"parameters": BYTES_PER_FLOAT * num_params(cfg),
            "gradients": min(len(batches), PARTS + 1) * trained, "moments": 2 * trained,
            "activations": sum(batches[:PARTS])}


def slowdown(recipe):
    """Return the time of a step / the time of its products; None if it is not known."""
    return SLOWDOWN
