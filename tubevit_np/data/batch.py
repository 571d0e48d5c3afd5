"""What a model is given at once."""

from dataclasses import dataclass

import numpy as np

# Independent random streams of one seed; 0 would be the seed alone.
TRAIN, HELD_OUT, POOLS, PARAMETERS, CROPS, FLIPS, OPERATIONS = range(1, 8)


@dataclass(frozen=True)
class Batch:
    """x: uint8 (B, T, H, W, C) or (B, H, W, C);  labels: {head: (B,) int}."""

    x: np.ndarray
    labels: dict[str, np.ndarray]

    def split(self, parts):
        """The same examples as `parts` smaller batches, of nearly equal length."""
        cuts = [np.array_split(y, parts) for y in self.labels.values()]
        return [Batch(x, dict(zip(self.labels, ys, strict=True)))
                for x, *ys in zip(np.array_split(self.x, parts), *cuts, strict=True) if len(x)]
