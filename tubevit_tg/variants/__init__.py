"""Models that TubeViT is compared with: divided attention and other positions.

A variant passes another block to encode of model/, or replaces embed.
"""

from tubevit_tg.variants.model import forward

__all__ = ["forward"]
