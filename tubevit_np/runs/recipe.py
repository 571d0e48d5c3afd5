"""How a model is trained: all that a run needs to be repeated, kept in its folder (Table 10)."""

import json
import math
from dataclasses import asdict, dataclass

from tubevit_np.data.augmentation import MAX_MAGNITUDE
from tubevit_np.data.sources import GENERATED
from tubevit_np.model.checks import check_tubes
from tubevit_np.model.params import KERNEL_NORM
from tubevit_np.model.presets import PRESETS
from tubevit_np.storage.atomic_files import write_text
from tubevit_np.variants.config import from_json, position_of, to_json, variant
from tubevit_np.variants.positions import learned_rows
from tubevit_np.variants.tube_sets import with_tubes

PRECISIONS = ("float32", "bfloat16", "half")
MINIMUM = dict.fromkeys(("frames", "size", "steps", "batch", "image_batch", "log_every",
                         "save_every", "accumulate", "devices"), 1)
MINIMUM |= dict.fromkeys(("weight", "image_weight", "lr", "warmup", "weight_decay", "clip",
                          "smoothing", "smoothness", "mixup", "dropout", "randaugment",
                          "magnitude", "frozen", "kernel_norm", "memory", "seed"), 0)
FRACTIONS = ("smoothing", "dropout")  # from 0 to below 1
SETS = ("data", "images")  # paths, as many as there are sets
NUMBERS = ("batch", "image_batch", "weight", "image_weight")  # one, or one for each set


@dataclass(frozen=True)
class Recipe:
    """The defaults teach the demo preset the generated clips.

    data, images: paths, of folders or tables, NAME=PATH, where NAME is to be the head's, or
    "generated"; without any both are generated.  batch, weight: one for all sets or one for each.
    """

    preset: str = "demo"
    tubes: str | None = None  # another tube set than the preset's
    position: str = "fixed"  # of the tokens: another for the ablation of Table 7a
    start: str | None = None  # run or checkpoint to begin from, in place of a preset
    data: tuple[str, ...] = ()  # of videos
    images: tuple[str, ...] = ()
    frames: int = 16
    fps: float | None = None  # of a clip; without, its frames are spread over the whole video
    flip: bool = False  # files at random, but for classes that tell left from right
    randaugment: int = 0  # operations on each file in training (data/augmentation/randaugment.py)
    magnitude: float = 10.0  # of these, 0 to MAX_MAGNITUDE
    memory: float = 4.0  # gigabytes of decoded files; a larger set is decoded as training goes
    cache: str | None = None  # folder of small decoded pictures of such a set, for the next epoch
    size: int = 48  # pixels, of both sides
    steps: int = 3200
    batch: int | tuple[int, ...] = 32  # videos in a step
    image_batch: int | tuple[int, ...] = 32  # images in a step
    weight: float | tuple[float, ...] = 1.0  # of the mean loss of videos
    image_weight: float | tuple[float, ...] = 1.0  # of the mean loss of images
    accumulate: int = 1  # times as many parts of a step's batch, to save memory
    devices: int = 1  # that share every part of a batch; tubevit_tg alone has several
    precision: str = "float32"  # of matrix products; tubevit_tg alone has others
    lr: float = 3e-3
    warmup: int = 60  # steps
    weight_decay: float = 0.05
    clip: float = 1.0  # largest norm of all gradients together
    smoothing: float = 0.0  # of labels
    mixup: float = 0.0  # both parameters of the Beta distribution of the shares; 0: none
    shuffled: bool = False  # a control: frames of clips in random order, in training alone
    dropout: float = 0.0  # share of numbers dropped, see training/dropout.py
    spectral: bool = True  # step kernels by waves, not by voxels (training/cosine_basis.py)
    smoothness: float = 12.0  # weight decay of a kernel's fast waves (cosine_basis.py)
    kernel_rates: bool = True  # learning rates of kernels by their size (cosine_basis.py)
    kernel_norm: float = KERNEL_NORM  # of new kernels
    frozen: int = 0  # first blocks that do not train, nor do the tubes then (Sec. 3.6)
    seed: int = 0
    log_every: int = 10  # steps
    save_every: int = 400  # steps, between checkpoints with a quick look at held-out examples

    def __post_init__(self):
        for name in (*SETS, *NUMBERS):
            object.__setattr__(self, name, as_given(getattr(self, name), name in SETS))
        self._check_numbers()
        if self.preset not in PRESETS:
            raise ValueError(f"no preset {self.preset!r}; there are {', '.join(PRESETS)}")
        if self.start is None:  # else the run reads the checkpoint, once, and checks its model
            self.check_model(self.config({}))

    def _check_numbers(self):
        for name, least in MINIMUM.items():
            value = getattr(self, name)
            for one in value if isinstance(value, tuple) else (value,):
                at_least(least, name, one)
        if self.fps is not None and not 0 < self.fps < math.inf:
            raise ValueError(f"fps is {self.fps}; it must be above 0")
        if self.magnitude > MAX_MAGNITUDE:
            raise ValueError(f"magnitude is {self.magnitude}; it must be at most {MAX_MAGNITUDE:g}")
        for name in FRACTIONS:
            if getattr(self, name) >= 1:
                raise ValueError(f"{name} is {getattr(self, name)}; it must be below 1")
        if self.precision not in PRECISIONS:
            raise ValueError(f"precision {self.precision!r} is not one of {', '.join(PRECISIONS)}")
        self._check_devices()

    def _check_devices(self):
        parts = self.devices * self.accumulate
        for kind, _, count, _ in self.sets if self.devices > 1 else ():
            if count % parts:
                raise ValueError(f"{'image_' * (kind == 'image')}batch is {count}; for devices "
                                 f"{self.devices} and accumulate {self.accumulate} it must be a "
                                 f"multiple of {parts}")

    @property
    def sets(self):
        """(kind, path, examples in a step, weight of the loss) of each set, videos first."""
        data, images = self.data, self.images
        if not (data or images):
            data = images = (GENERATED,)
        found = []
        for kind, paths, batch, weight in (("video", data, "batch", "weight"),
                                           ("image", images, "image_batch", "image_weight")):
            counts, weights = (self._for_each(name, len(paths)) for name in (batch, weight))
            found += zip([kind] * len(paths), paths, counts, weights, strict=True)
        return found

    def _for_each(self, name, count):
        value = getattr(self, name)
        if not isinstance(value, tuple):
            return (value,) * count
        if len(value) != count:
            raise ValueError(f"{name} is given {len(value)} times, for {count} "
                             f"set{'s' * (count != 1)}; give it once, or once for each set")
        return value

    @property
    def shapes(self):
        """(T, H, W) of what it trains on: of videos, of images, or of both."""
        frames = dict.fromkeys(self.frames if kind == "video" else 1 for kind, *_ in self.sets)
        return [(count, self.size, self.size) for count in frames]

    def config(self, classes):
        """The preset with these heads, {name: K}; a warm start brings its own: see start_config."""
        assert self.start is None, self.start
        sizes = (self.frames, self.size, self.size) if self.position == "learned" else None
        cfg = variant(PRESETS[self.preset], classes=classes, position=self.position,
                      learned_for=sizes)
        return cfg if self.tubes is None else with_tubes(cfg, self.tubes)

    def check_model(self, cfg):
        """Raises ValueError where no tube fits into what it trains on, blocks are too few, or
        positions were learned for other sizes."""
        gate = cfg.depth if cfg.gate_layer is None else cfg.gate_layer
        if self.frozen > gate:
            gated = f", and a gate after block {gate}, which trains too" * (gate < cfg.depth)
            raise ValueError(f"frozen is {self.frozen}; the model has {cfg.depth} blocks{gated}")
        for shape in self.shapes[::-1]:  # the error of an image before the warnings of a video
            check_tubes(shape, cfg)
            if position_of(cfg) == "learned":
                learned_rows(cfg, shape)


def at_least(least, name, value):
    """Raises ValueError for a smaller value, infinity or NaN."""
    if value == math.inf:
        raise ValueError(f"{name} is {value}; it must be finite")
    if not least <= value:
        raise ValueError(f"{name} is {value}; it must be at least {least}")


def given_at_least(least, options, *names):
    """The same of options, but for those that are left out: None."""
    for name in names:
        value = getattr(options, name.replace("-", "_"))
        if value is not None:
            at_least(least, name, value)


def as_given(value, many):
    """JSON's lists, and one path alone, as tuples; one number, in a list or not, as itself."""
    if isinstance(value, list | tuple):
        return tuple(value) if many or len(value) != 1 else value[0]
    return value if not many else () if value is None else (value,)


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
