"""The description of a model: tubes, sizes, and the choices that the paper leaves open."""

import math
from dataclasses import dataclass, field

from tubevit_np.model.config_checks import check_config, check_tube, triple


@dataclass(frozen=True)
class Tube:
    """One 3D kernel, applied with large strides; its sizes are in frames and pixels.

    Parameters
    ----------
    kernel : (int, int, int)
        Size, each at least 1.
    stride : (int, int, int)
        Distance between neighboring tokens, each at least 1.
    offset : (int, int, int), default (0, 0, 0)
        Where the first window starts.
    s2d : (int, int, int), default (1, 1, 1)
        Space-to-depth (st, sh, sw). One token is made from S = st * sh * sw neighboring windows,
        its members, which are stride / s2d apart. The output of each member fills D / S of the D
        channels of the token.

    Raises
    ------
    ValueError
        If a size is invalid, if stride is not a multiple of s2d, or if a kernel of one frame has
        an s2d above 1 in t.

    References
    ----------
    Section 3.2; Section 3.4 and Table 7c for s2d; Table 12.

    Examples
    --------
    >>> tube = Tube(kernel=(16, 4, 4), stride=(6, 32, 32), offset=(4, 8, 8), s2d=(1, 2, 2))
    >>> tube.name, tube.members, tube.extent
    ('16x4x4', 4, (20, 12, 12))
    """

    kernel: tuple[int, int, int]
    stride: tuple[int, int, int]
    offset: tuple[int, int, int] = (0, 0, 0)
    s2d: tuple[int, int, int] = (1, 1, 1)

    def __post_init__(self):
        """Make every triple a tuple of ints; check the sizes."""
        for name, minimum in (("kernel", 1), ("stride", 1), ("offset", 0), ("s2d", 1)):
            value = triple(name, getattr(self, name), minimum)
            object.__setattr__(self, name, value)
        check_tube(self)

    @property
    def is_patch(self) -> bool:
        """True if the kernel has one frame. Such a tube is a 2D patch, and images use it too."""
        return self.kernel[0] == 1

    @property
    def members(self) -> int:
        """Number S of windows that one token is made from."""
        return math.prod(self.s2d)

    @property
    def extent(self) -> tuple[int, ...]:
        """Size (T, H, W) of the smallest input that the tube fits into."""
        return tuple(o + k for o, k in zip(self.offset, self.kernel, strict=True))

    @property
    def name(self) -> str:
        """Size of the kernel as text: "8x4x4"."""
        return format_size(self.kernel)


@dataclass(frozen=True)
class Config:
    """A whole model.

    The fields from gelu on are choices that the paper leaves open, or options that are off by
    default.

    Parameters
    ----------
    tubes : tuple of Tube
        At least one.
    dim : int
        Width D.
    depth : int
        Number of blocks.
    heads : int
        Number of attention heads. dim must be a multiple of it.
    mlp_dim : int
        Width M of the MLPs.
    classes : dict, default {}
        {name of the head: number of classes K}. Each set of classes has its own linear head.
    channels : int, default 3
        Color channels C.
    mean, std : float, default 0.5
        uint8 input becomes (x / 255 - mean) / std; the defaults give [-1, 1].
    gelu : {"tanh", "erf"}, default "tanh"
        Form of the GELU. The results of the two forms differ by up to 4.7e-4.
    eps : float, default 1e-6
        Every layer norm adds eps to the variance. 1e-6 is usual in ViTs.
    pool_mlp : bool, default False
        Whether an MLP follows the pooling. The number of parameters in the paper matches a model
        without this MLP.
    gate_layer : int, optional
        Index of a block, counted from 0. The gate adds the input tokens to the output of this block
        (see gate.py). The paper's "26th of 32" is index 25. None: no gate.
    gate_tokens : {"all", "tubes"}, default "all"
        Which tokens the gate adds (z0 in Eq. 8): all, or only those of the video tubes.
    position_scale : float, default 1
        Factor of the position vectors. Small models learn better with a factor below 1.
    tau : float, default 10000
        Base of the frequencies: wavelengths range from 2 pi to below 2 pi tau.
    shared_kernel : bool, default False
        Whether the video tubes share one 8x8x8 kernel, resized for each (Table 7e).

    Raises
    ------
    ValueError
        If a field is invalid, or if fields do not fit each other.

    References
    ----------
    Section 4.1; Table 11 for the sizes.
    """

    tubes: tuple[Tube, ...]
    dim: int
    depth: int
    heads: int
    mlp_dim: int
    classes: dict[str, int] = field(default_factory=dict)
    channels: int = 3
    mean: float = 0.5
    std: float = 0.5
    gelu: str = "tanh"
    eps: float = 1e-6
    pool_mlp: bool = False
    gate_layer: int | None = None
    gate_tokens: str = "all"
    position_scale: float = 1.0
    tau: float = 10000.0
    shared_kernel: bool = False

    def __post_init__(self):
        """Make tubes a tuple; check all fields."""
        object.__setattr__(self, "tubes", tuple(self.tubes))
        check_config(self)


def format_size(sizes):
    """(8, 4, 4) -> "8x4x4"."""
    return "x".join(map(str, sizes))
