"""Freeze the first blocks, as when a large image model gets video tubes (Sec. 3.6)."""

from functools import partial

from tubevit_np.model.params import flatten


def freeze(blocks, num_frozen_blocks):
    """{layer: block}; the frozen blocks, which need no backward pass, keep no intermediates."""
    return {layer: partial(block, return_intermediates=False) if layer < num_frozen_blocks
            else block for layer, block in blocks.items()}


def is_trainable(name, num_frozen_blocks):
    """Return True if a parameter is trained; frozen blocks also freeze the tubes before them."""
    part, _, rest = name.partition(".")
    if part == "blocks":
        return int(rest.partition(".")[0]) >= num_frozen_blocks
    return not num_frozen_blocks or part not in ("tubes", "kernel", "position")


def trainable_params(params, num_frozen_blocks):
    """Select the trained parameters {name: array} of the nested tree, without copying them."""
    return {name: w for name, w in flatten(params).items() if is_trainable(name, num_frozen_blocks)}
