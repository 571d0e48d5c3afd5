"""What a TubeViT is made of: tubes, sizes, and the choices the paper leaves open (Sec. 4.1)."""

import math
from dataclasses import dataclass, field

from tubevit_np.model.config_checks import check_config, check_tube, triple


@dataclass(frozen=True)
class Tube:
    """One sparse 3D kernel (Sec. 3.2); every triple is (t, h, w), in frames and pixels.

    s2d = (st, sh, sw), space-to-depth (Sec. 3.4): each token concatenates S = st*sh*sw neighboring
    outputs of the kernel along its channels. They are stride / s2d apart, and each fills D / S
    channels.  Raises ValueError if a size is invalid."""

    kernel: tuple[int, int, int]
    stride: tuple[int, int, int]
    offset: tuple[int, int, int] = (0, 0, 0)
    s2d: tuple[int, int, int] = (1, 1, 1)

    def __post_init__(self):
        for name, minimum in (("kernel", 1), ("stride", 1), ("offset", 0), ("s2d", 1)):
            value = triple(name, getattr(self, name), minimum)
            object.__setattr__(self, name, value)
        check_tube(self)

    @property
    def is_patch(self):
        """True for a 2D patch, the tube that videos share with images."""
        return self.kernel[0] == 1

    @property
    def members(self):
        """S, the number of kernel outputs that one token concatenates."""
        return math.prod(self.s2d)

    @property
    def extent(self):
        """(T, H, W) of the smallest input that the tube fits into."""
        return tuple(o + k for o, k in zip(self.offset, self.kernel, strict=True))

    @property
    def name(self):
        """The kernel's size as text: "8x4x4"."""
        return format_size(self.kernel)


@dataclass(frozen=True)
class Config:
    """A whole model.

    classes: {head name: K}, one linear head per data set.
    Raises ValueError if a size is invalid."""

    tubes: tuple[Tube, ...]
    dim: int  # D
    depth: int
    heads: int  # A
    mlp_dim: int  # M
    classes: dict[str, int] = field(default_factory=dict)
    channels: int = 3  # C
    mean: float = 0.5  # uint8 input becomes (x / 255 - mean) / std; the defaults give [-1, 1]
    std: float = 0.5
    # What the paper leaves open:
    gelu: str = "tanh"  # or "erf"; they differ by up to 4.7e-4
    eps: float = 1e-6  # of every layer norm; usual in ViTs
    pool_mlp: bool = False  # y + mlp(ln(y)) after pooling; the paper's parameter totals fit without
    gate_layer: int | None = None  # 0-based block after which the gate adds: "26th of 32"
    gate_tokens: str = "all"  # or "tubes": whether z0 in Eq. 8 keeps its 2D patches
    position_scale: float = 1.0  # amplitude of the position; small models learn better with less
    tau: float = 10000.0  # base of the frequencies: wavelengths from 2 pi to almost 2 pi tau
    shared_kernel: bool = False  # one 8x8x8 kernel, resized for every video tube (Table 7e)

    def __post_init__(self):
        object.__setattr__(self, "tubes", tuple(self.tubes))
        check_config(self)


def format_size(sizes):
    """(8, 4, 4) -> "8x4x4"."""
    return "x".join(map(str, sizes))
