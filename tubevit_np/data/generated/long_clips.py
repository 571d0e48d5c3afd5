"""Held-out generated clips longer than a model's input, seen at several moments (Table 7f).

Their frames are square and as large as the input: there is nothing to see at several places."""

import numpy as np

from tubevit_np.data.batch import Batch
from tubevit_np.data.sources import GeneratedSource, generated_source

TIMES = 2  # as long as the input
AT_ONCE = 32  # clips


class LongSource(GeneratedSource):
    """As a GeneratedSource of videos; one view is the middle of a clip."""

    def held_out(self, count, most=None):
        return self._seen(1, count, most)

    def held_out_views(self, moments, places, most=None):
        """Batches of every clip's `moments` views, from its first frames to its last.

        Raises ValueError for several places."""
        if places != 1:
            raise ValueError(f"{places} places: generated clips are as large as the input")
        return self._seen(moments, AT_ONCE, most)

    def _seen(self, moments, count, most):
        longer = generated_source("video", TIMES * self.frames, self.size, self.seed)
        for batch in longer.held_out(count, most):
            views = np.stack([batch.x[:, at:at + self.frames] for at in
                              starts(self.frames, TIMES * self.frames, moments)], axis=1)
            yield Batch(views.reshape(-1, *views.shape[2:]), batch.labels)


def starts(frames, total, moments):
    """First frames of views that are evenly apart, from end to end; of one, in the middle."""
    shares = np.linspace(0, 1, moments) if moments > 1 else np.array([0.5])
    return np.floor(shares * (total - frames)).astype(int).tolist()
