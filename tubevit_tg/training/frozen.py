"""Freeze the first blocks, as when a large image model gets video tubes (Sec. 3.6)."""

from functools import partial

from tubevit_np.training.frozen import is_trainable, trainable_params


def freeze(blocks, num_frozen_blocks):
    """{layer: block}; the first block that is not frozen passes no gradient back."""
    return {layer: partial(detached, block) if num_frozen_blocks and layer == num_frozen_blocks
            else block for layer, block in blocks.items()}


def detached(block, z, **rest):
    """Apply a block that passes no gradient back to its input z."""
    return block(z.detach(), **rest)
