"""Training the last blocks alone, as when a large image model gets tubes (Sec. 3.6)."""

from functools import partial

from tubevit_np.model.params import flatten


def freeze(blocks, num_frozen_blocks):
    """{layer: block} whose first blocks keep no intermediates, since nothing goes back to them."""
    return {layer: partial(block, return_intermediates=False) if layer < num_frozen_blocks
            else block for layer, block in blocks.items()}


def is_trainable(name, num_frozen_blocks):
    """Whether a parameter trains where the first blocks, and all tubes with them, are frozen."""
    part, _, rest = name.partition(".")
    if part == "blocks":
        return int(rest.partition(".")[0]) >= num_frozen_blocks
    return not num_frozen_blocks or part not in ("tubes", "kernel", "position")


def trainable_params(params, num_frozen_blocks):
    """The parameters that train, {name: array}, from the nested tree; not copies."""
    return {name: w for name, w in flatten(params).items() if is_trainable(name, num_frozen_blocks)}
