"""Training the last blocks alone, as when a large image model gets tubes (Sec. 3.6)."""

from functools import partial

from tubevit_np.training.frozen import is_trainable, trainable_params


def freeze(blocks, num_frozen_blocks):
    """{layer: block} of which the first get no gradients: autograd ends behind them."""
    return {layer: partial(detached, block) if num_frozen_blocks and layer == num_frozen_blocks
            else block for layer, block in blocks.items()}


def detached(block, z, **rest):
    """A block through which no gradient goes back to its input z."""
    return block(z.detach(), **rest)
