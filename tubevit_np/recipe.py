"""How a model is trained: all that a run needs to be repeated, kept in its folder (Table 10)."""

import csv
import io
import json
import math
import os
from dataclasses import asdict, dataclass, replace

from tubevit_np.config import PRESETS, from_json, to_json, with_tubes
from tubevit_np.model import check_tubes
from tubevit_np.params import KERNEL_NORM

PRECISIONS = ("float32", "bfloat16", "half")
LEAST = dict.fromkeys(("frames", "size", "steps", "batch", "image_batch", "log_every",
                       "save_every", "accumulate", "devices"), 1)
LEAST |= dict.fromkeys(("image_weight", "lr", "warmup", "weight_decay", "clip", "smoothing",
                        "kernel_norm", "memory", "seed"), 0)


@dataclass(frozen=True)
class Recipe:
    """The defaults teach the demo preset the generated clips."""

    preset: str = "demo"
    tubes: str | None = None  # another tube set than the preset's
    data: str | None = None  # folder or CSV of videos; without any path: the generated set
    images: str | None = None  # folder or CSV of images
    frames: int = 16
    fps: float | None = None  # of a clip; without, its frames are spread over the whole video
    flip: bool = False  # files at random, but for classes that tell left from right
    memory: float = 4.0  # gigabytes of decoded files; a larger set is decoded as training goes
    size: int = 48  # pixels, of both sides
    steps: int = 2800
    batch: int = 32  # videos in a step
    image_batch: int = 32  # images in a step
    image_weight: float = 1.0  # of the images' mean loss beside the videos'
    accumulate: int = 1  # parts of a step's batch, computed one after the other to save memory
    devices: int = 1  # that share every part of a batch; tubevit_tg alone has several
    precision: str = "float32"  # of matrix products; tubevit_tg alone has others
    lr: float = 3e-3
    warmup: int = 60  # steps
    weight_decay: float = 0.05
    clip: float = 1.0  # largest norm of all gradients together
    smoothing: float = 0.0
    spectral: bool = True  # step kernels by waves, not by voxels (frequency.py)
    kernel_norm: float = KERNEL_NORM  # of new kernels
    seed: int = 0
    log_every: int = 10  # steps
    save_every: int = 400  # steps, between checkpoints with a quick look at held-out examples

    def __post_init__(self):
        if self.preset not in PRESETS:
            raise ValueError(f"no preset {self.preset!r}; there are {', '.join(PRESETS)}")
        for name, least in LEAST.items():
            if not least <= getattr(self, name) < math.inf:  # nor does NaN pass
                raise ValueError(f"{name} is {getattr(self, name)}; it must be at least {least}")
        if self.fps is not None and not 0 < self.fps < math.inf:
            raise ValueError(f"fps is {self.fps}; it must be above 0")
        if self.smoothing >= 1:
            raise ValueError(f"smoothing is {self.smoothing}; it must be below 1")
        if self.precision not in PRECISIONS:
            raise ValueError(f"precision {self.precision!r} is not one of {', '.join(PRECISIONS)}")
        self._check_shares()
        for shape in self.shapes[::-1]:  # the error of an image before the warnings of a video
            check_tubes(shape, self.config({}))

    @property
    def generated(self):
        return self.data is None and self.images is None

    @property
    def shapes(self):
        """(T, H, W) of what it trains on: of videos, of images, or of both."""
        given = (self.frames, self.data), (1, self.images)
        return [(frames, self.size, self.size) for frames, path in given
                if self.generated or path is not None]

    def _check_shares(self):
        shares = self.devices * self.accumulate
        for name, path in (("batch", self.data), ("image_batch", self.images)):
            count = getattr(self, name)
            if self.devices > 1 and count % shares and (self.generated or path is not None):
                raise ValueError(f"{name} is {count}; for devices {self.devices} and accumulate "
                                 f"{self.accumulate} it must be a multiple of {shares}")

    def config(self, classes):
        """The preset with these heads, {name: K}."""
        cfg = replace(PRESETS[self.preset], classes=classes)
        return cfg if self.tubes is None else with_tubes(cfg, self.tubes)


PAPER = {"frames": 32, "size": 224, "lr": 5e-5, "weight_decay": 1e-3}  # Table 10, of B
LARGE = PAPER | {"lr": 1e-5, "weight_decay": 1e-5}  # L and H are unstable above
USUAL = {"Ti": PAPER, "S": PAPER, "B": PAPER, "L": LARGE, "H": LARGE}


def recipe_for(**given):
    """A Recipe of the given fields, the others as the preset's size asks."""
    return Recipe(**(USUAL.get(given.get("preset"), {}) | given))


def write_recipe(path, recipe, cfg, labels):
    stored = {"recipe": asdict(recipe), "config": json.loads(to_json(cfg)), "labels": labels}
    write_text(path, json.dumps(stored, indent=2) + "\n")


def read_recipe(path):
    """(recipe, cfg, labels) as written.  Raises ValueError where the file is not a run's."""
    try:
        stored = json.loads(path.read_text())
        return (Recipe(**stored["recipe"]), from_json(json.dumps(stored["config"])),
                stored["labels"])
    except OSError:
        raise ValueError(f"{path.parent} is not a run: it holds no {path.name}") from None
    except (ValueError, KeyError, TypeError) as error:
        raise ValueError(f"{path} is not a run's recipe: {error}") from None


def write_csv(path, columns, rows):
    """A table with a header, in place of an older one only when it is whole."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows(rows)
    write_text(path, text.getvalue())


def write_text(path, text):
    """Write a file, in place of an older one only when it is whole."""
    unfinished = path.with_name(f".{path.name}.part")
    unfinished.write_text(text, encoding="utf-8")
    os.replace(unfinished, path)
