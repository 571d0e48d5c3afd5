"""The recipe of a training: all settings, stored in the run folder to repeat it (Table 10)."""

import math
from dataclasses import dataclass

from tubevit_np.data.augmentation import MAX_MAGNITUDE
from tubevit_np.data.datasets.recordings import compiled
from tubevit_np.data.sources import OLDER_NAMES, SCENES
from tubevit_np.model.checks import check_tubes
from tubevit_np.model.params import KERNEL_NORM
from tubevit_np.model.presets import PRESETS
from tubevit_np.runs.field_types import check_types
from tubevit_np.variants.config import position_of, variant
from tubevit_np.variants.positions import learned_rows
from tubevit_np.variants.tube_sets import with_tubes

PRECISIONS = ("float32", "bfloat16", "half")
MINIMUM = dict.fromkeys(("frames", "size", "steps", "batch", "image_batch", "log_every",
                         "save_every", "eval_every", "accumulate", "devices", "loaders"), 1)
MINIMUM |= dict.fromkeys(("weight", "image_weight", "lr", "warmup", "weight_decay", "clip",
                          "smoothing", "smoothness", "mixup", "dropout", "randaugment",
                          "magnitude", "frozen", "kernel_norm", "memory", "seed", "patience"), 0)
FRACTIONS = ("smoothing", "dropout")  # from 0 to below 1
SETS = ("data", "images")  # tuples of paths, one per set
NUMBERS = ("batch", "image_batch", "weight", "image_weight")  # one for all sets, or one per set


@dataclass(frozen=True)
class Recipe:
    """All settings of a training; the defaults train the demo preset on generated clips.

    data, images: sets as PATH (a folder or a table), NAME=PATH (NAME is the name of the head),
    "scenes" or "something-moves"; videos also as camera:PATH or NAME=camera:PATH.  Without any set,
    both are "scenes".  batch, weight: one number for all sets or one per set."""

    preset: str = "demo"
    tubes: str | None = None  # name of a tube set, instead of the preset's
    position: str = "fixed"  # position embedding; the others are for the ablation of Table 7a
    start: str | None = None  # warm start: run or checkpoint to start from, instead of a preset
    data: tuple[str, ...] = ()  # sets of videos
    images: tuple[str, ...] = ()  # sets of images
    frames: int = 16  # frames of a clip
    fps: float | None = None  # frames per second; None: frames are spread over the whole video
    group_by: str | None = None  # pattern of files of one recording (data/datasets/recordings.py)
    flip: bool = False  # random horizontal flips of files, except for classes with left or right
    randaugment: int = 0  # operations per file in training (data/augmentation/randaugment.py)
    magnitude: float = 10.0  # strength of these operations, 0 to MAX_MAGNITUDE
    memory: float = 4.0  # gigabytes of decoded files; a larger set is decoded on the fly
    cache: str | None = None  # folder for the decoded frames of such a set, for the next epochs
    loaders: int = 1  # processes that make batches, if files are decoded on the fly or generated
    size: int = 48  # pixels of both sides
    steps: int = 1600
    batch: int | tuple[int, ...] = 32  # videos per step
    image_batch: int | tuple[int, ...] = 32  # images per step
    weight: float | tuple[float, ...] = 1.0  # factor on the mean loss of videos
    image_weight: float | tuple[float, ...] = 1.0  # factor on the mean loss of images
    accumulate: int = 1  # gradient accumulation: number of micro-batches per step
    devices: int = 1  # devices that share every micro-batch; more than 1 only in tubevit_tg
    precision: str = "float32"  # of matrix products; 16 bits only in tubevit_tg
    lr: float = 6e-3  # highest learning rate
    warmup: int = 60  # steps
    weight_decay: float = 0.05
    clip: float = 1.0  # largest norm of all gradients together
    smoothing: float = 0.0  # label smoothing
    mixup: float = 0.0  # both parameters of the Beta distribution of the weights; 0: no mixup
    shuffled: bool = False  # a control: frames of clips in random order, in training only
    dropout: float = 0.0  # fraction of values dropped, see training/dropout.py
    spectral: bool = True  # update kernels in a cosine basis (training/cosine_basis.py)
    smoothness: float = 28.0  # extra decay of the fast waves of kernels (cosine_basis.py)
    kernel_rates: bool = True  # learning rates of kernels depend on their size (cosine_basis.py)
    kernel_norm: float = KERNEL_NORM  # norm of new kernels
    frozen: int = 0  # number of leading blocks that are not trained, nor are the tubes (Sec. 3.6)
    seed: int = 0
    log_every: int = 10  # steps
    save_every: int = 400  # steps between checkpoints
    eval_every: int | None = None  # steps between evaluations during training; None: save_every
    best: str | None = None  # score that chooses best.safetensors; None: see runs/best_score.py
    patience: int = 0  # evaluations without a better score before the run ends; 0: it never does

    def __post_init__(self):
        given = with_types(vars(self))
        given |= zip(SETS, named_sets(*map(given.get, SETS)), strict=True)
        for name, value in given.items():
            object.__setattr__(self, name, value)
        self._check_numbers()
        if self.group_by is not None:
            compiled(self.group_by)
        if self.preset not in PRESETS:
            raise ValueError(f"no preset {self.preset!r}; there are {', '.join(PRESETS)}")
        if self.start is None:  # otherwise new_run reads the checkpoint and checks its model
            self.check_model(self.config({}))

    def _check_numbers(self):
        for name, least in MINIMUM.items():
            value = getattr(self, name)
            for number in as_given(value, many=True):
                at_least(least, name, number)
        if self.fps is not None and self.fps <= 0:
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
        """(kind, path, examples per step, weight of the loss) of each set, videos first."""
        sets = []
        for kind, paths, batch, weight in (("video", self.data, "batch", "weight"),
                                           ("image", self.images, "image_batch", "image_weight")):
            counts, weights = (self._for_each(name, len(paths)) for name in (batch, weight))
            sets += zip([kind] * len(paths), paths, counts, weights, strict=True)
        return sets

    def _for_each(self, name, count):
        value = getattr(self, name)
        if not isinstance(value, tuple):
            return (value,) * count
        if len(value) != count:
            raise ValueError(f"{name} is given {len(value)} times, for {count} "
                             f"set{'s' * (count != 1)}; give it once, or once per set")
        return value

    @property
    def shapes(self):
        """List of the input shapes (T, H, W): of videos, of images, or of both."""
        frames = dict.fromkeys(self.frames if kind == "video" else 1 for kind, *_ in self.sets)
        return [(count, self.size, self.size) for count in frames]

    @property
    def inputs(self):
        """List of ((T, H, W), examples per step) of all sets."""
        return [((self.frames if kind == "video" else 1, self.size, self.size), count)
                for kind, _, count, _ in self.sets]

    def config(self, classes):
        """The Config of the preset with heads {name: K}; for a warm start see start_config."""
        assert self.start is None, self.start
        sizes = (self.frames, self.size, self.size) if self.position == "learned" else None
        cfg = variant(PRESETS[self.preset], classes=classes, position=self.position,
                      learned_for=sizes)
        return cfg if self.tubes is None else with_tubes(cfg, self.tubes)

    def check_model(self, cfg):
        """Raise ValueError if the model cannot train with this recipe.

        That is, if no tube fits into the input, if more blocks are frozen than the model has, or if
        positions were learned for another input size."""
        gate = cfg.depth if cfg.gate_layer is None else cfg.gate_layer
        if self.frozen > gate:
            gated = f", and a gate after block {gate} that is trained" * (gate < cfg.depth)
            raise ValueError(f"frozen is {self.frozen}; the model has {cfg.depth} blocks{gated}; "
                             f"freeze at most {gate}")
        for shape in self.shapes[::-1]:  # the errors for images before the warnings for videos
            check_tubes(shape, cfg)
            if position_of(cfg) == "learned":
                learned_rows(cfg, shape)


def at_least(least, name, value):
    """Raise ValueError if a value is below `least`, infinite or NaN."""
    if value == math.inf:
        raise ValueError(f"{name} is {value}; it must be finite")
    if not least <= value:
        raise ValueError(f"{name} is {value}; it must be at least {least}")


def given_at_least(least, options, *names):
    """at_least for command-line options, except those that are left out (None)."""
    for name in names:
        value = getattr(options, name.replace("-", "_"))
        if value is not None:
            at_least(least, name, value)


def as_given(value, many):
    """Normalize a field: with `many` a tuple, also of one value; else a tuple only of several.

    Lists come from JSON and from the command line."""
    if isinstance(value, list | tuple):
        return tuple(value) if many or len(value) != 1 else value[0]
    return value if not many else () if value is None else (value,)


def with_types(given):
    """Fields of a recipe in the types of their annotations; ValueError names a wrong one."""
    lists = {name: as_given(given[name], many=name in SETS)
             for name in (*SETS, *NUMBERS) if name in given}
    return check_types(Recipe, given | lists)


def named_sets(data, images):
    """data and images as tuples: "scenes" if there is no set; older names are replaced."""
    sets = [tuple(OLDER_NAMES.get(path, path) for path in as_given(paths, many=True))
            for paths in (data, images)]
    return sets if any(sets) else [(SCENES,), (SCENES,)]
