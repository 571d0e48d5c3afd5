"""Random changes of training clips."""

MAX_MAGNITUDE = 10.0  # of RandAugment; here, so that a recipe is checked without loading Pillow
