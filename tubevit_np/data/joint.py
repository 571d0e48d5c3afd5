"""A joint step's batches: one of each source, with what training alone adds (Table 10)."""

from dataclasses import dataclass, replace

import numpy as np

from tubevit_np.data.batch import DROPOUT, MIXUP, SHUFFLE


@dataclass(frozen=True)
class Joint:
    """joint(step) -> [a Batch of each source]; follows from the seed and the step alone."""

    sources: list
    counts: list  # examples of each source
    seed: int = 0
    mixup: float = 0.0
    dropout: float = 0.0
    shuffled: bool = False

    @property
    def slow(self):
        """Whether its making is worth a process of its own."""
        return any(source.slow for source in self.sources)

    def __call__(self, step):
        return [self._one(step, k) for k in range(len(self.sources))]

    def _one(self, step, k):
        source, batch = self.sources[k], self.sources[k].batch(step, self.counts[k])
        if self.shuffled and source.kind == "video":
            rng = np.random.default_rng([self.seed, SHUFFLE, step, k])
            batch = replace(batch, x=out_of_order(batch.x, rng))
        if self.mixup:
            rng = np.random.default_rng([self.seed, MIXUP, step, k])
            batch = mixed(batch, self.mixup, source.labels, rng)
        if self.dropout:
            rng = np.random.default_rng([self.seed, DROPOUT, step, k])
            batch = replace(batch, keys=rng.integers(2**32, size=len(batch.x), dtype=np.uint32))
        return batch


def out_of_order(x, rng):
    """Clips (B, T, H, W, C), the frames of each in an order of its own."""
    orders = rng.permuted(np.tile(np.arange(x.shape[1]), (len(x), 1)), axis=1)
    return x[np.arange(len(x))[:, None], orders]


def mixed(batch, alpha, labels, rng):
    """Mixup (Zhang et al., 2018): each example a mean of two, of pixels and of labels.

    The weights come from Beta(alpha, alpha), alpha above 0;  labels: {head: class names}.
    Returns a Batch with pixels rounded to uint8 and labels as shares (B, K)."""
    own = rng.beta(alpha, alpha, len(batch.x)).astype(np.float32)
    other = rng.permutation(len(batch.x))
    shares = {head: np.eye(len(labels[head]), dtype=np.float32)[y]
              for head, y in batch.labels.items()}
    x = np.stack([np.rint(w * a + (1 - w) * b).astype(np.uint8)
                  for w, a, b in zip(own, batch.x, batch.x[other], strict=True)])
    return replace(batch, x=x, labels={head: own[:, None] * y + (1 - own[:, None]) * y[other]
                                       for head, y in shares.items()})
