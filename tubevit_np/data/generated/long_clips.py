"""Held-out generated clips that are longer than a model's input, for Table 7f.

Their frames are square and as large as the input, so there is only one spatial crop."""

import numpy as np

from tubevit_np.data.batch import Batch
from tubevit_np.data.sources import GeneratedSource, generated_source

LENGTH_FACTOR = 2  # frames of a clip / frames of the model's input
BATCH_SIZE = 32  # clips


class LongSource(GeneratedSource):
    """A GeneratedSource of videos whose held-out clips are LENGTH_FACTOR times longer."""

    def held_out(self, count, limit=None):
        """As GeneratedSource.held_out: the middle `frames` frames of each clip."""
        return self._views(1, count, limit)

    def held_out_views(self, temporal, spatial, limit=None):
        """Yield Batches with `temporal` crops of every clip, from its first frames to its last.

        x: (clips * temporal, T, H, W, C), all crops of the first clip first; labels: one per clip.
        Raises ValueError if spatial is not 1."""
        if spatial != 1:
            raise ValueError(f"{spatial} spatial crops: generated clips are as large as the "
                             "input; use 1")
        return self._views(temporal, BATCH_SIZE, limit)

    def _views(self, temporal, count, limit):
        frames = LENGTH_FACTOR * self.frames
        source = generated_source(self.name, "video", frames, self.size, self.seed)
        for batch in source.held_out(count, limit):
            starts = view_starts(self.frames, batch.x.shape[1], temporal)
            views = np.stack([batch.x[:, t:t + self.frames] for t in starts], axis=1)
            yield Batch(views.reshape(-1, *views.shape[2:]), batch.labels)


def view_starts(frames, total, temporal):
    """The first frames of `temporal` crops, evenly spaced from end to end; one crop is central."""
    fractions = np.linspace(0, 1, temporal) if temporal > 1 else np.array([0.5])
    return np.floor(fractions * (total - frames)).astype(int).tolist()
