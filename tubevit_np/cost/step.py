"""The cost of one training step on sets of inputs: operations, and memory for the backward pass.

sets: ((T, H, W), number of examples per step) of each set;  frozen: number of frozen blocks."""

import math

from tubevit_np.cost.count import flops, training_flops, training_memory


def step_flops(cfg, sets, frozen=0):
    """Operations of the matrix products of a step, 2 per multiply-add.

    Frozen blocks, and the tubes before them, have no backward pass."""
    total = 0
    for shape, count in sets:
        parts, forward = training_flops(cfg, shape), flops(cfg, shape)
        if frozen:
            parts["tubes"] = forward["tubes"]
            parts["encoder"] -= 2 * forward["encoder"] * frozen // cfg.depth
        total += count * sum(parts.values())
    return total


def kept_bytes(cfg, shape, frozen=0):
    """Bytes that one example takes in a step.

    Its intermediates are kept for the backward pass, except those of frozen blocks and of the tubes
    before them. The backward pass itself needs about as much as the intermediates of one block."""
    memory = training_memory(cfg, shape)
    blocks = memory.pop("encoder") * (cfg.depth - frozen + 1) // cfg.depth
    return blocks + sum(memory.values()) - (memory["tubes"] if frozen else 0)


def micro_batches(cfg, sets, parts, frozen=0):
    """Bytes that each micro-batch takes, largest first; each set is cut into `parts` of them."""
    return sorted((math.ceil(count / min(count, parts)) * kept_bytes(cfg, shape, frozen)
                   for shape, count in sets for _ in range(min(count, parts))), reverse=True)
