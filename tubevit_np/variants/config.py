"""The Config of models that TubeViT is compared with (Tables 5 and 7a)."""

import json
from dataclasses import asdict, dataclass, fields
from typing import Any

from tubevit_np.model.config import Config, Tube
from tubevit_np.model.config_checks import choice, triple

ATTENTIONS = ("global", "divided")
POSITIONS = ("fixed", "strideless", "learned", "none")
PLAIN = {"attention": "global", "position": "fixed", "learned_for": None}


@dataclass(frozen=True)
class VariantConfig(Config):
    """A Config of a baseline, with another attention or other positions; made by `variant`.

    Parameters
    ----------
    tubes, dim, depth, heads, mlp_dim, classes, channels, mean, std, gelu, eps : see Config
    pool_mlp, gate_layer, gate_tokens, position_scale, tau, shared_kernel : see Config
    attention : {"global", "divided"}
        Divided: over the frames of a place, then within each frame.
    position : {"fixed", "strideless", "learned", "none"}
        Kind of the positions.
    learned_for : (int, int, int), optional
        Size (T, H, W) of the videos that learned positions are for.

    Raises
    ------
    ValueError
        If a field is invalid, or if fields do not fit each other.

    References
    ----------
    Table 5 for the attention, Table 7a for the positions.
    """

    attention: str = "global"
    position: str = "fixed"
    learned_for: tuple[int, int, int] | None = None

    def __post_init__(self):
        """Check all fields; make learned_for a tuple of ints."""
        super().__post_init__()
        choice("attention", self.attention, ATTENTIONS)
        choice("position", self.position, POSITIONS)
        if (self.position == "learned") != (self.learned_for is not None):
            raise ValueError(f"position {self.position!r} with learned_for {self.learned_for}: "
                             "learned positions need learned_for, a size (T, H, W); other "
                             "positions must not have it")
        if self.learned_for is not None:
            object.__setattr__(self, "learned_for", triple("learned_for", self.learned_for, 1))
        if self.attention == "divided" and not (len(self.tubes) == 1 and self.tubes[0].is_patch):
            raise ValueError("divided attention needs its tokens in one grid, frames by places: "
                             "use one tube, a 2D patch, not "
                             f"{', '.join(tube.name for tube in self.tubes)}")


def variant(cfg: Config, **changes: Any) -> Config:
    """Copy a Config with other fields, which can be fields of VariantConfig.

    Parameters
    ----------
    cfg : Config
    **changes
        Fields of Config or VariantConfig by name.

    Returns
    -------
    Config
        A VariantConfig if its attention or position is not the one of TubeViT.

    Raises
    ------
    ValueError
        If a field is invalid, or if fields do not fit each other.
    TypeError
        If a field is unknown.

    Examples
    --------
    >>> demo = PRESETS["demo"]
    >>> type(variant(demo, position="none")).__name__, type(variant(demo, depth=3)).__name__
    ('VariantConfig', 'Config')
    """
    values = PLAIN | {field.name: getattr(cfg, field.name) for field in fields(cfg)} | changes
    if all(values[name] == usual for name, usual in PLAIN.items()):
        return Config(**{name: value for name, value in values.items() if name not in PLAIN})
    return VariantConfig(**values)


def attention_of(cfg):
    """Kind of attention, "global" or "divided"."""
    return getattr(cfg, "attention", "global")


def position_of(cfg):
    """Kind of positions: "fixed", "strideless", "learned" or "none"."""
    return getattr(cfg, "position", "fixed")


def to_json(cfg: Config) -> str:
    """Write a Config as JSON.

    Parameters
    ----------
    cfg : Config

    Returns
    -------
    str
        All fields of Config; the fields of VariantConfig only if cfg is a variant.
    """
    return json.dumps(asdict(variant(cfg)), indent=2)


def from_json(text: str) -> Config:
    """Read a Config that to_json wrote.

    Parameters
    ----------
    text : str
        JSON.

    Returns
    -------
    Config
        Or a VariantConfig.

    Raises
    ------
    ValueError
        If the text is not JSON, or not a valid Config.

    Examples
    --------
    >>> cfg = PRESETS["demo"]
    >>> from_json(to_json(cfg)) == cfg
    True
    """
    try:
        fields = json.loads(text)
        tubes = tuple(Tube(**tube) for tube in fields.pop("tubes"))
        plain = {name: fields.pop(name) for name in Config.__dataclass_fields__ if name in fields}
        return variant(Config(tubes, **plain), **fields)
    except (TypeError, KeyError, AttributeError) as error:
        raise ValueError(f"not a Config: {error}") from None
