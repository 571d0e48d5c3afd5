"""What TubeViT is compared with: divided attention, other positions, other tube sets.

A variant is another block or another embedding, handed to the model's own encode."""

from tubevit_np.variants.model import backward, forward
