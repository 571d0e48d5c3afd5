"""The batches of one joint step: one per source, with mixup, dropout keys and shuffled frames.

Only training batches are changed here (Table 10)."""

from dataclasses import dataclass, replace

import numpy as np

from tubevit_np.data.batch import DROPOUT, MIXUP, SHUFFLE


@dataclass(frozen=True)
class Joint:
    """joint(step) -> [one Batch per source]. The result depends only on the seed and the step."""

    sources: list
    counts: list  # examples per step, one number per source
    seed: int = 0
    mixup: float = 0.0
    dropout: float = 0.0
    shuffled: bool = False

    @property
    def slow(self):
        """True if a source is slow, so that a worker process should make the batches."""
        return any(source.slow for source in self.sources)

    def __call__(self, step):
        return [self._batch(step, k) for k in range(len(self.sources))]

    def _batch(self, step, k):
        source, batch = self.sources[k], self.sources[k].batch(step, self.counts[k])
        shuffle, mix, drop = (np.random.default_rng([self.seed, stream, step, k])
                              for stream in (SHUFFLE, MIXUP, DROPOUT))
        if self.shuffled and source.kind == "video":
            batch = replace(batch, x=shuffle_frames(batch.x, shuffle))
        if self.mixup:
            batch = mixup(batch, self.mixup, source.labels, mix)
        if self.dropout:
            batch = replace(batch, keys=drop.integers(2**32, size=len(batch.x), dtype=np.uint32))
        return batch


def shuffle_frames(x, rng):
    """Shuffle the frames of each clip (B, T, H, W, C), each clip in another order."""
    orders = rng.permuted(np.tile(np.arange(x.shape[1]), (len(x), 1)), axis=1)
    return x[np.arange(len(x))[:, None], orders]


def mixup(batch, alpha, labels, rng):
    """Mixup (Zhang et al., 2018): average each example with another one, pixels and labels.

    The weights are drawn from Beta(alpha, alpha), alpha > 0.  labels: {head: class names}.
    Returns a Batch: x uint8, rounded, of the same shape; labels {head: float32 (B, K)}."""
    weights = rng.beta(alpha, alpha, len(batch.x)).astype(np.float32)
    partners = rng.permutation(len(batch.x))
    one_hot = {head: np.eye(len(labels[head]), dtype=np.float32)[y]
               for head, y in batch.labels.items()}
    x = np.stack([np.rint(w * a + (1 - w) * b).astype(np.uint8)
                  for w, a, b in zip(weights, batch.x, batch.x[partners], strict=True)])
    weights = weights[:, None]
    return replace(batch, x=x, labels={head: weights * y + (1 - weights) * y[partners]
                                       for head, y in one_hot.items()})
