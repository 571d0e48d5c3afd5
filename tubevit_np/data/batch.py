"""One batch of examples, and the numbers of the random streams of a seed."""

from dataclasses import dataclass

import numpy as np

# Random streams: default_rng([seed, STREAM, ...]). They start at 1, because NumPy ignores a 0.
(TRAIN, HELD_OUT, POOLS, PARAMETERS, CROPS, FLIPS, AUGMENTATIONS, MIXUP, DROPOUT,
 SHUFFLE, CAMERA) = range(1, 12)


@dataclass(frozen=True)
class Batch:
    """x: uint8 (B, T, H, W, C) or (B, H, W, C).
    labels: {head: int (B,)}, or after mixup {head: float32 weights (B, K)}.
    keys: uint32 (B,), the seed of each example's dropout, or None."""

    x: np.ndarray
    labels: dict[str, np.ndarray]
    keys: np.ndarray | None = None

    def split(self, parts):
        """The same examples as at most `parts` smaller Batches of nearly equal length."""
        indices = np.array_split(np.arange(len(self.x)), parts)
        return [self[part[0]:part[-1] + 1] for part in indices if len(part)]

    def __getitem__(self, rows):
        """A Batch of the examples in the slice `rows`."""
        return Batch(self.x[rows], {head: y[rows] for head, y in self.labels.items()},
                     None if self.keys is None else self.keys[rows])
