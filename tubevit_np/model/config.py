"""What a TubeViT is made of: tubes, sizes, and the choices the paper leaves open (Sec. 4.1)."""

import json
import math
import operator
from dataclasses import asdict, dataclass, field, fields, replace

GELUS = ("tanh", "erf")
GATE_TOKENS = ("all", "tubes")
ATTENTIONS = ("global", "divided")
POSITIONS = ("fixed", "strideless", "learned", "none")
LATER = ("attention", "position", "learned_for")  # fields that files of the first release lack
SCORES = ("both", "count")  # what evaluation reports beside the heads


@dataclass(frozen=True)
class Tube:
    """One sparse 3D kernel, every triple in (t, h, w) order, in frames and pixels (Sec. 3.2).

    s2d is space-to-depth (Sec. 3.4): so many neighbouring members on each axis, stride / s2d apart,
    are stacked into the channels of one token; each of the S = prod(s2d) members fills D / S.
    Raises ValueError for sizes that cannot be."""

    kernel: tuple[int, int, int]
    stride: tuple[int, int, int]
    offset: tuple[int, int, int] = (0, 0, 0)
    s2d: tuple[int, int, int] = (1, 1, 1)

    def __post_init__(self):
        for name, least in (("kernel", 1), ("stride", 1), ("offset", 0), ("s2d", 1)):
            object.__setattr__(self, name, _triple(name, getattr(self, name), least))
        if any(stride % factor for stride, factor in zip(self.stride, self.s2d, strict=True)):
            raise ValueError(f"tube {self.kernel}: stride {self.stride} must be a multiple of "
                             f"s2d {self.s2d} on every axis")
        if self.is_patch and self.s2d[0] > 1:
            raise ValueError(f"tube {self.kernel}: a 2D patch cannot pack in time (s2d {self.s2d}),"
                             " an image has one frame; give it more frames or s2d 1 in t")

    @property
    def is_patch(self):
        """A 2D patch, the tube that images share."""
        return self.kernel[0] == 1

    @property
    def members(self):
        """How many kernel positions are stacked into one token: S."""
        return math.prod(self.s2d)

    @property
    def extent(self):
        """The smallest input, (T, H, W), that it fits into."""
        return tuple(o + k for o, k in zip(self.offset, self.kernel, strict=True))

    @property
    def name(self):
        return by(self.kernel)


@dataclass(frozen=True)
class Config:
    """A whole model; frozen, comparable, and stored as JSON in every checkpoint.

    classes: {head name: K}, one linear head for each set of classes: usually one a data set.
    Raises ValueError for sizes that cannot be."""

    tubes: tuple[Tube, ...]
    dim: int
    depth: int
    heads: int
    mlp_dim: int
    classes: dict[str, int] = field(default_factory=dict)
    channels: int = 3
    mean: float = 0.5  # uint8 input becomes (x / 255 - mean) / std; the defaults give [-1, 1]
    std: float = 0.5
    # What the paper does not say:
    gelu: str = "tanh"  # or "erf": which GELU; they differ by up to 4.7e-4
    eps: float = 1e-6  # of every layer norm; usual in ViTs, not printed
    pool_mlp: bool = False  # y + mlp(ln(y)) after pooling; the paper's parameter totals fit without
    gate_layer: int | None = None  # 0-based block after which the gate adds: "26th of 32"
    gate_tokens: str = "all"  # or "tubes": whether z^0 in Eq. 8 keeps its 2D patch rows
    position_scale: float = 1.0  # amplitude of the position; a small model learns better with less
    tau: float = 10000.0  # longest wavelength / 2 pi, as in Vaswani et al.
    shared_kernel: bool = False  # one 8x8x8 kernel resized for every video tube (Table 7e)
    # Not TubeViT, but what it is compared with (baselines.py):
    attention: str = "global"  # or "divided": over the frames of a place, then within each frame
    position: str = "fixed"  # or "strideless", "learned", "none" (Table 7a)
    learned_for: tuple[int, int, int] | None = None  # (T, H, W) that learned positions are of

    def __post_init__(self):
        object.__setattr__(self, "tubes", tuple(self.tubes))
        self._check_numbers()
        if not self.tubes or not all(isinstance(tube, Tube) for tube in self.tubes):
            raise ValueError(f"tubes {self.tubes}: a Config needs at least one tube, a Tube each")
        if self.dim % self.heads:
            raise ValueError(f"dim {self.dim} is not a multiple of heads {self.heads}")
        for tube in self.tubes:
            if self.dim % tube.members:
                raise ValueError(f"tube {tube.name} stacks {tube.members} members, "
                                 f"which does not divide dim {self.dim}")
        _choice("gelu", self.gelu, GELUS)
        _choice("gate_tokens", self.gate_tokens, GATE_TOKENS)
        _choice("attention", self.attention, ATTENTIONS)
        _choice("position", self.position, POSITIONS)
        if (self.position == "learned") != (self.learned_for is not None):
            raise ValueError(f"position {self.position!r} with learned_for {self.learned_for}: "
                             "learned positions, and no others, are of one size, (T, H, W)")
        if self.learned_for is not None:
            object.__setattr__(self, "learned_for", _triple("learned_for", self.learned_for, 1))
        if self.attention == "divided" and not (len(self.tubes) == 1 and self.tubes[0].is_patch):
            raise ValueError("divided attention needs its tokens in one grid of frames and places: "
                             "give it one tube, a 2D patch, not "
                             f"{', '.join(tube.name for tube in self.tubes)}")
        if self.gate_layer is not None and not 0 <= self.gate_layer < self.depth:
            raise ValueError(f"gate_layer {self.gate_layer} is not a block: 0 to {self.depth - 1}")
        for head, count in self.classes.items():
            if not head or "." in head or head in SCORES or count < 1:
                raise ValueError(f"head {head!r} with {count} classes: a head needs a name without "
                                 f"dots, other than {' and '.join(SCORES)}, and at least one class")

    def _check_numbers(self):
        for name in ("dim", "depth", "heads", "mlp_dim", "channels"):
            value = getattr(self, name)
            if not isinstance(value, int) or value < 1:
                raise ValueError(f"{name} is {value}; it must be a whole number of at least 1")
        for name in ("std", "eps", "tau"):
            if not 0 < getattr(self, name) < math.inf:
                raise ValueError(f"{name} is {getattr(self, name)}; it must be above 0")
        for name in ("mean", "position_scale"):
            if not math.isfinite(getattr(self, name)):
                raise ValueError(f"{name} is {getattr(self, name)}; it must be a number")


def by(sizes):
    """(8, 4, 4) -> "8x4x4"."""
    return "x".join(map(str, sizes))


def to_json(cfg):
    """A later field is left out where it is at its default: what knows none of it reads the file.
    """
    usual = {field.name: field.default for field in fields(Config)}
    return json.dumps({name: value for name, value in asdict(cfg).items()
                       if name not in LATER or value != usual[name]}, indent=2)


def from_json(text):
    """The Config that `to_json` wrote.  Raises ValueError where it is not one."""
    try:
        fields = json.loads(text)
        return Config(**{**fields, "tubes": tuple(Tube(**tube) for tube in fields["tubes"])})
    except (TypeError, KeyError, AttributeError) as error:
        raise ValueError(f"not a Config: {error}") from None


def _triple(name, value, least):
    try:
        triple = tuple(operator.index(v) for v in value)
    except TypeError:
        triple = ()
    if len(triple) != 3 or min(triple) < least:
        raise ValueError(f"{name} {value} must be three numbers (t, h, w), whole, "
                         f"each at least {least}")
    return triple


def _choice(name, value, allowed):
    if value not in allowed:
        raise ValueError(f"{name} {value!r} is not one of {', '.join(allowed)}")


PATCH = Tube((1, 16, 16), (32, 16, 16))  # shared with images

TUBE_SETS = {
    # Table 12: 539 tokens on 32x224x224 (the paper says 559; no reading of its numbers gives it).
    "main": (Tube((8, 8, 8), (16, 32, 32), s2d=(2, 1, 1)),
             Tube((16, 4, 4), (6, 32, 32), (4, 8, 8), s2d=(1, 2, 2)),
             Tube((4, 12, 12), (16, 32, 32), (0, 16, 16)),
             PATCH),
    # Sec. 3.4, the core approach.
    "core": (Tube((1, 16, 16), (16, 16, 16)), Tube((8, 8, 8), (16, 16, 16))),
    # For the generated clips of 16x48x48: 36 + 32 + 16 + 18 = 102 tokens.
    "demo": (Tube((1, 8, 8), (16, 8, 8)),
             Tube((8, 8, 8), (8, 12, 12), (0, 2, 2)),
             Tube((16, 4, 4), (16, 12, 12), (0, 4, 4)),
             Tube((4, 12, 12), (8, 18, 18), (2, 0, 0))),
}

# What these are compared with.  Dense tubelets have 2D patches beside them, 196 of 3332 tokens, or
# images, which are trained on jointly, would give none.
TUBE_SETS |= {
    "plain": tuple(replace(tube, s2d=(1, 1, 1)) for tube in TUBE_SETS["main"]),
    "shared": TUBE_SETS["main"],
    "patches": (Tube((1, 16, 16), (16, 16, 16)),),  # of every 16th frame, the example of Sec. 3.2
    "dense": (Tube((2, 16, 16), (2, 16, 16)), PATCH),  # like ViViT
    "frames": (Tube((1, 16, 16), (1, 16, 16)),),  # like TimeSformer
    "demo-s2d": tuple(replace(tube, s2d=s2d) for tube, s2d in zip(
        TUBE_SETS["demo"], ((1, 1, 1), (2, 1, 1), (1, 2, 2), (1, 1, 1)), strict=True)),
    "demo-shared": TUBE_SETS["demo"],
    "demo-core": (Tube((1, 8, 8), (8, 8, 8)), Tube((8, 8, 8), (8, 8, 8))),
    "demo-patches": (Tube((1, 8, 8), (8, 8, 8)),),
    "demo-dense": (Tube((2, 8, 8), (2, 8, 8)), Tube((1, 8, 8), (16, 8, 8))),
    "demo-frames": (Tube((1, 8, 8), (1, 8, 8)),),
    # Table 7b: fewer tubes than the demo's four, and four more.
    "demo-1": TUBE_SETS["demo"][:1],
    "demo-2": TUBE_SETS["demo"][:2],
    "demo-8": (*TUBE_SETS["demo"], Tube((8, 8, 8), (8, 12, 12), (4, 8, 8)),
               Tube((16, 4, 4), (16, 12, 12), (0, 10, 10)),
               Tube((4, 12, 12), (8, 18, 18), (6, 9, 9)),
               Tube((12, 6, 6), (12, 12, 12), (2, 4, 4))),
}
TUBE_SETS |= {f"demo-{name}": tuple(tube if tube.is_patch else replace(tube, s2d=s2d)
                                    for tube in TUBE_SETS["demo"])
              for name, s2d in {"2t": (2, 1, 1), "2s": (1, 1, 2), "4t": (4, 1, 1), "4s": (1, 2, 2),
                                "4st": (2, 1, 2)}.items()}  # Table 7c

BESIDE = {  # the tubes: what else of the Config these sets are
    "shared": {"shared_kernel": True}, "demo-shared": {"shared_kernel": True},
    "frames": {"attention": "divided"}, "demo-frames": {"attention": "divided"},
}


def _preset(dim, depth, heads):
    return Config(TUBE_SETS["main"], dim, depth, heads, mlp_dim=4 * dim,
                  classes={"kinetics400": 400, "imagenet": 1000})


PRESETS = {
    "demo": Config(TUBE_SETS["demo"], dim=96, depth=2, heads=3, mlp_dim=192, mean=0.45, std=0.27,
                   position_scale=0.2, classes={"verb": 8, "noun": 9}),
    "demo-large": Config(TUBE_SETS["demo"], dim=192, depth=4, heads=6, mlp_dim=384, mean=0.45,
                         std=0.27, position_scale=0.2, classes={"verb": 8, "noun": 9}),
    "Ti": _preset(192, 12, 3),
    "S": _preset(384, 12, 6),
    "B": _preset(768, 12, 12),  # Table 11, as L and H
    "L": _preset(1024, 24, 16),
    "H": _preset(1280, 32, 16),
}


def with_tubes(cfg, name):
    """The same model with another tube set, which also decides on a shared kernel and on attention.

    Raises ValueError for a set that is not there."""
    _choice("tube set", name, tuple(TUBE_SETS))
    usual = {"shared_kernel": False, "attention": "global"}
    return replace(cfg, tubes=TUBE_SETS[name], **usual | BESIDE.get(name, {}))
