"""Models that TubeViT is compared with: divided attention, other positions, other tube sets.

A variant passes another block to encode of model/, or replaces embed.
"""

from tubevit_np.variants.model import backward, forward

__all__ = ["backward", "forward"]
