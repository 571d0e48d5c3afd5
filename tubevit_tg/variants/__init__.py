"""What TubeViT is compared with: divided attention and other positions.

A variant is another block or another embedding, handed to the model's own encode."""

from tubevit_tg.variants.model import forward
