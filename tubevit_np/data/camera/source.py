"""A folder of pictures as a set of videos: a camera moves over each picture.

Every clip has a verb, which says what the camera does. If the pictures have classes, it also has
the class of its picture. Clips are made during training, only from pictures for training."""

import zlib
from dataclasses import dataclass

import numpy as np

from tubevit_np.data.batch import CAMERA, HELD_OUT, Batch
from tubevit_np.data.camera.film import Camera
from tubevit_np.data.camera.motion import VERBS, draw_paths, draw_verbs
from tubevit_np.data.datasets.labeled_files import LabeledFiles

COPIES = 4  # of the pictures in memory, while they are sent to the worker process
OVER_PICTURES = Camera(scale=(0.7, 1.6), tilt=np.radians(10), roam=0.5)


@dataclass(frozen=True)
class CameraSource:
    """Clips of labeled pictures.

    verb: name of the head for the verb;  pictures: images larger than the clips;  with_class:
    whether the clips have the classes of the pictures, too;  size: pixels."""

    verb: str
    pictures: LabeledFiles
    with_class: bool
    frames: int
    size: int
    kind = "video"
    slow = True  # prefetched by a worker process

    @property
    def labels(self):
        """{head: class names}."""
        return {self.verb: VERBS} | (self.pictures.labels if self.with_class else {})

    @property
    def skipped(self):
        """(path, reason) of the held-out pictures found unusable so far."""
        return self.pictures.skipped

    def batch(self, step, count):
        """The training Batch of step number `step`."""
        name = zlib.crc32(self.verb.encode())  # two sets have different paths
        rng = np.random.default_rng([self.pictures.seed, CAMERA, name, step])
        return self._film(self.pictures.batch(step, count), rng)

    def held_out(self, count, limit=None):
        """Yield Batches of `count` clips, one of each held-out picture.

        The clip depends only on the picture: its pixels are the seed."""
        for batch in self.pictures.held_out(count, limit):
            clips = [self._film(batch[k:k + 1], np.random.default_rng(
                [HELD_OUT, CAMERA, zlib.crc32(picture.tobytes())]))
                for k, picture in enumerate(batch.x)]
            yield Batch(np.concatenate([clip.x for clip in clips]),
                        {head: np.concatenate([clip.labels[head] for clip in clips])
                         for head in self.labels})

    @property
    def whole(self):
        """Whether all pictures of the set are scored."""
        return self.pictures.whole

    @property
    def held_out_line(self):
        """Which pictures are held out, and by which rule."""
        return self.pictures.held_out_line

    def examples(self, limit=None):
        """Paths of the held-out pictures, as LabeledFiles.examples."""
        return self.pictures.examples(limit)

    @property
    def num_training(self):
        """Number of pictures for training: in an epoch, each is filmed once."""
        return self.pictures.num_training

    def bytes_in_memory(self, fps, memory):
        """Bytes of the pictures, also of the copies on their way to the worker process."""
        return COPIES * self.pictures.bytes_in_memory(fps, memory / COPIES)

    def description(self):
        """The summary of the pictures for the run folder, see datasets/summary.py."""
        return self.pictures.description() | {"clips": "a camera moves over each image"}

    def first_digest(self, now, then):
        """The digest of the pictures, as LabeledFiles.first_digest."""
        return self.pictures.first_digest(now, then)

    def _film(self, batch, rng):
        verbs = draw_verbs(len(batch.x), rng)
        paths = draw_paths(verbs, rng, self.frames)
        labels = {self.verb: verbs} | batch.labels
        return Batch(OVER_PICTURES.film(batch.x, paths, self.size, rng),
                     {head: labels[head] for head in self.labels})
