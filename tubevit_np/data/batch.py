"""What a model is given at once."""

from dataclasses import dataclass

import numpy as np

# Independent random streams of one seed; 0 would be the seed alone.
TRAIN, HELD_OUT, POOLS, PARAMETERS, CROPS, FLIPS, CHANGES, MIXUP, DROPOUT, SHUFFLE = range(1, 11)


@dataclass(frozen=True)
class Batch:
    """x: uint8 (B, T, H, W, C) or (B, H, W, C);  labels: {head: (B,) int, or shares (B, K)};
    keys: (B,) uint32, of each example's dropout, where there is any."""

    x: np.ndarray
    labels: dict[str, np.ndarray]
    keys: np.ndarray | None = None

    def split(self, parts):
        """The same examples as `parts` smaller batches, of nearly equal length."""
        places = np.array_split(np.arange(len(self.x)), parts)
        return [self[at[0]:at[-1] + 1] for at in places if len(at)]

    def __getitem__(self, at):
        """The examples of a slice."""
        return Batch(self.x[at], {head: y[at] for head, y in self.labels.items()},
                     None if self.keys is None else self.keys[at])
