"""Memory and time of a training step in tinygrad, estimated before the training begins."""

from tubevit_np.cost.count import BYTES_PER_FLOAT
from tubevit_np.cost.step import micro_batches
from tubevit_np.training.plan import num_trainable
from tubevit_np.variants.params import num_params
from tubevit_tg.backend.device import DEVICE

# The first step needs most, because nothing is planned ahead yet: measured multiples of the
# intermediates of the largest micro-batch, see tests/benchmarks/README.md.
ACTIVATIONS = {"float32": 2.1, "bfloat16": 1.7, "half": 1.7}
COPIES = {"float32": 1.0, "bfloat16": 1.5, "half": 1.5}  # of the parameters, with the 16-bit ones
SLOWDOWN = {"CPU": 4.0, "CPU:X86": 6.0}  # time of a step / time of its products, by DEVICE


def device():
    """Return the name of the device, if it has a memory of its own, else None."""
    return None if DEVICE.startswith("CPU") else DEVICE


def step_memory(cfg, recipe):
    """Estimate {what for: bytes} of a step, for each device."""
    trained = BYTES_PER_FLOAT * num_trainable(cfg, recipe.frozen)
    parts = recipe.accumulate * recipe.devices  # a device has one part of each micro-batch
    largest = micro_batches(cfg, recipe.inputs, parts, recipe.frozen)[0]
    return {"parameters": int(COPIES[recipe.precision] * BYTES_PER_FLOAT * num_params(cfg)),
            "gradients": 2 * trained, "moments": 2 * trained,
            "activations": int(ACTIVATIONS[recipe.precision] * largest)}


def slowdown(recipe):
    """Return the time of a step / the time of its products; None if it is not known."""
    plain = recipe.devices == 1 and recipe.precision == "float32"
    return SLOWDOWN.get(DEVICE) if plain else None
