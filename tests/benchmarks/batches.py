"""The demo's joint batch with random pixels."""

import numpy as np

from tubevit_np.data.batch import Batch


def random_batches(rng, cfg, recipe):
    """Return a Batch of clips with verbs and nouns, and one of images with nouns."""
    def batch(shape, heads):
        return Batch(rng.integers(0, 256, shape, dtype=np.uint8),
                     {head: rng.integers(0, cfg.classes[head], shape[0]) for head in heads})
    picture = (recipe.size, recipe.size, cfg.channels)
    return [batch((recipe.batch, recipe.frames, *picture), ("verb", "noun")),
            batch((recipe.image_batch, *picture), ("noun",))]
